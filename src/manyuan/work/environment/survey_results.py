"""What the survey said of a month or quarter, by park with all below it and for the city (None): only what may be shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from manyuan.facts.filings.periods import Period, period_of
from manyuan.facts.parks.queries import parents_on
from manyuan.work.environment.definition import read_survey
from manyuan.work.environment.models import Answer, Link, Round
from manyuan.work.environment.suppression import shown

Place = tuple[int | None, str]
"""Park (None: the city) and month or quarter."""


@dataclass
class Result:
    """asked, answers: how many; sums: question -> sum of grades; spread: question -> grade -> how often."""

    asked: int = 0
    answers: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    spread: dict[str, dict[int, int]] = field(default_factory=dict)
    synthetic: bool = False

    def mean(self, question: str) -> float | None:
        return self.sums[question] / self.answers if self.answers and question in self.sums else None


def results(period: Period) -> dict[int | None, Result]:
    """Park id, and None for the city, to what may be shown of the period. A year has no results of its own."""
    months = _months(period)
    rounds = list(Round.objects.filter(period__in=_quarter(period)).select_related("form"))
    if not rounds or not months:
        return {}
    parents = parents_on(period.end - timedelta(days=1))
    minimum = max(_minimum(one) for one in rounds)
    found: dict[Place, Result] = defaultdict(Result)
    month_of, made_up = {one.pk: one.period for one in rounds}, {one.pk: one.synthetic for one in rounds}
    quarter = str(period_of(period.start, "quarter"))
    for round_id, park_id, grades in Answer.objects.filter(round__in=rounds).values_list("round_id", "park_id", "grades"):
        for park in _above(park_id, parents):
            for when in (month_of[round_id], quarter):
                _add(found[park, when], grades, made_up[round_id])
    for round_id, park_id in Link.objects.filter(round__in=rounds).values_list("round_id", "park_id"):
        for park in _above(park_id, parents):
            for when in (month_of[round_id], quarter):
                found[park, when].asked += 1
    counts = {place: one.answers for place, one in found.items()}
    across, over = shown(counts, _below(found, parents), minimum), shown(counts, _within(found, quarter), minimum)
    return {park: one for (park, when), one in found.items() if when == str(period) and (park, when) in across & over}


def _add(result: Result, grades: dict[str, int], made_up: bool) -> None:
    result.answers += 1
    result.synthetic = result.synthetic or made_up
    for question, grade in grades.items():
        result.sums[question] = result.sums.get(question, 0) + grade
        spread = result.spread.setdefault(question, {})
        spread[grade] = spread.get(grade, 0) + 1


def _below(found: dict[Place, Result], parents: dict[int, int]) -> dict[Place, list[Place]]:
    """Each park, and the city, as the sum of what lies directly below, in the same time."""
    out: dict[Place, list[Place]] = defaultdict(list)
    for park, when in found:
        if park is not None:
            out[parents.get(park), when].append((park, when))
    return out


def _within(found: dict[Place, Result], quarter: str) -> dict[Place, list[Place]]:
    """A quarter as the sum of its months, of the same park."""
    return {(park, quarter): [one for one in found if one[0] == park and one[1] != quarter] for park, when in found if when == quarter}


def _above(park: int, parents: dict[int, int]) -> list[int | None]:
    out: list[int | None] = [park]
    while (up := parents.get(park)) is not None and up not in out:
        out.append(up)
        park = up
    return [*out, None]


def _months(period: Period) -> list[str]:
    return [] if period.kind == "year" else [str(period)]


def _quarter(period: Period) -> list[str]:
    """The months of the quarter that the period is or lies in: what is shown of one must not give away another."""
    quarter = period_of(period.start, "quarter")
    first = period_of(quarter.start, "month")
    return [str(first), str(first.next), str(first.next.next)]


def _minimum(one: Round) -> int:
    survey, _ = read_survey(one.form.content)
    return survey.minimum if survey else 10_000
