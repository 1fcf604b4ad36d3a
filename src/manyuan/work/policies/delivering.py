"""From the list to the enterprise's yes, the public notice and the approval. Payment itself is the fund's business; it reports back here.

The city runs the list; the enterprise answers for itself; whoever drafted the policy approves nothing of it; two people approve, above the limit three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.factsheet.services import declare_facts
from manyuan.facts.programme.calendar import calendar
from manyuan.work.money.claims import Asked, approve_claims, release_claims, reserve_claims
from manyuan.work.money.ledger import hold
from manyuan.work.money.models import Claim
from manyuan.work.money.shortfall import settle
from manyuan.work.policies.errors import (
    ApplyInstead,
    AssessedIt,
    BudgetShort,
    FactsAsked,
    NothingThere,
    ObjectionsOpen,
    OwnWork,
    PapersMissing,
    ReasonMissing,
    StillOpen,
    TooLate,
    WrongState,
)
from manyuan.work.policies.funding import budget_left, fund_of, grants, keep, line_of
from manyuan.work.policies.models import Assessment, Entitlement, EntitlementStep, Objection, Paper, PolicyVersion, PublicNotice
from manyuan.work.policies.queries import facts_missing
from manyuan.work.policies.rules import delivery_of
from manyuan.work.policies.screening import screen_enterprises, write_alike

State = Entitlement.State
RUN = gettext_noop("run the list of this policy")
ANSWER = gettext_noop("answer for this enterprise")
APPROVE = gettext_noop("approve this payment")
_BATCH = 5_000


@transaction.atomic
def notify_listed(*, version: PolicyVersion, by: Actor, now: datetime) -> int:
    """Tell every enterprise on the list what it is entitled to. Emits `entitlements.notified`. Raises NotAllowed, NothingThere."""
    _city(by, RUN)
    rows = _taken(version.entitlements.filter(state=State.LISTED))
    _move(rows, State.NOTIFIED, by, now)
    audit.record(by=by, now=now, action="policies.notify", subject_kind="policy", subject_id=version.pk, after={"entitlements": len(rows)})
    audit.emit(name="entitlements.notified", data={"version_id": version.pk, "ids": [row.pk for row in rows]}, now=now)
    return len(rows)


@transaction.atomic
def release_held(*, entitlement: Entitlement, reason: str, by: Actor, now: datetime) -> Entitlement:
    """What a check stopped is checked and goes on, with the reason."""
    _city(by, RUN)
    return _one(entitlement, (State.HELD,), State.LISTED, "release", by, now, reason, needs_reason=True)


@transaction.atomic
def reject_entitlement(*, entitlement: Entitlement, reason: str, by: Actor, now: datetime) -> Entitlement:
    """The city decides against an entitlement that is not approved yet, with the reason that the enterprise reads."""
    _city(by, RUN)
    states = (State.LISTED, State.HELD, State.NOTIFIED, State.DISPUTED, State.ASSESSING, State.ACCEPTED, State.OBJECTED, State.CLEARED)
    return _one(entitlement, states, State.REJECTED, "reject", by, now, reason, needs_reason=True)


@transaction.atomic
def accept_entitlement(*, entitlement: Entitlement, facts: Mapping[str, Any] | None = None, by: Actor, now: datetime) -> Entitlement:
    """The enterprise says yes. facts: what the short form asks for and is not held yet.

    With it the promise runs: so many working days to the payment. Saying yes twice is one yes. Raises NotAllowed, WrongState, FactsAsked, WrongFact.
    """
    row = _own(entitlement, by)
    if row.state == State.ACCEPTED:
        return row
    delivery = delivery_of(row.version)
    if delivery.judging is not None:
        raise ApplyInstead()
    if row.version.way == "application":
        there = set(Paper.objects.filter(application__entitlement=row, withdrawn_at=None).values_list("wanted", flat=True))
        if lacking := [name for name in delivery.documents if name not in there]:
            raise PapersMissing(names="、".join(lacking))
    given = {name: value for name, value in (facts or {}).items() if name in delivery.asks and str(value).strip()}
    if given:
        declare_facts(enterprise=row.enterprise, values=given, on=timezone.localdate(now), proof=row.version.policy.code, by=by, now=now)
    if missing := facts_missing(row, timezone.localdate(now)):
        raise FactsAsked(names=", ".join(missing))
    if given:  # what was just given may change what it comes to
        screen_enterprises(versions=[row.version], cause="changed", only=[row.enterprise_id], by=_system(by), now=now)
        row = _own(entitlement, by)
    if row.state not in (State.NOTIFIED, State.LISTED):
        raise WrongState(what=row.version.policy.code, state=row.state, expected=State.NOTIFIED)
    row.promised_on = calendar().add_working_days(timezone.localdate(now), delivery.promised_days)
    return _step(row, State.ACCEPTED, "accept", by, now, "")


@transaction.atomic
def accept_several(*, entitlements: Sequence[Entitlement], by: Actor, now: datetime) -> int:
    """One yes to several at once, all of them or none; who wants to say something to one of them says it there. Returns how many. Raises as `accept_entitlement`."""
    for one in entitlements:
        accept_entitlement(entitlement=one, by=by, now=now)
    return len(entitlements)


@transaction.atomic
def refuse_entitlement(*, entitlement: Entitlement, reason: str, by: Actor, now: datetime) -> Entitlement:
    """The enterprise does not want it."""
    row = _own(entitlement, by)
    return _one(row, (State.LISTED, State.NOTIFIED, State.DISPUTED), State.REFUSED, "refuse", by, now, reason)


@transaction.atomic
def dispute_entitlement(*, entitlement: Entitlement, text: str, by: Actor, now: datetime) -> Entitlement:
    """The enterprise says that a fact is wrong: which, and what is right. Nothing goes on until it is looked at."""
    row = _own(entitlement, by)
    return _one(row, (State.LISTED, State.NOTIFIED), State.DISPUTED, "dispute", by, now, text, needs_reason=True)


@transaction.atomic
def settle_dispute(*, entitlement: Entitlement, note: str, by: Actor, now: datetime) -> Entitlement:
    """The disputed fact was looked at (and corrected where it stands): the enterprise is screened again and, if still entitled, told again."""
    _city(by, RUN)
    row = _one(entitlement, (State.DISPUTED,), State.NOTIFIED, "settle_dispute", by, now, note, needs_reason=True)
    screen_enterprises(versions=[row.version], cause="changed", only=[row.enterprise_id], by=by, now=now)
    return Entitlement.objects.get(pk=row.pk)


@transaction.atomic
def open_public_notice(*, version: PolicyVersion, by: Actor, now: datetime) -> PublicNotice:
    """Put everybody who said yes on a public list; objections are in time for as many working days as the policy says (0: none is needed)."""
    _city(by, RUN)
    rows = _taken(version.entitlements.filter(state=State.ACCEPTED))
    on = timezone.localdate(now)
    days = delivery_of(version).objection_days
    number = f"{version.policy.code}-{on:%Y%m%d}-{PublicNotice.objects.filter(version__policy=version.policy).count() + 1}"
    notice = PublicNotice.objects.create(
        version=version, number=number, opened_on=on, closes_on=calendar().add_working_days(on, days), opened_by_label=by.label,
        closed_at=None if days else now,
    )  # fmt: skip
    notice.entitlements.set(rows)
    _move(rows, State.PUBLIC if days else State.CLEARED, by, now, note=number)
    audit.record(
        by=by,
        now=now,
        action="policies.open_notice",
        subject_kind="public_notice",
        subject_id=notice.pk,
        after={"number": number, "entries": len(rows), "closes_on": notice.closes_on},
    )
    if not days:
        audit.emit(name="entitlements.cleared", data={"version_id": version.pk}, now=now)
    return notice


@transaction.atomic
def object_to(*, notice: PublicNotice, entitlement: Entitlement, text: str, contact: str, by: Actor, now: datetime) -> Objection:
    """Anybody doubts an entry of a public list, in time. The entry stands still until it is decided. Raises TooLate, ReasonMissing, NothingThere."""
    if not text.strip():
        raise ReasonMissing()
    row = _locked(entitlement)
    if not notice.entitlements.filter(pk=row.pk).exists():
        raise NothingThere()
    if notice.closed_at is not None or timezone.localdate(now) > notice.closes_on:
        raise TooLate(until=notice.closes_on)
    objection = Objection.objects.create(notice=notice, entitlement=row, text=text.strip()[:5_000], contact=contact.strip()[:120], made_at=now)
    if row.state == State.PUBLIC:
        _step(row, State.OBJECTED, "object", by, now, "")
    return objection


@transaction.atomic
def decide_objection(*, objection: Objection, upheld: bool, reason: str, by: Actor, now: datetime) -> Objection:
    """Decide an objection, with the reason. Upheld: the entitlement is rejected. Never by who drafted the policy."""
    _city(by, RUN)
    if not reason.strip():
        raise ReasonMissing()
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.state != Objection.State.OPEN:
        raise WrongState(what=objection.notice.number, state=objection.state, expected=Objection.State.OPEN)
    row = _locked(objection.entitlement)
    _not_the_drafter(row.version, by)
    objection.state = Objection.State.UPHELD if upheld else Objection.State.DISMISSED
    objection.decided_by_label, objection.decided_at, objection.reason = by.label, now, reason.strip()
    objection.save()
    if upheld:
        _step(row, State.REJECTED, "uphold_objection", by, now, reason)
        audit.emit(name="objection.upheld", data={"objection_id": objection.pk}, now=now)
    elif row.state == State.OBJECTED and not row.objections.filter(state=Objection.State.OPEN).exists():
        _step(row, State.PUBLIC, "dismiss_objection", by, now, reason)
    return objection


@transaction.atomic
def close_notice(*, notice: PublicNotice, by: Actor, now: datetime) -> int:
    """After the last day, with every objection decided: what stayed on the list is cleared for approval. Returns how many."""
    _city(by, RUN)
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    if notice.closed_at is not None:
        raise NothingThere()
    if timezone.localdate(now) <= notice.closes_on:
        raise StillOpen(until=notice.closes_on)
    waiting = notice.objections.filter(state=Objection.State.OPEN).count()
    if waiting:
        raise ObjectionsOpen(count=waiting)
    rows = list(notice.entitlements.select_for_update().filter(state=State.PUBLIC))
    _move(rows, State.CLEARED, by, now, note=notice.number)
    notice.closed_at = now
    notice.save(update_fields=["closed_at"])
    audit.record(by=by, now=now, action="policies.close_notice", subject_kind="public_notice", subject_id=notice.pk, after={"cleared": len(rows)})
    if rows:
        audit.emit(name="entitlements.cleared", data={"version_id": notice.version_id}, now=now)
    return len(rows)


@transaction.atomic
def approve_entitlements(*, entitlements: Sequence[Entitlement], by: Actor, now: datetime) -> int:
    """One person's yes to these payments; those that now have as many as they need are approved. Returns how many are.

    The first yes reserves the money: a claim on the policy's fund, of the whole amount or of the share that a pro-rata policy has left. Two different
    people; three above the policy's or the fund's limit; never who drafted the policy, never the system; never more than there is. What pays no money
    (a title) needs one person. Raises NotAllowed, OwnWork, SaidAlready, WrongState, BudgetShort; then none is.
    """
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(APPROVE, by)
    ids = [one.pk for one in entitlements]
    rows = list(Entitlement.objects.select_for_update(of=("self",)).select_related("version__policy", "claim").filter(pk__in=ids).order_by("pk"))
    if not rows:
        raise NothingThere()
    if Assessment.objects.filter(application__entitlement__in=ids, assessor=by.id, given_at__isnull=False).exists():
        raise AssessedIt()
    for row in rows:
        if row.state != State.CLEARED:
            raise WrongState(what=row.version.policy.code, state=row.state, expected=State.CLEARED)
        _not_the_drafter(row.version, by)
    paid = [row for row in rows if row.version.kind == "money"]
    for version, year in {(row.version_id, row.year): (row.version, row.year) for row in paid if row.claim_id is None}.values():
        _reserve([row for row in paid if row.claim_id is None and (row.version_id, row.year) == (version.pk, year)], version, year, by, now)
    said = {claim.pk for claim in approve_claims(claims=[row.claim for row in paid if row.claim], by=by, now=now)} if paid else set()
    done = [row for row in rows if row.version.kind != "money" or row.claim_id in said]
    _move(done, State.APPROVED, by, now)
    audit.record(
        by=by,
        now=now,
        action="policies.approve",
        subject_kind="policy",
        subject_id=rows[0].version_id,
        after={"said_yes": [row.pk for row in rows], "approved": [row.pk for row in done]},
    )
    if done:
        audit.emit(name="entitlements.approved", data={"ids": [row.pk for row in done]}, now=now)
    for version_id in sorted({row.version_id for row in rows} if len(done) < len(rows) else ()):
        audit.emit(name="entitlements.cleared", data={"version_id": version_id}, now=now)
    return len(done)


def _reserve(rows: Sequence[Entitlement], version: PolicyVersion, year: int, by: Actor, now: datetime) -> None:
    """The claims of these rows, all or none."""
    fund = fund_of(version)
    assert fund is not None
    fund = hold(fund)
    given, left = grants(version, rows, year), budget_left(version, year) or 0
    if sum(given) > left or not all(given):
        raise BudgetShort(policy=version.policy.code, left=f"{left / 100:,.2f}", wanted=f"{sum(row.amount_fen for row in rows) / 100:,.2f}")
    asked = [
        Asked(
            f"entitlement/{row.pk}", f"{version.policy.code} {version.name_zh}", fen, enterprise_id=row.enterprise_id, needs=approvals_needed(row),
            drafted_by_id=version.drafted_by_id, drafted_label=version.drafted_label, synthetic=row.synthetic,
        )
        for row, fen in zip(rows, given, strict=True)
    ]  # fmt: skip
    claims = {one.reference: one for one in reserve_claims(fund=fund, year=year, line=line_of(version), asked=asked, by=by, now=now)}
    for row in rows:
        row.claim = claims[f"entitlement/{row.pk}"]
    Entitlement.objects.bulk_update(rows, ["claim"], batch_size=500)


def fitting(version: PolicyVersion, rows: Sequence[Entitlement], year: int) -> list[Entitlement]:
    """Of rows that wait for approval those that the budget still pays, by the policy's rule: queue (who said yes first), priority (the larger first),
    pro-rata (all, each its share), refuse (all or none). Rows that have their claim already have their money."""
    left, rule = budget_left(version, year), delivery_of(version).shortfall
    have, rows = [row for row in rows if row.claim_id], [row for row in rows if not row.claim_id]
    if left is None or sum(grants(version, rows, year)) <= left:
        return [*have, *(rows if left is None or left > 0 else [])]
    if rule == "refuse":
        return have
    said = dict(
        EntitlementStep.objects.filter(entitlement__in=[row.pk for row in rows], to_state=State.ACCEPTED).order_by("-pk").values_list("entitlement_id", "pk")
    )
    ordered = sorted(rows, key=lambda row: (-row.amount_fen if rule == "priority" else 0, said.get(row.pk, 0), row.pk))
    given = settle([row.amount_fen for row in ordered], left, "queue")
    return [*have, *(row for row, fen in zip(ordered, given, strict=True) if fen)]


def approvals_needed(row: Entitlement) -> int:
    """Two; three where the amount is above the policy's or the fund's limit; one where no money is paid."""
    if row.version.kind != "money":
        return 1
    fund = fund_of(row.version)
    limits = [limit for limit in (delivery_of(row.version).limit_fen, fund.limit_fen if fund else None) if limit is not None]
    return 3 if limits and row.amount_fen > min(limits) else 2


MONEY_SAYS = {
    "paid": (State.PAID, (State.APPROVED, State.RETURNED)),
    "returned": (State.RETURNED, (State.APPROVED, State.PAID)),
    "recalled": (State.RECALLED, (State.PAID,)),
    "recovered": (State.RECOVERED, (State.RECALLED,)),
    "released": (State.REJECTED, (State.CLEARED, State.APPROVED, State.RETURNED)),
}
"""What the fund reports of a claim: the entitlement's state after it, and those before it."""


