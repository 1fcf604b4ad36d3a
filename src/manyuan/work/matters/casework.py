"""An application as a case: its number, its trail, its legal clock, comments and files are those of `work.cases`; the process decides its moves."""

from __future__ import annotations

from datetime import datetime

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.cases.services import About, move_case, open_case
from manyuan.work.matters.models import Application

KIND = "matter"
_MOVES = {Application.State.GRANTED: "grant", Application.State.REFUSED: "refuse", Application.State.WITHDRAWN: "withdraw"}


def open_for(row: Application, unit: Organisation | None, by: Actor, now: datetime) -> None:
    """Open the case of an application and take its number."""
    title = f"{row.version.name_zh}（{row.enterprise.name}）"[:200]
    case = open_case(
        kind=KIND, title=title, enterprise=row.enterprise, park=row.park, unit=unit, about=About("application", row.pk), channel="officer" if row.mandate_id else "portal",
        synthetic=row.synthetic, by=by, now=now,
    )  # fmt: skip
    row.case, row.number = case, case.number


def accepted(row: Application, by: Actor, now: datetime) -> None:
    """The first step is done: the case is in hand."""
    if row.case.state == "filed":
        row.case = move_case(case=row.case, move="accept", by=_product(by), now=now)


def ended(row: Application, note: str, by: Actor, now: datetime) -> None:
    """The application came to an end: so does its case."""
    row.case = move_case(case=row.case, move=_MOVES[Application.State(row.state)], note=note, by=_product(by), now=now)


def _product(by: Actor) -> Actor:
    """The product moves the case, in the name of the person who did the step."""
    return by.but(role=Role.CITY, is_system=True)
