"""Filings over the API: what is owed, values in and out, the acts of the workflow, workbooks with preview and commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings import queries, services, uploads
from manyuan.facts.filings.api_values import read_values
from manyuan.facts.filings.models import Filing, FilingVersion, Upload
from manyuan.facts.filings.services import NewValues
from manyuan.surfaces.api.guarding import unknown_form
from manyuan.surfaces.api.problems import WrongParameter
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page

router = Router()


class FormOut(Schema):
    """A form in its current version; `definition` as in the pack."""

    code: str
    version: int
    name_zh: str
    name_en: str
    subject: str
    period_kind: str
    definition: dict[str, Any]


class FilingOut(Schema):
    """A filing. subject: credit code of the enterprise, or code of the park."""

    id: int
    form: str
    period: str
    subject: str
    subject_name: str
    park: str | None
    state: str
    due_on: date
    first_submitted_at: datetime | None
    version: int | None
    in_force: int | None


class FilingDetail(FilingOut):
    """A filing with its latest values. Money in fen (0.01 yuan), counts as integers, decimals and percentages as text, dates ISO; a key that
    is absent is missing, not zero. cells: where in the workbook a value stood. Fields that your role may not see are left out."""

    values: dict[str, Any]
    cells: dict[str, str]
    is_synthetic: bool


class FilingFilter(Schema):
    form: str = Field("", max_length=60)
    period: str = Field("", max_length=7)
    state: Literal["", "draft", "submitted", "returned", "approved", "locked"] = ""
    park: str = Field("", max_length=40)


class ValuesIn(Body):
    """Values by field key, in the shapes of FilingDetail; null empties a field, a key left out stays as it is."""

    values: dict[str, Any]


class ActIn(Body):
    act: Literal["submit", "approve", "return", "lock", "unlock"]
    reason: str = Field("", max_length=2000, description="Needed for return and unlock")


class UploadOut(Schema):
    """An upload. counts: rows by what a commit does with them. faults: every wrong place, with sheet, cell, found, expected."""

    id: int
    form: str
    period: str
    file_name: str
    state: str
    counts: dict[str, int]
    fault_count: int
    faults: list[dict[str, Any]]


@router.get("forms", response=Page[FormOut], operation_id="forms_list", summary="The forms of the programme")
def forms(request: HttpRequest, paging: PageParameters = Paging) -> dict[str, Any]:
    return page(list(queries.current_forms()), paging)


@router.get("filings", response=Page[FilingOut], operation_id="filings_list", summary="The filings you may see")
def filing_list(request: HttpRequest, wanted: FilingFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible(request.actor).select_related("enterprise", "park", "latest", "in_force").order_by("pk")
    for name, value in (("form_code", wanted.form), ("period", wanted.period), ("state", wanted.state), ("park__code", wanted.park)):
        rows = rows.filter(**{name: value}) if value else rows
    return page(rows, paging, _filing)


@router.get("filings/{filing_id}", response=FilingDetail, operation_id="filings_get", summary="One filing with its latest values")
def filing(request: HttpRequest, filing_id: int) -> dict[str, Any]:
    return _detail(request, queries.filing_for(request.actor, filing_id))


@router.patch("filings/{filing_id}", response=FilingDetail, operation_id="filings_fill", summary="Enter values of a draft or returned filing")
def fill(request: HttpRequest, filing_id: int, body: ValuesIn) -> dict[str, Any]:
    one = queries.filing_for(request.actor, filing_id)
    values = read_values(one, body.values, request.actor)
    services.save_values(given=[NewValues(one, values)], channel=FilingVersion.Channel.API, by=request.actor, now=timezone.now())
    return _detail(request, queries.filing_for(request.actor, filing_id))


@router.post("filings/{filing_id}/acts", response=FilingDetail, operation_id="filings_act", summary="Submit, approve, return, lock or unlock")
def act(request: HttpRequest, filing_id: int, body: ActIn) -> dict[str, Any]:
    one = queries.filing_for(request.actor, filing_id)
    common: dict[str, Any] = {"filings": [one], "by": request.actor, "now": timezone.now()}
    does: dict[str, Callable[[], int]] = {
        "submit": lambda: services.submit_filings(**common),
        "approve": lambda: services.approve_filings(**common),
        "lock": lambda: services.lock_filings(**common),
        "return": lambda: services.return_filings(reason=body.reason, **common),
        "unlock": lambda: services.unlock_filings(reason=body.reason, **common),
    }
    does[body.act]()
    return _detail(request, queries.filing_for(request.actor, filing_id))


@router.post("uploads", response={201: UploadOut}, operation_id="uploads_add", summary="Upload a workbook and get the preview; nothing is written yet")
def upload(request: HttpRequest, form: str, period: str, file: UploadedFile = File(...)) -> Status:  # noqa: B008
    if wrong := unknown_form(form):
        raise WrongParameter(wrong)
    made = uploads.preview_upload(
        form=queries.form_named(form), period=period, file_name=file.name or "", content=file.read(), by=request.actor, now=timezone.now(),
        park_id=next(iter(sorted(request.actor.park_ids)), None),
    )  # fmt: skip
    return Status(201, _upload(made))


@router.get("uploads/{upload_id}", response=UploadOut, operation_id="uploads_get", summary="The preview of an upload")
def upload_get(request: HttpRequest, upload_id: int) -> dict[str, Any]:
    return _upload(_own(request, upload_id))


@router.post("uploads/{upload_id}/commit", response=UploadOut, operation_id="uploads_commit", summary="Write what the preview says")
def upload_commit(request: HttpRequest, upload_id: int) -> dict[str, Any]:
    row = _own(request, upload_id)
    return _upload(uploads.commit_upload(upload=row, by=request.actor, now=timezone.now(), channel=FilingVersion.Channel.API))


def _own(request: HttpRequest, pk: int) -> Upload:
    row = uploads.visible_uploads(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def _upload(row: Upload) -> dict[str, Any]:
    preview = row.preview
    return {
        "id": row.pk, "form": row.form.code, "period": row.period, "file_name": row.file_name, "state": row.state, "counts": row.counts,
        "fault_count": preview.get("fault_count", 0), "faults": preview.get("faults", []),
    }  # fmt: skip


def _filing(one: Filing) -> dict[str, Any]:
    subject = one.enterprise.uscc if one.enterprise else one.park.code if one.park else ""
    return {
        "id": one.pk, "form": one.form_code, "period": one.period, "subject": subject, "subject_name": services.subject_of(one),
        "park": one.park.code if one.park else None, "state": one.state, "due_on": one.due_on, "first_submitted_at": one.first_submitted_at,
        "version": one.latest.number if one.latest else None, "in_force": one.in_force.number if one.in_force else None,
    }  # fmt: skip


def _detail(request: HttpRequest, one: Filing) -> dict[str, Any]:
    _, fields = queries.shown_fields(one, request.actor)
    seen = {field.key for field in fields}
    values, cells = (one.latest.values, one.latest.cells) if one.latest else ({}, {})
    return {
        **_filing(one), "values": {key: value for key, value in values.items() if key in seen}, "cells": {key: cell for key, cell in cells.items() if key in seen},
        "is_synthetic": bool(one.latest and one.latest.is_synthetic),
    }  # fmt: skip