@transaction.atomic
def note_payment(*, references: Sequence[str], what: str, notes: Sequence[str] = (), by: Actor, now: datetime) -> int:
    """The fund reports on claims: paid, sent back by the bank, asked back, come back, given up. What is no entitlement's claim is passed by; the same
    report twice changes nothing. Returns how many moved."""
    if not by.is_system:
        raise NotAllowed(APPROVE, by)
    wanted, before = MONEY_SAYS[what]
    said = dict(zip(references, notes, strict=True)) if notes else dict.fromkeys(references, "")
    moved = 0
    for start in range(0, len(references), 500):
        rows = list(
            Entitlement.objects.select_for_update(of=("self",))
            .select_related("claim")
            .filter(claim__reference__in=references[start : start + 500], state__in=before)
        )
        steps: dict[tuple[str, str], list[Entitlement]] = {}
        for row in rows:
            assert row.claim is not None
            to = State.PAID if what == "recovered" and row.claim.state == Claim.State.PAID else wanted  # a part came back, the rest stays paid
            steps.setdefault((to, said[row.claim.reference]), []).append(row)
        for (to, note), some in steps.items():
            _move(some, to, by, now, note=note)
        moved += len(rows)
    if moved:
        audit.record(by=by, now=now, action="policies.note_payment", subject_kind="entitlements", subject_id=moved, after={"state": wanted, "count": moved})
    return moved


