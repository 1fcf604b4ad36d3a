"""What happens to applications for matters, told to the enterprise: what it is asked for, and how its application ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from manyuan.site.told import STALE, tell
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.models import Application, Asked
from manyuan.work.notices.services import Told

_STATES = {"granted": {"zh": "已办结", "en": "granted"}, "refused": {"zh": "不予办理", "en": "refused"}}


def _tell(template: str, key: str, row: Application, data: dict[str, Any], now: datetime) -> None:
    said = {"matter": {"zh": row.version.name_zh, "en": row.version.name_en}, "number": row.number, **data}
    tell(template, [Told(key, said, f"/applications/{row.number}/", enterprise_id=row.enterprise_id)], now)


def _application(event: Any, now: datetime) -> Application | None:
    if now - event.created_at > STALE:
        return None
    return Application.objects.select_related("version", "enterprise").filter(pk=event.data["application_id"]).first()


def asked(event: Any, now: datetime) -> None:
    """The enterprise is asked for something; where it has given it by now, nothing is told."""
    row = _application(event, now)
    line = Asked.objects.filter(application=row, key=event.data["key"], given_at=None).first() if row else None
    if row is None or line is None:
        return
    definition = definition_of(row.version)
    names = {one.get("key", one.get("code")): one["name"] for one in (*definition.fields, *definition.materials)}
    _tell("matter-asked", f"matter-asked/{line.pk}", row, {"what": dict(names[line.key]), "reason": line.reason}, now)


def ended(event: Any, now: datetime) -> None:
    """An application was granted or refused; who took theirs back knows."""
    row = _application(event, now)
    if row is not None and event.data["state"] in _STATES:
        _tell("matter-ended", f"matter-ended/{row.pk}", row, {"state": _STATES[event.data["state"]]}, now)
