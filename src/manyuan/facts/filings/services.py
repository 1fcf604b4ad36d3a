"""Moving filings: fill in, submit, approve (park), lock (city); return and unlock with a reason. Each act takes one filing or many.

A version is added for every change of values; it is in force from the moment it is locked until a later one is. An unlock opens the
filing for correction: what was locked stays in force until the correction is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.filings import rights
from manyuan.facts.filings.definition import Definition
from manyuan.facts.filings.errors import STATE_NAMES, NothingToSubmit, ReasonMissing, ValuesWrong, WrongState
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion, Form, Upload
from manyuan.facts.filings.opening import definition_for, install_form, open_period
from manyuan.facts.filings.shapes import misshapen

__all__ = ["NewValues", "approve_filings", "install_form", "lock_filings", "open_period", "return_filings", "save_values", "submit_filings", "unlock_filings"]

BATCH = 1_000
FILL = gettext_noop("fill in this filing")
APPROVE = gettext_noop("approve this filing")
LOCK = gettext_noop("lock this filing")
State = Filing.State


@dataclass(frozen=True)
class NewValues:
    """New values of a filing. values: field key -> stored value (see definition); a key left out is missing. cells, row: where in the upload."""

    filing: Filing
    values: Mapping[str, Any]
    cells: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None
    synthetic: bool = False


@transaction.atomic
def save_values(*, given: Iterable[NewValues], channel: str, by: Actor, now: datetime, upload: Upload | None = None, note: str = "") -> int:
    """Add a version where the values differ from the latest one; returns how many were added. Only drafts and returned filings take values.

    State and latest version are read anew: a filing that moved since the caller read it is refused.
    A value that is not of its field's kind or bounds is refused (ValuesWrong); what is missing or contradicts itself is refused when it is
    submitted, not here: a draft may be half done. Raises also NotAllowed, WrongState; then nothing is written.
    """
    added: list[FilingVersion] = []
    chosen: list[Filing] = []
    wanted = list(given)
    hold(one.filing.pk for one in wanted)
    stored = _as_stored([one.filing.pk for one in wanted])
    latest = _latest_values(stored.values())
    forms = _definitions(stored.values())
    for one in wanted:
        filing = stored[one.filing.pk]
        if not rights.may_fill(by, filing):
            raise NotAllowed(FILL, by)
        before = latest.get(filing.latest_id)
        values = {key: value for key, value in one.values.items() if value is not None}
        if before is not None and before[1] == values:
            continue
        if filing.state not in (State.DRAFT, State.RETURNED):
            raise _wrong(filing, State.DRAFT)
        held = before[1] if before else {}
        wrong = misshapen(forms[filing.form_id], {key: value for key, value in values.items() if key not in held or held[key] != value})
        if wrong:
            raise ValuesWrong(count=len(wrong), subject=subject_of(filing), period=filing.period, first=wrong[0].zh, faults=wrong)
        added.append(
            FilingVersion(
                filing=filing, number=(before[0] if before else 0) + 1, values=values, cells=dict(one.cells), row=one.row, upload=upload, channel=channel,
                is_synthetic=one.synthetic, recorded_at=now, recorded_by_id=by.id, note=note,
            )
        )  # fmt: skip
        chosen.append(filing)
    FilingVersion.objects.bulk_create(added, batch_size=BATCH)
    for filing, version in zip(chosen, added, strict=True):
        filing.latest_id = version.pk
    newest = FilingVersion.objects.filter(filing=OuterRef("pk")).order_by("-number").values("pk")[:1]
    _update(chosen, latest_id=Subquery(newest), changed_at=now)
    _trail(chosen, FilingStep.Action.SAVE, "", by, now)
    return len(added)


@transaction.atomic
def submit_filings(*, filings: Sequence[Filing], by: Actor, now: datetime) -> int:
    """Draft or returned -> submitted. Every required value must be there and every error check hold (ValuesWrong)."""
    rows = _locked(filings)
    forms = _definitions(rows)
    for filing in rows:
        if not rights.may_fill(by, filing):
            raise NotAllowed(FILL, by)
        _needs(filing, State.DRAFT, State.RETURNED)
        if filing.latest is None:
            raise NothingToSubmit(subject=subject_of(filing), period=filing.period)
        wrong = [fault for fault in forms[filing.form_id].faults(filing.latest.values) if fault.level == "error"]
        if wrong:
            raise ValuesWrong(count=len(wrong), subject=subject_of(filing), period=filing.period, first=wrong[0].zh, faults=wrong)
    in_time = Case(When(due_on__gte=timezone.localdate(now), then=Value(True)), default=Value(False))
    first = {"first_submitted_at": Coalesce("first_submitted_at", Value(now)), "in_time": Coalesce("in_time", in_time)}
    return _moved(rows, State.SUBMITTED, FilingStep.Action.SUBMIT, "", by, now, **first)


@transaction.atomic
def approve_filings(*, filings: Sequence[Filing], by: Actor, now: datetime) -> int:
    """Submitted -> approved, by the park committee."""
    for filing in (rows := _locked(filings)):
        if not rights.may_approve(by, filing):
            raise NotAllowed(APPROVE, by)
        _needs(filing, State.SUBMITTED)
    return _moved(rows, State.APPROVED, FilingStep.Action.APPROVE, "", by, now)


@transaction.atomic
def return_filings(*, filings: Sequence[Filing], reason: str, by: Actor, now: datetime) -> int:
    """Submitted -> returned by the park, or approved -> returned by the city; with a reason."""
    if not reason.strip():
        raise ReasonMissing()
    for filing in (rows := _locked(filings)):
        if filing.state == State.APPROVED:
            if not rights.may_lock(by):
                raise NotAllowed(LOCK, by)
        else:
            if not (rights.may_approve(by, filing) or by.sees_all):
                raise NotAllowed(APPROVE, by)
            _needs(filing, State.SUBMITTED)
    audit.emit(name="filings.returned", data={"ids": [filing.pk for filing in rows], "reason": reason.strip()}, now=now)
    return _moved(rows, State.RETURNED, FilingStep.Action.RETURN, reason, by, now)


@transaction.atomic
def lock_filings(*, filings: Sequence[Filing], by: Actor, now: datetime) -> int:
    """Approved -> locked, by the city: from now on the latest version is what the figures stand on."""
    rows = _locked(filings)
    if not rights.may_lock(by):
        raise NotAllowed(LOCK, by)
    for filing in rows:
        _needs(filing, State.APPROVED)
    latest = [filing.latest_id for filing in rows]
    for start in range(0, len(latest), 500):
        FilingVersion.objects.filter(pk__in=latest[start : start + 500], locked_at=None).update(locked_at=now)
    count = _moved(rows, State.LOCKED, FilingStep.Action.LOCK, "", by, now, in_force_id=F("latest_id"))
    touched = sorted({(filing.form_code, filing.period) for filing in rows})
    for form, period in touched:
        these = [filing for filing in rows if (filing.form_code, filing.period) == (form, period)]
        firms = sorted({filing.enterprise_id for filing in these if filing.enterprise_id is not None})
        data = {"form": form, "period": period, "park_ids": sorted({filing.park_id for filing in these}), "enterprise_ids": firms}
        audit.emit(name="filings.locked", data=data, now=now)
    return count


@transaction.atomic
def unlock_filings(*, filings: Sequence[Filing], reason: str, by: Actor, now: datetime) -> int:
    """Locked -> returned, by the city, with a reason; the locked figure stays in force until a corrected one is locked."""
    if not reason.strip():
        raise ReasonMissing()
    rows = _locked(filings)
    if not rights.may_lock(by):
        raise NotAllowed(LOCK, by)
    for filing in rows:
        _needs(filing, State.LOCKED)
    audit.emit(name="filings.returned", data={"ids": [filing.pk for filing in rows], "reason": reason.strip()}, now=now)
    return _moved(rows, State.RETURNED, FilingStep.Action.UNLOCK, reason, by, now)


def subject_of(filing: Filing) -> str:
    """The name of whom the filing is about."""
    subject = filing.enterprise or filing.park
    return subject.name if filing.enterprise_id else subject.name_zh  # type: ignore[union-attr]


def hold(filings: Iterable[int]) -> None:
    """Keep others from writing these filings (their ids) until the transaction ends. Ids in order, so that two who hold many do not wait for
    each other; alone in the query, so that what is read next, joins and all, is what the one before us left."""
    ids = sorted(filings)
    for start in range(0, len(ids), 500):
        list(Filing.objects.select_for_update().filter(pk__in=ids[start : start + 500]).order_by("pk").values_list("pk", flat=True))


def _locked(filings: Sequence[Filing]) -> list[Filing]:
    """The filings as stored now, held until the transaction ends, in the order of their ids."""
    ids, rows = sorted({filing.pk for filing in filings}), []
    hold(ids)
    for start in range(0, len(ids), 500):
        chosen = Filing.objects.filter(pk__in=ids[start : start + 500])
        rows += list(chosen.select_related("latest", "enterprise", "park").order_by("pk"))
    return rows


def _as_stored(ids: Sequence[int]) -> dict[int, Filing]:
    out: dict[int, Filing] = {}
    for start in range(0, len(ids), 500):
        out |= {filing.pk: filing for filing in Filing.objects.filter(pk__in=ids[start : start + 500])}
    return out


def _needs(filing: Filing, *states: str) -> None:
    if filing.state not in states:
        raise _wrong(filing, states[0])


def _wrong(filing: Filing, expected: str) -> WrongState:
    return WrongState(subject=subject_of(filing), period=filing.period, state=STATE_NAMES[filing.state], expected=STATE_NAMES[expected])


def _latest_values(filings: Iterable[Filing]) -> dict[int, tuple[int, dict[str, Any]]]:
    ids = [filing.latest_id for filing in filings if filing.latest_id]
    out = {}
    for start in range(0, len(ids), 500):
        for pk, number, values in FilingVersion.objects.filter(pk__in=ids[start : start + 500]).values_list("pk", "number", "values"):
            out[pk] = (number, values)
    return out


def _moved(rows: list[Filing], state: str, action: str, reason: str, by: Actor, now: datetime, **also: Any) -> int:
    _update(rows, state=state, changed_at=now, **also)
    _trail(rows, action, reason.strip(), by, now)
    return len(rows)


def _update(rows: Sequence[Filing], **values: Any) -> None:
    ids = [filing.pk for filing in rows]
    for start in range(0, len(ids), 500):
        Filing.objects.filter(pk__in=ids[start : start + 500]).update(**values)


def _definitions(filings: Iterable[Filing]) -> dict[int, Definition]:
    return {form.pk: definition_for(form) for form in Form.objects.filter(pk__in={filing.form_id for filing in filings})}


def _trail(rows: Sequence[Filing], action: str, reason: str, by: Actor, now: datetime) -> None:
    FilingStep.objects.bulk_create(
        (
            FilingStep(filing=filing, version_id=filing.latest_id, action=action, reason=reason, by_id=by.id, by_label=by.label[:200], at=now)
            for filing in rows
        ),
        batch_size=BATCH,
    )  # fmt: skip
    for start in range(0, len(rows), 2_000):
        part = rows[start : start + 2_000]
        after = {"count": len(part), "filings": [filing.pk for filing in part]}
        subject = part[0].pk if len(part) == 1 else "batch"
        audit.record(by=by, now=now, action=f"filings.{action}", subject_kind="filing", subject_id=subject, after=after, reason=reason)
