"""Every real registration: the kernel says of each row what FEEL says of it."""

from __future__ import annotations

import csv
import gzip
import os
from datetime import date
from pathlib import Path

import pytest

from manyuan.engines import feel
from manyuan.engines.screening import Amount, Condition, FactSheet, Policy, PolicySet, Text, screen
from manyuan.engines.screening.registrations import from_registrations

_SHARED = os.environ.get("MANYUAN_SHARED") or str(next(p for p in Path(__file__).parents if (p / "pyproject.toml").is_file()).parent / "shared")
FILE = Path(_SHARED) / "data" / "enterprises" / "chengdu_registrations.csv.gz"
AS_OF = date(2026, 11, 23)
pytestmark = [pytest.mark.shared_data, pytest.mark.skipif(not FILE.is_file(), reason="the real data are not beside the project (MANYUAN_SHARED)")]


@pytest.fixture(scope="module")
def sheet() -> FactSheet:
    return from_registrations(FILE, as_of=AS_OF)


def test_every_registration_is_judged_as_feel_judges_it(sheet: FactSheet) -> None:
    whens = ["age in years >= 20", "capital >= 1000000", 'sector in ("software", "medicine")']
    conditions = tuple(Condition(str(at), when, "art. 1", Text(when, when)) for at, when in enumerate(whens))
    policies = PolicySet((Policy("P", Text("P", "P"), "test", "example", date(2020, 1, 1), None, conditions, Amount("min(capital * 0.01, 50000)")),))
    programs = [feel.compile(when, names=sheet.schema.names) for when in whens]
    needs = ["age in years", "capital", "sector"]
    expected = dict.fromkeys(("entitled", "near", "refused", "undetermined", "set aside"), 0)
    cost = 0
    for at in range(sheet.rows):
        row = sheet.row(at)
        truths = [None if row[name] is None else program.run({name: row[name]}) for name, program in zip(needs, programs)]
        unmet, unknown = truths.count(False), None in truths or row["capital"] is None
        outcome = ("undetermined" if unknown else "entitled") if not unmet else "near" if unmet == 1 and not unknown else "refused"
        expected[outcome] += 1
        if outcome == "entitled":
            fen = int(row["capital"] * 100)  # type: ignore[operator]
            cost += min((fen + 50) // 100, 5_000_000)  # a hundredth, half up
    result = screen(policies, sheet)
    assert sheet.rows == 41_346
    assert result.counts()["P"] == expected
    assert result.totals()["P"] == cost
    assert min(expected[name] for name in ("entitled", "near", "refused", "undetermined")) > 0


def test_ages_are_counted_in_whole_years_from_the_day_in_the_file(sheet: FactSheet) -> None:
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        days = [date.fromisoformat(record["注册日期"]) for record in csv.DictReader(file)]
    for at in range(0, sheet.rows, 97):
        age, birthday = sheet.row(at)["age in years"], days[at]
        assert (birthday.year + int(age), birthday.month, birthday.day) <= (2026, 11, 23)  # type: ignore[call-overload]
        assert (birthday.year + int(age) + 1, birthday.month, birthday.day) > (2026, 11, 23)  # type: ignore[call-overload]
