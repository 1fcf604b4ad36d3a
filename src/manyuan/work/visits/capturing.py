"""A visit written down, on a telephone and perhaps offline: kept once by the key that the device made, with what it found and what it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible
from manyuan.facts.filings.models import Filing, FilingVersion
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.services import NewValues, save_values
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import open_case
from manyuan.work.visits.due import rule_of
from manyuan.work.visits.errors import (
    KeyTaken,
    NoInstitute,
    NoSurvey,
    NothingSaid,
    OtherPerson,
    PassedAlready,
    ReasonNeeded,
    TooLong,
    WrongCapacity,
    WrongDay,
    WrongPhoto,
)
from manyuan.work.visits.models import Outcome, Photo, Survey, Visit
from manyuan.work.visits.photos import MOST, TOO_MANY, Picture
from manyuan.work.visits.queries import is_officer

CAPTURE = gettext_noop("write down a visit")
PASS_ON = gettext_noop("pass on what a visit found")
_LONGEST = {"text": 4_000, "met": 200, "finding": 1_000}
WORDS = {"text": gettext_noop("What was said"), "met": gettext_noop("Who was met"), "finding": gettext_noop("What was found")}


@dataclass(frozen=True)
class Found:
    """Something that the visit found. data: of space `area_m2`; of capacity `category`, `quantity`, `unit`, `until`. at_once: passed on at once."""

    kind: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    at_once: bool = True


@dataclass(frozen=True)
class Heard:
    """Answers to the six-clear survey: stored values of the form's newest open filing; or what was typed and why it cannot be read."""

    form_code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Capture:
    """A visit as written down. key: a UUID of the device; person_id: who wrote it, where the device says so."""

    key: str
    on: date
    text: str
    met: str = ""
    found: Sequence[Found] = ()
    heard: Sequence[Heard] = ()
    photos: Sequence[Picture] = ()
    scene: str = Visit.Scene.SERVICE
    partner: Organisation | None = None
    person_id: int | None = None
    offline: bool = False
    synthetic: bool = False


@transaction.atomic
def capture_visit(*, enterprise: Enterprise, given: Capture, by: Actor, now: datetime) -> Visit:
    """Keep a visit that was made; a planned one of the firm becomes it. The same capture again (by its key) is answered with the visit that it made.

    Emits `visit.done` and, for what is passed on at once, the events of `pass_on`. A survey that cannot be saved into the firm's filing is kept with the
    reason: a visit is never lost for it. Raises NotAllowed, OtherPerson, KeyTaken, WrongDay, NothingSaid, TooLong, NoInstitute, WrongPhoto, WrongCapacity.
    """
    if by.id is None or not is_officer(by) or not visible(by).filter(pk=enterprise.pk).exists():
        raise NotAllowed(CAPTURE, by)
    if given.person_id is not None and given.person_id != by.id:
        raise OtherPerson()
    list(Enterprise.objects.select_for_update().filter(pk=enterprise.pk).values_list("pk", flat=True))  # two devices, one firm: one after the other
    known = Visit.objects.filter(key=given.key).first()
    if known is not None:
        return _same(known, enterprise, given, by)
    _check(given, timezone.localdate(now))
    rule = rule_of(enterprise, given.on)
    visit = Visit.objects.filter(enterprise=enterprise, state=Visit.State.PLANNED).order_by("planned_on", "pk").first() if given.scene == "service" else None
    visit = visit or Visit(enterprise=enterprise, made_at=now)
    visit.park_id, visit.officer_id, visit.key, visit.state = enterprise.park_id, by.id, given.key, Visit.State.DONE
    visit.rule, visit.scene, visit.partner, visit.done_on = (rule.code if rule else ""), given.scene, given.partner, given.on
    visit.met, visit.text, visit.offline, visit.synthetic = given.met.strip(), given.text.strip(), given.offline, given.synthetic
    visit.captured_at = visit.changed_at = now
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        return _same(Visit.objects.get(key=given.key), enterprise, given, by)
    found = [Outcome.objects.create(visit=visit, kind=one.kind, text=one.text.strip(), data=_data(one)) for one in given.found]
    for picture in {one.sha256: one for one in given.photos}.values():
        Photo.objects.create(visit=visit, name=picture.name, content=picture.content, sha256=picture.sha256, width=picture.width, height=picture.height, at=now)
    for one in given.heard:
        _listen(visit, one, by, now)
    after = {"enterprise": enterprise.pk, "on": given.on, "found": len(found), "photos": len(given.photos), "offline": given.offline}
    audit.record(by=by, now=now, action="visits.capture", subject_kind="visit", subject_id=visit.pk, after=after)
    audit.emit(name="visit.done", data={"visit_id": visit.pk, "enterprise_id": enterprise.pk, "by_id": by.id}, now=now)
    for row, one in zip(found, given.found, strict=True):
        if one.at_once:
            pass_on(outcome=row, by=by, now=now)
    return visit


