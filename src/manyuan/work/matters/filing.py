"""An application is filed: what is held is taken from where it is held, the rest is asked, the process begins; or it is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import named, together
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.programme.calendar import calendar
from manyuan.facts.programme.evidence import File
from manyuan.work.cases.services import attach
from manyuan.work.matters import casework
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.definition import Definition
from manyuan.work.matters.errors import HeldAlready, NotFilled, NotOpen, ReasonMissing, WrongState
from manyuan.work.matters.held import Held, held_fields, held_materials, stored
from manyuan.work.matters.mandates import log_act, mandate_for
from manyuan.work.matters.models import Application, Asked, Mandate, MatterVersion, ServiceRequest, StepRun
from manyuan.work.matters.stepping import start


@dataclass(frozen=True)
class Paper:
    """A paper that is handed in: how it is referred to (number, title), and the file where there is one."""

    reference: str = ""
    file: File | None = None

    @property
    def empty(self) -> bool:
        return not self.reference.strip() and self.file is None


@dataclass(frozen=True)
class Given:
    """What the applicant gives. corrections: key → why something that is held is given anew; services: value-added services that are wanted."""

    values: Mapping[str, Any] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    corrections: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[str] = ()


@transaction.atomic
def file_application(*, version: MatterVersion, enterprise: Enterprise, given: Given, by: Actor, now: datetime, synthetic: bool = False) -> Application:
    """File an application: by the enterprise, or by an agent under a mandate. What is held is not asked; giving it anew needs a reason.

    Raises NoMandate, MandateOver, OutsideMandate, WrongState, NotFilled (all faults at once), HeldAlready.
    """
    mandate = mandate_for(enterprise, Mandate.Act.FILE, version.code, by, now)
    if not version.is_current:
        raise WrongState(state=f"{version.code} {version.number}")
    definition, today = definition_of(version), timezone.localdate(now)
    lines = _ledger(definition, enterprise, given, now, by)
    row = Application.objects.create(
        number=f"~{uuid4().hex[:30]}", version=version, enterprise=enterprise, park=enterprise.park, mandate=mandate, filed_by_id=by.id, filed_label=by.label[:200],
        values={one.key: one.value for one in lines if one.kind == Asked.Kind.FIELD}, engine="", filed_at=now,
        due_on=calendar().add_working_days(today, definition.days(False)), changed_at=now, synthetic=synthetic,
    )  # fmt: skip
    for one in lines:
        one.application = row
    Asked.objects.bulk_create(lines)
    wanted = [one["code"] for one in definition.services if one["code"] in given.services]
    ServiceRequest.objects.bulk_create(ServiceRequest(application=row, code=code, asked_at=now, changed_at=now) for code in wanted)
    unit = start(row, definition, now)
    casework.open_for(row, unit, by, now)
    row.save()
    for code, paper in given.papers.items():
        if paper.file is not None and any(one.key == code and one.given_at for one in lines):
            attach(case=row.case, file=paper.file, as_reporter=True, by=by, now=now)
    log_act(mandate, row, Mandate.Act.FILE, by, now)
    asked = sum(one.how != Asked.How.REUSED for one in lines)
    after = {"matter": version.code, "version": version.number, "asked": asked, "reused": len(lines) - asked, "agent": mandate.pk if mandate else None}
    audit.record(by=by, now=now, action="matters.file", subject_kind="application", subject_id=row.number, after=after)
    audit.emit(name="matters.filed", data={"application_id": row.pk, "number": row.number, "unit_id": unit.pk if unit else None}, now=now)
    return row


def _ledger(definition: Definition, enterprise: Enterprise, given: Given, now: datetime, by: Actor) -> list[Asked]:
    """The lines of the ledger that this application writes."""
    today, faults, lines = timezone.localdate(now), [], []
    fields, papers = held_fields(definition, enterprise, today), held_materials(definition, enterprise, today)

    def line(kind: str, entry: Mapping[str, Any], key: str, value: Any, there: Held | None) -> None:
        if there is not None and (value is None or value == there.value):
            lines.append(_line(kind, key, Asked.How.REUSED, there.value, now, by, there.source))
        elif there is not None:
            reason = given.corrections.get(key, "").strip()
            if not reason:
                raise HeldAlready(what=named(entry["name"]), source=named(there.source["name"]))
            lines.append(_line(kind, key, Asked.How.CORRECTED, value, now, by, there.source, reason))
        elif value is not None:
            lines.append(_line(kind, key, Asked.How.ASKED, value, now, by))
        elif entry.get("required") is not False:
            faults.append(named(entry["name"]))

    for entry in definition.fields:
        raw = given.values.get(entry["key"])
        try:
            value = None if raw is None or str(raw).strip() == "" else stored(entry, raw)
        except ValueError as error:
            faults.append(format_lazy("{}: {} ≠ {}", named(entry["name"]), str(raw)[:40], str(error)))
            continue
        line(Asked.Kind.FIELD, entry, entry["key"], value, fields.get(entry["key"]))
    for entry in definition.materials:
        paper = given.papers.get(entry["code"])
        value = None if paper is None or paper.empty else (paper.reference.strip() or (paper.file.name if paper.file else ""))[:300]
        line(Asked.Kind.MATERIAL, entry, entry["code"], value, papers.get(entry["code"]))
    unknown = (set(given.values) - {one["key"] for one in definition.fields}) | (set(given.papers) - {one["code"] for one in definition.materials})
    faults += [f"{key}?" for key in sorted(unknown)]
    if faults:
        raise NotFilled(what=together(faults))
    return lines


def _line(kind: str, key: str, how: str, value: Any, now: datetime, by: Actor, source: dict[str, Any] | None = None, reason: str = "") -> Asked:
    return Asked(
        kind=kind, key=key, how=how, value=value, source=source or {}, reason=reason, asked_label=by.label[:200], asked_at=now, given_at=now, given_label=by.label[:200]
    )  # fmt: skip


@transaction.atomic
def withdraw_application(*, application: Application, reason: str, by: Actor, now: datetime) -> Application:
    """The enterprise (or its agent) takes the application back; open steps fall away. Raises NotOpen, ReasonMissing and what a mandate raises."""
    row = Application.objects.select_for_update(of=("self",)).select_related("version", "enterprise", "case").get(pk=application.pk)
    mandate = mandate_for(row.enterprise, Mandate.Act.WITHDRAW, row.version.code, by, now)
    if row.state != Application.State.OPEN:
        raise NotOpen(number=row.number)
    if not reason.strip():
        raise ReasonMissing()
    row.steps.filter(state=StepRun.State.OPEN).update(state=StepRun.State.DROPPED, done_at=now, done_label=by.label[:200])
    row.asked.filter(given_at=None).delete()
    row.state, row.ended_at, row.changed_at = Application.State.WITHDRAWN, now, now
    casework.ended(row, reason.strip(), by, now)
    row.save()
    log_act(mandate, row, Mandate.Act.WITHDRAW, by, now)
    audit.record(by=by, now=now, action="matters.withdraw", subject_kind="application", subject_id=row.number, reason=reason.strip())
    audit.emit(name="matters.ended", data={"application_id": row.pk, "number": row.number, "state": row.state}, now=now)
    return row
