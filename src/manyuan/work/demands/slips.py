"""A slip for a firm without login: number and code on paper, made by who filed or handles its demand. An earlier code ends with it.

The officer sees the code once, so the trail says who made a slip and when, and nobody who is signed in as an officer can speak by a code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, gettext_noop, override

from manyuan.facts.accounts import sealing
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.work.cases.models import Case, Step
from manyuan.work.cases.rights import parties
from manyuan.work.demands.codes import digest_of, new_code, write_code
from manyuan.work.demands.models import Demand, Letter
from manyuan.work.notices.errors import SendFailed
from manyuan.work.notices.sending import ABANDONED, TRIES, Gateway

MAKE = gettext_noop("make a slip with a code for this firm")
_IN_ONE_TURN = 50
State = Letter.State


@dataclass(frozen=True)
class Slip:
    """number and code as they are printed; sent_to: masked addresses to which they were written too."""

    number: str
    code: str
    sent_to: tuple[str, ...] = ()


def may_make_slip(case: Case, by: Actor) -> bool:
    """Whoever wrote it down on behalf, the unit that has it, its handler, its park and the city; never the firm (which has a login), an institute or
    service body (which stands outside the house), nor a program of it."""
    if by.id is None or by.is_system or case.kind_code != "demand" or by.role in (Role.ENTERPRISE, Role.INSTITUTE, Role.PUBLIC):
        return False
    return by.id == case.opened_by_id or bool(parties(case, by) & {"unit", "handler", "park", "city"})


@transaction.atomic
def make_slip(*, case: Case, by: Actor, now: datetime) -> Slip:
    """A new code for the firm of a demand; the earlier one ends. Written to the contact as well where that can be sent. Raises NotAllowed."""
    demand = Demand.objects.select_for_update().select_related("case").filter(pk=case.pk).first()
    if demand is None or not may_make_slip(demand.case, by):
        raise NotAllowed(MAKE, by)
    code, again = new_code(), bool(demand.secret_digest)
    demand.secret_digest = digest_of(code)
    demand.save(update_fields=["secret_digest"])
    Letter.objects.filter(demand=demand, state=State.WAITING).delete()  # the earlier code is no use any more
    sent_to = write_code(demand, code, now)
    row = demand.case
    Step.objects.create(case=row, at=now, act="slip", state=row.state, actor_id=by.id, actor_label=by.label[:200], data={"again": again, "sent_to": sent_to})
    audit.record(by=by, now=now, action="demands.make_slip", subject_kind="case", subject_id=row.number, after={"again": again, "sent_to": sent_to})
    return Slip(row.number, code, tuple(sent_to))


def send_letters(*, now: datetime, gateway: Gateway, address: Callable[[str, str], str]) -> list[Letter]:
    """Hand over the letters that wait: at once, each at most once. address: of the page of a number and a code. What was sent or failed keeps no code.

    A process that dies while handing over leaves a letter that is not sent again; the firm has the slip on paper, or a new one is made.
    """
    Letter.objects.filter(state=State.SENDING, tried_at__lt=now - ABANDONED).update(state=State.UNKNOWN, code_sealed="")
    out = []
    for letter in _take(now):
        number, code = letter.demand.case.number, sealing.opened(letter.code_sealed)
        subject, body = _text(letter.kind, number, code, address(number, code))
        try:
            gateway.send(letter.kind, sealing.opened(letter.address_sealed), subject, body)
        except SendFailed as error:
            over = error.lasting or letter.tries >= TRIES
            letter.state, letter.error, letter.due_at = (State.FAILED if over else State.WAITING), error.reason[:300], now + timedelta(minutes=2**letter.tries)
        else:
            letter.state, letter.sent_at, letter.error = State.SENT, now, ""
        if letter.state != State.WAITING:
            letter.code_sealed = ""
        letter.save()
        out.append(letter)
    return out


@transaction.atomic
def _take(now: datetime) -> list[Letter]:
    rows = list(
        Letter.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("demand__case")
        .filter(state=State.WAITING, due_at__lte=now)
        .order_by("pk")[:_IN_ONE_TURN]
    )
    for row in rows:
        row.state, row.tried_at, row.tries = State.SENDING, now, row.tries + 1
    Letter.objects.bulk_update(rows, ["state", "tried_at", "tries"])
    return rows


def _text(kind: str, number: str, code: str, address: str) -> tuple[str, str]:
    """Chinese first; a mail says it in English too."""
    subjects, bodies = [], []
    for language in ("zh-hans", "en") if kind == "email" else ("zh-hans",):
        with override(language):
            subjects.append(gettext("Your demand %(number)s is noted") % {"number": number})
            text = gettext("Your demand %(number)s is noted. With the code %(code)s you see where it stands and say yourself whether it is solved.")
            bodies.append((text % {"number": number, "code": code} + f" {address}").strip())
    return " / ".join(subjects), "\n\n".join(bodies)