def _same(known: Visit, enterprise: Enterprise, given: Capture, by: Actor) -> Visit:
    """The visit that this capture made; one that was changed after it had arrived is refused, so that no word is lost unseen."""
    same = (known.enterprise_id, known.officer_id, known.done_on, known.text, known.met)
    if same != (enterprise.pk, by.id, given.on, given.text.strip(), given.met.strip()):
        raise KeyTaken()
    return known


def _check(given: Capture, today: date) -> None:
    if not today - timedelta(days=366) <= given.on <= today:
        raise WrongDay(found=given.on, today=today)
    if not given.text.strip() and not given.found and not given.heard:
        raise NothingSaid()
    texts = [("text", given.text), ("met", given.met), *(("finding", one.text) for one in given.found)]
    for what, text in texts:
        if len(text) > _LONGEST[what]:
            raise TooLong(what=WORDS[what], found=len(text), limit=_LONGEST[what])
    if any(not one.text.strip() for one in given.found):
        raise NothingSaid()
    if given.scene != Visit.Scene.SERVICE and (given.partner is None or given.partner.kind != Organisation.Kind.INSTITUTE):
        raise NoInstitute()
    if len(given.photos) > MOST:
        raise WrongPhoto(name=given.photos[MOST].name, why=TOO_MANY)
    for one in given.found:
        _data(one)


def _data(one: Found) -> dict[str, Any]:
    """What belongs to a finding, in plain values."""
    if one.kind == Outcome.Kind.SPACE:
        return {"area_m2": _number(one.data.get("area_m2")) or ""}
    if one.kind == Outcome.Kind.CAPACITY:
        quantity, unit = _number(one.data.get("quantity")), str(one.data.get("unit") or "").strip()[:20]
        if quantity is None or not unit:
            raise WrongCapacity(found=f"{one.data.get('quantity') or '–'} {unit or '–'}")
        until = _day(one.data.get("until"))
        return {"category": str(one.data.get("category") or "capacity")[:40], "quantity": quantity, "unit": unit, "until": until.isoformat() if until else ""}
    return {}


def _number(value: Any) -> str | None:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return format(number.normalize(), "f") if number.is_finite() and 0 < number < 10**12 else None