def _system(by: Actor) -> Actor:
    from manyuan.facts.audit.actors import system

    return system(by.label, by.at or "system")


def _city(by: Actor, act: str) -> None:
    if not by.sees_all:
        raise NotAllowed(act, by)


def _not_the_drafter(version: PolicyVersion, by: Actor) -> None:
    if by.id is not None and by.id == version.drafted_by_id:
        raise OwnWork()


def _locked(entitlement: Entitlement) -> Entitlement:
    return Entitlement.objects.select_for_update().select_related("version__policy", "enterprise").get(pk=entitlement.pk)


def _own(entitlement: Entitlement, by: Actor) -> Entitlement:
    row = _locked(entitlement)
    if not (by.role is Role.ENTERPRISE and row.enterprise_id in by.enterprise_ids):
        raise NotAllowed(ANSWER, by)
    return row


def _taken(rows: Any) -> list[Entitlement]:
    found = list(rows.select_for_update())
    if not found:
        raise NothingThere()
    return found


def _one(
    entitlement: Entitlement, states: tuple[str, ...], to: str, act: str, by: Actor, now: datetime, note: str, *, needs_reason: bool = False
) -> Entitlement:
    row = _locked(entitlement)
    if needs_reason and not note.strip():
        raise ReasonMissing()
    if row.state not in states:
        raise WrongState(what=row.version.policy.code, state=row.state, expected=", ".join(states))
    return _step(row, to, act, by, now, note)


