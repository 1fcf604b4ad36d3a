"""A step with whatever kind of case somebody has before them: what a demand and a common problem do beside the step is done with it."""

from __future__ import annotations

from datetime import datetime

from manyuan.facts.audit.actors import Actor
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import move_case
from manyuan.work.demands.following import move_demand
from manyuan.work.demands.gathering import answer_common


def take_step(*, case: Case, move: str, note: str = "", satisfaction: int | None = None, by: Actor, now: datetime) -> None:
    """Take a step: a demand's word of the firm counts in its rates, an answer to a common problem is the answer to all that are gathered in it.
    satisfaction: 1 to 5, of a demand. Raises what `move_case` raises."""
    if case.kind_code == "demand":
        move_demand(case=case, move=move, note=note, satisfaction=satisfaction, by=by, now=now)
    elif case.kind_code == "common-problem" and move == "answer":
        answer_common(common=case, note=note, by=by, now=now)
    else:
        move_case(case=case, move=move, note=note, by=by, now=now)
