"""The first page of everybody: for visitors what was released, for people of the programme where it stands and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.enterprises.queries import expiring_titles
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.queries import late, visible
from manyuan.facts.filings.uploads import visible_uploads
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import directory, tree
from manyuan.facts.programme import commitments, evidence, goals
from manyuan.facts.programme.programme import campaigns, installed, standing
from manyuan.facts.programme.releases import current_releases
from manyuan.facts.programme.rights import is_insider
from manyuan.surfaces.web import charts, figures, words
from manyuan.surfaces.web.acting import actor, now, today
from manyuan.surfaces.web.tables import Column, Table
from manyuan.work.cases.queries import visible as visible_cases
from manyuan.work.cases.queries import worklist
from manyuan.work.demands.queries import rechecks_waiting
from manyuan.work.money.models import BankAccount, Claim
from manyuan.work.money.queries import use_reports_waiting, visible_claims
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.queries import objections_waiting
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


def home(request: HttpRequest) -> HttpResponse:
    """Where the programme stands, and what needs attention today for this user's role; visitors are led to the public page."""
    who = actor(request)
    if who.role is Role.PUBLIC:
        return redirect("web:public")
    pack = installed()
    context: dict[str, Any] = {"pack": pack, "tasks": tasks(who, today()), "today": today()}
    if pack is None or not is_insider(who):
        return render(request, "web/home_member.html", context)
    context |= {"board": _Board(pack), "stamp": standing(today())}
    return render(request, "web/home.html", context)


class _Board:
    """What the first page shows to every insider alike; worked out only where the page does not find it kept."""

    def __init__(self, pack: Any) -> None:
        self.map_note = pack.content["map"]
        self._version = pack.version

    @cached_property
    def _states(self) -> list[goals.GoalState]:
        return goals.states(today())

    @property
    def tiles(self) -> list[dict[str, Any]]:
        return [tile(state) for state in self._states if state.kind == "quantitative"]

    @property
    def milestone(self) -> dict[str, Any] | None:
        return _milestone(self._states)

    @property
    def campaigns(self) -> list[dict[str, Any]]:
        return _campaigns()

    @cached_property
    def _points(self) -> list[dict[str, Any]]:
        return _points()

    @property
    def map(self) -> Any:
        return charts.district_map(self._points, self._version)

    @property
    def map_table(self) -> dict[str, Any]:
        head = [gettext("Park"), gettext("Longitude"), gettext("Latitude")]
        return {"head": head, "rows": [[p["name"], p["longitude"], p["latitude"]] for p in self._points]}


def tile(state: goals.GoalState) -> dict[str, Any]:
    """A goal as the home page and the list show it."""
    tone, text = words.goal_status(state.status)
    unit = state.goal.indicator.unit if state.goal.indicator else ""
    ahead = next((target for target in state.targets if not target.met), None)
    need = ""
    if ahead is not None and ahead.per_year:
        step = ahead.per_year if unit == "yuan" else ahead.per_year.quantize(Decimal("0.1") if ahead.per_year < 100 else Decimal(1))
        need = str(figures.figure(step, unit))
    return {"state": state, "goal": state.goal, "unit": unit, "tone": tone, "status": text, "need": need}


def _milestone(states: list[goals.GoalState]) -> dict[str, Any] | None:
    days = sorted({s.due_on for s in states if s.due_on and s.due_on >= today()} | {t.due_on for s in states for t in s.targets if t.due_on >= today()})
    return {"on": days[0], "days": (days[0] - today()).days} if days else None


def _campaigns() -> list[dict[str, Any]]:
    found = commitments.states(today())
    out = []
    for campaign in campaigns():
        own = [state for state in found if state.commitment.campaign_id == campaign.pk]
        counts = {status: sum(state.status == status for state in own) for status in commitments.STATUSES}
        out.append(
            {
                "campaign": campaign,
                "total": len(own),
                "counts": counts,
                "moving": counts["shown"] + counts["under-way"],
                "waiting": counts["waiting"],
                "not_yet": counts["not-yet"],
            }
        )
    return out


def _points() -> list[dict[str, Any]]:
    tops = {node.id for node in tree(today())}
    out = []
    for park in Park.objects.filter(closed_on=None, longitude__isnull=False).order_by("mark", "code"):
        name = park.name_zh if figures.chinese() else park.name_en
        size = 0.35 if park.pk in tops else 0.0
        out.append(
            {
                "name": name, "longitude": park.longitude, "latitude": park.latitude, "size": size, "text": name,
                "url": reverse("web:park", args=[park.code]), "synthetic": park.mark == "synthetic",
            }
        )  # fmt: skip
    return out


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


def public(request: HttpRequest) -> HttpResponse:
    """For everybody, without login: the programme, the park directory, and only figures released by a named official."""
    pack = installed()
    parks = Table(
        "",
        [
            Column("name", gettext("Park"), figures.pick, order="name", url=lambda e: reverse("web:public_park", args=[e.code]), wrap=True),
            Column("level", gettext("Level"), lambda e: words.level(e.level), order="level"),
            Column("district", gettext("District"), lambda e: e.district_zh if figures.chinese() else e.district_en, order="district"),
            Column(
                "directions",
                gettext("Primary directions"),
                lambda e: "、".join(e.directions_zh) if figures.chinese() else ", ".join(e.directions_en),
                wrap=True,
            ),
        ],
        [entry for entry in directory(today()) if entry.mark != "synthetic"],
        per_page=50,
        empty_text=gettext("No park is in the register yet."),
    ).read(request)
    exported = parks.export(request, "parks")
    if exported:
        return exported
    releases = list(current_releases())
    context = {"pack": pack, "releases": releases, "table": parks, "campaigns": campaigns(), "goal_targets": _public_goals()}
    return render(request, "web/public.html", context)


def _public_goals() -> list[goals.Goal]:
    return [goal for goal in goals.goals() if goal.indicator_id]


def district_map(request: HttpRequest) -> HttpResponse:
    """The districts as GeoJSON, from the installed pack; names in both languages. Public, and cached by its version."""
    pack = installed()
    content = dict(pack.content["district_map"]) if pack else {"type": "FeatureCollection", "features": []}
    response = JsonResponse(_numbers(content, {d["adcode"]: d["name"]["en"] for d in (pack.content["districts"] if pack else [])}))
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _numbers(content: dict[str, Any], english: dict[str, str]) -> dict[str, Any]:
    """Coordinates are kept as text so that nothing is rounded; a map wants numbers."""

    def numbers(value: Any) -> Any:
        return [numbers(one) for one in value] if isinstance(value, list) else float(value)

    features = []
    for feature in content.get("features", []):
        geometry = {**feature["geometry"], "coordinates": numbers(feature["geometry"]["coordinates"])}
        properties = dict(feature.get("properties") or {})
        properties["name_en"] = english.get(str(properties.get("adcode")), properties.get("name", ""))
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}
