"""One table for every list: search, filter, sort, pages, export to xlsx. Server-side, so that 200,000 rows are as quick as twenty.

A page declares columns and hands over rows (a query set, or a plain list for short ones); the rest is here and in components/table.html.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from manyuan.surfaces.web import figures

EXPORT_LIMIT = 100_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column. value: row -> what is shown and exported (a number stays a number); order: the field to sort by (query set) or
    None for a column that cannot be sorted; unit: how a number is written (see figures); url: row -> link; cell: row -> ready
    markup for the page where plain text is not enough (the export still uses value)."""

    key: str
    title: str
    value: Callable[[Any], Any]
    order: str | None = None
    unit: str | None = None
    url: Callable[[Any], str | None] | None = None
    cell: Callable[[Any], str] | None = None
    wrap: bool = False
    nowrap: bool = False

    @property
    def is_number(self) -> bool:
        return self.unit is not None

    @property
    def css(self) -> str:
        """The classes of its cells."""
        return " ".join(name for name, here in (("num", self.is_number), ("wrap", self.wrap), ("text-nowrap", self.nowrap)) if here)

    def text(self, row: Any) -> str:
        found = self.value(row)
        if self.unit is not None:
            return str(figures.figure(found, self.unit))
        if isinstance(found, (date, datetime)):
            return figures.day(found)
        return figures.NOTHING if found is None or found == "" else str(found)


@dataclass(frozen=True)
class Filter:
    """A drop-down. choices: (value, text); apply: (rows, value) -> rows."""

    key: str
    title: str
    choices: Sequence[tuple[str, str]]
    apply: Callable[[Any, str], Any]


