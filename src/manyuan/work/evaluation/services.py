"""A run from its computing to the confirmed grade: computed, published with all it stands on, objected to in time, corrected as a new version, confirmed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.services import assign_facts
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.calendar import calendar
from manyuan.work.evaluation.errors import (
    AskedAlready,
    NothingToCorrect,
    NothingToGrade,
    ObjectionsOpen,
    OwnWork,
    ReasonMissing,
    StillOpen,
    TooLate,
    Unchanged,
    WrongExcuse,
    WrongState,
)
from manyuan.work.evaluation.gathering import Entrant, add_months, entrants
from manyuan.work.evaluation.models import Excuse, Line, Objection, Run, Scheme
from manyuan.work.evaluation.queries import state_of
from manyuan.work.evaluation.schemes import Plan, plan_of
from manyuan.work.evaluation.scoring import Placed, place

COMPUTE = gettext_noop("run the per-mu evaluation")
OBJECT = gettext_noop("object to this line")
EXCUSE = gettext_noop("excuse this enterprise from the evaluation")
_BATCH = 2_000


@transaction.atomic
def compute_run(*, scheme: Scheme, year: int, park: Park | None = None, by: Actor, now: datetime) -> Run:
    """A run over the locked reports of a year; nobody sees it before it is published. One of the same area that is not published yet is dropped.

    Raises NotAllowed; WrongState where a published one stands already (it is corrected, not computed anew); NothingToGrade.
    """
    _city(by)
    _hold(scheme)
    same = _versions(scheme.code, year, park)
    if (published := same.filter(published_at__isnull=False).order_by("-number").first()) is not None:
        raise WrongState(state=state_of(published, timezone.localdate(now)), expected="none")
    if parse_period(str(year)).end > timezone.localdate(now):
        raise NothingToGrade(year=year)
    plan = plan_of(scheme)
    return _write(scheme, plan, year, park, entrants(plan, year, park), None, "", by, now)


@transaction.atomic
def publish_run(*, run: Run, by: Actor, now: datetime) -> Run:
    """Show it, with bases, weights, figures and scores; from now on objections are in time for the scheme's working days. Never by who computed it.

    Emits `evaluation.published`. Raises NotAllowed, WrongState, OwnWork.
    """
    _city(by)
    run = _locked(run)
    _needs(run, now, "computed")
    _another(run, by)
    run.published_at, run.published_label = now, by.label
    run.closes_on = calendar().add_working_days(timezone.localdate(now), plan_of(run.scheme).objection_days)
    run.save(update_fields=["published_at", "published_label", "closes_on"])
    _record(run, "publish", by, now, {"digest": run.digest, "closes_on": run.closes_on})
    audit.emit(name="evaluation.published", data={"run_id": run.pk}, now=now)
    return run


@transaction.atomic
def drop_run(*, run: Run, by: Actor, now: datetime) -> Run:
    """Give up a run that was not published."""
    _city(by)
    run = _locked(run)
    _needs(run, now, "computed")
    run.dropped_at = now
    run.save(update_fields=["dropped_at"])
    _record(run, "drop", by, now, {})
    return run


@transaction.atomic
def object_to_line(*, line: Line, text: str, by: Actor, now: datetime) -> Objection:
    """The enterprise (or its park's committee for it) says what is wrong with its line, in time.

    Raises NotAllowed, ReasonMissing, WrongState, TooLate, Unchanged (a later version only where the line changed), AskedAlready.
    """
    line = Line.objects.select_related("run__scheme", "enterprise").get(pk=line.pk)
    own = by.role is Role.ENTERPRISE and line.enterprise_id in by.enterprise_ids
    if not (own or (by.role is Role.COMMITTEE and line.park_id in by.park_ids)):
        raise NotAllowed(OBJECT, by)
    if not text.strip():
        raise ReasonMissing()
    run = _locked(line.run)
    if run.published_at is None or run.closes_on is None:
        raise WrongState(state=state_of(run, timezone.localdate(now)), expected="open")
    if timezone.localdate(now) > run.closes_on:
        raise TooLate(until=run.closes_on)
    _needs(run, now, "open")
    if not line.changed:
        raise Unchanged()
    if line.objections.filter(state=Objection.State.OPEN).exists():
        raise AskedAlready()
    made = Objection.objects.create(line=line, text=text.strip()[:5_000], made_at=now, made_label=by.label)
    audit.record(by=by, now=now, action="evaluation.object", subject_kind="per_mu_line", subject_id=line.pk, after={"run": run.pk, "text": made.text})
    return made


@transaction.atomic
def decide_objection(*, objection: Objection, upheld: bool, reason: str, by: Actor, now: datetime) -> Objection:
    """Decide, with the reason that the enterprise reads. Upheld: correct the report (or the register), then make the next version. Never by who computed the run."""
    _city(by)
    if not reason.strip():
        raise ReasonMissing()
    found = Objection.objects.select_for_update(of=("self",)).select_related("line__run__scheme").get(pk=objection.pk)
    if found.state != Objection.State.OPEN:
        raise WrongState(state=found.state, expected="open")
    _another(found.line.run, by)
    found.state = Objection.State.UPHELD if upheld else Objection.State.DISMISSED
    found.decided_at, found.decided_label, found.reason = now, by.label, reason.strip()
    found.save()
    audit.record(
        by=by, now=now, action="evaluation.decide", subject_kind="per_mu_line", subject_id=found.line_id, after={"state": str(found.state)}, reason=reason
    )
    audit.emit(name="evaluation.decided", data={"objection_id": found.pk}, now=now)
    return found


@transaction.atomic
def correct_run(*, run: Run, by: Actor, now: datetime) -> Run:
    """The next version: the figures of those whose objections were upheld are read anew, of nobody else; the same scheme. The old version stays as it is.

    Places and grades of others move only as far as the correction moves them. Raises NothingToCorrect, WrongState.
    """
    _city(by)
    run = _locked(run)
    if state_of(run, timezone.localdate(now)) not in ("open", "closed"):
        raise WrongState(state=state_of(run, timezone.localdate(now)), expected="open, closed")
    upheld = list(Objection.objects.filter(line__run=run, state=Objection.State.UPHELD, answered_in=None).select_related("line"))
    if not upheld:
        raise NothingToCorrect()
    plan = plan_of(run.scheme)
    anew = {one.line.enterprise_id for one in upheld}
    fresh = {one.enterprise_id: one for one in entrants(plan, run.year, run.park, anew)}
    everybody = [fresh.get(line.enterprise_id, kept) if line.enterprise_id in anew else kept for line, kept in ((line, _kept(line)) for line in _lines(run))]
    reason = "；".join(dict.fromkeys(one.reason for one in upheld))[:2_000]
    made = _write(run.scheme, plan, run.year, run.park, everybody, run, reason, by, now)
    Objection.objects.filter(pk__in=[one.pk for one in upheld]).update(answered_in=made)
    return made


@transaction.atomic
def confirm_run(*, run: Run, by: Actor, now: datetime) -> Run:
    """After the window, with every objection settled: the grades stand, and become a fact that policies may use. Emits `evaluation.confirmed`.

    Raises NotAllowed, WrongState, StillOpen, ObjectionsOpen, OwnWork.
    """
    _city(by)
    run = _locked(run)
    if state_of(run, timezone.localdate(now)) == "open":
        raise StillOpen(until=run.closes_on)
    _needs(run, now, "closed")
    _another(run, by)
    waiting = Objection.objects.filter(line__run=run).filter(Q(state=Objection.State.OPEN) | Q(state=Objection.State.UPHELD, answered_in=None)).count()
    if waiting:
        raise ObjectionsOpen(count=waiting)
    run.confirmed_at, run.confirmed_label = now, by.label
    run.save(update_fields=["confirmed_at", "confirmed_label"])
    given = _assign(run, by, now)
    _record(run, "confirm", by, now, {"assigned": given})
    audit.emit(name="evaluation.confirmed", data={"run_id": run.pk}, now=now)
    return run


def _assign(run: Run, by: Actor, now: datetime) -> int:
    """Grades as facts. A park's own run is for the park; the city's counts for policies. Who has the grade of a later year keeps it."""
    plan = plan_of(run.scheme)
    if run.park_id is not None or not plan.fact:
        return 0
    later = Line.objects.filter(run__year__gt=run.year, run__park=None, run__confirmed_at__isnull=False).exclude(grade="")
    kept = set(later.values_list("enterprise_id", flat=True))
    rows = [(pk, grade, made) for pk, grade, made in run.lines.exclude(grade="").values_list("enterprise_id", "grade", "synthetic") if pk not in kept]
    if not rows:
        return 0
    on = timezone.localdate(now)
    return assign_facts(
        name=plan.fact, values={pk: grade for pk, grade, _ in rows}, on=on, until=add_months(on, plan.valid_months), proof=f"亩均效益综合评价 {run.year}", by=by, now=now,
        source="evaluation", synthetic=frozenset(pk for pk, _, made in rows if made),
    )  # fmt: skip


@transaction.atomic
def excuse_enterprise(*, enterprise: Enterprise, year: int, code: str, proof: str, by: Actor, now: datetime, synthetic: bool = False) -> Excuse:
    """Note that an enterprise is not graded in a year, with the proof; by the city or its park's committee. A later note of the year replaces the earlier.

    Counts for runs computed (or lines corrected) from now on. Raises NotAllowed, WrongExcuse.
    """
    if not (by.sees_all or (by.role is Role.COMMITTEE and enterprise.park_id in by.park_ids)):
        raise NotAllowed(EXCUSE, by)
    known = {one["code"] for scheme in Scheme.objects.filter(is_current=True) for one in scheme.content["ungraded"] if one.get("entered")}
    if code not in known:
        raise WrongExcuse(field=gettext_noop("Reason"), found=code or "-", expected=", ".join(sorted(known)) or "-")
    if not proof.strip():
        raise WrongExcuse(field=gettext_noop("Proof"), found="-", expected=gettext_noop("a document and its number"))
    if not 2000 <= year <= timezone.localdate(now).year:
        raise WrongExcuse(field=gettext_noop("Year"), found=year, expected=gettext_noop("a year that has begun"))
    withdraw_excuse(enterprise=enterprise, year=year, by=by, now=now)
    made = Excuse.objects.create(
        enterprise=enterprise, year=year, code=code, proof=proof.strip()[:300], entered_at=now, entered_label=by.label, synthetic=synthetic
    )
    audit.record(
        by=by, now=now, action="evaluation.excuse", subject_kind="enterprise", subject_id=enterprise.pk, after={"year": year, "code": code}, reason=proof
    )
    return made


@transaction.atomic
def withdraw_excuse(*, enterprise: Enterprise, year: int, by: Actor, now: datetime) -> int:
    """Take back what was noted; returns how many (0 or 1)."""
    if not (by.sees_all or (by.role is Role.COMMITTEE and enterprise.park_id in by.park_ids)):
        raise NotAllowed(EXCUSE, by)
    gone = Excuse.objects.filter(enterprise=enterprise, year=year, withdrawn_at=None).update(withdrawn_at=now)
    if gone:
        audit.record(by=by, now=now, action="evaluation.withdraw_excuse", subject_kind="enterprise", subject_id=enterprise.pk, after={"year": year})
    return gone


def _write(
    scheme: Scheme, plan: Plan, year: int, park: Park | None, everybody: Sequence[Entrant], previous: Run | None, reason: str, by: Actor, now: datetime
) -> Run:  # fmt: skip
    if not any(not one.ungraded for one in everybody):
        raise NothingToGrade(year=year)
    placed = place(plan, {one.enterprise_id: one.inputs for one in everybody}, {one.enterprise_id: one.ungraded for one in everybody if one.ungraded})
    same = _versions(scheme.code, year, park)
    same.filter(published_at=None, dropped_at=None).update(dropped_at=now)
    run = Run(
        scheme=scheme, code=scheme.code, year=year, park=park, number=(same.order_by("-number").values_list("number", flat=True).first() or 0) + 1, previous=previous,
        computed_at=now, computed_by_id=by.id, computed_label=by.label, reason=reason, synthetic=any(one.synthetic for one in everybody),
    )  # fmt: skip
    before = {line.enterprise_id: line for line in _lines(previous)} if previous else {}
    lines = [_line(run, one, placed[one.enterprise_id], before.get(one.enterprise_id)) for one in everybody]
    run.counts = dict(Counter(line.grade or line.ungraded for line in lines))
    run.digest = digest_of(scheme, year, park, lines)
    run.save()
    Line.objects.bulk_create(lines, batch_size=_BATCH)
    _record(run, "compute" if previous is None else "correct", by, now, {"lines": len(lines), "counts": run.counts, "digest": run.digest})
    return run


def _line(run: Run, one: Entrant, found: Placed, before: Line | None) -> Line:
    line = Line(
        run=run, enterprise_id=one.enterprise_id, park_id=one.park_id, inputs=one.inputs, filing_id=one.filing_id, version_id=one.version_id, ungraded=found.ungraded,
        values=_texts(found.values), points=_texts(found.points), filled=list(found.filled), missing=list(found.missing), total=found.total, rank=found.rank,
        grade=found.grade, synthetic=one.synthetic,
    )  # fmt: skip
    if before is not None:
        line.changed = (line.total, line.grade, line.ungraded) != (before.total, before.grade, before.ungraded)
    return line


def _texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    return {code: None if value is None else format(value, "f") for code, value in values.items()}


def _kept(line: Line) -> Entrant:
    """The line as it was: its figures, and its reason where it was left out for one (a missing figure is found out anew)."""
    why = "" if line.ungraded == "missing" else line.ungraded
    return Entrant(line.enterprise_id, line.park_id, dict(line.inputs), line.filing_id, line.version_id, why, line.synthetic)


def digest_of(scheme: Scheme, year: int, park: Park | None, lines: Sequence[Line]) -> str:
    """SHA-256 over the scheme, the area and every line, in the order of the enterprises."""
    rows = [
        [line.enterprise_id, line.park_id, line.inputs, line.version_id, line.ungraded, line.values, line.points, line.filled, line.missing, _text(line.total), line.rank, line.grade]
        for line in sorted(lines, key=lambda line: line.enterprise_id)
    ]  # fmt: skip
    text = json.dumps([scheme.content_hash, year, park.pk if park else None, rows], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Any) -> str | None:
    return None if value is None else format(value, ".8f")


def verify_run(run: Run) -> list[str]:
    """What differs when the run is worked out again from its own figures and scheme; [] where it is word for word the same. Codes: digest, or credit codes."""
    lines = _lines(run)
    wrong = [] if digest_of(run.scheme, run.year, run.park, lines) == run.digest else ["digest"]
    kept = [_kept(line) for line in lines]
    placed = place(plan_of(run.scheme), {one.enterprise_id: one.inputs for one in kept}, {one.enterprise_id: one.ungraded for one in kept if one.ungraded})
    names = dict(Enterprise.objects.filter(per_mu_lines__run=run).values_list("pk", "uscc"))
    for line in lines:
        again = _line(run, replace(_kept(line)), placed[line.enterprise_id], None)
        if any(getattr(again, name) != getattr(line, name) for name in ("values", "points", "filled", "missing", "total", "rank", "grade", "ungraded")):
            wrong.append(names[line.enterprise_id])
    return wrong


def _lines(run: Run) -> list[Line]:
    return list(Line.objects.filter(run=run).order_by("pk"))


def _versions(code: str, year: int, park: Park | None) -> QuerySet[Run]:
    return Run.objects.filter(code=code, year=year, park=park)


def _hold(scheme: Scheme) -> None:
    """One at a time computes with a scheme."""
    Scheme.objects.select_for_update().get(pk=scheme.pk)


def _locked(run: Run) -> Run:
    _hold(run.scheme)
    return Run.objects.select_for_update(of=("self",)).select_related("scheme", "park").get(pk=run.pk)


def _needs(run: Run, now: datetime, *states: str) -> None:
    found = state_of(run, timezone.localdate(now))
    if found not in states:
        raise WrongState(state=found, expected=", ".join(states))


def _another(run: Run, by: Actor) -> None:
    if by.id is not None and by.id == run.computed_by_id:
        raise OwnWork()


def _city(by: Actor) -> None:
    if not by.sees_all:
        raise NotAllowed(COMPUTE, by)


def _record(run: Run, act: str, by: Actor, now: datetime, after: dict[str, Any]) -> None:
    said = {"code": run.code, "year": run.year, "park": run.park_id, "number": run.number, **after}
    audit.record(by=by, now=now, action=f"evaluation.{act}", subject_kind="per_mu_run", subject_id=run.pk, after=said, reason=run.reason)
