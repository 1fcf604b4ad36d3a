"""A year of cases by the million, made inside the database by a handful of statements: for measuring only. Texts, states and clocks are such as the demo's;
nothing goes through the services. PostgreSQL only, as its owner: foreign keys are not looked up while it fills, and indexes are built afterwards, at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import NOT_PROVIDED, Max, Model
from django.utils import timezone

from manyuan.engines.matching.words import search_terms
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park, ParkName
from manyuan.work.cases.models import Case, Clock, Kind, Step
from manyuan.work.demands.demo import TEXTS
from manyuan.work.demands.models import Demand

PARKS = 50


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
    """Write `count` demands of the last twelve months with their clocks and trails, then let the database look at its tables anew."""
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).values_list("pk", "name")[:5_000])
    places, units = parks(now), list(Organisation.objects.filter(kind__in=("committee", "company")).values_list("pk", flat=True))
    kind = Kind.objects.get(code="demand", is_current=True)
    first = {model: (model.objects.aggregate(top=Max("pk"))["top"] or 0) + 1 for model in (Case, Clock, Step)}
    hour, tables = "interval '1 hour'", (Case, Demand, Clock, Step)
    with connection.cursor() as cursor, bare(tables):
        cursor.execute("create temp table said (n int primary key, topic text, text text, terms text)")
        cursor.execute("create temp table firm (n int primary key, pk bigint, name text, terms text)")
        texts = [(topic, text) for topic, some in TEXTS.items() for text in some]
        cursor.executemany("insert into said values (%s, %s, %s, %s)", [(n, *one, " ".join(search_terms(one[1]))) for n, one in enumerate(texts)])
        cursor.executemany("insert into firm values (%s, %s, %s, %s)", [(n, *one, " ".join(search_terms(one[1]))) for n, one in enumerate(firms)])
        cursor.execute("select setseed(0.7)")
        cursor.execute(
            """create temp table made as
            select n, pk, 'BQ-' || lpad(pk::text, 10, '0') as number, at, firm, luck, old >= interval '13 days' and ended < 0.97 as closed,
                old >= interval '7 days' as answered, old >= interval '41 days' as ripe
            from (select n, %s + n as pk, at, %s - at as old, floor(random() * %s)::int as firm, random() as luck, random() as ended
                from (select n, %s - make_interval(secs => 60 + floor(random() * 31535900)) as at from generate_series(0, %s) n) moments) drawn""",
            [first[Case], now, len(firms), now, count - 1],
        )
        whole = "made m join said t on t.n = m.n %% {texts} join firm f on f.n = m.firm".replace("{texts}", str(len(texts)))
        into(
            Case,
            {
                "id": "m.pk", "number": "m.number", "kind_id": str(kind.pk), "kind_code": "'demand'", "title": "left(t.text, 60) || ' ' || m.n", "text": "t.text",
                "state": "case when closed then 'solved' when answered then 'answered' else 'handling' end",
                "phase": "case when closed then 'closed' when answered then 'answered' else 'open' end", "outcome": "case when closed then 'solved' else '' end",
                "enterprise_id": "f.pk", "park_id": one_of([one.pk for one in places]), "unit_id": one_of(units), "reporter_label": "left(f.name, 80)",
                "channel": "'portal'", "opened_at": "m.at", "received_at": "m.at", "changed_at": "m.at",
                "closed_at": "case when closed then m.at + interval '8 days' end", "due_at": "case when answered then null else m.at + interval '9 days' end",
                "synthetic": "true", "terms": "lower(m.number) || ' ' || t.terms || ' ' || f.terms",
            }, whole,
        )  # fmt: skip
        into(
            Demand,
            {
                "case_id": "m.pk", "topic": "t.topic", "responded_at": f"m.at + {hour}", "answered_at": "case when answered or closed then m.at + interval '5 days' end",
                "solved": "case when closed then luck < 0.9 end", "solved_at": "case when closed then m.at + interval '8 days' end",
                "satisfaction": "case when closed then 3 + m.n %% 3 end", "recurred_at": "case when closed and ripe and luck > 0.97 then m.at + interval '25 days' end",
            }, whole,
        )  # fmt: skip
        for at, code, term, stopped, met in ((0, "contact", hour, "true", "0.8"), (1, "handling", "interval '9 days'", "answered", "0.9")):
            due = f"m.at + {term}"
            into(
                Clock,
                {
                    "id": f"{first[Clock] + at} + 2 * m.n::bigint", "case_id": "m.pk", "code": f"'{code}'", "started_at": "m.at", "yellow_at": "m.at", "orange_at": due,
                    "due_at": due, "stopped_at": f"case when {stopped} then {due} end", "told": f"case when {stopped} then '' else 'yellow' end",
                    "state": f"case when not {stopped} then 'running' when luck < {met} then 'met' else 'missed' end",
                }, "made m",
            )  # fmt: skip
        for at, act, state, after in ((0, "open", "filed", "0 hours"), (1, "accept", "handling", "1 hour"), (2, "answer", "answered", "5 days")):
            here = {
                "id": f"{first[Step] + at} + 3 * m.n::bigint",
                "case_id": "m.pk",
                "at": f"m.at + interval '{after}'",
                "act": f"'{act}'",
                "state": f"'{state}'",
            }
            into(Step, here | {"actor_label": "'bench'"}, "made m")
        cursor.execute("drop table made, said, firm")
    with connection.cursor() as cursor:
        for model in (Case, Clock, Step):
            table = model._meta.db_table
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        for model in tables:
            cursor.execute(f"vacuum analyze {model._meta.db_table}")


@contextmanager
def bare(models: tuple[type[Model], ...]) -> Iterator[None]:
    """The tables without foreign keys being looked up and without indexes (but keys); both are there again afterwards."""
    with connection.cursor() as cursor:
        names = [model._meta.db_table for model in models]
        cursor.execute(
            "select indexname, indexdef from pg_indexes i where tablename = any(%s) and not exists (select 1 from pg_constraint where conname = i.indexname)",
            [names],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'drop index "{name}"')
        cursor.execute("set session_replication_role = replica")
        yield
        cursor.execute("set session_replication_role = origin")
        for _, made in indexes:
            cursor.execute(made)


def into(model: type[Model], given: Mapping[str, str], source: str) -> None:
    """Rows of a model from a query: what is not given has the model's own default."""
    values, plain = [], []
    for field in model._meta.concrete_fields:
        if field.column in given:
            values.append(given[field.column])
            continue
        default = field.get_default() if field.default is not NOT_PROVIDED or not field.null else None
        values.append("%s")
        plain.append(json.dumps(default) if isinstance(default, dict | list) else default)
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(f'insert into "{model._meta.db_table}" ({columns}) select {", ".join(values)} from {source}', plain)


def one_of(keys: list[int] | list[str], turn: str = "m.n") -> str:
    """One of these after the other, by the number of the row."""
    return f"(array[{', '.join(repr(key) for key in keys)}]::bigint[])[1 + {turn} %% {len(keys)}]"


def newest_month() -> str:
    """The newest finished month."""
    today = timezone.localdate()
    last = today.replace(day=1) - timedelta(days=1)
    return f"{last:%Y-%m}"
