"""A year of cases by the million, written with COPY: for measuring only. Texts, states and clocks are such as the demo's; nothing goes through the services."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Model
from django.utils import timezone

from manyuan.engines.matching.words import search_terms
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park, ParkName
from manyuan.work.cases.models import Case, Clock, Kind, Step
from manyuan.work.demands.demo import TEXTS
from manyuan.work.demands.models import Demand

PARKS = 50
BATCH = 20_000


def parks(now: datetime) -> list[Park]:
    """As many parks as are measured; what the city lacks is added."""
    there = list(Park.objects.filter(closed_on=None).order_by("code"))
    since = date(2022, 1, 1)
    for number in range(len(there), PARKS):
        name = {"name_zh": f"压测园区{number}（演示）", "name_en": f"Bench park {number} (demo)"}
        park = Park.objects.create(code=f"bench-{number}", level="municipal", opened_on=since, source="bench", mark="synthetic", **name)
        ParkName.objects.create(park=park, valid_from=since, recorded_at=now, source="bench", **name)
        there.append(park)
    return there


def fill(count: int, now: datetime) -> None:
    """Write `count` demands of the last twelve months with their clocks and trails, then let the database look at its tables anew. PostgreSQL only."""
    dice = random.Random(7)
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).values_list("pk", "name")[:5_000])
    places, unit = parks(now), list(Organisation.objects.filter(kind__in=("committee", "company")))
    kind = Kind.objects.get(code="demand", is_current=True)
    texts = [(topic, text, search_terms(text)) for topic, some in TEXTS.items() for text in some]
    names = {pk: search_terms(name) for pk, name in firms}
    first = {model: (model.objects.aggregate(top=Max("pk"))["top"] or 0) + 1 for model in (Case, Clock, Step)}
    for start in range(0, count, BATCH):
        rows: dict[type[Model], list[Model]] = {Case: [], Demand: [], Clock: [], Step: []}
        for number in range(start, min(count, start + BATCH)):
            pk = first[Case] + number
            topic, text, terms = texts[number % len(texts)]
            firm, name = firms[dice.randrange(len(firms))]
            at = now - timedelta(seconds=dice.randrange(60, 365 * 86_400))
            age = now - at
            closed, answered = age.days > 12 and dice.random() < 0.97, age.days > 6
            code = f"BQ-{pk:010d}"
            state, phase = ("solved", "closed") if closed else ("answered", "answered") if answered else ("handling", "open")
            rows[Case].append(
                Case(
                    id=pk, number=code, kind=kind, kind_code="demand", title=f"{text[:60]} {number}", text=text, state=state, phase=phase,
                    outcome="solved" if closed else "", enterprise_id=firm, park_id=places[number % len(places)].pk, unit_id=unit[number % len(unit)].pk,
                    reporter_label=name[:80], channel="portal", opened_at=at, received_at=at, changed_at=at, closed_at=at + timedelta(days=8) if closed else None,
                    due_at=None if answered else at + timedelta(days=9), synthetic=True, terms=" ".join(dict.fromkeys([code.lower(), *terms, *names[firm]])),
                )
            )  # fmt: skip
            luck = dice.random()
            rows[Demand].append(
                Demand(
                    case_id=pk, topic=topic, responded_at=at + timedelta(hours=1), answered_at=at + timedelta(days=5) if answered else None,
                    solved=luck < 0.9 if closed else None, solved_at=at + timedelta(days=8) if closed else None, satisfaction=3 + number % 3 if closed else None,
                    recurred_at=at + timedelta(days=25) if closed and luck > 0.97 and age.days > 40 else None,
                )
            )  # fmt: skip
            rows[Clock].append(_clock(first[Clock] + 2 * number, pk, "contact", at, timedelta(hours=1), True, luck < 0.8))
            rows[Clock].append(_clock(first[Clock] + 2 * number + 1, pk, "handling", at, timedelta(days=9), answered, luck < 0.9))
            for at_, act, into, which in (
                (at, "open", "filed", 0),
                (at + timedelta(hours=1), "accept", "handling", 1),
                (at + timedelta(days=5), "answer", "answered", 2),
            ):
                rows[Step].append(Step(id=first[Step] + 3 * number + which, case_id=pk, at=at_, act=act, state=into, actor_label="bench", note=""))
        for model, made in rows.items():
            _copy(model, made)
        if start and start % 200_000 == 0:
            print(f"  {start:,} cases written", flush=True)
    with connection.cursor() as cursor:
        for model in (Case, Clock, Step):
            table = model._meta.db_table
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _clock(pk: int, case: int, code: str, at: datetime, term: timedelta, stopped: bool, met: bool) -> Clock:
    state = Clock.State.RUNNING if not stopped else Clock.State.MET if met else Clock.State.MISSED
    due = at + term
    return Clock(id=pk, case_id=case, code=code, state=state, started_at=at, yellow_at=at, orange_at=due, due_at=due, stopped_at=due if stopped else None)


def _copy(model: type[Model], rows: list[Model]) -> None:
    """Rows of a model into its table, every column as Django would write it."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as out:
        for row in _values(fields, rows):
            out.write_row(row)


def _values(fields: Any, rows: list[Model]) -> Iterator[list[Any]]:
    for row in rows:
        yield [json.dumps(value) if isinstance(value := getattr(row, field.attname), dict | list) else value for field in fields]


def newest_month() -> str:
    """The newest finished month."""
    today = timezone.localdate()
    last = today.replace(day=1) - timedelta(days=1)
    return f"{last:%Y-%m}"
