"""Forms and periods: a form of the pack is installed in its version, and a period is opened: from then on it is known who owes what by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.models import Title
from manyuan.facts.enterprises.queries import present_on, titles_on
from manyuan.facts.filings.definition import Definition, definition_of
from manyuan.facts.filings.errors import FormIsFiled, PeriodNotOver
from manyuan.facts.filings.models import Filing, FilingVersion, Form
from manyuan.facts.filings.periods import parse_period, period_of
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import ParkName

BATCH = 2_000
OPEN = gettext_noop("open a period of this form")


@transaction.atomic
def install_form(*, definition: Mapping[str, Any], by: Actor, now: datetime) -> Form:
    """Take a form of the pack. The same version with the same text changes nothing; a new version becomes the current one, filings that
    exist stay on theirs. A text that changed without a new version replaces that version only while nothing was filed on it (FormIsFiled)."""
    if not by.sees_all:
        raise NotAllowed(OPEN, by)
    code, version = definition["code"], int(definition["version"])
    names = {"name_zh": definition["name"]["zh"], "name_en": definition["name"]["en"], "subject": definition["subject"], "period_kind": definition["period"]}
    known = Form.objects.filter(code=code, version=version).first()
    if known is not None and known.definition == dict(definition) and known.is_current:
        return known
    if known is not None and known.definition != dict(definition) and FilingVersion.objects.filter(filing__form=known).exists():
        raise FormIsFiled(form=code, version=version, next=version + 1)
    Form.objects.filter(code=code, is_current=True).exclude(pk=known.pk if known else None).update(is_current=False)
    if known is None:
        known = Form.objects.create(code=code, version=version, definition=dict(definition), **names)
    else:
        Form.objects.filter(pk=known.pk).update(is_current=True, definition=dict(definition), **names)
        known.refresh_from_db()
    audit.record(by=by, now=now, action="filings.install_form", subject_kind="form", subject_id=known.pk, after={"code": code, "version": version})
    return known


def definition_for(form: Form) -> Definition:
    """What the form asks for."""
    return definition_of(form.code, form.version, form.definition)


def form_of_period(form: Form, period: str) -> Form:
    """The version of the form on which the filings of the period stand; the one given while there are none."""
    standing = Filing.objects.filter(form=OuterRef("pk"), form_code=form.code, period=period)
    return Form.objects.filter(Exists(standing), code=form.code).order_by("-version").first() or form


@transaction.atomic
def open_period(*, form: Form, period: str, by: Actor, now: datetime) -> int:
    """Open a period that is over: a draft for every subject that owes the form and has none yet. Returns how many were added.

    Who owes: for an enterprise form the firms that sat in a park on the period's last day and, where the form names titles, hold one of
    them then; for a park form every park of that day. The same call again adds only who is new, on the version that the others have. Raises PeriodNotOver, WrongPeriodKind.
    """
    form, _, rows = _missing(form, period, by, now)
    Filing.objects.bulk_create(rows, batch_size=BATCH)
    if rows:
        audit.record(
            by=by, now=now, action="filings.open", subject_kind="form", subject_id=form.pk, after={"form": form.code, "period": period, "added": len(rows)}
        )
        audit.emit(name="period.opened", data={"form": form.code, "period": period, "added": len(rows)}, now=now)
    return len(rows)


@dataclass(frozen=True)
class Foreseen:
    """What opening a period would do. new: filings that would be added; known: those that are there; due: the last day in time."""

    new: int
    known: int
    due: date


def foresee(*, form: Form, period: str, by: Actor, now: datetime) -> Foreseen:
    """What `open_period` would do at this moment; writes nothing. Raises what `open_period` raises."""
    form, due, rows = _missing(form, period, by, now)
    return Foreseen(len(rows), Filing.objects.filter(form_code=form.code, period=period).count(), due)


def next_to_open(form: Form, today: date) -> str | None:
    """The period after the newest opened one (where none was opened the last one that is over); None while it is not over yet."""
    newest = Filing.objects.filter(form_code=form.code).order_by("-period").values_list("period", flat=True).first()
    period = parse_period(newest).next if newest else period_of(today, form.period_kind).previous
    return str(period) if period.end <= today else None


def _missing(form: Form, period: str, by: Actor, now: datetime) -> tuple[Form, date, list[Filing]]:
    """The version the period stands on, its due day, and a draft, not stored yet, for everybody who owes the form and has none."""
    if not by.sees_all:
        raise NotAllowed(OPEN, by)
    span = parse_period(period, form.period_kind)
    today = timezone.localdate(now)
    if span.end > today:
        raise PeriodNotOver(found=period, ends=span.end - timedelta(days=1), today=today)
    form = form_of_period(form, period)
    definition = definition_for(form)
    due = span.due_on(definition.due_days)
    last_day = span.end - timedelta(days=1)
    filings = Filing.objects.filter(form_code=form.code, period=period)
    if form.subject == Form.Subject.PARK:
        known = set(filings.filter(enterprise=None).values_list("park_id", flat=True))
        parks = ParkName.objects.filter(holding(last_day)).values_list("park_id", flat=True).order_by("park_id")
        return form, due, [_draft(form, period, due, now, None, park) for park in parks if park not in known]
    known = set(filings.filter(enterprise__isnull=False).values_list("enterprise_id", flat=True))
    return form, due, [_draft(form, period, due, now, firm, park) for firm, park in owing(definition, last_day) if firm not in known]


def owing(definition: Definition, on: date) -> list[tuple[int, int]]:
    """(enterprise id, park id) of the firms that owe the form for a period whose last day is `on`."""
    rows = present_on(on).order_by("enterprise_id").values_list("enterprise_id", "park_id")
    if not definition.owed_by:
        return list(rows)
    held = set(Title.objects.filter(titles_on(on), kind__in=definition.owed_by).values_list("enterprise_id", flat=True))
    return [row for row in rows if row[0] in held]


def _draft(form: Form, period: str, due: date, now: datetime, enterprise_id: int | None, park_id: int) -> Filing:
    return Filing(form=form, form_code=form.code, period=period, enterprise_id=enterprise_id, park_id=park_id, due_on=due, changed_at=now)
