"""Reading filings: lists by what is due, one filing with its versions and trail, values as known at a moment, who is late."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.filings.definition import Definition
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.rights import visible

__all__ = [
    "Counted", "counts", "counts_by_park", "current_forms", "filing_for", "form_named", "late", "openings", "periods_of", "rows_in_force", "steps_of", "values_in_force",
    "versions_of", "visible",
]  # fmt: skip


def current_forms(subject: str = "") -> QuerySet[Form]:
    """The forms in their current version, perhaps of one kind of subject."""
    rows = Form.objects.filter(is_current=True).order_by("code")
    return rows.filter(subject=subject) if subject else rows


def form_named(code: str) -> Form:
    """The current version of a form. Raises NotFound."""
    form = Form.objects.filter(code=code, is_current=True).first()
    if form is None:
        raise NotFound()
    return form


def filing_for(actor: Actor, pk: int) -> Filing:
    """One filing that the actor may see. Raises NotFound."""
    row = visible(actor).select_related("form", "enterprise", "park", "latest__upload", "in_force__upload", "latest__recorded_by").filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def versions_of(filing: Filing) -> QuerySet[FilingVersion]:
    """All versions, the newest first."""
    return FilingVersion.objects.filter(filing=filing).select_related("upload", "recorded_by").defer("upload__content", "upload__preview").order_by("-number")


def steps_of(filing: Filing) -> QuerySet[FilingStep]:
    """The trail, the newest step first."""
    return FilingStep.objects.filter(filing=filing).order_by("-id")


def periods_of(form_code: str) -> list[str]:
    """The periods of a form that were opened, the newest first. Walks from the first to the last by the index; never reads all filings."""
    rows = Filing.objects.filter(form_code=form_code)
    first, last = (rows.order_by(order).values_list("period", flat=True).first() for order in ("period", "-period"))
    if first is None or last is None:
        return []
    period, out = parse_period(first), []
    while True:
        text = str(period)
        if rows.filter(period=text).exists():
            out.append(text)
        if text == last or period.year > parse_period(last).year:
            return out[::-1]
        period = period.next


def newest_period(form_code: str) -> str | None:
    """The newest period of a form that was opened; None where none was."""
    return Filing.objects.filter(form_code=form_code).order_by("-period").values_list("period", flat=True).first()


def openings() -> dict[tuple[str, str], datetime]:
    """(form code, period) to the moment at which it was first opened, from the audit record."""
    out: dict[tuple[str, str], datetime] = {}
    for at, after in AuditRecord.objects.filter(subject_kind="form", action="filings.open").order_by("id").values_list("at", "after"):
        out.setdefault((after["form"], after["period"]), at)
    return out


@dataclass(frozen=True)
class Counted:
    """How many filings of a form and period are where. owed: all; late: owed, due over and never submitted; in_time: first submitted by the due day."""

    owed: int
    draft: int
    submitted: int
    returned: int
    approved: int
    locked: int
    late: int
    in_time: int

    @property
    def handed_in(self) -> int:
        """Submitted at least once."""
        return self.submitted + self.approved + self.locked


def _aggregates(today: date) -> dict[str, Any]:
    states = {state: Count("id", filter=Q(state=state)) for state in Filing.State.values}
    return {
        "owed": Count("id"), **states, "late_ones": Count("id", filter=Q(state=Filing.State.DRAFT, in_time=None, due_on__lt=today)),
        "on_time": Count("id", filter=Q(in_time=True)),
    }  # fmt: skip


def _counted(row: dict[str, Any]) -> Counted:
    return Counted(
        row["owed"], row["draft"], row["submitted"], row["returned"], row["approved"], row["locked"], row["late_ones"], row["on_time"]
    )  # fmt: skip


def counts(rows: QuerySet[Filing], today: date) -> Counted:
    """Counts of a set of filings."""
    return _counted(rows.aggregate(**_aggregates(today)))


def counts_by_form(rows: QuerySet[Filing], periods: dict[str, str], today: date) -> dict[str, Counted]:
    """Of a set of filings, the counts of each form in the one period named for it (form code to period), in one reading."""
    found = rows.filter(form_code__in=list(periods), period__in=set(periods.values())).values("form_code", "period").annotate(**_aggregates(today)).order_by()
    return {row["form_code"]: _counted(row) for row in found if periods[row["form_code"]] == row["period"]}


def counts_by_park(form_code: str, period: str, today: date) -> dict[int, Counted]:
    """Park id (the one that answers) to counts, sub-parks apart."""
    rows = Filing.objects.filter(form_code=form_code, period=period).values("park_id").annotate(**_aggregates(today)).order_by()
    return {row["park_id"]: _counted(row) for row in rows}


def late(actor: Actor, today: date) -> QuerySet[Filing]:
    """What is overdue and was never submitted, among what the actor sees."""
    return visible(actor).filter(state=Filing.State.DRAFT, in_time=None, due_on__lt=today)


def values_in_force(
    form_code: str, period: str, known_at: datetime | None = None, *, enterprise_ids: Collection[int] | None = None
) -> Iterator[tuple[Filing, dict[str, Any], bool]]:
    """(filing, values, synthetic) of what `rows_in_force` gives; the filings carry id, enterprise_id and park_id only."""
    for pk, enterprise, park, values, synthetic in rows_in_force(form_code, period, known_at, enterprise_ids=enterprise_ids):
        yield Filing(pk=pk, enterprise_id=enterprise, park_id=park), values, synthetic


def rows_in_force(
    form_code: str, period: str, known_at: datetime | None = None, *, enterprise_ids: Collection[int] | None = None
) -> Iterator[tuple[int, int | None, int, dict[str, Any], bool]]:
    """(filing id, enterprise id, park id, values, synthetic) of every filing of the form and period whose figures are in force, as known at the moment (None: now).

    enterprise_ids: of these only (a few thousand at most). In force as known at D: the latest version locked at or before D.
    """
    if known_at is None:
        current = Filing.objects.filter(form_code=form_code, period=period, in_force__isnull=False)
        current = current if enterprise_ids is None else current.filter(enterprise_id__in=enterprise_ids)
        rows = current.values_list("id", "enterprise_id", "park_id", "in_force__values", "in_force__is_synthetic").iterator(chunk_size=5_000)
    else:
        locked = FilingVersion.objects.filter(filing__form_code=form_code, filing__period=period, locked_at__lte=known_at)
        locked = locked if enterprise_ids is None else locked.filter(filing__enterprise_id__in=enterprise_ids)
        newest = locked.order_by("filing_id", "-number").values_list("filing_id", "filing__enterprise_id", "filing__park_id", "values", "is_synthetic")
        rows = (next(group) for _, group in groupby(newest.iterator(chunk_size=5_000), key=itemgetter(0)))
    yield from rows


def rows_of_firms(
    enterprise_ids: Collection[int], wanted: Collection[tuple[str, str]], known_at: datetime | None = None
) -> dict[tuple[str, str], list[tuple[int, int | None, int, dict[str, Any], bool]]]:
    """What `rows_in_force` gives for each (form code, period) wanted, of a few thousand enterprises at most, in one reading."""
    forms, periods = {form for form, _ in wanted}, {period for _, period in wanted}
    out: dict[tuple[str, str], list[tuple[int, int | None, int, dict[str, Any], bool]]] = {key: [] for key in wanted}
    if known_at is None:
        current = Filing.objects.filter(enterprise_id__in=enterprise_ids, form_code__in=forms, period__in=periods, in_force__isnull=False)
        names = ("form_code", "period", "id", "enterprise_id", "park_id", "in_force__values", "in_force__is_synthetic")
        for form, period, *row in current.values_list(*names):
            if (form, period) in out:
                out[form, period].append(tuple(row))
        return out
    for form, period in wanted:
        out[form, period] = list(rows_in_force(form, period, known_at, enterprise_ids=enterprise_ids))
    return out


def corrected_firms(form_code: str, period: str, enterprise_ids: Collection[int]) -> list[int]:
    """Of these enterprises those whose filing was locked more than once: a figure that counted was put right."""
    rows = FilingVersion.objects.filter(filing__form_code=form_code, filing__period=period, locked_at__isnull=False)
    wanted, found = sorted(set(enterprise_ids)), []
    for start in range(0, len(wanted), 500):
        twice = rows.filter(filing__enterprise__in=wanted[start : start + 500]).values("filing__enterprise_id").annotate(n=Count("pk")).filter(n__gt=1)
        found += twice.order_by("filing__enterprise_id").values_list("filing__enterprise_id", flat=True)
    return found


def shown_fields(filing: Filing, actor: Actor) -> tuple[Definition, list[Any]]:
    """The form and those of its fields that the actor may see."""
    definition = definition_for(filing.form)
    return definition, [field for field in definition.fields if field.seen_by(actor)]
