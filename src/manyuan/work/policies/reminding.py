"""Windows that open and close, and dates that were promised: told 60, 30 and 7 days before, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from manyuan.engines.screening import screen
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.work.notices.models import Template
from manyuan.work.notices.reminding import AHEAD
from manyuan.work.notices.services import Told, notify
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.rules import set_of
from manyuan.work.policies.screening import columns_read

State = Entitlement.State
TEMPLATES = ("policy-opens", "policy-closes", "promise-near", "promises-near")
WAITS = (State.NOTIFIED, State.DISPUTED)
PROMISED = (State.ASSESSING, State.ACCEPTED, State.PUBLIC, State.OBJECTED, State.CLEARED, State.APPROVED, State.RETURNED)


def remind_windows(*, now: datetime) -> list[Any]:
    """Tell who is concerned; what was told stays told. Returns a list of the number told, [] for none."""
    if Template.objects.filter(code__in=TEMPLATES, is_current=True).count() < len(TEMPLATES):
        return []
    on = timezone.localdate(now)
    told = {"policy-opens": _opening(on), "policy-closes": _closing(on), "promise-near": _promises(on), "promises-near": _promises_of_city(on)}
    made = sum(notify(template=template, told=rows, now=now) for template, rows in told.items() if rows)
    return [made] if made else []


def _step(days: int) -> int:
    return min(ahead for ahead in AHEAD if ahead >= days)


def _said(version: PolicyVersion, day: date, on: date) -> dict[str, Any]:
    name = {"zh": version.name_zh, "en": version.name_en or version.name_zh}
    return {"policy": name, "on": day.isoformat(), "days": (day - on).days}


def _opening(on: date) -> list[Told]:
    """Policies that are published and begin soon: told to those who would be entitled on the facts of today."""
    soon = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED, starts_on__gt=on, starts_on__lte=on + timedelta(days=AHEAD[0])).select_related(
        "policy"
    )
    out = []
    for version in soon if current_hash() else ():
        rules = set_of([version], current_hash())
        definition = current_definition()
        sheet = build_sheet(definition.narrowed({*columns_read(rules, definition.schema)}), as_of=on)
        result = screen(rules, sheet.facts)
        step = _step((version.starts_on - on).days)
        for block in result.blocks:
            for row in block.grants.row.tolist():
                pk = sheet.ids[row]
                out.append(
                    Told(f"opens/{version.pk}/{pk}/{step}", _said(version, version.starts_on, on), f"/policies/{version.policy.code}/", enterprise_id=pk)
                )
    return out


def _closing(on: date) -> list[Told]:
    """Policies that end soon: told to those who are entitled and have not answered."""
    rows = Entitlement.objects.filter(state__in=WAITS, version__ends_on__gt=on, version__ends_on__lte=on + timedelta(days=AHEAD[0])).select_related("version")
    out = []
    for row in rows.iterator(chunk_size=2_000):
        step = _step((row.version.ends_on - on).days)
        out.append(Told(f"closes/{row.pk}/{step}", _said(row.version, row.version.ends_on, on), f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id))
    return out


def _promises(on: date) -> list[Told]:
    """Dates promised to an enterprise that come near."""
    rows = Entitlement.objects.filter(state__in=PROMISED, promised_on__gt=on, promised_on__lte=on + timedelta(days=AHEAD[0])).select_related("version")
    out = []
    for row in rows.iterator(chunk_size=2_000):
        assert row.promised_on is not None
        step = _step((row.promised_on - on).days)
        out.append(Told(f"promise/{row.pk}/{step}", _said(row.version, row.promised_on, on), f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id))
    return out


def _promises_of_city(on: date) -> list[Told]:
    """The same for the city office: one for each policy and day, with how many."""
    rows = Entitlement.objects.filter(state__in=PROMISED, promised_on__gt=on, promised_on__lte=on + timedelta(days=AHEAD[0]))
    versions = PolicyVersion.objects.select_related("policy").in_bulk(set(rows.values_list("version_id", flat=True)))
    out = []
    for pk, day, n in rows.order_by().values_list("version_id", "promised_on").annotate(n=Count("pk")):
        step, version = _step((day - on).days), versions[pk]
        out.append(Told(f"promises/{pk}/{day}/{step}", {**_said(version, day, on), "count": n}, f"/entitlements/?policy={version.policy.code}"))
    return out
