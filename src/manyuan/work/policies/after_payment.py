"""After the payment: looked at by lot or all, with a finding; what was wrong asked back through the fund; and the policy evaluated for a year.

Roles and clocks are the policy's delivery: who checks (the city or the park's committee), which share, within how many working days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.programme.calendar import calendar
from manyuan.work.money.errors import TooMuch
from manyuan.work.money.ledger import yuan
from manyuan.work.money.recalls import recall_claim
from manyuan.work.policies.delivering import RUN
from manyuan.work.policies.errors import CheckerInvolved, NothingThere, ReasonMissing, WrongState
from manyuan.work.policies.models import AfterCheck, Entitlement, EntitlementStep, PolicyReport, PolicyVersion
from manyuan.work.policies.reporting import report_figures
from manyuan.work.policies.rules import delivery_of

State, CState = Entitlement.State, AfterCheck.State
CHECK = gettext_noop("check this payment afterwards")
EVALUATE = gettext_noop("evaluate a policy")


@transaction.atomic
def draw_checks(*, version: PolicyVersion, year: int, everybody: bool = False, by: Actor, now: datetime) -> list[AfterCheck]:
    """Draw the policy's share of the year's payments that were not drawn yet (everybody: all of them), at least one.

    The lot is the digest of the newest audit record: nobody can choose it, and it is kept, so that the drawing can be done again.
    Raises NotAllowed, NothingThere where nothing is left to draw.
    """
    if not by.sees_all:
        raise NotAllowed(RUN, by)
    version = PolicyVersion.objects.select_for_update().select_related("policy").get(pk=version.pk)
    rows = Entitlement.objects.filter(version__policy=version.policy, year=year, state=State.PAID, version__kind="money")
    left = list(rows.filter(after_check=None).order_by("pk"))
    delivery = delivery_of(version)
    wanted = -(-rows.count() * delivery.check_share // 100) - rows.filter(after_check__isnull=False).count()
    lot = AuditRecord.objects.order_by("-pk").values_list("digest", flat=True).first() or ""
    drawn = left if everybody else sorted(left, key=lambda row: hashlib.sha256(f"{lot}/{row.pk}".encode()).hexdigest())[: max(0, wanted)]
    if not drawn:
        raise NothingThere()
    due = calendar().add_working_days(timezone.localdate(now), delivery.check_days)
    AfterCheck.objects.bulk_create(AfterCheck(entitlement=row, drawn_at=now, drawn_label=by.label, due_on=due) for row in drawn)
    after = {"year": year, "of": len(left), "drawn": [row.pk for row in drawn], "lot": lot, "all": everybody}
    audit.record(by=by, now=now, action="policies.draw_checks", subject_kind="policy", subject_id=version.pk, after=after)
    made = list(AfterCheck.objects.filter(entitlement__in=[row.pk for row in drawn]))
    audit.emit(name="check.drawn", data={"version_id": version.pk, "ids": [one.pk for one in made]}, now=now)
    return made


@transaction.atomic
def record_check(*, check: AfterCheck, wrong: bool, finding: str, recall_fen: int | None = None, by: Actor, now: datetime) -> AfterCheck:
    """What was found. Wrong: with the sum that is to come back; a person of the city then asks it back (`recall_checked`).

    Raises NotAllowed, CheckerInvolved (drafted the policy, or approved the payment), ReasonMissing, WrongState, TooMuch.
    """
    found = AfterCheck.objects.select_for_update(of=("self",)).select_related("entitlement__version__policy", "entitlement__claim").get(pk=check.pk)
    row = found.entitlement
    committee = delivery_of(row.version).check_by == "committee" and by.role is Role.COMMITTEE and row.park_id in by.park_ids
    if not (by.sees_all or committee):
        raise NotAllowed(CHECK, by)
    if by.id is not None and (by.id == row.version.drafted_by_id or (row.claim is not None and row.claim.approvals.filter(approver_id=by.id).exists())):
        raise CheckerInvolved()
    if not finding.strip():
        raise ReasonMissing()
    if found.state != CState.OPEN:
        raise WrongState(what=row.version.policy.code, state=found.state, expected=CState.OPEN)
    if wrong and not 0 < (recall_fen or 0) <= row.due_fen:
        raise TooMuch(wanted=yuan(recall_fen or 0), left=yuan(row.due_fen))
    found.state = CState.WRONG if wrong else CState.IN_ORDER
    found.finding, found.recall_fen = finding.strip()[:5_000], recall_fen if wrong else None
    found.checked_at, found.checked_by_id, found.checked_label = now, by.id, by.label
    found.save()
    audit.emit(name="check.recorded", data={"check_id": found.pk, "wrong": wrong}, now=now)
    after = {"state": str(found.state), "recall_fen": found.recall_fen}
    audit.record(by=by, now=now, action="policies.check_afterwards", subject_kind="entitlement", subject_id=row.pk, after=after, reason=finding)
    return found


@transaction.atomic
def recall_checked(*, check: AfterCheck, by: Actor, now: datetime) -> AfterCheck:
    """Ask back what a check found wrong, through the fund; the recipient reads the finding. Raises what `recall_claim` raises, WrongState."""
    found = AfterCheck.objects.select_for_update(of=("self",)).select_related("entitlement__claim", "entitlement__version__policy").get(pk=check.pk)
    if found.state != CState.WRONG or found.entitlement.claim is None:
        raise WrongState(what=found.entitlement.version.policy.code, state=found.state, expected=CState.WRONG)
    recall_claim(claim=found.entitlement.claim, fen=found.recall_fen or 0, reason=found.finding, by=by, now=now)
    found.state, found.recalled_at, found.recalled_label = CState.RECALLED, now, by.label
    found.save(update_fields=["state", "recalled_at", "recalled_label"])
    return found


def checks_seen(actor: Actor) -> QuerySet[AfterCheck]:
    """Checks that the actor may read: the city all, a committee those of its parks; nobody else."""
    rows = AfterCheck.objects.select_related("entitlement__version__policy", "entitlement__enterprise", "entitlement__park", "entitlement__claim")
    if actor.sees_all:
        return rows
    return rows.filter(entitlement__park_id__in=actor.park_ids) if actor.role is Role.COMMITTEE else rows.none()


@transaction.atomic
def evaluate_policy(*, version: PolicyVersion, year: int, done: str, conclusion: str, by: Actor, now: datetime) -> PolicyReport:
    """Put the year's figures on record with what was done for those not reached and what follows. Later ones stand beside it, none is overwritten.

    Raises NotAllowed, ReasonMissing, NothingThere (nobody was entitled in the year, or no such conclusion), WrongState for a draft.
    """
    if not by.sees_all:
        raise NotAllowed(EVALUATE, by)
    if version.published_at is None:
        raise WrongState(what=version.policy.code, state=version.state, expected=PolicyVersion.State.PUBLISHED)
    if not done.strip():
        raise ReasonMissing()
    figures = report_figures(version, year)
    if conclusion not in PolicyReport.Conclusion.values or not figures["coverage"]["entitled"]:
        raise NothingThere()
    made = PolicyReport.objects.create(
        version=version, year=year, made_at=now, made_label=by.label, figures=figures, done=done.strip()[:10_000], conclusion=conclusion
    )
    after = {"year": year, "conclusion": conclusion, "cost_fen": figures["cost_fen"]}
    audit.record(by=by, now=now, action="policies.evaluate", subject_kind="policy", subject_id=version.pk, after=after, reason=done[:500])
    return made


def evaluation_due(version: PolicyVersion, year: int) -> date:
    """The last day on which the evaluation of a year is in time, by the policy's clock."""
    return calendar().add_working_days(date(year, 12, 31), delivery_of(version).evaluate_days)


