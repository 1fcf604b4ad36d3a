"""Applications for a policy and what follows a payment, over the API: documents, handing in, assessors and marks; checks with their findings; a policy's year in figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File as Upload
from ninja import Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.evidence import File
from manyuan.surfaces.api.shapes import WORDS, Body, Page, PageParameters, Paging, page
from manyuan.surfaces.web import policy_words
from manyuan.surfaces.web.acting import language
from manyuan.surfaces.web.assessing import words as assessing_words
from manyuan.work.policies import after_payment, applying, assessing, queries
from manyuan.work.policies import application_queries as reading
from manyuan.work.policies.errors import WrongPaper
from manyuan.work.policies.models import AfterCheck, Application, Paper, PolicyVersion
from manyuan.work.policies.reporting import report_figures

router = Router()


class PaperOut(Schema):
    """A document as it was handed in. wanted: which of the policy's documents it is."""

    id: int
    wanted: str
    file_name: str
    size: int
    sha256: str
    uploaded_at: datetime


class ApplicationOut(Schema):
    """An application and where it stands. result: points of each item, total, share in percent, once it is judged."""

    id: int
    entitlement_id: int
    policy: str
    policy_name: str = Field(..., description="The policy's name in the language asked for")
    credit_code: str
    enterprise: str
    state: str
    state_words: str = WORDS
    submitted_at: datetime | None
    judged_at: datetime | None
    promised_on: date | None
    result: dict[str, Any]
    is_synthetic: bool


class MarksOut(Schema):
    """What an assessor gave, as far as you may see it now."""

    assessor: str
    is_arbiter: bool
    marks: dict[str, str]
    note: str


class ApplicationDetail(ApplicationOut):
    papers: list[PaperOut]
    marks: list[MarksOut]


class ApplicationFilter(Schema):
    policy: str = Field("", max_length=40)
    state: str = Field("", max_length=12)


class SubmitIn(Body):
    """facts: those that the policy asks for beside the documents, as people write them (yuan)."""

    facts: dict[str, str] = Field(default_factory=dict)


class ReasonIn(Body):
    reason: str = Field("", max_length=5_000)


class AssessorsIn(Body):
    """Two user names; one where somebody stepped back; the third person where the two differ too much."""

    people: list[str] = Field(..., min_length=1, max_length=2)


class MarksIn(Body):
    """Marks for every item in halves, as text, and the reasons."""

    marks: dict[str, str]
    note: str = Field("", max_length=5_000)


class CheckOut(Schema):
    """A payment to be looked at. state: open | in-order | wrong | recalled; cause: lot | facts (corrected after the payment, corrected_fen: what they
    would give); money in fen."""

    id: int
    entitlement_id: int
    policy: str
    policy_name: str = Field(..., description="The policy's name in the language asked for")
    credit_code: str
    enterprise: str
    park: str | None
    state: str
    state_words: str = WORDS
    cause: str
    corrected_fen: int | None
    due_on: date
    checked_at: datetime | None
    finding: str
    recall_fen: int | None


class CheckFilter(Schema):
    policy: str = Field("", max_length=40)
    state: str = Field("", max_length=10)


class DrawIn(Body):
    """everybody: all payments of the year, not the policy's share of them."""

    everybody: bool = False


class FindingIn(Body):
    """wrong: with recall_fen, what is to come back."""

    wrong: bool
    finding: str = Field("", max_length=5_000)
    recall_fen: int | None = Field(None, ge=1)


class ReportOut(Schema):
    """A policy's year in figures, money in fen; rate: accepted ÷ entitled; times in working days from the yes to the payment."""

    policy: str
    year: int
    coverage: dict[str, int]
    rate: float | None
    cost_fen: int
    budget_fen: int | None
    parks: list[dict[str, int | None]]
    times: dict[str, int | None]
    unreached: list[dict[str, str | int]]
    objections: dict[str, int]
    checks: dict[str, int]
    claw_backs: dict[str, int]
    synthetic: bool


