"""Asking an enterprise for something, once: what is held already is not asked again without a reason, and the reason is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import named
from manyuan.facts.programme.evidence import File
from manyuan.work.cases.services import attach
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.definition import Definition
from manyuan.work.matters.errors import AskedAlready, HeldAlready, NotFilled, NotOpen, WrongInput, WrongState
from manyuan.work.matters.held import stored
from manyuan.work.matters.mandates import log_act, mandate_for
from manyuan.work.matters.models import Application, Asked, Mandate, ServiceRequest, StepRun

ASK = gettext_noop("ask this enterprise for something")
ANSWER = gettext_noop("answer for this value-added service")


def _handles(row: Application, by: Actor) -> bool:
    """Whether the actor's organisation has an open step of the application."""
    return by.is_system or (by.organisation_id is not None and row.steps.filter(state=StepRun.State.OPEN, unit_id=by.organisation_id).exists())


def _entry(definition: Definition, kind: str, key: str) -> Mapping[str, Any] | None:
    if kind == Asked.Kind.FIELD:
        return next((one for one in definition.fields if one["key"] == key), None)
    return next((one for one in definition.materials if one["code"] == key), None)


@transaction.atomic
def ask_for(*, application: Application, kind: str, key: str, reason: str = "", by: Actor, now: datetime) -> Asked:
    """Ask the enterprise for a field or material of the matter. What it gave or what is held needs a reason, which is counted as asking twice.

    Raises NotAllowed (only who has an open step asks), NotOpen, WrongInput (not in the catalogue: nothing else may be asked), AskedAlready, HeldAlready.
    """
    row = Application.objects.select_for_update(of=("self",)).select_related("version").get(pk=application.pk)
    if not _handles(row, by):
        raise NotAllowed(ASK, by)
    if row.state != Application.State.OPEN:
        raise NotOpen(number=row.number)
    definition = definition_of(row.version)
    entry = _entry(definition, kind, key)
    if entry is None:
        known = [one["key"] for one in definition.fields] if kind == Asked.Kind.FIELD else [one["code"] for one in definition.materials]
        raise WrongInput(found=f"{kind} {key}", expected=", ".join(known))
    lines = row.asked.filter(kind=kind, key=key)
    if lines.filter(given_at=None).exists():
        raise AskedAlready(what=named(entry["name"]))
    there = lines.filter(value__isnull=False).order_by("-pk").first()
    if there is not None and not reason.strip():
        raise HeldAlready(what=named(entry["name"]), source=named(there.source["name"]) if there.source else row.number)
    how = Asked.How.AGAIN if there is not None else Asked.How.ASKED
    made = Asked.objects.create(
        application=row, kind=kind, key=key, how=how, source=there.source if there else {}, reason=reason.strip(), asked_label=by.label[:200], asked_at=now
    )
    audit.record(by=by, now=now, action="matters.ask", subject_kind="application", subject_id=row.number, after={"key": key, "how": how}, reason=reason.strip())
    audit.emit(name="matters.asked", data={"application_id": row.pk, "number": row.number, "key": key}, now=now)
    return made


@transaction.atomic
def supply(*, asked: Asked, value: Any, file: File | None = None, by: Actor, now: datetime) -> Asked:
    """The enterprise, or its agent, gives what was asked for. Raises what a mandate raises, NotOpen, WrongState (given already), NotFilled, WrongFile."""
    row = Application.objects.select_for_update(of=("self",)).select_related("version", "enterprise", "case").get(pk=asked.application_id)
    mandate = mandate_for(row.enterprise, Mandate.Act.SUPPLY, row.version.code, by, now)
    if row.state != Application.State.OPEN:
        raise NotOpen(number=row.number)
    line = Asked.objects.get(pk=asked.pk)
    if line.given_at is not None:
        raise WrongState(state=line.given_label)
    entry = _entry(definition_of(row.version), line.kind, line.key) or {"name": {"zh": line.key, "en": line.key}}
    text = str(value).strip() or (file.name if file else "")
    if not text:
        raise NotFilled(what=named(entry["name"]))
    try:
        line.value = stored(entry, text) if line.kind == Asked.Kind.FIELD else text[:300]
    except ValueError as error:
        raise NotFilled(what=format_lazy("{}: {} ≠ {}", named(entry["name"]), text[:40], str(error))) from None
    line.given_at, line.given_label = now, by.label[:200]
    line.save()
    if line.kind == Asked.Kind.FIELD:
        row.values = {**row.values, line.key: line.value}
    row.changed_at = now
    row.save(update_fields=["values", "changed_at"])
    if file is not None:
        attach(case=row.case, file=file, as_reporter=True, by=by, now=now)
    log_act(mandate, row, Mandate.Act.SUPPLY, by, now)
    audit.record(
        by=by, now=now, action="matters.supply", subject_kind="application", subject_id=row.number, after={"key": line.key, "agent": mandate is not None}
    )
    return line


@transaction.atomic
def answer_service(*, request: ServiceRequest, state: str, note: str, by: Actor, now: datetime) -> ServiceRequest:
    """Say whether a value-added service was given. By the park's committee or company, or the city. Raises NotAllowed, WrongInput, WrongState."""
    found = ServiceRequest.objects.select_for_update(of=("self",)).select_related("application").get(pk=request.pk)
    park = found.application.park_id
    if not (by.sees_all or (by.role in (Role.COMMITTEE, Role.COMPANY) and park in by.park_ids)):
        raise NotAllowed(ANSWER, by)
    if state not in (ServiceRequest.State.GIVEN, ServiceRequest.State.DECLINED):
        raise WrongInput(found=state, expected="given, declined")
    if found.state != ServiceRequest.State.WANTED:
        raise WrongState(state=found.state)
    found.state, found.note, found.label, found.changed_at = state, note.strip(), by.label[:200], now
    found.save()
    audit.record(
        by=by, now=now, action="matters.service", subject_kind="application", subject_id=found.application.number, after={"code": found.code, "state": state}
    )
    return found
