"""What is done with a case beside its steps, over the API: files, clocks, who has it within the unit, hearing of it; a demand's topic, and asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File as Upload
from ninja import Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.evidence import File
from manyuan.surfaces.api.cases import CaseDetail, whole
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.surfaces.web.acting import download
from manyuan.work.cases import queries, services
from manyuan.work.cases.models import Attachment
from manyuan.work.demands import queries as demand_queries
from manyuan.work.demands.services import answer_recheck, set_topic

router = Router()


class FileOut(Schema):
    """A file of a case. size: bytes; public: whether who raised the case may take it."""

    id: int
    name: str
    content_type: str
    size: int
    public: bool
    added_at: datetime
    added_by: str


class ReasonIn(Body):
    """reason: everybody who sees the case reads it."""

    reason: str = Field("", max_length=5_000)


class PersonOut(Schema):
    """Somebody of the unit that has the case."""

    id: int
    name: str


class HandlerIn(Body):
    person: int


class WatchIn(Body):
    watching: bool


class TopicOut(Schema):
    """unit: who takes it where nobody was named for it: committee or company of the firm's park, or the city."""

    code: str
    name_zh: str
    name_en: str
    unit: str


class TopicIn(Body):
    topic: str = Field(min_length=1, max_length=40)


class RecheckIn(Body):
    """holds: still solved; where not, note says what is wrong, and the demand is open again."""

    holds: bool
    note: str = Field("", max_length=5_000)


def _file(row: Attachment) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("id", "name", "content_type", "size", "public", "added_at")} | {"added_by": row.added_label}


@router.get("cases/{number}/files", response=list[FileOut], operation_id="cases_files", summary="The files of a case that you may take")
def files(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    who = request.actor  # type: ignore[attr-defined]
    return [_file(one) for one in queries.files_seen(queries.case_seen(who, number), who)]


@router.post("cases/{number}/files", response={201: FileOut}, operation_id="cases_attach", summary="Add a file: at most 10 MB, of the types that pages take")
def attach(request: HttpRequest, number: str, file: UploadedFile = Upload(...), public: bool = Form(True)) -> Status:  # noqa: B008
    who = request.actor  # type: ignore[attr-defined]
    made = services.attach(case=queries.case_seen(who, number), file=File(str(file.name), file.read()), public=public, by=who, now=timezone.now())
    return Status(201, _file(made))


@router.get("cases/{number}/files/{file_id}", operation_id="cases_file", summary="One file, as it came")
def file(request: HttpRequest, number: str, file_id: int) -> HttpResponse:
    found = queries.attachment_seen(request.actor, number, file_id)  # type: ignore[attr-defined]
    return download(bytes(found.content), found.name, found.content_type)


@router.post(
    "cases/{number}/clocks/{clock}/{act}", response=CaseDetail, operation_id="cases_clock",
    summary="Stop a clock for a reason (pause), let it run on (resume), or ask for more time (extend)",
)  # fmt: skip
def clock(request: HttpRequest, number: str, clock: str, act: Literal["pause", "resume", "extend"], given: ReasonIn) -> dict[str, Any]:
    who, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    if act == "pause":
        services.pause_clock(case=row, clock=clock, reason=given.reason, by=who, now=now)
    elif act == "resume":
        services.resume_clock(case=row, clock=clock, by=who, now=now)
    else:
        services.extend_clock(case=row, clock=clock, reason=given.reason, by=who, now=now)
    return whole(queries.case_seen(who, number), request)


@router.get(
    "cases/{number}/people",
    response=list[PersonOut],
    operation_id="cases_people",
    summary="Whom of its unit you may give the case to; nobody where you may not",
)
def people(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    who = request.actor  # type: ignore[attr-defined]
    return [{"id": pk, "name": name} for pk, name in queries.people_open(queries.case_seen(who, number), who)]


@router.post("cases/{number}/handler", response=CaseDetail, operation_id="cases_assign", summary="Say which of the unit's people has the case")
def assign(request: HttpRequest, number: str, given: HandlerIn) -> dict[str, Any]:
    who = request.actor  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    services.assign(case=row, handler=queries.person_of_unit(row, given.person), by=who, now=timezone.now())
    return whole(queries.case_seen(who, number), request)


@router.post("cases/{number}/watch", response=WatchIn, operation_id="cases_watch", summary="Hear of a case, or no longer")
def watch(request: HttpRequest, number: str, given: WatchIn) -> WatchIn:
    who = request.actor  # type: ignore[attr-defined]
    services.watch(case=queries.case_seen(who, number), on=given.watching, by=who, now=timezone.now())
    return given


@router.get("demands/topics", response=Page[TopicOut], operation_id="demands_topics", summary="What demands are about, as the pack has it")
def topics(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    rows = list(demand_queries.rules().topics.values())
    return page(rows, wanted, lambda one: {"code": one.code, "name_zh": one.name["zh"], "name_en": one.name["en"], "unit": one.unit})


@router.post("demands/{number}/topic", response=CaseDetail, operation_id="demands_topic", summary="Decide what a demand is about; the model learns from it")
def topic(request: HttpRequest, number: str, given: TopicIn) -> dict[str, Any]:
    who = request.actor  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    if row.kind_code != "demand":
        raise NotFound()
    set_topic(case=row, topic=given.topic, by=who, now=timezone.now())
    return whole(queries.case_seen(who, number), request)


@router.post("demands/{number}/recheck", response=CaseDetail, operation_id="demands_recheck", summary="The firm, asked again, says whether it is still solved")
def recheck(request: HttpRequest, number: str, given: RecheckIn) -> dict[str, Any]:
    who = request.actor  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    answer_recheck(recheck=demand_queries.recheck_waiting(row), holds=given.holds, note=given.note, by=who, now=timezone.now())
    return whole(queries.case_seen(who, number), request)