def _application(row: Application) -> dict[str, Any]:
    found = row.entitlement
    return {
        "id": row.pk, "entitlement_id": found.pk, "policy": found.version.policy.code, "credit_code": found.enterprise.uscc, "enterprise": found.enterprise.name,
        "state": row.state, "policy_name": found.version.name(language()), "state_words": assessing_words.state(row.state)[1], "submitted_at": row.submitted_at, "judged_at": row.judged_at, "promised_on": found.promised_on, "is_synthetic": found.synthetic,
    }  # fmt: skip


def _listed(row: Application, who: Actor) -> dict[str, Any]:
    """The result is for the firm, the city and whoever assessed it."""
    mine = who.sees_all or row.entitlement.enterprise_id in who.enterprise_ids or reading.own_assessment(who, row) is not None
    return _application(row) | {"result": row.result if mine else {}}


def _detail(row: Application, who: Actor) -> dict[str, Any]:
    marks = [{"assessor": one.assessor_label, "is_arbiter": one.is_arbiter, "marks": one.marks, "note": one.note} for one in reading.marks_seen(who, row)]
    papers = [_paper(one) for one in reading.papers_of(row)] if who.role is not Role.COMPANY else []
    return _listed(row, who) | {"papers": papers, "marks": marks}


def _paper(row: Paper) -> dict[str, Any]:
    return {"id": row.pk, "wanted": row.wanted, "file_name": row.file_name, "size": row.size, "sha256": row.sha256, "uploaded_at": row.uploaded_at}


def _check(row: AfterCheck) -> dict[str, Any]:
    found = row.entitlement
    return {
        "id": row.pk, "entitlement_id": found.pk, "policy": found.version.policy.code, "credit_code": found.enterprise.uscc, "enterprise": found.enterprise.name,
        "park": found.park.code if found.park else None, "state": row.state, "policy_name": found.version.name(language()), "state_words": policy_words.state(row.state)[1], "cause": row.cause, "corrected_fen": row.corrected_fen, "due_on": row.due_on, "checked_at": row.checked_at, "finding": row.finding, "recall_fen": row.recall_fen,
    }  # fmt: skip