def _step(row: Entitlement, to: str, act: str, by: Actor, now: datetime, note: str) -> Entitlement:
    before = row.state
    row.state, row.changed_at = to, now
    row.save()
    if to in (State.REJECTED, State.REFUSED):
        _give_up(row, by, now, note)
    EntitlementStep.objects.create(entitlement=row, to_state=to, at=now, actor_id=by.id, actor_label=by.label, note=note.strip())
    audit.record(
        by=by,
        now=now,
        action=f"policies.{act}",
        subject_kind="entitlement",
        subject_id=row.pk,
        before={"state": before},
        after={"state": to},
        reason=note.strip(),
    )
    return row


def _give_up(row: Entitlement, by: Actor, now: datetime, note: str) -> None:
    """The money of what is not paid is free for the others."""
    if row.claim is not None and row.claim.state == Claim.State.RESERVED:
        release_claims(claims=[row.claim], reason=note or row.state, by=_system(by), now=now)
    if row.version.kind == "money":
        keep(row.version, row.year, _system(by), now)


def _move(rows: Sequence[Entitlement], to: str, by: Actor, now: datetime, note: str = "") -> None:
    write_alike(rows, state=to, changed_at=now)
    steps = (EntitlementStep(entitlement=row, to_state=to, at=now, actor_id=by.id, actor_label=by.label, note=note) for row in rows)
    EntitlementStep.objects.bulk_create(steps, batch_size=_BATCH)
