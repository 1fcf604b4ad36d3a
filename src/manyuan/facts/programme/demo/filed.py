"""Invented filings: most in time, some late, some missing, some wrong; older periods locked, the latest ones still on their way.

Written in bulk with the states that the services would have led to; each version says that it is synthetic and came by the demo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone

from manyuan.facts.filings.definition import Definition
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import Period
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.demo.figures import firm_values, park_values
from manyuan.facts.programme.demo.firms import SEED, DemoFirm

BATCH = 2_000
_STEPS_UP_TO = 60_000
State = Filing.State


@dataclass(frozen=True)
class _Made:
    form: Form
    period: Period
    due: date
    enterprise_id: int | None
    park_id: int
    state: str
    submitted: datetime | None
    locked: datetime | None
    values: dict[str, Any] | None


def write_filings(
    forms: Sequence[tuple[Form, Sequence[Period]]], firms: Sequence[tuple[DemoFirm, int]], parks: Sequence[Park], above_scale: set[int], now: datetime,
    progress: Callable[[str, int, int], None],
) -> int:  # fmt: skip
    """Write the filings of all forms and periods; returns how many."""
    total = sum(len(periods) * (len(firms) if form.subject == "enterprise" else len(parks)) for form, periods in forms)
    at_work = _Writer(steps=total <= _STEPS_UP_TO, now=now)
    for form, periods in forms:
        definition = definition_for(form)
        for period in periods:
            made = _of_firms(form, definition, period, firms, above_scale, now) if form.subject == "enterprise" else _of_parks(
                form, definition, period, parks, firms, now
            )  # fmt: skip
            at_work.write(made)
            progress(f"{form.code} {period}", at_work.count, total)
    at_work.end()
    return at_work.count


def _of_firms(
    form: Form, definition: Definition, period: Period, firms: Iterable[tuple[DemoFirm, int]], above_scale: set[int], now: datetime
) -> Iterator[_Made]:
    last_day = period.end - timedelta(days=1)
    for firm, pk in firms:
        if firm.since > last_day or (definition.owed_by and firm.number not in above_scale):
            continue
        chance = firm.chance(f"filed:{form.code}:{period}")
        due = period.due_on(definition.due_days)
        values = firm_values(firm, definition, period)
        course = _course(chance, firm.care, due, now)
        if course[0] in (State.SUBMITTED, State.RETURNED) and chance.random() < 0.2 and "revenue" in values:
            values["revenue"] *= 10_000  # yuan written where 10,000 yuan were asked for
        yield _Made(form, period, due, pk, firm.park.pk, *course, values)


def _of_parks(
    form: Form, definition: Definition, period: Period, parks: Iterable[Park], firms: Sequence[tuple[DemoFirm, int]], now: datetime
) -> Iterator[_Made]:
    there: dict[int, int] = {}
    for firm, _ in firms:
        there[firm.park.pk] = there.get(firm.park.pk, 0) + 1
    for park in parks:
        chance = Random(f"{SEED}:filed:{park.code}:{period}")  # noqa: S311 -- made up figures
        due = period.due_on(definition.due_days)
        course = _course(chance, 0.95, due, now)
        yield _Made(form, period, due, None, park.pk, *course, park_values(park, definition, period, there.get(park.pk, 0)))


def _course(chance: Random, care: float, due: date, now: datetime) -> tuple[str, datetime | None, datetime | None]:
    """How a filing went: its state, when it was first submitted, when it was locked. What was due lately is still on its way."""
    luck = chance.random()
    late = luck > 0.4 + 0.55 * care
    missing = luck > 0.955 + 0.03 * care
    day = due + timedelta(days=chance.randrange(1, 25)) if late else due - timedelta(days=chance.randrange(0, 9))
    submitted = timezone.make_aware(datetime.combine(day, time(9 + chance.randrange(8), chance.randrange(60))))
    if missing or submitted > now:
        return State.DRAFT, None, None
    locked = submitted + timedelta(days=4 + chance.randrange(12))
    where = chance.random()
    recent = timezone.localdate(now) - due < timedelta(days=45)
    for state, share in ((State.SUBMITTED, 0.25 if recent else 0.012), (State.APPROVED, 0.27 if recent else 0.02), (State.RETURNED, 0.03 if recent else 0.008)):
        if where < share:
            return state, submitted, None
        where -= share
    return (State.LOCKED, submitted, locked) if locked <= now else (State.APPROVED, submitted, None)


class _Writer:
    """Filings, versions and steps with keys given here, so that each can point at the other in one go."""

    def __init__(self, *, steps: bool, now: datetime) -> None:
        self.steps, self.now, self.count = steps, now, 0
        self.filing_id = _highest(Filing)
        self.version_id = _highest(FilingVersion)

    def write(self, made: Iterator[_Made]) -> None:
        while batch := list(islice(made, BATCH)):
            filings, versions, steps = [], [], []
            for one in batch:
                self.filing_id += 1
                filing = Filing(
                    pk=self.filing_id, form=one.form, form_code=one.form.code, enterprise_id=one.enterprise_id, park_id=one.park_id, period=str(one.period),
                    state=one.state, due_on=one.due, first_submitted_at=one.submitted, in_time=None if one.submitted is None else timezone.localdate(one.submitted) <= one.due, changed_at=one.locked or one.submitted or self.now,
                )  # fmt: skip
                if one.submitted is not None:
                    self.version_id += 1
                    versions.append(
                        FilingVersion(
                            pk=self.version_id, filing_id=filing.pk, number=1, values=one.values, channel=FilingVersion.Channel.DEMO, is_synthetic=True,
                            recorded_at=one.submitted, locked_at=one.locked,
                        )
                    )  # fmt: skip
                    filing.latest_id = self.version_id
                    filing.in_force_id = self.version_id if one.locked else None
                    steps += self._steps(filing, one)
                filings.append(filing)
            Filing.objects.bulk_create(filings, batch_size=BATCH)
            FilingVersion.objects.bulk_create(versions, batch_size=BATCH)
            FilingStep.objects.bulk_create(steps, batch_size=BATCH)
            self.count += len(filings)

    def _steps(self, filing: Filing, one: _Made) -> Iterator[FilingStep]:
        if not self.steps or one.submitted is None:
            return
        firm, park = ("企业（演示）" if one.enterprise_id else "园区公司（演示）"), "园区管委会（演示）"
        yield FilingStep(filing=filing, version_id=filing.latest_id, action="submit", by_label=firm, at=one.submitted)
        if one.state == State.RETURNED:
            yield FilingStep(
                filing=filing,
                version_id=filing.latest_id,
                action="return",
                reason="与上期相差较大，请核对（演示）",
                by_label=park,
                at=one.submitted + timedelta(days=1),
            )
        if one.state in (State.APPROVED, State.LOCKED):
            yield FilingStep(filing=filing, version_id=filing.latest_id, action="approve", by_label=park, at=one.submitted + timedelta(days=2))
        if one.locked is not None:
            yield FilingStep(filing=filing, version_id=filing.latest_id, action="lock", by_label="市级部门（演示）", at=one.locked)

    def end(self) -> None:
        """Let the database number further rows after those numbered here."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Filing, FilingVersion]):
                cursor.execute(statement)


def _highest(model: type[Filing] | type[FilingVersion]) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
