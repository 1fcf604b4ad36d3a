"""The workbook: its own formulas, worked out by somebody else, give the published totals, places and grades; names stand only where they may."""

from __future__ import annotations

import io
import re
from statistics import mean

import pytest
from openpyxl import load_workbook

from manyuan.facts.accounts.queries import actor_of
from manyuan.work.evaluation import queries
from manyuan.work.evaluation.tests.test_per_mu_scores import at_base
from manyuan.work.evaluation.workbook import run_workbook


class Sheets:
    """A spreadsheet program of the functions that the workbook uses."""

    def __init__(self, content: bytes) -> None:
        self.book, self.known = load_workbook(io.BytesIO(content)), {}

    def cell(self, sheet: str, name: str):
        key = (sheet, name.replace("$", ""))
        if key not in self.known:
            found = self.book[sheet][key[1]].value
            self.known[key] = self.formula(sheet, found[1:]) if isinstance(found, str) and found.startswith("=") else "" if found is None else found
        return self.known[key]

    def area(self, sheet: str, first: str, last: str):
        return [self.cell(sheet, one.coordinate) for row in self.book[sheet][f"{first}:{last}".replace("$", "")] for one in row]

    def formula(self, sheet: str, text: str):
        text = re.sub(r"'([^']+)'!(\$?[A-Z]+\$?\d+)", lambda m: f"C({m[1]!r},{m[2]!r})", text)
        text = re.sub(r"(?<![\w'$])(\$?[A-Z]+\$?\d+):(\$?[A-Z]+\$?\d+)", lambda m: f"A({sheet!r},{m[1]!r},{m[2]!r})", text)
        text = re.sub(r"(?<![\w'$])(\$?[A-Z]{1,2}\$?\d+)(?![\w'(])", lambda m: f"C({sheet!r},{m[1]!r})", text)
        text = re.sub(r"(?<![<>=])=(?!=)", "==", text)
        return eval(_lazy(text), {"C": self.cell, "A": self.area, **FUNCTIONS})


def numbers(values):
    return [one for one in values if isinstance(one, (int, float))]


FUNCTIONS = {
    "IF_": lambda test, yes, no: yes() if test() else no(), "OR_": lambda *tests: any(test() for test in tests), "ROUND_": lambda value, places: round(value(), places()),
    "AVERAGE_": lambda values: mean(numbers(values())), "MIN_": lambda *values: min(x for v in values for x in (numbers(v()) if isinstance(v(), list) else [v()])),
    "MAX_": lambda values: max(numbers(values())), "COUNT_": lambda values: len(numbers(values())), "SUM_": lambda values: sum(numbers(values())),
    "RANK_": lambda value, values: 1 + sum(one > value() for one in numbers(values())),
}  # fmt: skip


def _lazy(text: str) -> str:
    """NAME(a,b) -> NAME_(lambda: a, lambda: b), inside out, so that IF looks at one side only."""
    out, at = "", 0
    while found := re.compile(r"\b(IF|OR|ROUND|AVERAGE|MIN|MAX|COUNT|SUM|RANK)\(").search(text, at):
        depth, start, parts, quoted = 1, found.end(), [], False
        place = start
        while depth:
            letter = text[place]
            quoted = quoted ^ (letter in "\"'")
            if not quoted:
                depth += (letter == "(") - (letter == ")")
                if (letter == "," and depth == 1) or depth == 0:
                    parts.append(text[start:place])
                    start = place + 1
            place += 1
        out += text[at : found.start()] + f"{found[1]}_(" + ",".join(f"lambda: {_lazy(part)}" for part in parts) + ")"
        at = place
    return out + text[at:]


def filed(bureau, scheme):
    firms = [bureau.firm(number) for number in range(1, 8)]
    figures = at_base()
    for number, firm in enumerate(firms):
        given = {name: value for name, value in figures.items() if name not in ("tax", "value_added", "revenue", "rd_spend")}
        if number == 3:
            given.pop("emissions")
        if number == 5:
            given.pop("energy")
        if scheme == "below-scale":
            given["electricity"] = 1_000_000 * (number + 1)
        given["employees"] = 500 + number
        bureau.file(firm, tax=2000 + (number // 2) * 400, value_added=9000 + 100 * number, revenue=90_000, rd_spend=100 * number, **given)
    if scheme == "above-scale":
        from datetime import date

        from manyuan.facts.enterprises.models import Title

        for firm in firms:
            Title.objects.create(
                enterprise=firm, kind="above-scale", valid_from=date(2025, 1, 1), proof="x", source="test", mark="example", recorded_at=bureau.now()
            )
    return firms


@pytest.mark.parametrize("scheme", ["above-scale", "below-scale", "min-max"])
@pytest.mark.parametrize("named", [True, False])
def test_its_own_formulas_give_the_published_totals_places_and_grades(bureau, scheme, named):
    filed(bureau, scheme)
    run = bureau.published(scheme)
    rows = list(run.lines.exclude(ungraded="no-report").order_by("rank", "pk"))
    sheets = Sheets(run_workbook(run, [row.pk for row in rows] if named else [], "zh-hans"))
    sheet = sheets.book["得分"]
    heads = {cell.value: cell.column_letter for cell in sheet[2]}
    assert len(rows) == 7
    for at, line in enumerate(rows, 3):
        total, place, grade = (sheets.cell("得分", f"{heads[name]}{at}") for name in ("总分", "位次", "等级"))
        if line.total is None:
            assert (total, place, grade) == ("", "", "")
        else:
            assert abs(total - float(line.total)) < 1e-6 and (place, grade) == (line.rank, line.grade)
    stored = load_workbook(io.BytesIO(run_workbook(run, [], "en")), data_only=True)["Scores"]
    assert [row[-1] for row in stored.iter_rows(min_row=3, values_only=True)] == [line.grade or None for line in rows], (
        "a viewer that does not compute shows the same"
    )


def test_names_and_figures_stand_only_in_rows_that_the_reader_may_see(bureau):
    firms = filed(bureau, "below-scale")
    run = bureau.published()
    mine = queries.lines_seen(bureau.owner(firms[0]), run).values_list("pk", flat=True)
    book = load_workbook(io.BytesIO(run_workbook(run, list(mine), "zh-hans")))
    text = "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
    assert firms[0].name in text and firms[0].uscc in text
    assert not any(firm.uscc in text or f"企业{number}\n" in text for number, firm in enumerate(firms[1:], 2))
    filled = [row for row in book["得分"].iter_rows(min_row=3, min_col=4, max_col=6, values_only=True) if any(cell is not None for cell in row)]
    assert len(filled) == 1, "figures as filed only of the own row"
    west = queries.lines_seen(actor_of(bureau.town["committee_west"]), run)
    assert {line.enterprise.name for line in west} == {"西企WESTFIRM"}
