"""A year of the demo city, measured: rounds of the survey with made-up answers, scorecards of every month and quarter, some of them published."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import system
from manyuan.facts.filings.periods import Period, period_of
from manyuan.facts.programme.releases import may_release
from manyuan.work.environment.computing import compute_scorecards
from manyuan.work.environment.installing import survey_of
from manyuan.work.environment.models import Round, Scorecard, SurveyForm
from manyuan.work.environment.publishing import publish_scorecard
from manyuan.work.environment.readers.shapes import midnight
from manyuan.work.environment.surveying import Drawn, answer, draw_round, tell_round

MONTHS = 12
_TEXTS = (
    "办得比想象中快，谢谢", "材料清单希望一次说清楚", "联系人换了以后没人告诉我们", "现场当天就解决了", "电话里说的和窗口要求不一致", "希望周末也能有人接听",
    "专员很负责，主动上门", "流程还是偏长，等了两周才有回音",
)  # fmt: skip


def play_environment(*, folder: Path, now: datetime) -> int:
    """Play it once. Returns how many scorecards there are then; 0 where it was played already or there is no survey."""
    if Round.objects.exists() or not SurveyForm.objects.filter(is_current=True).exists():
        return 0
    by, dice = system("demo", at="demo"), random.Random(20_260_301)  # noqa: S311  a demo that is the same each time
    today = timezone.localdate(now)
    months: list[Period] = [period_of(today, "month").previous]
    while len(months) < MONTHS:
        months.append(months[-1].previous)
    for month in reversed(months):
        drawn_at = min(now, midnight(month.end) + timedelta(days=3, hours=10))
        drawn = draw_round(period=str(month), by=by, now=drawn_at, synthetic=True)
        if month == months[0]:
            tell_round(drawn=drawn, now=now)
        _answers(drawn, dice, drawn_at)
    quarters = {str(quarter) for month in months if (quarter := period_of(month.start, "quarter")).end <= today}
    for period in [*(str(month) for month in reversed(months)), *sorted(quarters), str(today.year - 1)]:
        compute_scorecards(period=period, by=by, now=now)
    _publish(str(months[1]), now)
    return Scorecard.objects.filter(superseded_at=None).count()


@transaction.atomic
def _answers(drawn: Drawn, dice: random.Random, at: datetime) -> None:
    """Three firms in five answer, somewhat more kindly in some months than in others."""
    codes, mood = survey_of(drawn.round.form).codes, dice.uniform(-0.3, 0.3)
    for token in drawn.links.values():
        if dice.random() < 0.62:
            grades = {code: min(5, max(1, round(3.9 + mood + dice.gauss(0, 0.8)))) for code in codes}
            answer(token=token, grades=grades, text=dice.choice(_TEXTS) if dice.random() < 0.2 else "", now=at)


def _publish(period: str, now: datetime) -> None:
    """The city's scorecard and that of the park with the most behind it."""
    official = next(
        (
            who
            for user in User.objects.filter(is_demo=True, is_active=True, may_release=True).order_by("username")
            if may_release(who := actor_of(user, "demo"))
        ),
        None,
    )
    rows = Scorecard.objects.filter(period=period, superseded_at=None, points__isnull=False, definition__order=0).order_by("-solid", "park__code")
    city, park = rows.filter(park=None).first(), rows.exclude(park=None).first()
    for row in (city, park) if official else ():
        if row is not None:
            publish_scorecard(scorecard=row, by=official, now=now)
