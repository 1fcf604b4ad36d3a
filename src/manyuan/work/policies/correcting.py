"""A fact corrected after the payment: the payment stands, and is looked at again where the corrected facts give less. People decide what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from manyuan.engines.screening import explain
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import system
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import definition_of
from manyuan.facts.programme.calendar import calendar
from manyuan.work.policies.models import AfterCheck, Entitlement
from manyuan.work.policies.queries import decided
from manyuan.work.policies.rules import delivery_of, rules_of

CState = AfterCheck.State


@transaction.atomic
def look_again(*, enterprise_ids: Sequence[int], now: datetime) -> list[AfterCheck]:
    """Put what was paid to these enterprises up for a check where the facts of the day it was decided on, as they are known now, give less or nothing.

    A check that was in order is opened again; one that is open, wrong or asked back goes on as it is. Emits `check.corrected` for each.
    """
    rows = Entitlement.objects.select_for_update(of=("self",)).filter(enterprise__in=enterprise_ids, state=Entitlement.State.PAID, version__kind="money")
    by_sheet: dict[tuple[str, date], list[Entitlement]] = defaultdict(list)
    for row in rows.select_related("version__policy", "screening", "claim").order_by("pk"):
        by_sheet[row.screening.facts_hash, row.as_of].append(row)
    out = []
    for (facts_hash, as_of), group in by_sheet.items():
        sheet = build_sheet(definition_of(facts_hash), as_of=as_of, only=[row.enterprise_id for row in group])
        at = {pk: number for number, pk in enumerate(sheet.ids)}
        for row in group:
            then = decided(row)
            if then is None or row.enterprise_id not in at:
                continue
            found = explain(rules_of(row.version, facts_hash), sheet.facts, at[row.enterprise_id])
            due = found.gross if found.outcome == "entitled" else 0
            if due < then.gross and (check := _opened(row, due, then.gross, now)) is not None:
                out.append(check)
    return out


def _opened(row: Entitlement, due: int, then: int, now: datetime) -> AfterCheck | None:
    """The check of a payment, opened for corrected facts. None where one is on its way already."""
    by, known = system("corrections"), AfterCheck.objects.filter(entitlement=row).first()
    if known is not None and known.state != CState.IN_ORDER:
        return None
    paid = row.due_fen
    found = known or AfterCheck(entitlement=row)
    found.state, found.cause, found.corrected_fen = CState.OPEN, AfterCheck.Cause.FACTS, paid * due // then
    found.drawn_at, found.drawn_label = now, by.label
    found.due_on = calendar().add_working_days(timezone.localdate(now), delivery_of(row.version).check_days)
    found.finding, found.checked_at, found.checked_by_id, found.checked_label = "", None, None, ""
    found.save()
    after = {"paid_fen": paid, "corrected_fen": found.corrected_fen}
    audit.record(by=by, now=now, action="policies.facts_corrected", subject_kind="entitlement", subject_id=row.pk, after=after)
    audit.emit(name="check.corrected", data={"check_id": found.pk}, now=now)
    return found
