"""Cases from the first word to the end: opened, moved, handed on, commented. Each act checks the right and the state, under the case's lock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.clocks import extend_clock, first_clocks, go_up, hours, pause_clock, resume_clock, run_clocks, sweep_clocks
from manyuan.work.cases.errors import KindsFaulty, MoveNotOpen, NoSuchKind, NoteMissing, TransferTooLate, WrongCase
from manyuan.work.cases.files import attach
from manyuan.work.cases.kinds import CaseKind, follow, read_kinds
from manyuan.work.cases.models import Case, Clock, Kind, Step, Watcher
from manyuan.work.cases.rights import UNITS, is_above, is_city, is_unit, kind_at, kind_for, may_be_given, parties
from manyuan.work.cases.searching import terms_of, with_number

__all__ = [
    "About", "assign", "attach", "comment", "extend_clock", "gather", "hand_over", "install_kinds", "move_case", "open_case", "open_within", "pause_clock", "reassign", "resume_clock", "sweep_clocks",
    "watch",
]  # fmt: skip
OPEN = gettext_noop("open this kind of case")
MOVE = gettext_noop("take this step")
HAND = gettext_noop("hand this case on")
READ = gettext_noop("take part in this case")
CHANNELS = ("portal", "open", "officer", "workbook", "api", "mail", "visit", "meeting", "system")
"""How a case came in: the portal, the open page behind a park's code, an officer on behalf, a workbook, a program, a mail, a visit, a meeting, the product."""


@dataclass(frozen=True)
class About:
    """The record of another app that a case is about."""

    kind: str
    id: int


@transaction.atomic
def install_kinds(*, content: Path, by: Actor, now: datetime) -> int:
    """Take the kinds of case in a folder of the pack, whole or not at all. A changed kind is a new version; running cases stay on theirs.

    Returns how many are new or changed. Raises NotAllowed, KindsFaulty.
    """
    if not is_city(by):
        raise NotAllowed(OPEN, by)
    found, faults = read_kinds(content)
    if faults:
        raise KindsFaulty(faults="\n".join(one.message("zh") for one in faults))
    changed = 0
    for plain in found:
        digest = sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        newest = Kind.objects.filter(code=plain["code"]).order_by("-number").first()
        if newest is not None and newest.is_current and newest.digest == digest:
            continue
        Kind.objects.filter(code=plain["code"], is_current=True).update(is_current=False)
        Kind.objects.create(code=plain["code"], number=(newest.number if newest else 0) + 1, definition=plain, digest=digest, installed_at=now)
        changed += 1
    if changed:
        audit.record(by=by, now=now, action="cases.install_kinds", subject_kind="case_kinds", subject_id="pack", after={"changed": changed})
    return changed


@transaction.atomic
def open_case(**given: Any) -> Case:
    """Open a case in a transaction of its own; see `open_within`."""
    return open_within(**given)


def open_within(
    *,
    kind: str,
    title: str,
    text: str = "",
    enterprise: Enterprise | None = None,
    park: Park | None = None,
    unit: Organisation | None = None,
    handler: User | None = None,
    about: About | tuple[str, int] | None = None,
    channel: str = "portal",
    direct: bool = False,
    reporter_label: str = "",
    key: str = "",
    synthetic: bool = False,
    beside: Callable[[Case], object] = lambda row: None,
    by: Actor,
    now: datetime,
) -> Case:
    """Open a case of a kind, in the caller's transaction; its clocks begin. park: the enterprise's own where none is named. key: the sender's; sent twice it
    is one case. beside: what else is written with a new case (not with one that was known by its key).

    Whoever opens it on behalf of an enterprise does not speak for it: only the enterprise says whether it is solved.

    All that takes time comes first: from the day's number on others wait until the transaction ends. Raises NoSuchKind, WrongCase.
    """
    if key and (known := Case.objects.filter(key=key).values_list("pk", flat=True).first()) is not None:
        return Case.objects.get(pk=known)
    kind_id = Kind.objects.filter(code=kind, is_current=True).values_list("pk", flat=True).first()
    if kind_id is None:
        raise NoSuchKind(kind=kind)
    definition = kind_at(kind_id)
    if not 0 < len(title.strip()) <= 200:
        raise WrongCase(field=gettext_noop("Title"), found=str(len(title.strip())), expected=gettext_noop("1 to 200 characters"))
    if len(text) > 20_000:
        raise WrongCase(field=gettext_noop("Text"), found=str(len(text)), expected=gettext_noop("at most 20,000 characters"))
    if channel not in CHANNELS:
        raise WrongCase(field=gettext_noop("Channel"), found=channel, expected=", ".join(CHANNELS))
    park_id = park.pk if park else enterprise.park_id if enterprise else None
    of = About(*about) if isinstance(about, tuple) else about
    state = definition.states[definition.start]
    row = Case(
        kind_id=kind_id, kind_code=kind, key=key or None, title=title.strip(), text=text.strip(), state=state.code,
        phase=state.phase, direct=direct, enterprise=enterprise, park_id=park_id, unit=unit, handler=handler, opened_by_id=by.id, reporter_id=by.id if enterprise is None or by.role is Role.ENTERPRISE else None,
        reporter_label=(reporter_label or by.label)[:200], channel=channel, about_kind=of.kind if of else "", about_id=of.id if of else None, opened_at=now,
        received_at=now, changed_at=now, synthetic=synthetic,
    )  # fmt: skip
    if park is not None:
        row.park = park
    terms, clocks = terms_of(row), first_clocks(row, definition, now)
    row.number = _number(definition.prefix, now)
    row.terms = with_number(row.number, terms)
    row.save(force_insert=True)
    for clock in clocks:
        clock.case = row
    Clock.objects.bulk_create(clocks)
    row.opened_with = (clocks, [_step(row, "open", by, now, "", {"unit": unit.name_zh if unit else "", "channel": channel})])
    audit.emit(name="case.opened", data={"case_id": row.pk, "kind": kind, "about": [row.about_kind, row.about_id]}, now=now)
    beside(row)
    audit.record(by=by, now=now, action="cases.open", subject_kind="case", subject_id=row.number, after={"kind": kind, "title": row.title, "unit": row.unit_id})
    return row


