"""Taking a pack's scorecards and survey: whole or not at all; a changed definition is a new version."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.environment.definition import Sheet, Survey, read_sheets, read_survey
from manyuan.work.environment.errors import WrongScorecards, WrongSurvey
from manyuan.work.environment.models import Definition, SurveyForm
from manyuan.work.environment.readers import UNITS

INSTALL = gettext_noop("install scorecards")


@transaction.atomic
def install_scorecards(*, content: Any, by: Actor, now: datetime) -> int:
    """Make these the scorecards (scorecard.yaml). Returns how many are new or changed. Raises NotAllowed, WrongScorecards."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    sheets, faults = read_sheets(content, UNITS)
    if faults:
        raise WrongScorecards(faults="\n".join(faults))
    changed = 0
    for order, (sheet, row) in enumerate(zip(sheets, content["scorecards"], strict=True)):
        plain, digest = _plain(row)
        newest = Definition.objects.filter(code=sheet.code).order_by("-number").first()
        if newest is not None and newest.is_current and newest.digest == digest:
            continue
        Definition.objects.filter(code=sheet.code, is_current=True).update(is_current=False)
        Definition.objects.create(code=sheet.code, number=newest.number + 1 if newest else 1, content=plain, digest=digest, order=order, installed_at=now)
        changed += 1
    changed += Definition.objects.filter(is_current=True).exclude(code__in=[sheet.code for sheet in sheets]).update(is_current=False)
    if changed:
        audit.record(by=by, now=now, action="environment.install", subject_kind="scorecards", subject_id="pack", after={"changed": changed})
    return changed


@transaction.atomic
def install_survey(*, content: Any, by: Actor, now: datetime) -> int:
    """Make this the survey (survey.yaml). Returns 1 where it is new or changed. Raises NotAllowed, WrongSurvey."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    survey, faults = read_survey(content)
    if survey is None:
        raise WrongSurvey(faults="\n".join(faults))
    plain, digest = _plain(content)
    newest = SurveyForm.objects.order_by("-number").first()
    if newest is not None and newest.is_current and newest.digest == digest:
        return 0
    SurveyForm.objects.filter(is_current=True).update(is_current=False)
    made = SurveyForm.objects.create(number=newest.number + 1 if newest else 1, content=plain, digest=digest, installed_at=now)
    audit.record(by=by, now=now, action="environment.install_survey", subject_kind="survey", subject_id=made.pk, after={"digest": digest})
    return 1


def sheet_of(definition: Definition) -> Sheet:
    """The definition as it was installed, whatever sources have come or gone since."""
    gone = {item.get("source", ""): "number" for item in definition.content["items"] if not _there(item.get("source", ""))}
    sheets, _ = read_sheets({"scorecards": [definition.content]}, {**gone, **UNITS})
    return sheets[0]


def _there(source: str) -> bool:
    return source in UNITS or any(name.endswith(".") and source.startswith(name) for name in UNITS)


def survey_of(form: SurveyForm) -> Survey:
    """The survey as it was installed."""
    survey, faults = read_survey(form.content)
    if survey is None:
        raise WrongSurvey(faults="\n".join(faults))
    return survey


def _plain(content: Any) -> tuple[Any, str]:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return json.loads(text), hashlib.sha256(text.encode()).hexdigest()
