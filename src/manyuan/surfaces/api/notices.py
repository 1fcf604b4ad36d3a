"""Notices over the API: what concerns you, and that you have read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page
from manyuan.work.notices import queries, services
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import said

router = Router()


class NoticeOut(Schema):
    """A notice in both languages. link: a path of this site, perhaps empty."""

    id: int
    code: str
    subject_zh: str
    body_zh: str
    subject_en: str
    body_en: str
    link: str
    made_at: datetime


class NoticeFilter(Schema):
    unread: bool = False


def _notice(row: Notice) -> dict[str, Any]:
    chinese, english = said(row.template, row.data, "zh"), said(row.template, row.data, "en")
    return {
        "id": row.pk, "code": row.template.code, "subject_zh": chinese[0], "body_zh": chinese[1], "subject_en": english[0], "body_en": english[1], "link": row.link,
        "made_at": row.made_at,
    }  # fmt: skip


@router.get(
    "notices",
    response=Page[NoticeOut],
    operation_id="notices_list",
    summary="Notices to your organisation, newest first; unread=true for those that you have not read",
)
def notices(request: HttpRequest, chosen: NoticeFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.unread(request.actor) if chosen.unread else queries.visible(request.actor)
    return page(rows, wanted, _notice)


@router.post("notices/{notice_id}/read", response=NoticeOut, operation_id="notices_read", summary="Note that you have read a notice; twice is once")
def read(request: HttpRequest, notice_id: int) -> dict[str, Any]:
    row = queries.notice_seen(request.actor, notice_id)
    services.mark_read(notices=[row.pk], by=request.actor, now=timezone.now())
    return _notice(row)