@dataclass(frozen=True)
class Stage:
    """A stage of a policy's life. state: done | here | ahead; by: the role; on: when it was reached; due: until when; note: a number to show."""

    code: str
    state: str
    by: str
    on: date | None = None
    due: date | None = None
    count: int | None = None


def stages_of(version: PolicyVersion, on: date, seen: QuerySet[Entitlement]) -> Sequence[Stage]:
    """From the draft to the end, with role, day and clock, as far as this version has come. seen: the entitlements that the reader may see; only these
    are counted."""
    at = lambda moment: timezone.localdate(moment) if moment else None  # noqa: E731
    delivery, rows = delivery_of(version), seen.filter(version=version)
    steps = EntitlementStep.objects.filter(entitlement__version=version).order_by()
    first = dict(steps.values_list("to_state").annotate(n=Count("entitlement", distinct=True)))
    shown = dict(steps.filter(entitlement__in=rows).values_list("to_state").annotate(n=Count("entitlement", distinct=True)))
    notice = version.public_notices.order_by("-pk").first()
    checks = AfterCheck.objects.filter(entitlement__version=version)
    report = version.reports.first()
    published = version.published_at is not None
    reviews = version.reviews.filter(agreed=True).order_by("-pk").first()
    money = version.kind == "money"
    out = [
        Stage("draft", "done" if version.state != PolicyVersion.State.DRAFT else "here", "city", at(version.changed_at) if version.state == PolicyVersion.State.DRAFT else None),
        Stage("review", "done" if published else "here" if version.state == PolicyVersion.State.REVIEW else "ahead", "city", at(reviews.at) if reviews else None),
        Stage("published", "done" if published else "ahead", "city", at(version.published_at)),
        Stage("screened", "done" if version.screened_at else "here" if published else "ahead", "system", at(version.screened_at), count=rows.exclude(state=State.LAPSED).count() or None),
        Stage("notified", "done" if first.get(State.NOTIFIED) else "ahead", "city", count=shown.get(State.NOTIFIED)),
        Stage("accepted", "done" if first.get(State.ACCEPTED) else "ahead", "enterprise", count=shown.get(State.ACCEPTED)),
        Stage("public", "done" if notice and notice.closed_at else "here" if notice else "ahead", "city", notice.opened_on if notice else None, notice.closes_on if notice and notice.closed_at is None else None, shown.get(State.PUBLIC)),
        Stage("approved", "done" if first.get(State.APPROVED) else "ahead", "city", count=shown.get(State.APPROVED)),
    ]  # fmt: skip
    if money:
        due = checks.filter(state=CState.OPEN).order_by("due_on").values_list("due_on", flat=True).first()
        n, counted = checks.count(), checks.filter(entitlement__in=rows).count()
        out += [
            Stage("paid", "done" if first.get(State.PAID) else "ahead", "city", count=shown.get(State.PAID)),
            Stage("checked", "ahead" if not n else "here" if due else "done", delivery.check_by, due=due, count=counted or None),
        ]
    ended = version.state == PolicyVersion.State.ENDED
    out.append(Stage("evaluated", "done" if report else "here" if published and evaluation_due(version, on.year - 1) >= on and version.starts_on.year < on.year else "ahead", "city", at(report.made_at) if report else None, None if report else evaluation_due(version, max(version.starts_on.year, on.year - 1)) if published else None))  # fmt: skip
    out.append(Stage("ended", "done" if ended and version.ends_on and version.ends_on <= on else "here" if ended else "ahead", "city", version.ends_on))
    return out
