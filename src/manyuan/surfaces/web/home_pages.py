"""The first page of everybody: for visitors what was released, for people of the programme where it stands and what waits for them."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import directory, tree
from manyuan.facts.programme import commitments, goals
from manyuan.facts.programme.programme import campaigns, installed, standing
from manyuan.facts.programme.releases import current_releases
from manyuan.facts.programme.rights import is_insider
from manyuan.surfaces.web import charts, figures, words
from manyuan.surfaces.web.acting import actor, today
from manyuan.surfaces.web.home_tasks import own_figures, own_firm, places, tasks
from manyuan.surfaces.web.tables import Column, Table


def home(request: HttpRequest) -> HttpResponse:
    """Where the programme stands, and what needs attention today for this user's role; visitors are led to the public page."""
    who = actor(request)
    if who.role is Role.PUBLIC:
        return redirect("web:public")
    pack = installed()
    context: dict[str, Any] = {"pack": pack, "tasks": tasks(who, today()), "today": today()}
    if pack is None or not is_insider(who):
        firm = own_firm(who)
        own = own_figures(who) if firm else None
        return render(request, "web/home_member.html", context | {"firm": firm, "own": own, "places": places(who, firm)})
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
        return {"head": head, "rows": [[format_html('<a href="{}">{}</a>', p["url"], p["name"]), p["longitude"], p["latitude"]] for p in self._points]}


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