def _day(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def survey_filing(enterprise: Enterprise, form_code: str) -> Filing | None:
    """The newest filing of a form of the survey that the firm owes and that still takes values; else the newest one."""
    rows = Filing.objects.filter(enterprise=enterprise, form_code=form_code).select_related("form", "latest").order_by("-period")
    return rows.filter(state__in=(Filing.State.DRAFT, Filing.State.RETURNED)).first() or rows.first()


def held_values(filing: Filing) -> dict[str, Any]:
    """What is held of a filing; of an empty one, what the form takes over from the filing before."""
    if filing.latest is not None:
        return dict(filing.latest.values)
    rows = Filing.objects.filter(enterprise_id=filing.enterprise_id, form_code=filing.form_code, period__lt=filing.period, latest__isnull=False)
    before = rows.select_related("latest").order_by("-period").first()
    if before is None or before.latest is None:
        return {}
    kept = {field.key for field in definition_for(filing.form).fields if field.prefill == "last"}
    return {key: value for key, value in before.latest.values.items() if key in kept}


def _listen(visit: Visit, heard: Heard, by: Actor, now: datetime) -> Survey:
    filing, fault = survey_filing(visit.enterprise, heard.form_code), heard.fault
    if not fault and filing is None:
        fault = NoSurvey().message("zh-hans")
    if not fault and filing is not None:
        values = {**held_values(filing), **heard.values}
        try:
            with transaction.atomic():
                new = NewValues(filing, values, synthetic=visit.synthetic)
                save_values(given=[new], channel=FilingVersion.Channel.FORM, by=by, now=now, note=f"visit {visit.pk}")
        except DomainError as error:
            fault = error.message("zh-hans")
    return Survey.objects.create(
        visit=visit, filing=filing, form_code=heard.form_code, values=dict(heard.values), typed=dict(heard.typed), fault=fault[:2_000], at=now
    )


@transaction.atomic
def pass_on(*, outcome: Outcome, by: Actor, now: datetime) -> Outcome:
    """One tap: a difficulty becomes a demand (`visit.difficulty`), a need of space goes to the park (`visit.space_need`), idle capacity becomes an offer
    (`visit.idle_capacity`), a task becomes a case. Raises NotAllowed, PassedAlready."""
    outcome = Outcome.objects.select_for_update().get(pk=outcome.pk)
    visit = Visit.objects.select_related("enterprise", "officer__organisation").get(pk=outcome.visit_id)
    if by.id is None or not (by.sees_all or (is_officer(by) and visit.park_id in by.park_ids)):
        raise NotAllowed(PASS_ON, by)
    if outcome.passed_at is not None:
        raise PassedAlready()
    data: dict[str, Any] = {
        "visit_id": visit.pk,
        "outcome_id": outcome.pk,
        "enterprise_id": visit.enterprise_id,
        "text": outcome.text,
        "by_id": by.id,
        "synthetic": visit.synthetic,
    }
    if outcome.kind == Outcome.Kind.TASK:
        outcome.case = _task(outcome, visit, by, now)
    elif outcome.kind == Outcome.Kind.SPACE:
        audit.emit(name="visit.space_need", data=data | outcome.data, now=now)
    else:
        name = "visit.difficulty" if outcome.kind == Outcome.Kind.DIFFICULTY else "visit.idle_capacity"
        audit.emit(name=name, data=data | outcome.data, now=now)
    outcome.passed_at, outcome.passed_label = now, by.label[:200]
    outcome.save()
    audit.record(by=by, now=now, action="visits.pass_on", subject_kind="visit", subject_id=visit.pk, after={"outcome": outcome.pk, "kind": outcome.kind})
    return outcome


def _task(outcome: Outcome, visit: Visit, by: Actor, now: datetime) -> Case:
    on_behalf = by.but(id=None)  # the firm decides whether it is done, not who wrote it down
    return open_case(
        kind="visit-task", title=outcome.text[:60], text=outcome.text, enterprise=visit.enterprise, park=visit.park, unit=visit.officer.organisation,
        handler=visit.officer, about=("visit", visit.pk), channel="visit", key=f"visit-outcome/{outcome.pk}", synthetic=visit.synthetic, by=on_behalf, now=now,
    )  # fmt: skip


@transaction.atomic
def add_finding(*, visit: Visit, found: Found, by: Actor, now: datetime) -> Outcome:
    """Something more that a visit found. Raises NotAllowed, NothingSaid, TooLong, WrongCapacity."""
    if by.id is None or not (by.sees_all or (is_officer(by) and visit.park_id in by.park_ids)):
        raise NotAllowed(PASS_ON, by)
    if not found.text.strip():
        raise NothingSaid()
    if len(found.text) > _LONGEST["finding"]:
        raise TooLong(what=WORDS["finding"], found=len(found.text), limit=_LONGEST["finding"])
    made = Outcome.objects.create(visit=visit, kind=found.kind, text=found.text.strip(), data=_data(found))
    audit.record(by=by, now=now, action="visits.add_finding", subject_kind="visit", subject_id=visit.pk, after={"outcome": made.pk, "kind": made.kind})
    return pass_on(outcome=made, by=by, now=now) if found.at_once else made


@transaction.atomic
def settle_space(*, outcome: Outcome, note: str, by: Actor, now: datetime) -> Outcome:
    """The need of space is met, or no longer there. Raises NotAllowed, ReasonNeeded, NotFound."""
    outcome = Outcome.objects.select_for_update().select_related("visit").get(pk=outcome.pk)
    if outcome.kind != Outcome.Kind.SPACE or outcome.settled_at is not None:
        raise NotFound()
    if by.id is None or not (by.sees_all or (is_officer(by) and outcome.visit.park_id in by.park_ids)):
        raise NotAllowed(PASS_ON, by)
    if not note.strip():
        raise ReasonNeeded()
    outcome.settled_at, outcome.settled_note = now, note.strip()[:300]
    outcome.save()
    audit.record(by=by, now=now, action="visits.settle_space", subject_kind="visit", subject_id=outcome.visit_id, reason=note)
    return outcome


@transaction.atomic
def link_case(*, outcome_id: int, case_id: int) -> None:
    """The case that a finding became elsewhere, so that the visit shows where it stands."""
    Outcome.objects.filter(pk=outcome_id, case=None).update(case_id=case_id)
