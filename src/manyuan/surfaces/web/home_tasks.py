"""What waits for the user, the figures of their own enterprise, and where each role goes from the first page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import expiring_titles
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.queries import late, visible
from manyuan.facts.filings.uploads import visible_uploads
from manyuan.facts.programme import evidence
from manyuan.surfaces.web.acting import now
from manyuan.work.cases.queries import visible as visible_cases
from manyuan.work.cases.queries import worklist
from manyuan.work.demands.queries import demands, rechecks_waiting
from manyuan.work.matters.models import Application
from manyuan.work.matters.queries import visible_applications
from manyuan.work.money.models import BankAccount, Claim
from manyuan.work.money.queries import use_reports_waiting, visible_claims
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.queries import coverage, objections_waiting
from manyuan.work.policies.queries import visible as entitled

_MOST = 10_000
_WAITS_FOR_MONEY = ("accepted", "public", "objected", "cleared", "approved", "returned")


@dataclass(frozen=True)
class Task:
    """Something that waits for the user: how many, what, where to go; tone as of a status."""

    count: int
    text: str
    url: str
    tone: str

    @property
    def number(self) -> str:
        return f"{_MOST:,}+" if self.count > _MOST else f"{self.count:,}"


@dataclass(frozen=True)
class Place:
    """Where somebody may want to go: the name of an icon, the words, the address."""

    icon: str
    text: str
    url: str


def own_firm(who: Actor) -> Enterprise | None:
    """The enterprise for which the actor speaks."""
    return Enterprise.objects.filter(pk__in=who.enterprise_ids).order_by("pk").first() if who.role is Role.ENTERPRISE else None


def own_figures(who: Actor) -> dict[str, Any]:
    """An enterprise's own: policies it is entitled to with their amount in yuan, what was paid in yuan, its open demands and applications."""
    found = coverage(entitled(who))
    return {
        "entitled": found.entitled,
        "sum": Decimal(found.entitled_fen) / 100,
        "paid": Decimal(found.paid_fen) / 100,
        "demands": demands(who).exclude(phase="closed").count(),
        "applications": visible_applications(who).filter(state=Application.State.OPEN).count(),
    }


def places(who: Actor, firm: Enterprise | None) -> list[Place]:
    """Where an enterprise, an institute or a service body goes from its first page."""
    found = []
    if firm is not None:
        found = [
            Place("user-check", gettext("What is mine: policies you get, miss by one step, and why"), reverse("web:mine", args=[firm.uscc])),
            Place("building-factory-2", gettext("Your enterprise: figures, titles, history"), reverse("web:enterprise", args=[firm.uscc])),
            Place("file-spreadsheet", gettext("Your filings"), reverse("web:filings")),
            Place("checklist", gettext("Matters: what the park decides for you, and how to apply"), reverse("web:matters")),
        ]
    found += [
        Place("refresh", gettext("Supply and demand: offer, need, find a partner"), reverse("web:supply")),
        Place("calendar", gettext("Meetings and service days"), reverse("web:meetings")),
        Place("certificate", gettext("Standard rule sets: what each title asks for"), reverse("web:rules")),
        Place("world", gettext("What the programme has released"), reverse("web:public")),
    ]
    return found


def tasks(who: Actor, on: date) -> list[Task]:
    """What waits for the actor, the most pressing first; nothing that is not theirs to do."""
    filings = reverse("web:filings")
    rows = visible(who)
    found: list[Task] = []

    def add(count: int, text: str, url: str, tone: str) -> None:
        if count:
            found.append(Task(count, text, url, tone))

    overdue = _count(late(who, on))
    add(
        overdue,
        ngettext("filing is overdue and was never submitted", "filings are overdue and were never submitted", overdue),
        f"{filings}?due=overdue",
        "late",
    )
    returned = _count(rows.filter(state=Filing.State.RETURNED))
    add(
        returned,
        ngettext("filing was returned and waits for a correction", "filings were returned and wait for a correction", returned),
        f"{filings}?state=returned",
        "risk",
    )
    if who.role is Role.COMMITTEE:
        waiting = _count(rows.filter(state=Filing.State.SUBMITTED))
        add(waiting, ngettext("filing waits for your approval", "filings wait for your approval", waiting), f"{filings}?state=submitted", "accent")
    if who.sees_all:
        waiting = _count(rows.filter(state=Filing.State.APPROVED))
        add(
            waiting,
            ngettext("filing is approved and waits to be locked", "filings are approved and wait to be locked", waiting),
            f"{filings}?state=approved",
            "accent",
        )
        laid = evidence.visible(who).filter(state="submitted").count()
        add(laid, ngettext("piece of evidence waits for review", "pieces of evidence wait for review", laid), reverse("web:goals") + "#evidence", "accent")
    if who.role in (Role.ENTERPRISE, Role.COMPANY):
        drafts = _count(rows.filter(state=Filing.State.DRAFT, due_on__gte=on))
        add(drafts, ngettext("filing is open for you to fill in", "filings are open for you to fill in", drafts), f"{filings}?state=draft", "accent")
    if who.role in (Role.ENTERPRISE, Role.COMMITTEE):
        soon = _count(expiring_titles(who, on, on + timedelta(days=90)))
        where = reverse("web:enterprises") + "?ends=90" if who.role is Role.COMMITTEE else reverse("web:home") + "#titles"
        add(soon, ngettext("title runs out within 90 days", "titles run out within 90 days", soon), where, "risk")
    _cases(who, add)
    _policies(who, add)
    previewed = visible_uploads(who).filter(state="previewed", uploaded_by_id=who.id).count() if who.id else 0
    add(
        previewed,
        ngettext("upload is previewed and not committed", "uploads are previewed and not committed", previewed),
        reverse("web:upload") + "#uploads",
        "mute",
    )
    return found


