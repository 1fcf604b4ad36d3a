"""A small table of a page as a workbook, read from the page itself: what the reader sees is what is taken along, so no right is asked twice.

A table bears `data-export="name"`; beside it stands {% to_xlsx "name" %}, whose link asks for the same page with `export=t-name`. A cell that shows
a figure rounded carries the exact one in `data-value` (and its unit in `data-unit`). Long lists are no small tables: see `tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from django.http import HttpRequest, HttpResponse

from manyuan.surfaces.web.tables import as_xlsx

ASKED = "t-"
_NUMBER = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?)\s?(\D{0,12})")


class TablesToXlsx:
    """Middleware: answers `export=t-name` with the table of that name out of the page, as it would have been shown to the same reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        wanted = request.GET.get("export", "")
        if not (wanted.startswith(ASKED) and request.method == "GET" and answer.status_code == 200 and answer["Content-Type"].startswith("text/html")):
            return answer
        name = wanted.removeprefix(ASKED)
        rows = table_of(answer.content.decode(answer.charset), name)
        if rows is None:
            return answer
        place = "-".join(part for part in request.path.strip("/").split("/") if part) or "home"
        return as_xlsx(f"{place}-{name}", rows[0], rows[1:])


@dataclass
class Cell:
    """A cell as it stands on the page: its text, and what it says of itself."""

    value: str | None = None
    unit: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


def table_of(page: str, name: str) -> list[list[Any]] | None:
    """The table `data-export=name` of the page, titles first; None where there is none. A column of numbers in one unit becomes numbers, the unit
    goes into its title."""
    reader = _Reader(name)
    reader.feed(page)
    if not reader.found:
        return None
    width = max((len(row) for row in (reader.head, *reader.rows)), default=0)
    head = [cell.text for cell in reader.head] + [""] * (width - len(reader.head))
    columns = [_column([row[at] if at < len(row) else Cell() for row in reader.rows]) for at in range(width)]
    titles = [f"{title}（{unit}）" if unit and unit not in title else title for title, (unit, _) in zip(head, columns, strict=True)]
    return [titles, *([values[number] for _, values in columns] for number in range(len(reader.rows)))]


def _column(cells: list[Cell]) -> tuple[str, list[Any]]:
    read = [_number(cell) for cell in cells]
    units = {unit for found, unit in read if found is not None}
    if len(units) == 1 and all(found is not None or cell.text in ("", "–", "-") for cell, (found, _) in zip(cells, read, strict=True)):
        return units.pop(), [found for found, _ in read]
    return "", [cell.text for cell in cells]


def _number(cell: Cell) -> tuple[Decimal | None, str]:
    if cell.value:
        return Decimal(cell.value), cell.unit
    found = _NUMBER.fullmatch(cell.text)
    return (Decimal(found[1].replace(",", "")), found[2].strip()) if found else (None, "")


class _Reader(HTMLParser):
    """Collects the cells of the one table."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self._name, self._inside = name, False
        self._cell: Cell | None = None
        self.found = False
        self.head: list[Cell] = []
        self.rows: list[list[Cell]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._inside = not self.found and given.get("data-export") == self._name
            self.found = self.found or self._inside
        elif not self._inside:
            return
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._cell = Cell(given.get("data-value"), given.get("data-unit") or "")
            self.rows[-1].append(self._cell)
        elif tag == "br" and self._cell is not None:
            self._cell.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._inside:
            return
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "thead" and self.rows:
            self.head = self.rows.pop(0)
        elif tag == "table":
            self._inside = False
            self.rows = [row for row in self.rows if row]

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.parts.append(data)
