"""The enterprise's application: documents handed in, checked by type and size, submitted with what the form asks; sent back where something is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.factsheet.services import declare_facts
from manyuan.facts.programme.calendar import calendar
from manyuan.facts.programme.evidence import LARGEST, TYPES, File, starts_as_named
from manyuan.facts.scanning import refuse_infected
from manyuan.work.policies.delivering import ANSWER, RUN
from manyuan.work.policies.errors import FactsAsked, NothingThere, PapersMissing, ReasonMissing, WrongPaper, WrongState
from manyuan.work.policies.models import Application, Entitlement, EntitlementStep, Paper
from manyuan.work.policies.queries import facts_missing
from manyuan.work.policies.rules import delivery_of
from manyuan.work.policies.screening import screen_enterprises

AState, State = Application.State, Entitlement.State
MOST = 40
"""Documents of one application, replaced ones not counted."""


def add_paper(*, entitlement: Entitlement, wanted: str, file: File, by: Actor, now: datetime) -> Paper:
    """Hand in a document; one of the same name takes the place of the one before. wanted: which of the policy's documents it is.

    Raises NotAllowed, WrongState once it is submitted, WrongPaper (type, size, content), FileInfected, ScannerFailed.
    """
    _allowed(entitlement, by)
    ending = _ending(file)
    refuse_infected(file.name, file.content)
    return _add(entitlement, wanted, file, TYPES[ending], by, now)


@transaction.atomic
def _add(entitlement: Entitlement, wanted: str, file: File, content_type: str, by: Actor, now: datetime) -> Paper:
    row = _own(entitlement, by)
    application = _open(row, now)
    known = delivery_of(row.version).documents
    if wanted not in known:
        raise WrongPaper(file=file.name[-60:], found=wanted or "-", expected="、".join(known) or "-")
    there = application.papers.filter(withdrawn_at=None)
    there.filter(wanted=wanted, file_name=file.name[-200:]).update(withdrawn_at=now)
    if there.count() >= MOST:
        raise WrongPaper(file=file.name[-60:], found=str(MOST + 1), expected=gettext_noop("at most 40 documents"))
    made = Paper.objects.create(
        application=application, wanted=wanted, file_name=file.name[-200:], content=file.content, content_type=content_type, size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(), uploaded_at=now, uploaded_label=by.label,
    )  # fmt: skip
    after = {"wanted": wanted, "file": made.file_name, "size": made.size, "sha256": made.sha256}
    audit.record(by=by, now=now, action="policies.add_paper", subject_kind="entitlement", subject_id=row.pk, after=after)
    return made


@transaction.atomic
def withdraw_paper(*, paper: Paper, by: Actor, now: datetime) -> None:
    """Take a document away before it is submitted. Raises NotAllowed, WrongState."""
    row = _own(paper.application.entitlement, by)
    _open(row, now)
    Paper.objects.filter(pk=paper.pk, withdrawn_at=None).update(withdrawn_at=now)
    audit.record(by=by, now=now, action="policies.withdraw_paper", subject_kind="entitlement", subject_id=row.pk, before={"file": paper.file_name})


@transaction.atomic
def submit_application(*, entitlement: Entitlement, facts: Mapping[str, Any] | None = None, by: Actor, now: datetime) -> Application:
    """Submit: every document that the policy names is there, every fact that it asks for is given. The promise runs from here.

    Raises NotAllowed, WrongState, PapersMissing, FactsAsked, WrongFact, NothingThere where nobody judges.
    """
    row = _own(entitlement, by)
    application = _open(row, now)
    delivery, on = delivery_of(row.version), timezone.localdate(now)
    if delivery.judging is None:
        raise NothingThere()
    there = set(application.papers.filter(withdrawn_at=None).values_list("wanted", flat=True))
    if missing := [name for name in delivery.documents if name not in there]:
        raise PapersMissing(names="、".join(missing))
    given = {name: value for name, value in (facts or {}).items() if name in delivery.asks and str(value).strip()}
    if given:
        declare_facts(enterprise=row.enterprise, values=given, on=on, proof=row.version.policy.code, by=by, now=now)
    if lacking := facts_missing(row, on):
        raise FactsAsked(names=", ".join(lacking))
    if given:
        from manyuan.facts.audit.actors import system

        screen_enterprises(versions=[row.version], cause="changed", only=[row.enterprise_id], by=system(by.label, by.at or "system"), now=now)
        row = _own(entitlement, by)
        application = _open(row, now)
    application.state, application.submitted_at = AState.SUBMITTED, now
    application.save(update_fields=["state", "submitted_at"])
    row.promised_on = calendar().add_working_days(on, delivery.promised_days)
    step(row, State.ASSESSING, "apply", by, now, "")
    audit.emit(name="application.submitted", data={"application_id": application.pk}, now=now)
    return application


@transaction.atomic
def send_back(*, application: Application, reason: str, by: Actor, now: datetime) -> Application:
    """The city finds the papers incomplete: back to the enterprise, with the reason; before assessors were asked. Raises NotAllowed, ReasonMissing, WrongState."""
    if not by.sees_all:
        raise NotAllowed(RUN, by)
    if not reason.strip():
        raise ReasonMissing()
    found = locked(application)
    if found.state != AState.SUBMITTED:
        raise WrongState(what=found.entitlement.version.policy.code, state=found.state, expected=AState.SUBMITTED)
    found.state = AState.SENT_BACK
    found.save(update_fields=["state"])
    found.entitlement.promised_on = None
    step(found.entitlement, State.NOTIFIED, "send_back_application", by, now, reason)
    audit.emit(name="application.sent_back", data={"application_id": found.pk, "reason": reason.strip()}, now=now)
    return found


def locked(application: Application) -> Application:
    """The application as stored, its entitlement held until the transaction ends."""
    Entitlement.objects.select_for_update().get(pk=application.entitlement_id)
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("entitlement__version__policy", "entitlement__enterprise", "entitlement__claim")
        .get(pk=application.pk)
    )


def step(row: Entitlement, to: str, act: str, by: Actor, now: datetime, note: str) -> None:
    """Move the entitlement, with its trail."""
    before = row.state
    row.state, row.changed_at = to, now
    row.save()
    EntitlementStep.objects.create(entitlement=row, to_state=to, at=now, actor_id=by.id, actor_label=by.label, note=note.strip())
    audit.record(
        by=by, now=now, action=f"policies.{act}", subject_kind="entitlement", subject_id=row.pk, before={"state": before},
        after={"state": to, "amount_fen": row.amount_fen}, reason=note.strip(),
    )  # fmt: skip


def _own(entitlement: Entitlement, by: Actor) -> Entitlement:
    row = Entitlement.objects.select_for_update(of=("self",)).select_related("version__policy", "enterprise").get(pk=entitlement.pk)
    _allowed(row, by)
    return row


def _allowed(row: Entitlement, by: Actor) -> None:
    if not (by.role is Role.ENTERPRISE and row.enterprise_id in by.enterprise_ids):
        raise NotAllowed(ANSWER, by)


def _open(row: Entitlement, now: datetime) -> Application:
    """The application while the enterprise may still work on it; made where there is none. Raises WrongState, NothingThere (the policy asks for no document)."""
    if not delivery_of(row.version).documents and delivery_of(row.version).judging is None:
        raise NothingThere()
    if row.state != State.NOTIFIED:
        raise WrongState(what=row.version.policy.code, state=row.state, expected=State.NOTIFIED)
    application, _ = Application.objects.get_or_create(entitlement=row, defaults={"begun_at": now})
    return application


def _ending(file: File) -> str:
    ending = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
    if ending not in TYPES:
        raise WrongPaper(file=file.name[-60:], found=ending or "-", expected=", ".join(TYPES))
    if not 0 < len(file.content) <= LARGEST:
        raise WrongPaper(file=file.name[-60:], found=f"{len(file.content) / 1048576:.1f} MB", expected="20 MB")
    if not starts_as_named(ending, file.content):
        raise WrongPaper(file=file.name[-60:], found=ending, expected=gettext_noop("content that fits the file's ending"))
    return ending
