"""The register of reform items (改革事项): each with its state, its days and its evidence."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.work.matters.errors import ReasonMissing, WrongInput, WrongState
from manyuan.work.matters.models import Reform, ReformNote

KEEP = gettext_noop("keep the register of reforms")
AFTER = {"planned": ("pilot", "in-force", "dropped"), "pilot": ("in-force", "dropped"), "in-force": ("dropped",), "dropped": ()}
"""What may follow what."""


def may_keep(reform: Reform | None, by: Actor) -> bool:
    """City-wide items are the city's; those of a park its committee's too."""
    if by.sees_all:
        return True
    return reform is not None and reform.park_id is not None and by.role is Role.COMMITTEE and reform.park_id in by.park_ids


@transaction.atomic
def move_reform(*, reform: Reform, state: str, on: date, title: str, document: str = "", by: Actor, now: datetime) -> Reform:
    """An item goes on: planned → pilot → in force, or is dropped; with the paper that says so. Raises NotAllowed, WrongState, WrongInput, ReasonMissing."""
    row = Reform.objects.select_for_update(of=("self",)).get(pk=reform.pk)
    if not may_keep(row, by):
        raise NotAllowed(KEEP, by)
    if state not in AFTER[row.state]:
        raise WrongState(state=Reform.State(row.state).label)
    _checked(row, title, on, now)
    if state == Reform.State.IN_FORCE and not document.strip() and not row.notes.exclude(document="").exists():
        raise ReasonMissing()  # nothing is in force without a paper
    before = row.state
    row.state, row.since, row.changed_at = state, on, now
    row.save(update_fields=["state", "since", "changed_at"])
    ReformNote.objects.create(reform=row, state=state, title=title.strip(), document=document.strip()[:200], on=on, label=by.label[:200], at=now)
    audit.record(
        by=by, now=now, action="matters.move_reform", subject_kind="reform", subject_id=row.code, before={"state": before}, after={"state": state, "on": on}
    )
    return row


@transaction.atomic
def lay_reform_evidence(*, reform: Reform, title: str, document: str, on: date, by: Actor, now: datetime) -> ReformNote:
    """Evidence for an item: what it is, its number or place, its day. Raises NotAllowed, ReasonMissing, WrongInput."""
    if not may_keep(reform, by):
        raise NotAllowed(KEEP, by)
    _checked(None, title, on, now)
    if not document.strip():
        raise ReasonMissing()
    made = ReformNote.objects.create(reform=reform, title=title.strip(), document=document.strip()[:200], on=on, label=by.label[:200], at=now)
    Reform.objects.filter(pk=reform.pk).update(changed_at=now)
    audit.record(
        by=by, now=now, action="matters.reform_evidence", subject_kind="reform", subject_id=reform.code, after={"title": made.title, "document": made.document}
    )
    return made


def _checked(row: Reform | None, title: str, on: date, now: datetime) -> None:
    if not title.strip():
        raise ReasonMissing()
    if len(title) > 200:
        raise WrongInput(found=title[:40], expected="≤ 200")
    if on > timezone.localdate(now) or (row is not None and on < row.since):
        raise WrongInput(found=on.isoformat(), expected=f"{row.since if row else '…'} – {timezone.localdate(now)}")
