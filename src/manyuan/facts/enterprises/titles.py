"""Titles that end and titles that were entered wrongly: the row that was wrong stays readable as known before, and the record says why."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.errors import ReasonMissing, TitleIsEnded, TitleIsGone
from manyuan.facts.enterprises.models import Title
from manyuan.facts.enterprises.services import CHANGE


@transaction.atomic
def end_title(*, title: Title, on: date, reason: str, by: Actor, now: datetime) -> Title:
    """The title ends on `on` (that day it is no longer held), earlier than it said or at last. Only the city.

    Raises NotAllowed, ReasonMissing, TitleIsGone, TitleIsEnded when it is not in force on the day before.
    """
    row = _held(title, reason, by)
    if not row.valid_from < on or (row.valid_to is not None and on > row.valid_to):
        raise TitleIsEnded(kind=row.kind, name=row.enterprise.name, found=on, since=row.valid_from, until=row.valid_to or "…")
    Title.objects.filter(pk=row.pk).update(superseded_at=now)
    made = Title.objects.create(
        enterprise=row.enterprise, kind=row.kind, valid_from=row.valid_from, valid_to=on, proof=row.proof, source=row.source, mark=row.mark, recorded_at=now
    )  # fmt: skip
    _tell(row, "end", {"kind": row.kind, "valid_from": row.valid_from, "valid_to": on}, on, reason, by, now)
    return made


@transaction.atomic
def withdraw_title(*, title: Title, reason: str, by: Actor, now: datetime) -> None:
    """Take back a title that the firm never held: it stands no more, but stays readable as known before now. Only the city.

    Raises NotAllowed, ReasonMissing, TitleIsGone.
    """
    row = _held(title, reason, by)
    Title.objects.filter(pk=row.pk).update(superseded_at=now)
    _tell(row, "withdraw", {"kind": row.kind, "valid_from": row.valid_from}, row.valid_from, reason, by, now)


def _held(title: Title, reason: str, by: Actor) -> Title:
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    if not reason.strip():
        raise ReasonMissing()
    row = Title.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=title.pk)
    if row.superseded_at is not None:
        raise TitleIsGone(name=row.enterprise.name)
    return row


def _tell(row: Title, act: str, after: dict[str, object], since: date, reason: str, by: Actor, now: datetime) -> None:
    before = {"kind": row.kind, "valid_from": row.valid_from, "valid_to": row.valid_to, "proof": row.proof}
    audit.record(
        by=by, now=now, action=f"enterprises.title_{act}", subject_kind="enterprise", subject_id=row.enterprise_id, before=before, after=after, reason=reason
    )  # fmt: skip
    audit.emit(name="title.changed", data={"enterprise_ids": [row.enterprise_id], "since": since.isoformat()}, now=now)
