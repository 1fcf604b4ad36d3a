"""The park award fund: awards drafted for parks, approved and paid like every claim, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.parks.models import Park
from manyuan.work.money.claims import Asked, reserve_claims
from manyuan.work.money.errors import OwnWork, ReasonMissing, TooMuch, WrongState
from manyuan.work.money.ledger import yuan
from manyuan.work.money.models import Claim, Fund, UseReport

AWARD = gettext_noop("draft awards for parks")
REPORT = gettext_noop("report how this award was used")
CHECK = gettext_noop("check how an award was used")


@transaction.atomic
def draft_awards(*, fund: Fund, year: int, awards: Sequence[tuple[Park, int]], title: str, by: Actor, now: datetime) -> list[Claim]:
    """Awards (park, fen) of a fund for parks, all or none: their money is reserved, two others approve. Raises Short, WrongRecipient, ReasonMissing."""
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(AWARD, by)
    if not title.strip():
        raise ReasonMissing()
    number = Claim.objects.filter(fund=fund, year=year).count()
    asked = [
        Asked(
            f"award/{fund.code}/{year}/{number + at:04d}", title.strip(), fen, park_id=park.pk, needs=3 if fund.limit_fen is not None and fen > fund.limit_fen else 2,
            drafted_by_id=by.id, drafted_label=by.label,
        )
        for at, (park, fen) in enumerate(awards, 1)
    ]  # fmt: skip
    made = reserve_claims(fund=fund, year=year, line="", asked=asked, by=by, now=now)
    audit.emit(name="awards.drafted", data={"references": [one.reference for one in made]}, now=now)
    return made


@transaction.atomic
def report_use(*, claim: Claim, used_fen: int, text: str, proof: str, by: Actor, now: datetime) -> UseReport:
    """The park says what it did with the money and where the proof is. Raises NotAllowed, WrongState, ReasonMissing, TooMuch."""
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if by.role not in (Role.COMMITTEE, Role.COMPANY) or claim.park_id not in by.park_ids:
        raise NotAllowed(REPORT, by)
    if claim.state != Claim.State.PAID:
        raise WrongState(what=claim.reference, state=claim.state, expected=Claim.State.PAID)
    if not text.strip() or not proof.strip():
        raise ReasonMissing()
    if not 0 <= used_fen <= claim.amount_fen:
        raise TooMuch(wanted=yuan(used_fen), left=yuan(claim.amount_fen))
    if claim.use_reports.filter(state__in=(UseReport.State.OPEN, UseReport.State.AGREED)).exists():
        raise WrongState(what=claim.reference, state="reported", expected=Claim.State.PAID)
    made = UseReport.objects.create(claim=claim, used_fen=used_fen, text=text.strip(), proof=proof.strip()[:200], made_label=by.label, made_at=now)
    audit.record(
        by=by, now=now, action="money.report_use", subject_kind="claim", subject_id=claim.pk, after={"used_fen": used_fen, "on": timezone.localdate(now)}
    )
    return made


@transaction.atomic
def check_use(*, report: UseReport, agreed: bool, reason: str, by: Actor, now: datetime) -> UseReport:
    """The city looks at a report; a refusal says why, and the money can be asked back. Never by who drafted the award."""
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(CHECK, by)
    report = UseReport.objects.select_for_update().select_related("claim").get(pk=report.pk)
    if report.state != UseReport.State.OPEN:
        raise WrongState(what=report.claim.reference, state=report.state, expected=UseReport.State.OPEN)
    if by.id == report.claim.drafted_by_id:
        raise OwnWork()
    if not agreed and not reason.strip():
        raise ReasonMissing()
    report.state = UseReport.State.AGREED if agreed else UseReport.State.REFUSED
    report.checked_label, report.checked_at, report.reason = by.label, now, reason.strip()
    report.save()
    audit.record(by=by, now=now, action="money.check_use", subject_kind="claim", subject_id=report.claim_id, after={"agreed": agreed}, reason=reason)
    return report
