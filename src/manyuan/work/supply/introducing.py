"""Bringing an offer and a need together: invited, agreed by both, talked over, and what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.supply.errors import IntroducedAlready, NoMatch, NotOpen, OwnFigure, SameOwner, WrongField, WrongState
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.queries import compared, is_open, may_act_for, owns, sides_of, visible
from manyuan.work.supply.scenes import book

State = Introduction.State
INTRODUCE = gettext_noop("bring these two together")
ANSWER = gettext_noop("answer this invitation")
RECORD = gettext_noop("record the result of this introduction")
_VALUE = gettext_noop("Deal value")
_AMOUNT = gettext_noop("an amount above 0")
_WHY = gettext_noop("Why no deal")
_REASON = gettext_noop("a reason of the list")
_MOST_FEN = 10**15


@transaction.atomic
def introduce(*, offer: Posting, need: Posting, message: str = "", by: Actor, now: datetime, synthetic: bool = False) -> Introduction:
    """Invite. Who owns a side agrees for it thereby; the other side, or both where the park or the city invites, is asked.

    Both must be open and to be seen by the inviter. Raises NotFound, NotAllowed, NotOpen, SameOwner, NoMatch, IntroducedAlready.
    """
    today = timezone.localdate(now)
    seen = {row.pk: row for row in visible(by, today).filter(pk__in=[offer.pk, need.pk])}
    if len(seen) < 2 or offer.side != Posting.Side.OFFER or need.side != Posting.Side.NEED:
        raise NotFound()
    offer, need = seen[offer.pk], seen[need.pk]
    if by.role is Role.PUBLIC or not (may_act_for(by, offer) or may_act_for(by, need)):
        raise NotAllowed(INTRODUCE, by)
    for one in (offer, need):
        if not is_open(one, today):
            raise NotOpen(title=one.title)
    if (offer.enterprise_id, offer.organisation_id) == (need.enterprise_id, need.organisation_id):
        raise SameOwner()
    found = compared(offer, need)
    if found is None:
        raise NoMatch()
    try:
        with transaction.atomic():
            made = Introduction.objects.create(
                offer=offer, need=need, score=found.score, message=message.strip()[:500], invited_label=by.label[:200], invited_at=now, changed_at=now,
                offer_agreed_at=now if owns(by, offer) else None, need_agreed_at=now if owns(by, need) else None, synthetic=synthetic,
            )  # fmt: skip
    except IntegrityError as twice:
        raise IntroducedAlready() from twice
    asked = [side for side in ("offer", "need") if getattr(made, f"{side}_agreed_at") is None]
    audit.record(
        by=by,
        now=now,
        action="supply.introduce",
        subject_kind="introduction",
        subject_id=made.pk,
        after={"offer": offer.pk, "need": need.pk, "score": found.score},
    )
    audit.emit(name="supply.invited", data={"introduction_id": made.pk, "asked": asked}, now=now)
    return made


@transaction.atomic
def answer(*, introduction: Introduction, side: str, yes: bool, why_not: str = "", note: str = "", by: Actor, now: datetime) -> Introduction:
    """A side says yes or no, with a reason of the list. Raises NotAllowed, WrongState, WrongField."""
    row = _held(introduction)
    if side not in sides_of(by, row):
        raise NotAllowed(ANSWER, by)
    if row.state != State.INVITED or getattr(row, f"{side}_agreed_at") is not None:
        raise WrongState(state=row.state, expected=State.INVITED)
    if yes:
        setattr(row, f"{side}_agreed_at", now)
        if row.offer_agreed_at and row.need_agreed_at:
            row.state, row.agreed_at = State.AGREED, now
    else:
        row.state, row.closed_at, row.why_not, row.note = State.DECLINED, now, _reason(why_not), note.strip()[:500]
        row.recorded_side = side
    return _kept(row, "answer", by, now, "supply.agreed" if row.state == State.AGREED else "supply.closed" if not yes else "")


@transaction.atomic
def record_deal(*, introduction: Introduction, value_fen: int, note: str = "", by: Actor, now: datetime) -> Introduction:
    """It became a deal of this value (fen). Either side, the park of a side, or the city. Raises NotAllowed, WrongState, WrongField."""
    row = _to_close(introduction, by, (State.AGREED,))
    return _deal(row, value_fen, note, by, now, "deal")


@transaction.atomic
def record_failure(*, introduction: Introduction, why_not: str, note: str = "", by: Actor, now: datetime) -> Introduction:
    """Nothing came of it, for a reason of the list. Raises NotAllowed, WrongState, WrongField."""
    row = _to_close(introduction, by, (State.AGREED,))
    row.state, row.closed_at, row.why_not, row.note, row.recorded_side = State.FAILED, now, _reason(why_not), note.strip()[:500], _side(by, row)
    return _kept(row, "failure", by, now, "supply.closed")


@transaction.atomic
def correct(*, introduction: Introduction, value_fen: int, note: str, by: Actor, now: datetime) -> Introduction:
    """Another value of a deal that the other side has not confirmed yet. Raises NotAllowed, WrongState, WrongField."""
    row = _to_close(introduction, by, (State.DEALT,))
    if row.confirmed_at is not None:
        raise WrongState(state="confirmed", expected=State.DEALT)
    return _deal(row, value_fen, note, by, now, "correct")


@transaction.atomic
def confirm(*, introduction: Introduction, by: Actor, now: datetime) -> Introduction:
    """The other side says that the value is right. Raises NotAllowed, OwnFigure, WrongState."""
    row = _held(introduction)
    mine = sides_of(by, row)
    if not mine:
        raise NotAllowed(RECORD, by)
    if row.state != State.DEALT or row.confirmed_at is not None:
        raise WrongState(state=row.state if row.confirmed_at is None else "confirmed", expected=State.DEALT)
    if row.recorded_side in mine:
        raise OwnFigure()
    row.confirmed_at = now
    return _kept(row, "confirm", by, now, "")


def _held(introduction: Introduction) -> Introduction:
    rows = Introduction.objects.select_for_update(of=("self",)).select_related(
        "offer__enterprise", "offer__organisation", "need__enterprise", "need__organisation"
    )
    return rows.get(pk=introduction.pk)


def _to_close(introduction: Introduction, by: Actor, states: tuple[str, ...]) -> Introduction:
    row = _held(introduction)
    if by.role is Role.PUBLIC or not (may_act_for(by, row.offer) or may_act_for(by, row.need)):
        raise NotAllowed(RECORD, by)
    if row.state not in states:
        raise WrongState(state=row.state, expected=", ".join(states))
    return row


def _deal(row: Introduction, value_fen: int, note: str, by: Actor, now: datetime, act: str) -> Introduction:
    if isinstance(value_fen, bool) or not isinstance(value_fen, int) or not 0 < value_fen <= _MOST_FEN:
        raise WrongField(field=_VALUE, found=str(value_fen), expected=_AMOUNT)
    row.state, row.value_fen, row.note, row.recorded_side = State.DEALT, value_fen, note.strip()[:500], _side(by, row)
    row.closed_at = row.closed_at or now
    return _kept(row, act, by, now, "supply.closed")


def _side(by: Actor, row: Introduction) -> str:
    mine = sides_of(by, row)
    return mine[0] if mine else ""


def _reason(code: str) -> str:
    if code not in book().why_not:
        raise WrongField(field=_WHY, found=code, expected=_REASON)
    return code


def _kept(row: Introduction, act: str, by: Actor, now: datetime, event: str) -> Introduction:
    row.changed_at = now
    row.save()
    audit.record(
        by=by, now=now, action=f"supply.{act}", subject_kind="introduction", subject_id=row.pk,
        after={"state": row.state, "value_fen": row.value_fen, "why_not": row.why_not, "side": row.recorded_side},
    )  # fmt: skip
    if event:
        audit.emit(name=event, data={"introduction_id": row.pk}, now=now)
    return row