@dataclass
class Table:
    """A list as a user works with it; `name` keeps several tables of one page apart in the address."""

    name: str
    columns: list[Column]
    rows: Any
    search_fields: Sequence[str] = ()
    search: Callable[[Any, str], Any] | None = None
    filters: Sequence[Filter] = ()
    default_order: str = ""
    per_page: int = 25
    empty_title: str = ""
    empty_text: str = ""
    stack: bool = True
    cheap_count: int = 20_000
    _read: dict[str, Any] = field(default_factory=dict)

    def read(self, request: HttpRequest) -> Table:
        """Take search, filters, order and page from the address. Unknown values are ignored, never an error."""
        prefix = f"{self.name}-" if self.name else ""
        get = request.GET.get
        text = (get(f"{prefix}q") or "").strip()[:80]
        rows = self.rows
        chosen: dict[str, str] = {}
        for item in self.filters:
            value = get(f"{prefix}{item.key}") or ""
            if value in {choice for choice, _ in item.choices}:
                chosen[item.key] = value
                rows = item.apply(rows, value)
        if text:
            rows = self._searched(rows, text)
        order = get(f"{prefix}sort") or self.default_order
        rows, order = self._ordered(rows, order)
        total, more = self._count(rows)
        pages = max(1, -(-total // self.per_page))
        try:
            page = min(max(1, int(get(f"{prefix}page") or 1)), pages)
        except ValueError:
            page = 1
        start = (page - 1) * self.per_page
        self._read = {
            "prefix": prefix, "q": text, "chosen": chosen, "order": order, "total": total, "more": more, "page": page, "pages": pages,
            "all": rows, "shown": list(rows[start : start + self.per_page]), "first": start + 1 if total else 0,
            "last": min(start + self.per_page, total), "carried": self._carried(request, prefix),
        }  # fmt: skip
        return self

    def export(self, request: HttpRequest, file_name: str) -> HttpResponse | None:
        """The whole filtered list as xlsx when the address asks for it (`export=<name or 1>`), else None."""
        if request.GET.get("export") != (self.name or "1"):
            return None
        rows = self._read["all"][:EXPORT_LIMIT]
        titles = [c.title if not c.unit else f"{c.title}（{_export_unit(c.unit)}）" if _export_unit(c.unit) else c.title for c in self.columns]
        return as_xlsx(file_name, titles, [[column.value(row) for column in self.columns] for row in rows])

    @property
    def wide(self) -> bool:
        """Whether it has more columns than a tablet shows side by side: there each row is a block of labelled values."""
        return len(self.columns) > 5

    @property
    def dense(self) -> bool:
        """Whether it has so many columns that they stand close on a desk's screen too."""
        return len(self.columns) > 8

    # what the template reads
    def __getattr__(self, key: str) -> Any:
        try:
            return self.__dict__["_read"][key]
        except KeyError:
            raise AttributeError(key) from None

    @property
    def head(self) -> list[dict[str, Any]]:
        order = self._read["order"]
        out = []
        for column in self.columns:
            state = "asc" if order == column.key else "desc" if order == f"-{column.key}" else ""
            follow = f"-{column.key}" if state == "asc" else column.key
            if not state and column.is_number:
                follow = f"-{column.key}"
            out.append({"column": column, "state": state, "follow": follow, "sortable": column.order is not None})
        return out

    @property
    def body(self) -> list[list[dict[str, Any]]]:
        return [
            [{"column": c, "text": c.text(row), "url": c.url(row) if c.url else None, "markup": c.cell(row) if c.cell else None} for c in self.columns]
            for row in self._read["shown"]
        ]

    @property
    def body_markup(self) -> SafeString:
        """The rows as markup, every text escaped. Written here and not in the template, since a list has some hundred cells. A cell
        that says nothing bears `nil`: where a row stands as a card on a telephone it is left out."""
        columns = [(c, *(format_html('<td data-label="{}" class="{}">', c.title, f"{c.css}{more}") for more in ("", " nil"))) for c in self.columns]
        out: list[str] = []
        for row in self._read["shown"]:
            out.append("<tr>")
            for column, filled, empty in columns:
                url = column.url(row) if column.url else None
                shown = conditional_escape((column.cell(row) if column.cell else None) or column.text(row))
                start = empty if shown == figures.NOTHING else filled
                out.append(f'{start}<a href="{conditional_escape(url)}">{shown}</a></td>' if url else f"{start}{shown}</td>")
            out.append("</tr>")
        return SafeString("".join(out))

    @property
    def filters_markup(self) -> SafeString:
        """The drop-downs as markup, every text escaped: some dozens of choices stand on every page of a list."""
        out: list[str] = []
        for item in self.filters:
            if not item.choices:
                continue
            title, chosen = conditional_escape(item.title), self._read["chosen"].get(item.key, "")
            name = conditional_escape(f"{self._read['prefix']}{item.key}")
            out.append(f'<select class="form-select form-select-sm" name="{name}" aria-label="{title}" data-autosubmit><option value="">{title}</option>')
            for value, text in item.choices:
                mark = " selected" if value == chosen else ""
                out.append(f'<option value="{conditional_escape(value)}"{mark}>{conditional_escape(text)}</option>')
            out.append("</select>")
        return SafeString("".join(out))

    @property
    def searchable(self) -> bool:
        """Whether there is something to search: a short list always, a query set where it says how."""
        return bool(self.search or self.search_fields) or not isinstance(self.rows, QuerySet)

    @property
    def shown_empty_title(self) -> str:
        """What an empty list says: nothing matches, or nothing is there yet."""
        return gettext("Nothing matches") if self.is_narrowed else self.empty_title or gettext("Nothing here yet")

    @property
    def shown_empty_text(self) -> str:
        return gettext("Clear the search and the filters to see all.") if self.is_narrowed else self.empty_text

    @property
    def is_narrowed(self) -> bool:
        return bool(self._read["q"] or self._read["chosen"])

    def _searched(self, rows: Any, text: str) -> Any:
        if self.search:
            return self.search(rows, text)
        if isinstance(rows, QuerySet):
            query = Q()
            for name in self.search_fields:
                query |= Q(**{f"{name}__icontains": text})
            return rows.filter(query) if self.search_fields else rows
        needle = text.casefold()
        return [row for row in rows if any(needle in column.text(row).casefold() for column in self.columns)]

    def _ordered(self, rows: Any, order: str) -> tuple[Any, str]:
        key, down = order.lstrip("-"), order.startswith("-")
        column = next((c for c in self.columns if c.key == key and c.order is not None), None)
        if column is None:
            return rows, ""
        if isinstance(rows, QuerySet):
            return rows.order_by(*(f"-{name}" if down else name for name in (column.order, "pk"))), order
        known = [row for row in rows if column.value(row) is not None]
        unknown = [row for row in rows if column.value(row) is None]
        return sorted(known, key=lambda row: _sortable(column.value(row)), reverse=down) + unknown, order

    def _count(self, rows: Any) -> tuple[int, bool]:
        """How many rows; a long list is counted only up to `cheap_count`, and says that there are more."""
        if not isinstance(rows, QuerySet):
            return len(rows), False
        found = rows.order_by()[: self.cheap_count + 1].count()
        return min(found, self.cheap_count), found > self.cheap_count

    @staticmethod
    def _carried(request: HttpRequest, prefix: str) -> list[tuple[str, str]]:
        own = {f"{prefix}q", f"{prefix}sort", f"{prefix}page", "export"}
        return [(key, value) for key, value in request.GET.items() if key not in own and (not prefix or not key.startswith(prefix))]


def as_xlsx(file_name: str, titles: list[str], rows: list[list[Any]]) -> HttpResponse:
    """A small table of a page that is no list of its own, to save."""
    response = HttpResponse(_workbook(titles, [[_cell(value) for value in row] for row in rows]), content_type=_XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(file_name)}.xlsx"
    return response


def _workbook(titles: list[str], rows: list[list[Any]]) -> bytes:
    """A list as xlsx: numbers and dates typed, texts always as texts (a text that begins with = is no formula)."""
    import io

    import xlsxwriter  # a heavy import, needed only here

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, head)
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, at, value, day)
            elif isinstance(value, (int, float, Decimal)):
                sheet.write_number(number, at, value)
            elif value is not None:
                sheet.write_string(number, at, str(value))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(titles) - 1), 18)
    book.close()
    return out.getvalue()


def _sortable(value: Any) -> Any:
    return (0, float(value)) if isinstance(value, (int, float, Decimal)) else (1, str(value))


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return figures.day(value)
    if isinstance(value, (Decimal, int, float, date)) or value is None:
        return value
    return str(value)


def _export_unit(unit: str) -> str:
    return figures.unit_name(unit) or ("" if unit in ("count", "number") else gettext("share") if unit == "ratio" else "")


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)
