"""A case goes to another officer: within the unit to its people, else to the other's unit. Who may decide that was checked before."""

from __future__ import annotations

from datetime import datetime

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import assign, reassign


def give_case(*, case: Case, to: User, note: str, by: Actor, now: datetime) -> Case:
    """The officer has the case from now on. by: who decided it; their name stands in the trail."""
    clerk = Actor(id=by.id, label=by.label, role=Role.CITY, at=by.at, is_system=True, organisation_id=by.organisation_id)
    if to.organisation_id == case.unit_id:
        return assign(case=case, handler=to, by=clerk, now=now)
    if to.organisation is None:
        raise ValueError("an officer has an organisation")
    return reassign(case=case, unit=to.organisation, handler=to, note=note, by=clerk, now=now)
