"""Matters over the API: the catalogue, applications and their steps, and the meter of delegated powers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.matters import catalogue, filing, powers, queries, stepping
from manyuan.work.matters.mandates import given_to
from manyuan.work.matters.models import Application, MatterVersion

router = Router()


class CountsOut(Schema):
    """What a matter asks of an enterprise: papers, fields, steps, working days, trips."""

    materials: int
    fields: int
    steps: int
    days: int
    trips: int


class MatterOut(Schema):
    """A matter of the catalogue. before, after: what was asked before the reform and is asked now, in a park without delegated powers."""

    code: str
    version: int
    name_zh: str
    name_en: str
    group: str
    mark: str
    before: CountsOut
    after: CountsOut


class MatterDetail(MatterOut):
    """fields, materials, steps, services: as the pack has them; what has a `from` is held and not asked."""

    fields: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    services: list[dict[str, Any]]


class StepOut(Schema):
    """A step that was opened. by: whose work it is; outside: done outside the park, and why (cause)."""

    id: int
    code: str
    name_zh: str
    by: str
    state: str
    outcome: str
    outside: bool
    cause: str
    trips: int
    due_on: date
    done_at: datetime | None


class ApplicationOut(Schema):
    """An application. trips: of the enterprise outside the park; left_park: steps done outside; lane: "", park or city."""

    number: str
    matter: str
    version: int
    credit_code: str
    park: str | None
    state: str
    lane: str
    filed_at: datetime
    due_on: date
    ended_at: datetime | None
    trips: int
    left_park: int
    is_synthetic: bool


class ApplicationDetail(ApplicationOut):
    """With its steps, and what was asked, reused or asked again."""

    steps: list[StepOut]
    asked: list[dict[str, Any]]


class ApplicationFilter(Schema):
    matter: str = Field("", max_length=60)
    state: str = Field("", max_length=10)


class FileIn(Body):
    """An application. credit_code: for whom; values: fields that are not held; papers: references of papers that are not held; corrections: reasons for
    giving anew what is held; services: value-added services that are wanted."""

    matter: str = Field(max_length=60)
    credit_code: str = Field(max_length=18)
    values: dict[str, str] = Field(default_factory=dict)
    papers: dict[str, str] = Field(default_factory=dict)
    corrections: dict[str, str] = Field(default_factory=dict)
    services: list[str] = Field(default_factory=list, max_length=20)


class StepIn(Body):
    """How a step ends. outcome: ok, mend or refuse; trips: of the enterprise outside the park, where there were other than the catalogue says."""

    outcome: str = Field("ok", max_length=8)
    note: str = Field("", max_length=2000)
    trips: int | None = Field(None, ge=0, le=20)
    cause: str = Field("", max_length=20)


class PowerOut(Schema):
    """A delegated power in a park and how much it is used. on_paper: unused longer than the power allows."""

    power: str
    park: str
    since: date
    staff: int
    used: int
    open: int
    days: float | None
    sent_up: int
    causes: dict[str, int]
    last_used: date | None
    idle_months: int
    on_paper: bool


def _matter(row: MatterVersion) -> dict[str, Any]:
    reform = catalogue.reform_of(row)
    values = {name: getattr(row, name) for name in ("code", "name_zh", "name_en", "group", "mark")}
    return values | {"version": row.number, "before": vars(reform.before), "after": vars(reform.after)}


def _application(row: Application) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ("number", "state", "lane", "filed_at", "due_on", "ended_at", "trips", "left_park")}
    return values | {
        "matter": row.version.code, "version": row.version.number, "credit_code": row.enterprise.uscc, "park": row.park.code if row.park else None,
        "is_synthetic": row.synthetic,
    }  # fmt: skip


def _detail(row: Application) -> dict[str, Any]:
    names = ("code", "name_zh", "by", "state", "outcome", "outside", "cause", "trips", "due_on", "done_at")
    steps = [{"id": one.pk} | {name: getattr(one, name) for name in names} for one in row.steps.all()]
    asked = [
        {"kind": one.kind, "key": one.key, "how": one.how, "value": one.value, "source": one.source, "reason": one.reason, "waits": one.given_at is None}
        for one in row.asked.all()
    ]
    return _application(row) | {"steps": steps, "asked": asked}


@router.get("matters", response=Page[MatterOut], operation_id="matters_list", summary="The catalogue of matters, before and after the reform")
def matters(request: HttpRequest, paging: PageParameters = Paging) -> dict[str, Any]:
    return page(list(catalogue.current_matters()), paging, _matter)


@router.get("matters/{code}", response=MatterDetail, operation_id="matters_get", summary="One matter: fields, papers, steps, services beside it")
def matter(request: HttpRequest, code: str) -> dict[str, Any]:
    row = catalogue.matter_by_code(code)
    return _matter(row) | {name: row.content.get(name) or [] for name in ("fields", "materials", "steps", "services")}


@router.get("applications", response=Page[ApplicationOut], operation_id="applications_list", summary="Applications that you may see, newest first")
def applications(request: HttpRequest, chosen: ApplicationFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    names = {"matter": "version__code", "state": "state"}
    rows = queries.visible_applications(request.actor).filter(**{names[key]: value for key, value in chosen.dict().items() if value})
    return page(rows, wanted, _application)


@router.post("applications", response={201: ApplicationDetail}, operation_id="applications_file", summary="File an application, by the enterprise or its agent")
def file(request: HttpRequest, body: FileIn) -> Status:
    who = request.actor
    version = catalogue.matter_by_code(body.matter)
    if who.role is Role.ENTERPRISE:
        firm = enterprise_by_code(who, body.credit_code.upper())
    else:
        found = given_to(who, timezone.localdate()).filter(enterprise__uscc=body.credit_code.upper()).first()
        if found is None:
            raise NotFound()
        firm = found.enterprise
    given = filing.Given(body.values, {code: filing.Paper(text[:300]) for code, text in body.papers.items()}, body.corrections, body.services)
    row = filing.file_application(version=version, enterprise=firm, given=given, by=who, now=timezone.now())
    return Status(201, _detail(row))


@router.get(
    "applications/{number}", response=ApplicationDetail, operation_id="applications_get", summary="One application with its steps and its ask-once ledger"
)
def application(request: HttpRequest, number: str) -> dict[str, Any]:
    return _detail(queries.application_seen(request.actor, number))


@router.post(
    "applications/{number}/steps/{step_id}",
    response=ApplicationDetail,
    operation_id="applications_step",
    summary="End a step of your organisation; the process goes on",
)
def step(request: HttpRequest, number: str, step_id: int, body: StepIn) -> dict[str, Any]:
    who = request.actor
    row = queries.application_seen(who, number)
    found = row.steps.filter(pk=step_id).first()
    if found is None:
        raise NotFound()
    stepping.complete_step(step=found, outcome=body.outcome, note=body.note, trips=body.trips, cause=body.cause, by=who, now=timezone.now())
    return _detail(queries.application_seen(who, number))


@router.get("powers", response=Page[PowerOut], operation_id="powers_list", summary="Delegated powers that you may see, with how much each is used")
def power_list(request: HttpRequest, park: str = Query("", max_length=40), paging: PageParameters = Paging) -> dict[str, Any]:
    rows = [
        {
            "power": one.holding.power.code, "park": one.holding.park.code, "since": one.holding.since, "staff": one.holding.staff, "used": one.used, "open": one.open,
            "days": one.days, "sent_up": one.sent_up, "causes": dict(one.causes), "last_used": one.last_used, "idle_months": one.idle_months, "on_paper": one.on_paper,
        }
        for one in powers.meters(request.actor, timezone.localdate())
        if park in ("", one.holding.park.code)
    ]  # fmt: skip
    return page(rows, paging)
