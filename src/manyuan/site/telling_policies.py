"""Steps of an application and results of after-checks, told to whom they concern: the firm what happens to what it handed in, the city what it has to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from manyuan.site.told import STALE, amount, tell
from manyuan.work.notices.services import Told
from manyuan.work.policies.judging import judging_of
from manyuan.work.policies.models import AfterCheck, Application, Entitlement, PolicyVersion
from manyuan.work.policies.rules import delivery_of

_NO_GRANT = {"zh": "未达到兑付线，本次不予兑付", "en": "the total is below the lowest band, nothing is granted"}
_NO_MONEY = {"zh": "通过评审", "en": "passed"}


def _application(event: Any, now: datetime) -> Application | None:
    if now - event.created_at > STALE:
        return None
    rows = Application.objects.select_related("entitlement__version__policy", "entitlement__enterprise")
    return rows.filter(pk=event.data["application_id"]).first()


def _data(row: Entitlement, **more: Any) -> dict[str, Any]:
    version = row.version
    return {"policy": {"zh": version.name_zh, "en": version.name_en or version.name_zh}, "enterprise": row.enterprise.name, **more}


def _firm(what: str, found: Application, event: Any, now: datetime, **more: Any) -> None:
    row = found.entitlement
    tell(what, [Told(f"{what}/{found.pk}/{event.pk}", _data(row, **more), f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id)], now)


def _city(what: str, found: Application, event: Any, now: datetime, **more: Any) -> None:
    tell(what, [Told(f"{what}/{found.pk}/{event.pk}", _data(found.entitlement, **more), f"/policies-applied/{found.pk}/")], now)


def submitted(event: Any, now: datetime) -> None:
    """An application came in: the firm reads that it is there and until when it is answered, the city that it waits for assessors."""
    found = _application(event, now)
    if found is not None:
        promised = found.entitlement.promised_on
        _firm("application-received", found, event, now, on=promised.isoformat() if promised else "–")
        _city("application-new", found, event, now)


def sent_back(event: Any, now: datetime) -> None:
    """The papers are incomplete: the firm reads what is missing."""
    found = _application(event, now)
    if found is not None:
        _firm("application-returned", found, event, now, reason=event.data["reason"])


def assigned(event: Any, now: datetime) -> None:
    """Assessors were asked: the firm reads that it is assessed, by a third person too, and until when."""
    found = _application(event, now)
    if found is not None:
        _firm("application-arbitrated" if event.data["arbiter"] else "application-assessed", found, event, now, on=event.data["due_on"])
        _assessors(found, event, now)


def _assessors(found: Application, event: Any, now: datetime) -> None:
    """Whoever is to assess or to decide between two is told in person; nobody else of their house."""
    rows = found.assessments.filter(declined_at=None, given_at=None, is_arbiter=event.data["arbiter"])
    data, template = _data(found.entitlement, on=event.data["due_on"]), "arbiter-asked" if event.data["arbiter"] else "assessor-asked"
    told = [Told(f"{template}/{event.pk}/{one.assessor_id}", data, f"/policies-applied/{found.pk}/", person_id=one.assessor_id) for one in rows]
    tell(template, told, now)


def apart(event: Any, now: datetime) -> None:
    """Two assessors differ by more than the limit: the city asks a third person."""
    found = _application(event, now)
    judging = judging_of(delivery_of(found.entitlement.version).judging) if found is not None else None
    if found is not None and judging is not None:
        _city("application-apart", found, event, now, limit=f"{judging.limit.normalize():f}")


def declined(event: Any, now: datetime) -> None:
    """An assessor stepped back: the city asks somebody else."""
    found = _application(event, now)
    if found is not None:
        _city("assessor-declined", found, event, now, who=event.data["who"], reason=event.data["reason"])


def judged(event: Any, now: datetime) -> None:
    """The result: total, share of the amount and what it comes to."""
    found = _application(event, now)
    if found is None:
        return
    row, result = found.entitlement, found.result
    if row.state == Entitlement.State.REJECTED:
        said = _NO_GRANT
    else:
        said = amount(row.amount_fen) if row.version.kind == "money" else _NO_MONEY
    _firm("application-judged", found, event, now, total=result["total"], share=result["share"], result=said)


def drawn(event: Any, now: datetime) -> None:
    """Payments were drawn for a check: each committee that checks reads how many and until when."""
    version = PolicyVersion.objects.select_related("policy").get(pk=event.data["version_id"])
    if now - event.created_at > STALE or delivery_of(version).check_by != "committee":
        return
    rows = AfterCheck.objects.filter(pk__in=event.data["ids"], entitlement__park__isnull=False).values_list("entitlement__park_id", "due_on")
    counts, due = Counter(park for park, _ in rows), dict(rows)
    policy = {"zh": version.name_zh, "en": version.name_en or version.name_zh}
    told = [
        Told(f"after-check-due/{event.pk}/{park}", {"policy": policy, "n": n, "on": due[park].isoformat()}, f"/policies/{version.policy.code}/#after", park_id=park)
        for park, n in counts.items()
    ]  # fmt: skip
    tell("after-check-due", told, now)


def checked(event: Any, now: datetime) -> None:
    """A payment was looked at: in order, the firm reads it; wrong, the city is to ask back (the firm reads the finding when it does)."""
    if now - event.created_at > STALE:
        return
    found = AfterCheck.objects.select_related("entitlement__version__policy", "entitlement__enterprise").get(pk=event.data["check_id"])
    row = found.entitlement
    on = timezone.localdate(found.checked_at).isoformat() if found.checked_at else "–"
    if event.data["wrong"]:
        data = _data(row, amount=amount(found.recall_fen or 0), reason=found.finding)
        tell("after-check-wrong", [Told(f"after-check-wrong/{found.pk}", data, f"/policies/{row.version.policy.code}/#after")], now)
    else:
        told = Told(f"after-check-passed/{found.pk}", _data(row, on=on), f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id)
        tell("after-check-passed", [told], now)


def corrected(event: Any, now: datetime) -> None:
    """Facts that a payment stood on were corrected and give less: whoever checks the policy reads it, and so does the firm."""
    if now - event.created_at > STALE:
        return
    found = AfterCheck.objects.select_related("entitlement__version__policy", "entitlement__enterprise", "entitlement__claim").get(pk=event.data["check_id"])
    row = found.entitlement
    data = _data(row, paid=amount(row.due_fen), amount=amount(found.corrected_fen or 0), on=found.due_on.isoformat())
    park = row.park_id if delivery_of(row.version).check_by == "committee" else None
    key = f"paid-corrected/{found.pk}/{event.pk}"
    told = [
        Told(key, data, f"/policies/{row.version.policy.code}/#after", park_id=park),
        Told(f"{key}/firm", data, f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id),
    ]
    tell("paid-corrected", told, now)


HEARD: dict[str, Callable[[Any, datetime], None]] = {
    "application.submitted": submitted,
    "application.sent_back": sent_back,
    "application.assigned": assigned,
    "application.apart": apart,
    "application.declined": declined,
    "application.judged": judged,
    "check.drawn": drawn,
    "check.recorded": checked,
    "check.corrected": corrected,
}
