"""Reading runs: who may see which, whose lines with names and figures, how a run stands, an enterprise's years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.evaluation.lifting import Lift, lifts, peers_of
from manyuan.work.evaluation.models import Excuse, Line, Objection, Run, Scheme
from manyuan.work.evaluation.schemes import Plan, plan_of
from manyuan.work.evaluation.scoring import better_grade, cut_of

STATES = ("computed", "open", "closed", "confirmed", "superseded", "dropped")


def state_of(run: Run, on: date) -> str:
    """computed | open (objections are in time) | closed (the window is over) | confirmed | superseded (a newer version is published) | dropped."""
    if run.dropped_at is not None:
        return "dropped"
    if run.published_at is None:
        return "computed"
    if Run.objects.filter(code=run.code, year=run.year, park=run.park_id, number__gt=run.number, published_at__isnull=False).exists():
        return "superseded"
    if run.confirmed_at is not None:
        return "confirmed"
    return "open" if run.closes_on is not None and on <= run.closes_on else "closed"


def current_schemes() -> list[Scheme]:
    """The schemes of the pack that runs here."""
    return list(Scheme.objects.filter(is_current=True).order_by("code"))


def scheme_named(code: str) -> Scheme:
    """A scheme in its current text. Raises NotFound."""
    found = Scheme.objects.filter(code=code, is_current=True).first()
    if found is None:
        raise NotFound()
    return found


def visible_runs(actor: Actor) -> QuerySet[Run]:
    """The runs that the actor may see: the city all; everybody else what is published: of the whole city anyone, of a park its people and its firms."""
    rows = Run.objects.select_related("scheme", "park", "previous").filter(dropped_at=None)
    if actor.sees_all:
        return rows
    rows = rows.filter(published_at__isnull=False)
    mine = Q(park=None)
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        mine |= Q(park__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        mine |= Q(Exists(Line.objects.filter(run=OuterRef("pk"), enterprise__in=actor.enterprise_ids)))
    return rows.filter(mine)


def run_seen(actor: Actor, pk: int) -> Run:
    """A run that the actor may see. Raises NotFound."""
    found = visible_runs(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def lines_seen(actor: Actor, run: Run) -> QuerySet[Line]:
    """The lines whose name and figures the actor may see: the city all, park people those of their parks, a firm its own; others none."""
    rows = run.lines.select_related("enterprise", "park")
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids)
    return rows.none()


def versions_of(actor: Actor, run: Run) -> list[Run]:
    """Every version of the evaluation that the actor may see, the newest first."""
    return list(visible_runs(actor).filter(code=run.code, year=run.year, park=run.park_id).order_by("-number"))


def objections_seen(actor: Actor, run: Run) -> QuerySet[Objection]:
    """Objections to the run's lines, of those lines that the actor may see."""
    return Objection.objects.filter(line__in=lines_seen(actor, run)).select_related("line__enterprise", "answered_in")


def objection_seen(actor: Actor, pk: int) -> Objection:
    """An objection that the city decides. Raises NotFound."""
    found = Objection.objects.select_related("line__run__scheme", "line__enterprise").filter(pk=pk).first() if actor.sees_all else None
    if found is None:
        raise NotFound()
    return found


def excuses_seen(actor: Actor) -> QuerySet[Excuse]:
    """Who is excused, among the firms that the actor answers for."""
    rows = Excuse.objects.filter(withdrawn_at=None).select_related("enterprise__park")
    if actor.sees_all:
        return rows
    return rows.filter(enterprise__park_id__in=actor.park_ids) if actor.role is Role.COMMITTEE else rows.none()


def newest_published(code: str, year: int, park_id: int | None) -> Run | None:
    """The version that counts: the newest published one."""
    return Run.objects.filter(code=code, year=year, park=park_id, published_at__isnull=False).order_by("-number").first()


def history_of(enterprise: Enterprise, actor: Actor) -> list[Line]:
    """The enterprise's line in the newest published version of each evaluation that the actor may see, the newest year first, the city's before a park's."""
    runs = visible_runs(actor).filter(published_at__isnull=False)
    rows = Line.objects.filter(enterprise=enterprise, run__in=runs).select_related("run__scheme", "run__park", "enterprise", "park")
    newest: dict[tuple[int, str, int | None], Line] = {}
    for line in rows.order_by("run__number"):
        newest[line.run.year, line.run.code, line.run.park_id] = line
    return sorted(newest.values(), key=lambda line: (-line.run.year, line.run.park_id or 0, line.run.code))


def totals_of(run: Run) -> list[Decimal]:
    """The totals of all who are graded, the best first."""
    return list(run.lines.exclude(grade="").order_by("rank").values_list("total", flat=True))


@dataclass(frozen=True)
class Way:
    """The way up: the next better grade, from which total on it begins, what is missing, and each figure that alone would do. cut: None where nobody can have it."""

    grade: str
    cut: Decimal | None
    short: Decimal | None
    lifts: list[Lift]


def way_up(line: Line, plan: Plan) -> Way | None:
    """What would lift a line a grade; None for the best and for who is not graded."""
    grade = better_grade(plan, line.grade) if line.grade else None
    if grade is None or line.total is None:
        return None
    cut = cut_of(plan, totals_of(line.run), grade)
    if cut is None:
        return Way(grade, None, None, [])
    values: Sequence[Any] = list(line.run.lines.exclude(grade="").values_list("values", flat=True)) if plan.form == "min-max" else []
    return Way(grade, cut, cut - line.total, lifts(plan, line.inputs, line.filled, line.total, cut, peers_of(plan, values)))


def plan_of_run(run: Run) -> Plan:
    """The run's own scheme, as it was when it was computed."""
    return plan_of(run.scheme)
