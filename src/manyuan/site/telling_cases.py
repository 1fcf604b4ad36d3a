"""What happens to cases, told to whom it concerns: the unit hears of what is new, due or sent back; the firm of an answer and of what is asked again; each
side of what the other said; whoever watches a case of everything that happens to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.site.told import STALE, tell
from manyuan.work.cases.models import Case, Step
from manyuan.work.cases.rights import kind_for, parties, visible
from manyuan.work.notices.services import Told


def _cases(event: Any, now: datetime) -> Case | None:
    if now - event.created_at > STALE:
        return None
    return Case.objects.select_related("unit", "enterprise").defer("terms", "text").filter(pk=event.data["case_id"]).first()


def _data(case: Case, **more: Any) -> dict[str, Any]:
    return {"kind": dict(kind_for(case).name), "number": case.number, "title": case.title, **more}


def _unit(case: Case, key: str, data: dict[str, Any]) -> Iterator[Told]:
    """To the unit that has the case: its park's people, an institute or service body, or the city office. What was raised past the park is never told to it."""
    unit = case.unit
    if unit is not None and unit.kind in (Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY) and not case.direct:
        yield Told(key, data, f"/cases/{case.number}/", park_id=unit.park_id)
    elif unit is not None and unit.kind == Organisation.Kind.INSTITUTE:
        yield Told(key, data, f"/cases/{case.number}/", organisation_id=unit.pk)
    else:
        yield Told(key, data, f"/cases/{case.number}/")


def _firm(case: Case, key: str, data: dict[str, Any]) -> Iterator[Told]:
    if case.enterprise_id is not None:
        yield Told(key, data, f"/cases/{case.number}/", enterprise_id=case.enterprise_id)


def opened(event: Any, now: datetime) -> None:
    """A case was opened or given to a unit."""
    case = _cases(event, now)
    if case is not None and case.phase != Case.Phase.CLOSED:
        tell("case-new", _unit(case, f"case-new/{case.pk}/{case.unit_id}/{case.transfers}", _data(case)), now)


def moved(event: Any, now: datetime) -> None:
    """A case was answered (the firm hears of it), sent back by the firm (the unit does), or refused (the firm does, with the reason)."""
    case = _cases(event, now)
    if case is None:
        return
    phase = kind_for(case).states.get(event.data["state"])
    step = case.steps.filter(act=event.data["move"]).order_by("-pk").first()
    data = _data(case, reason=step.note if step else "")
    if phase is not None and phase.phase == "answered":
        tell("case-answered", _firm(case, f"case-answered/{event.pk}", data), now)
    elif event.data["move"] in ("reject", "recur"):
        tell("case-back", _unit(case, f"case-back/{event.pk}", data), now)
    elif phase is not None and phase.outcome == "not-accepted":
        tell("case-refused", _firm(case, f"case-refused/{event.pk}", data), now)


def reminder(event: Any, now: datetime) -> None:
    """A clock changed its colour."""
    case = _cases(event, now)
    if case is None:
        return
    rule = next((one for one in kind_for(case).clocks if one.code == event.data["clock"]), None)
    due = timezone.localtime(datetime.fromisoformat(event.data["due_at"]))
    data = _data(case, clock=dict(rule.name) if rule else event.data["clock"], on=f"{due:%Y-%m-%d %H:%M}")
    template = "case-overdue" if event.data["colour"] == "red" else "case-due"
    to: Callable[[Case, str, dict[str, Any]], Iterator[Told]] = _firm if case.phase == Case.Phase.ANSWERED else _unit
    tell(template, to(case, f"{template}/{case.pk}/{event.data['clock']}/{event.data['round']}/{event.data['colour']}", data), now)


def escalated(event: Any, now: datetime) -> None:
    """A case went up a level: the unit and the city hear of it."""
    case = _cases(event, now)
    if case is None:
        return
    levels = kind_for(case).levels
    level = event.data["level"]
    data = _data(case, level=dict(levels[level]) if level < len(levels) else str(level))
    key = f"case-up/{case.pk}/{level}"
    tell("case-up", iter([*_unit(case, key, data), Told(f"{key}/city", data, f"/cases/{case.number}/")]), now)


def recheck(event: Any, now: datetime) -> None:
    """The firm is asked whether it is still solved."""
    case = _cases(event, now)
    if case is not None:
        tell("case-recheck", _firm(case, f"case-recheck/{event.data['recheck_id']}", _data(case, days=event.data["days"])), now)


def commented(event: Any, now: datetime) -> None:
    """Somebody said something: the unit hears what the firm said, the firm what the house said to it."""
    case = _cases(event, now)
    step = case.steps.filter(pk=event.data["step_id"]).first() if case is not None else None
    if case is None or step is None or not step.public:
        return
    to = _unit if event.data["outside"] else _firm
    tell("case-said", to(case, f"case-said/{step.pk}", _data(case, said=step.note[:_LONGEST])), now)


def watched(event: Any, now: datetime) -> None:
    """Who watches a case hears of each move, word, new unit and level; not of what they did themselves, nor of what they may not read (any more)."""
    case = _cases(event, now)
    step = _step_of(event, case) if case is not None else None
    if case is None or step is None:
        return
    told = []
    for one in case.watchers.select_related("user__organisation").order_by("pk"):
        by = actor_of(one.user)
        if one.user_id == step.actor_id or not visible(by).filter(pk=case.pk).exists():
            continue
        if step.public or not parties(case, by) <= {"reporter"}:
            told.append(
                Told(f"case-watched/{event.pk}/{one.user_id}", _data(case, what=_happened(case, step)), f"/cases/{case.number}/", person_id=one.user_id)
            )
    tell("case-watched", told, now)


_LONGEST = 200


def _step_of(event: Any, case: Case) -> Step | None:
    """The step of the trail that an event tells of."""
    if "step_id" in event.data:
        return case.steps.filter(pk=event.data["step_id"]).first()
    acts = {"case.moved": [event.data.get("move")], "case.assigned": ["transfer", "reassign"], "case.escalated": ["escalate"]}[event.name]
    return case.steps.filter(act__in=acts, at__lte=event.created_at).order_by("-pk").first()


def _happened(case: Case, step: Step) -> dict[str, str] | str:
    kind = kind_for(case)
    if step.act == "comment":
        return step.note[:_LONGEST]
    if step.act == "escalate":
        return dict(kind.levels[min(step.data["level"], len(kind.levels) - 1)])
    if step.act in ("transfer", "reassign"):
        return str(step.data.get("to_unit", ""))
    return dict(kind.states[step.state].name) if step.state in kind.states else step.state
