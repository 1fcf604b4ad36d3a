"""Similar demands become a common problem: one owner, one answer to all; each firm still says for itself whether it is solved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import kind_for, visible
from manyuan.work.cases.services import gather, move_case, open_case
from manyuan.work.demands.errors import NotAlike
from manyuan.work.demands.following import move_demand


@transaction.atomic
def gather_common(*, cases: Sequence[Case], title: str, unit: Organisation, by: Actor, now: datetime) -> Case:
    """Gather open demands under a common problem that one unit has. Raises NotAllowed, NotAlike, NotFound, WrongCase."""
    rows = [one for one in cases if one.phase != Case.Phase.CLOSED]
    if len(rows) < 2:
        raise NotAlike(count=len(rows))
    if len(rows) != visible(by, "demand").filter(pk__in=[one.pk for one in rows]).count():
        raise NotFound()
    parks = {one.park_id for one in rows}
    text = "\n".join(f"{one.number} {one.title}" for one in rows)
    common = open_case(
        kind="common-problem", title=title, text=text, park=rows[0].park if len(parks) == 1 else None, unit=unit, channel="officer",
        synthetic=all(one.synthetic for one in rows), by=by, now=now,
    )  # fmt: skip
    for one in rows:
        gather(case=one, under=common, by=by, now=now)
    return common


@transaction.atomic
def answer_common(*, common: Case, note: str, by: Actor, now: datetime) -> int:
    """One answer to all that are gathered and not answered yet; returns how many. Each firm confirms its own. Raises NotAllowed, NoteMissing."""
    row = move_case(case=common, move="answer", note=note, by=by, now=now)
    answered = 0
    for child in row.children.select_for_update().exclude(phase__in=(Case.Phase.CLOSED, Case.Phase.ANSWERED)).order_by("pk"):
        if child.state == "filed":
            move_demand(case=child, move="accept", by=_for_all(by), now=now)
            child.refresh_from_db()
        if any(one.code == "answer" for one in kind_for(child).may_follow(child.state)):
            move_demand(case=child, move="answer", note=f"{row.number}：{note}", by=_for_all(by), now=now)
            answered += 1
    return answered


def _for_all(by: Actor) -> Actor:
    """Who answers the common problem answers each of its demands, in whatever unit that one lies: the right to the common one was checked."""
    return by if by.sees_all else by.but(role=Role.CITY)
