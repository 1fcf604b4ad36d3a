"""Reading the audit trail: the city all of it, others what they did themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from manyuan.facts.audit.queries import last_changes
from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page

router = Router()


class AuditOut(Schema):
    """One act: who, when, from where, on what, and what changed."""

    id: int
    at: datetime
    actor_label: str
    actor_role: str
    origin: str
    action: str
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    digest: str


class AuditFilter(Schema):
    action: str = Field("", max_length=80, description="A whole action (`filings.lock`), or an app with its dot (`filings.`)")
    subject_kind: str = Field("", max_length=60)
    subject_id: str = Field("", max_length=60)
    since: AwareDatetime | None = None


@router.get("", response=Page[AuditOut], operation_id="audit_list", summary="The audit trail, the newest first")
def trail(request: HttpRequest, wanted: AuditFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    records = last_changes(request.actor, action=wanted.action, since=wanted.since, subject_kind=wanted.subject_kind, subject_id=wanted.subject_id)
    return page(records, paging)