@router.get("policy-applications", response=Page[ApplicationOut], operation_id="policy_applications_list", summary="Applications for policies")
def applications(request: HttpRequest, chosen: ApplicationFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    names = {"policy": "entitlement__version__policy__code", "state": "state"}
    rows = reading.applications_seen(request.actor).filter(**{names[key]: value for key, value in chosen.dict().items() if value})
    return page(rows.order_by("pk"), wanted, lambda row: _listed(row, request.actor))


@router.get("policy-applications/{application_id}", response=ApplicationDetail, operation_id="policy_applications_get", summary="One application")
def application(request: HttpRequest, application_id: int) -> dict[str, Any]:
    return _detail(reading.application_seen(request.actor, application_id), request.actor)


@router.post(
    "entitlements/{entitlement_id}/papers", response={201: PaperOut}, operation_id="entitlements_add_paper", summary="Hand in a document of an application"
)
def add_paper(request: HttpRequest, entitlement_id: int, wanted: str, file: UploadedFile = Upload(...)) -> Any:  # noqa: B008
    row = queries.entitlement_seen(request.actor, entitlement_id)
    if (file.size or 0) > applying.LARGEST:
        raise WrongPaper(file=str(file.name)[-60:], found=f"{Decimal(file.size or 0) / 1048576:.1f} MB", expected="20 MB")
    made = applying.add_paper(entitlement=row, wanted=wanted, file=File(str(file.name), file.read()), by=request.actor, now=timezone.now())
    return Status(201, _paper(made))


@router.post("entitlements/{entitlement_id}/application", response=ApplicationDetail, operation_id="entitlements_apply", summary="Submit the application")
def submit(request: HttpRequest, entitlement_id: int, body: SubmitIn) -> dict[str, Any]:
    row = queries.entitlement_seen(request.actor, entitlement_id)
    found = applying.submit_application(entitlement=row, facts=body.facts, by=request.actor, now=timezone.now())
    return _detail(reading.application_seen(request.actor, found.pk), request.actor)


@router.post(
    "policy-applications/{application_id}/return", response=ApplicationDetail, operation_id="policy_applications_return", summary="Papers are incomplete"
)
def send_back(request: HttpRequest, application_id: int, body: ReasonIn) -> dict[str, Any]:
    found = reading.application_seen(request.actor, application_id)
    applying.send_back(application=found, reason=body.reason, by=request.actor, now=timezone.now())
    return _detail(reading.application_seen(request.actor, application_id), request.actor)


@router.post("policy-applications/{application_id}/assessors", response=ApplicationDetail, operation_id="policy_applications_assign", summary="Ask assessors")
def assign(request: HttpRequest, application_id: int, body: AssessorsIn) -> dict[str, Any]:
    who, now = request.actor, timezone.now()
    found = reading.application_seen(who, application_id)
    if not who.sees_all:
        raise NotAllowed(assessing.RUN, who)
    people = list(User.objects.filter(username__in=body.people, is_active=True).select_related("organisation"))
    if len(people) != len(set(body.people)):
        raise NotFound()
    if found.state == Application.State.ARBITRATION and len(people) == 1:
        assessing.assign_arbiter(application=found, person=people[0], by=who, now=now)
    else:
        assessing.assign_assessors(application=found, people=people, by=who, now=now)
    return _detail(reading.application_seen(who, application_id), who)


@router.post(
    "policy-applications/{application_id}/marks", response=ApplicationDetail, operation_id="policy_applications_mark", summary="Your marks for an application"
)
def mark(request: HttpRequest, application_id: int, body: MarksIn) -> dict[str, Any]:
    who = request.actor
    found = reading.application_seen(who, application_id)
    own = reading.own_assessment(who, found)
    if own is None:
        raise NotAllowed(assessing.ASSESS, who)
    assessing.give_marks(assessment=own, marks=body.marks, note=body.note, by=who, now=timezone.now())
    return _detail(reading.application_seen(who, application_id), who)


@router.get("after-checks", response=Page[CheckOut], operation_id="after_checks_list", summary="Payments drawn to be looked at")
def checks(request: HttpRequest, chosen: CheckFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    names = {"policy": "entitlement__version__policy__code", "state": "state"}
    rows = after_payment.checks_seen(request.actor).filter(**{names[key]: value for key, value in chosen.dict().items() if value})
    return page(rows.order_by("pk"), wanted, _check)


@router.post("policies/{code}/after-checks", response=list[CheckOut], operation_id="policies_draw_checks", summary="Draw this year's checks by lot")
def draw(request: HttpRequest, code: str, body: DrawIn) -> list[dict[str, Any]]:
    now = timezone.now()
    version = queries.version_seen(request.actor, code)
    made = after_payment.draw_checks(version=version, year=timezone.localdate(now).year, everybody=body.everybody, by=request.actor, now=now)
    return [_check(one) for one in after_payment.checks_seen(request.actor).filter(pk__in=[one.pk for one in made])]


@router.post("after-checks/{check_id}/finding", response=CheckOut, operation_id="after_checks_record", summary="What a check found")
def record(request: HttpRequest, check_id: int, body: FindingIn) -> dict[str, Any]:
    given = {"wrong": body.wrong, "finding": body.finding, "recall_fen": body.recall_fen if body.wrong else None}
    after_payment.record_check(check=_seen(request.actor, check_id), by=request.actor, now=timezone.now(), **given)
    return _check(_seen(request.actor, check_id))


@router.post("after-checks/{check_id}/recall", response=CheckOut, operation_id="after_checks_recall", summary="Ask back what a check found wrong")
def recall(request: HttpRequest, check_id: int) -> dict[str, Any]:
    after_payment.recall_checked(check=_seen(request.actor, check_id), by=request.actor, now=timezone.now())
    return _check(_seen(request.actor, check_id))


@router.get("policies/{code}/report", response=ReportOut, operation_id="policies_report", summary="A policy's year in figures")
def report(request: HttpRequest, code: str, year: int = Query(..., ge=2000, le=2200)) -> dict[str, Any]:
    version = queries.version_seen(request.actor, code)
    if not request.actor.sees_all:
        raise NotAllowed(after_payment.EVALUATE, request.actor)
    if version.published_at is None or version.state == PolicyVersion.State.DROPPED:
        raise NotFound()
    return {"policy": code, "year": year, **report_figures(version, year)}


def _seen(who: Actor, pk: int) -> AfterCheck:
    found = after_payment.checks_seen(who).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found