def _number(prefix: str, now: datetime) -> str:
    """The next number of the day, such as SQ-20261124-0007; the day's row is locked until the transaction ends."""
    day = f"{prefix}-{timezone.localdate(now):%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_sequence (prefix, last) VALUES (%s, 1) ON CONFLICT (prefix) DO UPDATE SET last = cases_sequence.last + 1 RETURNING last", [day]
        )
        return f"{day}-{cursor.fetchone()[0]:04d}"


@transaction.atomic
def move_case(*, case: Case, move: str, note: str = "", as_reporter: bool = False, public: bool = True, by: Actor, now: datetime) -> Case:
    """Take a step. as_reporter: the caller has proved by the case's own code that the one who raised it acts.

    Of two at once one wins and the other is told. Raises NotAllowed, MoveNotOpen, NoteMissing.
    """
    row, now = _locked(case, now)
    kind = kind_for(row)
    found = kind.moves.get(move)
    to = follow(kind, row.state, move)
    if found is None or to is None:
        raise MoveNotOpen(number=row.number, state=kind.states[row.state].name, move=found.name if found else move)
    if not ((parties(row, by) | ({"reporter"} if as_reporter and not by.is_system else set())) & set(found.by)):
        raise NotAllowed(MOVE, by)
    if "note" in found.needs and not note.strip():
        raise NoteMissing()
    before, after = row.state, kind.states[to]
    row.state, row.phase, row.outcome, row.changed_at = to, after.phase, after.outcome, now
    row.closed_at = now if after.phase == Case.Phase.CLOSED else None
    if found.counts == "reopened":
        row.reopened += 1
    run_clocks(row, kind, now)
    row.save()
    _step(row, move, by, now, note, {"from": before}, public=public)
    audit.record(
        by=by,
        now=now,
        action="cases.move",
        subject_kind="case",
        subject_id=row.number,
        before={"state": before},
        after={"state": to, "move": move},
        reason=note.strip(),
    )
    data = {"case_id": row.pk, "kind": row.kind_code, "move": move, "from": before, "state": to, "about": [row.about_kind, row.about_id]}
    audit.emit(name="case.moved", data=data, now=now)
    return row


@transaction.atomic
def hand_over(*, case: Case, unit: Organisation, handler: User | None = None, note: str, by: Actor, now: datetime) -> Case:
    """“Not ours”: the unit says whose it is, within the days that the kind gives; after as many transfers as it allows the case goes up a level, where the
    city decides. To an institute or service body as to any other unit. Raises NotAllowed, NoteMissing, TransferTooLate, WrongCase."""
    row, now = _locked(case, now)
    kind = kind_for(row)
    if not is_unit(row, by):
        raise NotAllowed(HAND, by)
    if unit.pk == row.unit_id:
        raise WrongCase(field=gettext_noop("Unit"), found=unit.name_zh, expected=gettext_noop("another unit than the present one"))
    until = hours().after_days(timezone.localtime(row.received_at), kind.transfer_days)
    if now > until:
        raise TransferTooLate(until=until.strftime("%Y-%m-%d %H:%M"))
    row.transfers += 1
    return _give(row, kind, unit, handler, note, "transfer", by, now)


@transaction.atomic
def reassign(*, case: Case, unit: Organisation, handler: User | None = None, note: str, by: Actor, now: datetime) -> Case:
    """The city (or, within a park, its committee) says who has the case. Raises NotAllowed, NoteMissing, WrongCase."""
    row, now = _locked(case, now)
    if not (is_above(row, by) and may_be_given(unit, by)):
        raise NotAllowed(HAND, by)
    return _give(row, kind_for(row), unit, handler, note, "reassign", by, now)


