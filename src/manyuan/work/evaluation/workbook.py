"""A run as a workbook whose arithmetic stands in its cells: bases and weights on one sheet, item values, points, totals, places and grades as formulas on the
next. Whoever opens it can follow and recompute every grade. Names and filed figures stand only in rows that the reader may see; the others are numbered."""

from __future__ import annotations

import io
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, override

from manyuan.work.evaluation.models import Line, Run
from manyuan.work.evaluation.schemes import Plan, plan_of
from manyuan.work.evaluation.scoring import number

_FIRST_ITEM = 9  # row of the first item on the sheet of the scheme, counted from 1
_HEAD = 2  # rows above the first line on the sheet of scores


def run_workbook(run: Run, named: Collection[int], language: str) -> bytes:
    """The run as xlsx. named: lines (primary keys) that bear name, credit code and filed figures; language: zh-hans or en."""
    import xlsxwriter  # a heavy import, needed only here

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    with override(language):
        _Writer(book, run, plan_of(run.scheme), set(named), language).write()
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: Any, run: Run, plan: Plan, named: set[int], language: str) -> None:
        self.book, self.run, self.plan, self.named, self.language = book, run, plan, named, language
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.plain, self.note = book.add_format({"num_format": "#,##0.00##"}), book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.scheme_name, self.scores_name = gettext("Scheme"), gettext("Scores")

    def write(self) -> None:
        lines = list(self.run.lines.select_related("enterprise", "park").order_by("rank", "pk"))
        self._scheme()
        self._scores([line for line in lines if not line.ungraded or line.ungraded == "missing"])
        self._left_out([line for line in lines if line.ungraded and line.ungraded != "missing"])

    def _scheme(self) -> None:
        sheet = self.book.add_worksheet(self.scheme_name)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 9, 16)
        sheet.write_string(0, 0, self._headline(), self.title)
        sheet.write_string(1, 0, self.run.scheme.title(self.language))
        sheet.write_string(2, 0, str(self.run.scheme.content["source"]["zh" if self.language.startswith("zh") else "en"]))
        if self.run.scheme.mark == "example":
            sheet.write_string(3, 0, gettext("An example: no weighting of this city is known; the grades are no official ranking."))
        sheet.write_string(4, 0, gettext("Item values are rounded to 8 decimals, half to even; a total is the sum of its items."))
        sheet.write_string(5, 0, gettext("Equal totals share the place and the grade of the best placed among them."))
        heads = [
            gettext("Item"), gettext("Above the line"), gettext("Below the line"), gettext("Measured in"), gettext("Weight"), gettext("Base"), gettext("At most (times the weight)"), gettext("Missing figure"),
        ]  # fmt: skip
        for at, text in enumerate(heads):
            sheet.write_string(_FIRST_ITEM - 2, at, text, self.bold)
        names = self._field_names()
        for at, one in enumerate(self.plan.items, _FIRST_ITEM - 1):
            for column, text in enumerate((one.name(self.language), names[one.of], names[one.per], one.unit if one.unit != "1" else "")):
                sheet.write_string(at, column, text)
            sheet.write_number(at, 4, float(one.item.weight))
            if one.item.base is not None:
                sheet.write_number(at, 5, float(one.item.base))
            if one.item.cap is not None:
                sheet.write_number(at, 6, float(one.item.cap))
            sheet.write_string(at, 7, gettext("takes the mean of the others") if one.item.mean_if_missing else gettext("no grade"))
        below = self._edge_row(0) - 1
        sheet.write_string(below - 1, 0, gettext("Grade"), self.bold)
        sheet.write_string(below - 1, 1, gettext("Up to this share of those graded"), self.bold)
        for at, (name, edge) in enumerate(self.plan.grades.edges):
            sheet.write_string(below + at, 0, name)
            sheet.write_number(below + at, 1, float(edge))

    def _headline(self) -> str:
        where = (self.run.park.name_zh if self.language.startswith("zh") else self.run.park.name_en) if self.run.park else gettext("the whole city")
        words = {"year": self.run.year, "where": where, "number": self.run.number}
        return gettext("Per-mu evaluation %(year)s, %(where)s, version %(number)s") % words

    def _field_names(self) -> dict[str, str]:
        """Fields by the form's own names, with their unit."""
        from manyuan.facts.filings.opening import definition_for
        from manyuan.facts.filings.queries import form_named

        known = {one.key: one.name(self.language) for one in definition_for(form_named(self.plan.report)).fields}
        return {name: f"{known.get(name, name)}（{self.plan.unit_of(name)[0]}）" for name in self.plan.fields}

    def _edge_row(self, at: int) -> int:
        """The row (from 1) of a grade's edge on the sheet of the scheme."""
        return _FIRST_ITEM + len(self.plan.items) + 2 + at

    def _in_scheme(self, column: str, row: int) -> str:
        return f"'{self.scheme_name}'!${column}${row}"

    def _scores(self, lines: list[Line]) -> None:
        plan, names = self.plan, self._field_names()
        sheet = self.book.add_worksheet(self.scores_name)
        fields, items = plan.fields, plan.items
        inputs, values = 3, 3 + len(fields)
        raws, points = values + len(items), values + 2 * len(items)
        total = points + len(items)
        heads = [gettext("Enterprise"), gettext("Credit code"), gettext("Park"), *(names[one] for one in fields)]
        heads += [f"{one.name(self.language)}（{one.unit}）" if one.unit != "1" else one.name(self.language) for one in items]
        heads += [gettext("%(item)s: points before the mean") % {"item": one.name(self.language)} for one in items]
        heads += [gettext("%(item)s: points") % {"item": one.name(self.language)} for one in items]
        heads += [gettext("Total"), gettext("Place"), gettext("Place as a share"), gettext("Grade")]
        sheet.write_string(0, 0, self._headline(), self.title)
        for at, text in enumerate(heads):
            sheet.write_string(_HEAD - 1, at, text, self.bold)
        sheet.freeze_panes(_HEAD, 1)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(heads), 14)
        last = _HEAD + len(lines)
        whole = {at: f"${_letter(at)}${_HEAD + 1}:${_letter(at)}${last}" for at in (*range(values, total + 1),)}
        for at, line in enumerate(lines):
            self._line(sheet, _HEAD + at, line, at + 1, (inputs, values, raws, points, total), whole, len(lines))

    def _line(self, sheet: Any, row: int, line: Line, place: int, starts: tuple[int, int, int, int, int], whole: dict[int, str], count: int) -> None:
        inputs, values, raws, points, total = starts
        plan, shown, here = self.plan, line.pk in self.named, row + 1
        if shown:
            sheet.write_string(row, 0, line.enterprise.name)
            sheet.write_string(row, 1, line.enterprise.uscc)
            sheet.write_string(row, 2, (line.park.name_zh if self.language.startswith("zh") else line.park.name_en) if line.park else "")
        else:
            sheet.write_string(row, 0, gettext("Enterprise %(n)s") % {"n": place})
        cells = {}
        for at, field in enumerate(plan.fields):
            cells[field] = f"{_letter(inputs + at)}{here}"
            held = number(line.inputs.get(field)) if shown else None
            if held is not None:
                sheet.write_number(row, inputs + at, float(held / plan.unit_of(field)[1]), self.plain)
        for at, one in enumerate(plan.items):
            value, own, raw = line.values.get(one.code), f"{_letter(values + at)}{here}", f"{_letter(raws + at)}{here}"
            if shown:
                above, below = cells[one.of], cells[one.per]
                divided = f"{above}{_times(plan, one.of, one.of_fen)}/({below}{_times(plan, one.per, one.per_fen)})"
                sheet.write_formula(row, values + at, f'=IF(OR({above}="",{below}="",{below}=0),"",ROUND({divided},8))', self.plain, _float(value))
            elif value is not None:
                sheet.write_number(row, values + at, float(value), self.plain)
            earned = None if one.code in line.filled else line.points.get(one.code)
            sheet.write_formula(row, raws + at, self._raw(at, own, whole[values + at]), self.plain, _float(earned))
            mean = f"AVERAGE({whole[raws + at]})" if one.item.mean_if_missing else '""'
            sheet.write_formula(row, points + at, f'=IF({raw}="",{mean},{raw})', self.plain, _float(line.points.get(one.code)))
        first, end = f"{_letter(points)}{here}", f"{_letter(points + len(plan.items) - 1)}{here}"
        sheet.write_formula(
            row,
            total,
            f'=IF(COUNT({first}:{end})={len(plan.items)},ROUND(SUM({first}:{end}),8),"")',
            self.plain,
            "" if line.total is None else float(line.total),
        )
        cell, column = f"{_letter(total)}{here}", whole[total]
        sheet.write_formula(row, total + 1, f'=IF({cell}="","",RANK({cell},{column}))', None, "" if line.rank is None else line.rank)
        graded = sum(self.run.counts.get(name, 0) for name, _ in plan.grades.edges)
        share = "" if line.rank is None or not graded else line.rank / graded
        sheet.write_formula(row, total + 2, f'=IF({cell}="","",{_letter(total + 1)}{here}/COUNT({column}))', self.plain, share)
        sheet.write_formula(row, total + 3, self._grade(f"{_letter(total + 2)}{here}"), None, line.grade)

    def _raw(self, at: int, own: str, column: str) -> str:
        row, one = _FIRST_ITEM + at, self.plan.items[at].item
        weight, base = self._in_scheme("E", row), self._in_scheme("F", row)
        if self.plan.form == "min-max":
            points = f"IF(MAX({column})=MIN({column}),{weight},{weight}*(20+80*({own}-MIN({column}))/(MAX({column})-MIN({column})))/100)"
        elif one.cap is not None:
            points = f"MIN({own}/{base}*{weight},{weight}*{self._in_scheme('G', row)})"
        else:
            points = f"{own}/{base}*{weight}"
        return f'=IF({own}="","",{points})'

    def _grade(self, share: str) -> str:
        edges = self.plan.grades.edges
        inner = f'"{edges[-1][0]}"'
        for at in range(len(edges) - 2, -1, -1):
            inner = f'IF({share}<={self._in_scheme("B", self._edge_row(at))},"{edges[at][0]}",{inner})'
        return f'=IF({share}="","",{inner})'

    def _left_out(self, lines: list[Line]) -> None:
        sheet = self.book.add_worksheet(gettext("Not graded"))
        sheet.set_column(0, 2, 30)
        why = {one.code: one.name(self.language) for one in self.plan.ungraded} | {"no-report": gettext("no locked report")}
        for at, text in enumerate((gettext("Enterprise"), gettext("Credit code"), gettext("Why"))):
            sheet.write_string(0, at, text, self.bold)
        for row, line in enumerate(lines, 1):
            if line.pk in self.named:
                sheet.write_string(row, 0, line.enterprise.name)
                sheet.write_string(row, 1, line.enterprise.uscc)
            else:
                sheet.write_string(row, 0, "–")
            sheet.write_string(row, 2, why.get(line.ungraded, line.ungraded))


def _float(text: str | Decimal | None) -> float | str:
    return "" if text is None else float(text)


def _times(plan: Plan, field: str, fen: int) -> str:
    """What turns a field as its column shows it into the unit that an item divides by."""
    shown = plan.unit_of(field)[1]
    return "" if shown == fen else f"*{Decimal(shown) / Decimal(fen):f}"


def _letter(at: int) -> str:
    """A column's letters, from 0."""
    out = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        out = chr(65 + rest) + out
    return out
