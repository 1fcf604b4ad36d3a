"""Drawing the survey of a month, and taking an answer by a private link. What leads from an answer to an enterprise is never written."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.filings.periods import Period, parse_period, period_of
from manyuan.work.environment.candidates import CANDIDATES
from manyuan.work.environment.definition import Survey
from manyuan.work.environment.errors import LinkUsed, NoSurvey, RoundClosed, RoundExists, WrongAnswer
from manyuan.work.environment.installing import survey_of
from manyuan.work.environment.models import Answer, Asked, Link, Round, SurveyForm
from manyuan.work.notices.models import Template
from manyuan.work.notices.services import Told, notify

DRAW = gettext_noop("draw a survey")
TEXT_MOST = 500
_TOKEN = re.compile(r"[0-9A-Za-z_-]{20,40}")


@dataclass(frozen=True)
class Drawn:
    """A round and its links as they go to the enterprises: enterprise id -> token. The tokens are kept nowhere else."""

    round: Round
    links: Mapping[int, str]


@transaction.atomic
def draw_round(*, period: str, by: Actor, now: datetime, synthetic: bool = False) -> Drawn:
    """Draw the survey of a month: who is asked, and a private link for each. The sample is the same whoever draws it.

    Raises NotAllowed, NoSurvey, RoundExists, WrongPeriodKind.
    """
    if not by.sees_all:
        raise NotAllowed(DRAW, by)
    asked = parse_period(period, "month")
    form = SurveyForm.objects.filter(is_current=True).first()
    if form is None:
        raise NoSurvey()
    if Round.objects.filter(period=period).exists():
        raise RoundExists(period=period)
    survey = survey_of(form)
    closes_on = timezone.localdate(now) + timedelta(days=survey.days)
    made = Round.objects.create(form=form, period=period, drawn_at=now, closes_on=closes_on, synthetic=synthetic)
    chosen = _sample(asked, survey)
    Asked.objects.bulk_create([Asked(round=made, enterprise_id=firm) for firm, _ in chosen], batch_size=2000)
    tokens = {firm: secrets.token_urlsafe(18) for firm, _ in chosen}
    links = [Link(round=made, park_id=park, digest=digest(tokens[firm])) for firm, park in chosen]
    Link.objects.bulk_create(sorted(links, key=lambda one: one.digest), batch_size=2000)  # in no order that tells
    audit.record(by=by, now=now, action="environment.draw", subject_kind="survey", subject_id=period, after={"asked": len(chosen), "closes_on": closes_on})
    return Drawn(made, tokens)


def tell_round(*, drawn: Drawn, now: datetime) -> int:
    """Send each firm its link, as a notice that only itself reads. Returns how many; none where the pack has no text for it."""
    if not Template.objects.filter(code="survey", is_current=True).exists():
        return 0
    return notify(template="survey", told=(_told(drawn.round, firm, token) for firm, token in drawn.links.items()), now=now)


@transaction.atomic
def draw_due(*, now: datetime) -> list[Round]:
    """Draw the survey of the month before, within the first ten days of a month, where it is not drawn yet, and tell who is asked."""
    today = timezone.localdate(now)
    period = str(period_of(today, "month").previous)
    if today.day > 10 or not SurveyForm.objects.filter(is_current=True).exists() or Round.objects.filter(period=period).exists():
        return []
    drawn = draw_round(period=period, by=system("survey"), now=now)
    tell_round(drawn=drawn, now=now)
    return [drawn.round]


@transaction.atomic
def answer(*, token: str, grades: Mapping[str, object], text: str, now: datetime) -> Answer:
    """Take the answer of a link: a grade from 1 to 5 for each question, perhaps a text. Raises NotFound, LinkUsed, RoundClosed, WrongAnswer.

    Of two at once with the same link one wins. Neither the audit record nor the answer says who it was, or when.
    """
    link = link_of(token, timezone.localdate(now))
    survey = survey_of(link.round.form)
    found = {code: _grade(grades.get(code)) for code in survey.codes}
    if not Link.objects.filter(pk=link.pk, used=False).update(used=True):
        raise LinkUsed()
    return Answer.objects.create(round=link.round, park_id=link.park_id, grades=found, text=text.strip()[:TEXT_MOST])


def link_of(token: str, on: date) -> Link:
    """The link of a token that can still be answered. Raises NotFound, LinkUsed, RoundClosed."""
    if not _TOKEN.fullmatch(token):
        raise NotFound()
    found = Link.objects.select_related("round__form").filter(digest=digest(token)).first()
    if found is None:
        raise NotFound()
    if found.used:
        raise LinkUsed()
    if on > found.round.closes_on:
        raise RoundClosed(on=found.round.closes_on.isoformat())
    return found


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sample(period: Period, survey: Survey) -> list[tuple[int, int]]:
    """(enterprise, park) of those asked: of each park the first by a digest of month and credit code, none that was asked in the months of rest."""
    lately, month = [], period
    for _ in range(survey.rest):
        month = month.previous
        lately.append(str(month))
    resting = set(Asked.objects.filter(round__period__in=lately).values_list("enterprise_id", flat=True))
    served: dict[int, int] = {}
    for candidates in CANDIDATES:
        for firm, park in candidates(period):
            if firm not in resting:
                served.setdefault(firm, park)
    codes = dict(Enterprise.objects.filter(pk__in=served, status="active").values_list("pk", "uscc"))
    by_park: dict[int, list[tuple[str, int]]] = {}
    for firm, code in codes.items():
        by_park.setdefault(served[firm], []).append((digest(f"{period}/{code}"), firm))
    return [(firm, park) for park, firms in sorted(by_park.items()) for _, firm in sorted(firms)[: survey.sample]]


def _told(made: Round, firm: int, token: str) -> Told:
    data = {"period": made.period, "on": made.closes_on.isoformat()}
    return Told(f"survey/{made.period}/{firm}", data, f"/survey/{token}/", enterprise_id=firm)


def _grade(given: object) -> int:
    if str(given) not in {"1", "2", "3", "4", "5"}:
        raise WrongAnswer()
    return int(str(given))