def _cases(who: Actor, add: Any) -> None:
    """What of cases waits for the actor's organisation; for an enterprise, its own word."""
    rows = worklist(who)
    if who.role is Role.ENTERPRISE:
        n = _count(rows)
        add(
            n,
            ngettext("answer waits for your word: is it solved?", "answers wait for your word: is it solved?", n),
            reverse("web:demands") + "?phase=answered",
            "accent",
        )
        again = rechecks_waiting(who)
        first = again.first()
        if first is not None:
            n = again.count()
            text = ngettext("problem was solved a while ago: is it still?", "problems were solved a while ago: are they still?", n)
            add(n, text, reverse("web:case", args=[first.demand.case.number]), "accent")
        return
    moment = now()
    late = _count(rows.filter(due_at__lt=moment))
    add(
        late,
        ngettext("case is overdue with your organisation", "cases are overdue with your organisation", late),
        reverse("web:cases") + "?phase=overdue",
        "late",
    )
    fresh = _count(rows.filter(phase="new"))
    add(fresh, ngettext("case waits to be accepted", "cases wait to be accepted", fresh), reverse("web:cases") + "?phase=new", "risk")
    if who.sees_all:
        up = _count(visible_cases(who).filter(level__gt=0).exclude(phase="closed"))
        add(up, ngettext("case has gone up a level", "cases have gone up a level", up), reverse("web:cases") + "?all=1&phase=up", "risk")


def _policies(who: Actor, add: Any) -> None:
    """What of policies waits for the actor."""
    listed = reverse("web:entitlements")
    own = entitled(who)
    if who.role is Role.ENTERPRISE:
        waiting = _count(own.filter(state=Entitlement.State.NOTIFIED))
        add(waiting, ngettext("policy waits for your yes", "policies wait for your yes", waiting), listed, "accent")
        paid = own.filter(state__in=_WAITS_FOR_MONEY, version__kind="money")
        if not BankAccount.objects.filter(enterprise__in=who.enterprise_ids, replaced_at=None).exists() and (
            first := paid.select_related("enterprise").first()
        ):
            add(
                n := _count(paid),
                ngettext("payment waits for your bank account", "payments wait for your bank account", n),
                reverse("web:account", args=[first.enterprise.uscc]),
                "risk",
            )
    if who.role is Role.COMMITTEE:
        unused = visible_claims(who).filter(park__isnull=False, state=Claim.State.PAID).exclude(use_reports__state__in=("open", "agreed"))
        add(
            n := _count(unused),
            ngettext("award waits for a report of its use", "awards wait for a report of their use", n),
            reverse("web:claims") + "?state=paid",
            "accent",
        )
    if not who.sees_all:
        return
    _money(who, add)
    doubtful = _count(own.filter(state__in=(Entitlement.State.HELD, Entitlement.State.DISPUTED)))
    text = ngettext("entitlement needs a look: a register, a dispute", "entitlements need a look: a register, a dispute", doubtful)
    add(doubtful, text, f"{listed}?state=disputed" if own.filter(state=Entitlement.State.DISPUTED).exists() else f"{listed}?state=held", "risk")
    objections = objections_waiting(who)
    first = objections.first()
    if first is not None:
        where = reverse("web:public_list", args=[first.notice.number]) + "#objections"
        add(n := objections.count(), ngettext("objection waits for a decision", "objections wait for a decision", n), where, "risk")
    review = PolicyVersion.objects.filter(state=PolicyVersion.State.REVIEW).exclude(drafted_by_id=who.id).count()
    add(review, ngettext("policy waits for review", "policies wait for review", review), reverse("web:policies") + "?state=review", "accent")
    payments = _count(own.filter(state=Entitlement.State.CLEARED).exclude(claim__approvals__approver_id=who.id).exclude(version__drafted_by_id=who.id))
    add(payments, ngettext("payment waits for your approval", "payments wait for your approval", payments), f"{listed}?state=cleared", "accent")


def _money(who: Actor, add: Any) -> None:
    """What of payments waits for the city."""
    claims = visible_claims(who)
    awards = claims.filter(state=Claim.State.RESERVED, entitlement=None).exclude(approvals__approver_id=who.id).exclude(drafted_by_id=who.id)
    approved, returned = claims.filter(state=Claim.State.APPROVED), claims.filter(state=Claim.State.RETURNED)
    n, a, r = _count(awards), _count(approved), _count(returned)
    for rows, count, text in (
        (awards, n, ngettext("award waits for your approval", "awards wait for your approval", n)),
        (approved, a, ngettext("approved payment waits for a batch", "approved payments wait for a batch", a)),
        (returned, r, ngettext("payment came back from the bank", "payments came back from the bank", r)),
    ):
        first = rows.order_by("fund__code").first()
        if first is not None:
            add(count, text, reverse("web:fund", args=[first.fund.code]) + f"?year={first.year}", "accent")
    reports = use_reports_waiting(who)
    if first_report := reports.first():
        add(
            n := _count(reports),
            ngettext("report of an award's use waits for your check", "reports of awards' use wait for your check", n),
            reverse("web:claim", args=[first_report.claim_id]),
            "accent",
        )


def _count(rows: Any) -> int:
    return int(rows.order_by()[: _MOST + 1].count())
