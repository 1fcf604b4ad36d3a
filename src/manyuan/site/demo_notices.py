"""The demo city's notices: clocks are swept along the year, what happened in the last weeks is told on its day, and what is old has been read.

Without it a new demo city would send a year's escalations up, and tell a year's events, in the first minute of its worker. Each event is told by its own key:
the worker, which hands it over again afterwards, tells nothing twice.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.models import Event
from manyuan.site.reactions import REACTIONS, difficulty_heard
from manyuan.work.cases.clocks import hours
from manyuan.work.cases.services import sweep_clocks
from manyuan.work.notices.models import Reading
from manyuan.work.notices.queries import visible

_TELLS = ("manyuan.site.telling", "manyuan.site.meeting_notices")
_TOLD = timedelta(days=30)
_WHENEVER = [name for name in REACTIONS if not name.startswith(("case.", "demand.", "application.", "check.", "visit."))]
"""What is told however old it is; the rest only within two weeks of its day."""
_FRESH = timedelta(days=14)
_FEWEST, _MOST = 3, 7
"""So many of the newest notices of a demo person are not read yet."""


@transaction.atomic
def play_notices(*, folder: Path, now: datetime) -> int:
    """Once. Returns how many events were told."""
    if Reading.objects.filter(user__is_demo=True).exists() or not User.objects.filter(is_demo=True).exists():
        return 0
    for event in Event.objects.filter(name="visit.difficulty", done_at=None).order_by("pk"):
        difficulty_heard(event, event.created_at)
    for days in (*range(330, 14, -10), *range(14, 0, -1)):
        sweep_clocks(now=_morning(now - timedelta(days=days)))
    sweep_clocks(now=now)
    told = 0
    for event in (
        Event.objects.filter(name__in=list(REACTIONS), done_at=None, created_at__lte=now)
        .filter(Q(created_at__gte=now - _TOLD) | Q(name__in=_WHENEVER))
        .order_by("created_at", "pk")
    ):
        for react in REACTIONS[event.name]:
            if react.__module__.startswith(_TELLS):
                react(event, event.created_at)
                told += 1
    _read(now)
    return told


def _morning(at: datetime) -> datetime:
    """Ten in the morning of that day, or the next working moment: reminders go out in working hours."""
    day = timezone.localtime(at).date()
    return hours().next_open(timezone.make_aware(datetime.combine(day, time(10))))


def _read(now: datetime) -> None:
    """Each demo person has read all but the newest few of the last two weeks, and has two left in any case."""
    for number, person in enumerate(User.objects.filter(is_demo=True).select_related("organisation").order_by("username")):
        rows = list(visible(actor_of(person)).order_by("-made_at", "-pk").values_list("pk", "made_at"))
        left = _FEWEST + number % (_MOST - _FEWEST + 1)
        old = [(pk, at) for place, (pk, at) in enumerate(rows) if place >= left or (at < now - _FRESH and place >= 2)]
        made = (Reading(notice_id=pk, user=person, at=min(now, at + timedelta(hours=5))) for pk, at in old)
        Reading.objects.bulk_create(made, batch_size=2_000, ignore_conflicts=True)
