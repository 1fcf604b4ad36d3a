"""Reading applications: whose they are, what waits for whom, what was asked and what was spared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.models import Application, Asked, Mandate, StepRun
from manyuan.work.matters.process import draw, on_way, read_graph


def visible_applications(actor: Actor) -> QuerySet[Application]:
    """The city all; park people those of their parks; an enterprise its own; an agent those of enterprises whose mandate they ever had, if filed under it."""
    rows = Application.objects.defer("engine").select_related("version", "enterprise", "park")
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(Q(park_id__in=actor.park_ids) | Q(mandate__agent_id=actor.id))
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids)
    return rows.none()


def application_seen(actor: Actor, number: str) -> Application:
    """An application that the actor may see. Raises NotFound."""
    found = visible_applications(actor).select_related("version", "enterprise", "park", "mandate", "case").filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def steps_waiting(actor: Actor) -> QuerySet[StepRun]:
    """The worklist: open steps of the actor's organisation, of an enterprise its own; the nearest due day first."""
    rows = StepRun.objects.filter(state=StepRun.State.OPEN).select_related(
        "application__enterprise", "application__version", "application__park", "unit", "power"
    )
    if actor.role is Role.ENTERPRISE:
        rows = rows.filter(by="enterprise", application__enterprise_id__in=actor.enterprise_ids)
    elif actor.organisation_id is not None:
        own = Q(unit_id=actor.organisation_id)
        rows = rows.filter(own | Q(unit=None, by="city") if actor.role is Role.CITY else own)
    elif not actor.is_system:
        rows = rows.none()
    return rows.order_by("due_on", "pk")


def questions_open(actor: Actor) -> QuerySet[Asked]:
    """What enterprises still owe, of the actor's own."""
    rows = Asked.objects.filter(given_at=None).select_related("application__version", "application__enterprise")
    return rows.filter(application__enterprise_id__in=actor.enterprise_ids) if actor.role is Role.ENTERPRISE else rows.none()


@dataclass(frozen=True)
class Ledger:
    """The ask-once ledger in numbers. asked: given for the first time; reused: held and not asked; again: asked though held, with a reason; corrected:
    the enterprise gave anew what was held; trips_saved: trips of before the reform minus those that were made, over ended applications."""

    asked: int
    reused: int
    again: int
    corrected: int
    trips_saved: int

    @property
    def share(self) -> float | None:
        """Share of what was needed that nobody had to give."""
        whole = self.asked + self.reused + self.again + self.corrected
        return self.reused / whole if whole else None


def ledger(rows: QuerySet[Application]) -> Ledger:
    """Counted over applications."""
    counted = dict(Asked.objects.filter(application__in=rows).order_by().values_list("how").annotate(n=Count("pk")).values_list("how", "n"))
    return Ledger(*(counted.get(how, 0) for how in ("asked", "reused", "again", "corrected")), trips_saved=sum(saved(one) for one in _ended(rows)))


def _ended(rows: QuerySet[Application]) -> QuerySet[Application]:
    return rows.filter(state__in=(Application.State.GRANTED, Application.State.REFUSED))


def saved(row: Application) -> int:
    """Trips that the enterprise would have made before the reform and did not make."""
    return max(0, definition_of(row.version).before.trips - row.trips)


def asked_again(actor: Actor) -> list[tuple[str, str, int]]:
    """What is asked although it is held, the most often first: (kind, key, times)."""
    rows = Asked.objects.filter(how=Asked.How.AGAIN, application__in=visible_applications(actor))
    return list(rows.order_by().values_list("kind", "key").annotate(n=Count("pk")).order_by("-n", "key").values_list("kind", "key", "n"))


def picture(row: Application, language: str) -> str:
    """The process of an application as SVG: what is done, what is open, where outside the park."""
    definition = definition_of(row.version)
    states: dict[str, str] = {}
    for one in row.steps.all():
        states[one.node] = "done" if one.state == StepRun.State.DONE else ("outside" if one.outside else "open") if one.state == StepRun.State.OPEN else ""
    graph = on_way(definition.graph, bool(row.lane))
    if set(states) - set(graph.nodes):
        graph = definition.graph
    return draw(graph, _names(row.version.content, language), states, row.version.name(language))


def plain_picture(content: dict[str, Any], process: bytes, green: bool, language: str) -> str:
    """The process of a matter as SVG, as it goes in the green channel or outside it."""
    return draw(on_way(read_graph(process)[0], green), _names(content, language), {}, content["name"]["zh" if language.startswith("zh") else "en"])


def _names(content: dict[str, Any], language: str) -> dict[str, str]:
    tongue = "zh" if language.startswith("zh") else "en"
    return {one["code"]: one["name"][tongue] for one in content["steps"]}


def mandate_seen(actor: Actor, pk: int) -> Mandate:
    """A mandate that the actor gave or has. Raises NotFound."""
    rows = Mandate.objects.select_related("enterprise", "agent")
    found = rows.filter(Q(enterprise_id__in=actor.enterprise_ids) | Q(agent_id=actor.id if actor.id is not None else -1)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found