def _give(row: Case, kind: CaseKind, unit: Organisation, handler: User | None, note: str, act: str, by: Actor, now: datetime) -> Case:
    if unit.kind not in UNITS:
        raise WrongCase(
            field=gettext_noop("Unit"), found=unit.name_zh, expected=gettext_noop("the city office, a committee, a company, an institute or service body")
        )
    if not note.strip():
        raise NoteMissing()
    if row.phase == Case.Phase.CLOSED:
        raise MoveNotOpen(number=row.number, state=kind.states[row.state].name, move={"zh": "转办", "en": "hand on"})
    before = row.unit.name_zh if row.unit else ""
    row.unit, row.handler, row.received_at, row.changed_at = unit, handler, now, now
    row.save()
    _step(row, act, by, now, note, {"from_unit": before, "to_unit": unit.name_zh, "transfers": row.transfers})
    if act == "transfer" and row.transfers > kind.transfers and row.level < len(kind.levels) - 1:
        go_up(row, kind, cause="transfers", now=now)
    audit.record(
        by=by,
        now=now,
        action=f"cases.{act}",
        subject_kind="case",
        subject_id=row.number,
        before={"unit": before},
        after={"unit": unit.name_zh},
        reason=note.strip(),
    )
    audit.emit(name="case.assigned", data={"case_id": row.pk, "kind": row.kind_code, "unit_id": unit.pk}, now=now)
    return row


@transaction.atomic
def assign(*, case: Case, handler: User, by: Actor, now: datetime) -> Case:
    """The unit says which of its people has the case. Raises NotAllowed, WrongCase."""
    row, now = _locked(case, now)
    if not (is_unit(row, by) or is_city(by)):
        raise NotAllowed(HAND, by)
    if handler.organisation_id != row.unit_id or not handler.is_active:
        raise WrongCase(field=gettext_noop("Handler"), found=handler.get_username(), expected=gettext_noop("an active person of the unit"))
    row.handler, row.changed_at = handler, now
    row.save(update_fields=["handler", "changed_at"])
    _step(row, "assign", by, now, "", {"handler": handler.display_name or handler.get_username()}, public=False)
    audit.record(by=by, now=now, action="cases.assign", subject_kind="case", subject_id=row.number, after={"handler": handler.pk})
    return row


@transaction.atomic
def comment(*, case: Case, text: str, public: bool = True, as_reporter: bool = False, by: Actor, now: datetime) -> Step:
    """Say something. public: whether who raised it reads it. Raises NotAllowed, NoteMissing."""
    row, now = _locked(case, now)
    if not (parties(row, by) or as_reporter):
        raise NotAllowed(READ, by)
    if not text.strip():
        raise NoteMissing()
    outside = parties(row, by) <= {"reporter"}
    made = _step(row, "comment", by, now, text[:5_000], {}, public=public or outside)
    Case.objects.filter(pk=row.pk).update(changed_at=now)
    audit.record(by=by, now=now, action="cases.comment", subject_kind="case", subject_id=row.number, after={"step": made.pk})
    audit.emit(name="case.commented", data={"case_id": row.pk, "kind": row.kind_code, "step_id": made.pk, "outside": outside, "public": made.public}, now=now)
    return made


@transaction.atomic
def watch(*, case: Case, on: bool, by: Actor, now: datetime) -> None:
    """Hear of a case, or no longer."""
    if by.id is None or not parties(case, by):
        raise NotAllowed(READ, by)
    if on:
        Watcher.objects.get_or_create(case=case, user_id=by.id)
    else:
        Watcher.objects.filter(case=case, user_id=by.id).delete()


@transaction.atomic
def gather(*, case: Case, under: Case, by: Actor, now: datetime) -> Case:
    """Put a case under a common one; the answer to the common one is the answer to all. Raises NotAllowed, WrongCase."""
    if not (is_city(by) or is_unit(under, by)):
        raise NotAllowed(HAND, by)
    row, now = _locked(case, now)
    if under.pk == row.pk or under.parent_id is not None or row.children.exists():
        raise WrongCase(field=gettext_noop("Common problem"), found=under.number, expected=gettext_noop("a case that is not gathered itself"))
    row.parent, row.changed_at = under, now
    row.save(update_fields=["parent", "changed_at"])
    _step(row, "gather", by, now, "", {"under": under.number})
    audit.record(by=by, now=now, action="cases.gather", subject_kind="case", subject_id=row.number, after={"under": under.number})
    return row


def _locked(case: Case, now: datetime) -> tuple[Case, datetime]:
    """The case under its lock, and the moment of the act: where the machine's clock was set back, that of the last act, so that no trail runs backwards and no
    missed deadline becomes a kept one."""
    row = Case.objects.select_for_update(of=("self",)).select_related("unit", "enterprise").get(pk=case.pk)
    return row, max(now, row.changed_at)


def _step(row: Case, act: str, by: Actor, now: datetime, note: str, data: Mapping[str, Any], *, public: bool = True) -> Step:
    return Step.objects.create(
        case=row, at=now, act=act, state=row.state, actor_id=by.id, actor_label=by.label[:200], note=note.strip(), public=public, data=dict(data)
    )  # fmt: skip
