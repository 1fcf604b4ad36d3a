"""Policies at the size of a large city on PostgreSQL: from pressing publish to listed, told and reserved for a million enterprises; then 200,000 enterprises
under 200 policies: a night's screening, and "What is mine" with 8 clients.

    python bench/product/entitling.py                                      # the whole: 1,000,000 and 200,000 enterprises
    python bench/product/entitling.py --enterprises 50000 --city 20000     # smaller
    python bench/product/entitling.py --part city --city 20000             # one part

Each part is a process with a PostgreSQL server of its own (as in cases.py): it makes the enterprises, their tenancies and two years of annual filings inside
the database, publishes one policy of packs/chengdu and lets the worker's steps run; the second then publishes copies until 200 are in force. Stops by itself.
Prints a line for each bar, writes them into docs/benchmarks.md where the whole was measured, and exits 1 where one is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT), str(ROOT / "src")]
FIRST, POLICIES, CLIENTS, REQUESTS = "CD-REVENUE", 200, 8, 20
LISTED_BAR_S, PAGE_BAR_MS = 60, 300


def fill(count: int, now: datetime) -> None:
    """Enterprises of a city, in its parks, with two years of annual filings in force."""
    from django.db import connection
    from filling import bare, into, one_of

    from manyuan.facts.enterprises.models import Enterprise, Industry, Tenancy
    from manyuan.facts.filings.models import Filing, FilingVersion, Form
    from manyuan.facts.parks.models import Park

    parks = list(Park.objects.filter(closed_on=None).values_list("pk", flat=True))
    made, other = (list(Industry.objects.filter(level=4, section=section).values_list("pk", flat=True)[:40]) for section in "CI")
    form = Form.objects.get(code="enterprise-annual", is_current=True)
    tables, year, moment = (Enterprise, Tenancy, Filing, FilingVersion), now.year, f"'{now.isoformat()}'::timestamptz"
    with connection.cursor() as cursor, bare(tables):
        cursor.execute("select setseed(0.7)")
        cursor.execute(
            """create temp table made as select n, park, maker, revenue, round(revenue / (0.85 + 0.4 * luck))::bigint as before
            from (select n, random() as luck, random() < 0.3 as maker, floor(random() * %s)::int as park, round(100 * power(10, 5.5 + 3.5 * power(random(), 2)))::bigint as revenue
                from generate_series(1, %s) n) drawn""",
            [len(parks), count],
        )
        place = one_of(parks, "m.park")
        trade = f"case when m.maker then {one_of(made)} else {one_of(other)} end".replace("::bigint[]", "::text[]")
        into(
            Enterprise,
            {
                "id": "m.n", "uscc": "'B' || lpad(m.n::text, 17, '0')", "name": "'压测企业' || m.n", "status": "'active'", "park_id": place, "industry_id": trade,
                "source": "'bench'", "mark": "'synthetic'", "recorded_at": moment, "changed_at": moment, "capital_fen": "100000000", "registered_on": "date '2015-01-01'",
            }, "made m",
        )  # fmt: skip
        into(Tenancy, {"id": "m.n", "enterprise_id": "m.n", "park_id": place, "valid_from": "date '2020-01-01'", "recorded_at": moment}, "made m")
        for back, revenue in ((1, "m.revenue"), (2, "m.before")):
            key = f"m.n * 2 + {back}"
            into(
                Filing,
                {
                    "id": key, "form_code": "'enterprise-annual'", "form_id": str(form.pk), "enterprise_id": "m.n", "park_id": place, "period": f"'{year - back}'",
                    "state": "'locked'", "due_on": f"date '{year - back + 1}-03-31'", "changed_at": moment, "latest_id": key, "in_force_id": key, "in_time": "true",
                }, "made m",
            )  # fmt: skip
            values = f"jsonb_build_object('revenue', {revenue}, 'employees', 20 + m.n %% 400, 'tax', {revenue} / 30, 'rd_spend', {revenue} / 40)"
            into(
                FilingVersion,
                {
                    "id": key,
                    "filing_id": key,
                    "number": "1",
                    "values": values,
                    "channel": "'demo'",
                    "is_synthetic": "true",
                    "recorded_at": moment,
                    "locked_at": moment,
                },
                "made m",
            )
        cursor.execute("drop table made")
    with connection.cursor() as cursor:
        for model in tables:
            table = model._meta.db_table
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
            cursor.execute(f"vacuum analyze {table}")


def publication(now: datetime) -> tuple[float, dict[str, int]]:
    """Seconds from pressing publish until everybody entitled is listed, has been told, and the money is kept; and how many."""
    from manyuan.facts.audit.actors import system
    from manyuan.facts.audit.services import drain
    from manyuan.site.reactions import REACTIONS
    from manyuan.work.money.queries import left_of
    from manyuan.work.notices.models import Notice
    from manyuan.work.policies import delivering
    from manyuan.work.policies.drafting import publish_policy
    from manyuan.work.policies.funding import fund_of, line_of
    from manyuan.work.policies.importing import import_policies
    from manyuan.work.policies.models import Entitlement, NearMiss
    from manyuan.work.policies.scheduling import screen_due

    by = system("bench")
    found = {one.policy.code: one for one in import_policies(folder=ROOT / "packs" / "chengdu", by=by, now=now).drafted}
    version = _agreed(found[FIRST], by, now)
    _night_is_over(now)
    began = time.monotonic()
    version = publish_policy(version=version, by=by, now=now)
    screen_due(now=now)
    listed = time.monotonic()
    told = delivering.notify_listed(version=version, by=by, now=now)
    while drain(REACTIONS, now=now, limit=200):
        pass
    seconds = time.monotonic() - began
    print(f"  listed and reserved after {listed - began:.1f} s, told after {seconds:.1f} s", flush=True)
    fund = fund_of(version)
    out = {"entitled": told, "told": Notice.objects.filter(key__startswith="entitled/").count(), "near": NearMiss.objects.filter(version=version).count()}
    assert fund is not None and Entitlement.objects.filter(version=version, state="notified").count() == told == out["told"], out
    out["left_fen"] = left_of(fund, now.year, line_of(version))
    return seconds, out


def _night_is_over(now: datetime) -> None:
    """Last night everybody was screened, so that the worker does not do it while something else is measured."""
    from django.utils import timezone

    from manyuan.work.policies.models import Screening

    tonight = {"cause": Screening.Cause.NIGHTLY, "as_of": timezone.localdate(now), "started_at": now, "finished_at": now}
    Screening.objects.create(**tonight, facts_hash="", engine_version="", enterprises=0, versions=[])


def kernel(now: datetime) -> float:
    """Seconds of the kernel alone for everybody and all policies in force, compiled before."""
    from django.utils import timezone

    from manyuan.engines.screening import compile_set, screen
    from manyuan.facts.factsheet.building import build_sheet
    from manyuan.facts.factsheet.queries import current_definition, current_hash
    from manyuan.work.policies.rules import set_of
    from manyuan.work.policies.screening import columns_read, in_force

    on, definition = timezone.localdate(now), current_definition()
    policies = set_of(in_force(on), current_hash())
    sheet = build_sheet(definition.narrowed(set(columns_read(policies, definition.schema))), as_of=on)
    compiled = compile_set(policies, sheet.definition.schema)
    return statistics.median(screen(compiled, sheet.facts).seconds for _ in range(3))


def night(now: datetime) -> tuple[float, int]:
    """Seconds in which everybody is screened against all policies in force and what came out is written; how many are entitled in all."""
    from manyuan.facts.audit.actors import system
    from manyuan.work.policies.models import Entitlement, Screening
    from manyuan.work.policies.screening import in_force, screen_enterprises

    began = time.monotonic()
    screen_enterprises(versions=in_force(now.date()), cause=Screening.Cause.NIGHTLY, by=system("bench"), now=now)
    return time.monotonic() - began, Entitlement.objects.count()


def _agreed(draft: Any, by: Any, now: datetime) -> Any:
    from manyuan.work.policies.drafting import review_policy, submit_draft
    from manyuan.work.policies.models import Review

    version = submit_draft(version=draft, by=by, now=now)
    for kind in Review.Kind.values:
        review_policy(version=version, kind=kind, agreed=True, note="", by=by, now=now)
    return version


def copies(now: datetime) -> None:
    """Policies in force until there are enough: those of the pack, and copies of them under codes of their own."""
    from manyuan.work.policies.models import Policy, PolicyVersion

    drafts = list(PolicyVersion.objects.filter(state="draft").select_related("policy").order_by("policy__code"))
    here = PolicyVersion.objects.filter(state="published").count()
    for turn in range(here, POLICIES):
        draft = drafts[turn % len(drafts)]
        code = draft.policy.code if turn - here < len(drafts) else f"{draft.policy.code}-{turn}"
        policy, _ = Policy.objects.get_or_create(code=code, defaults={"created_at": now})
        PolicyVersion.objects.filter(policy=policy).update(state="dropped")
        PolicyVersion.objects.create(
            policy=policy, number=2, state="published", text=draft.text.replace(draft.policy.code, code), text_hash=draft.text_hash[:50] + f"{turn:014d}", name_zh=draft.name_zh,
            name_en=draft.name_en, kind=draft.kind, way=draft.way, mark=draft.mark, source=draft.source, starts_on=date(now.year, 1, 1), delivery=draft.delivery,
            drafted_label="bench", changed_at=now, published_at=now, published_label="bench", facts_hash=draft.facts_hash, screened_at=now,
        )  # fmt: skip


def pages(port: int, now: datetime) -> tuple[list[float], float]:
    """Milliseconds of every request for "What is mine" of some enterprise, and processor milliseconds of each."""
    from cases import cookies, load, settled, used

    from manyuan.facts.accounts.models import Organisation
    from manyuan.facts.accounts.services import make_user
    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.models import Enterprise

    city = Organisation.objects.filter(kind="city").first() or Organisation.objects.create(kind="city", name_zh="压测市级部门")
    make_user(username="bench", organisation=city, password="bench-" + os.urandom(8).hex(), by=system("bench"), now=now)
    (cookie,) = cookies(["bench"])
    codes = list(Enterprise.objects.order_by("-pk").values_list("uscc", flat=True)[: CLIENTS * REQUESTS])

    def address(client: int, turn: int) -> str:
        return f"/enterprises/{codes[client * REQUESTS + turn]}/policies/"

    settled()
    load(port, 4, address, lambda client: cookie, REQUESTS)  # every web process reads the rules of 200 policies once
    before = used()
    times = load(port, CLIENTS, address, lambda client: cookie, REQUESTS)
    return times, 1000 * (used() - before) / len(times)


def measure(part: str, count: int, folder: Path) -> bool:
    """One part, printed as it comes; whether its bars are kept."""
    from cases import environment, run_command, served

    environment(folder)
    began = time.monotonic()
    run_command("init")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    now, kept = timezone.now(), True

    def say(text: str, is_kept: bool) -> None:
        nonlocal kept
        kept = kept and is_kept
        print(f"{'ok    ' if is_kept else 'MISSED'} {text}", flush=True)

    fill(count, now)
    print(f"{count:,} enterprises on PostgreSQL, made in {time.monotonic() - began:.0f} s; {os.cpu_count()} cores", flush=True)
    seconds, found = publication(now)
    done = f"one policy, {count:,} enterprises, from publish to listed, reserved and told: {seconds:.1f} s ({found['entitled']:,} entitled, {found['near']:,} near misses)"
    if part == "million":
        alone = kernel(now)
        say(f"{done}; the kernel alone {alone * 1000:.0f} ms, {seconds / alone:,.0f} times as fast", seconds <= LISTED_BAR_S)
        connection.close()
        return kept
    print(f"  {done}", flush=True)
    copies(now)
    seconds, entitled = night(now)
    alone = kernel(now)
    print(
        f"a night: {count:,} enterprises × {POLICIES} policies {seconds:.0f} s, {entitled:,} entitled; the kernel alone {alone:.2f} s, {seconds / alone:,.0f} times as fast",
        flush=True,
    )
    connection.close()
    with served() as port:
        times, cost = pages(port, now)
    p95 = times[int(0.95 * (len(times) - 1))]
    text = f"what is mine, {count:,} enterprises, {POLICIES} policies in force: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms"
    say(f"{text} ({CLIENTS} clients, {len(times)} requests; {cost:.0f} ms of processor each)", p95 <= PAGE_BAR_MS)
    connection.close()
    return kept


def one_part(part: str, count: int) -> bool:
    from cases import database

    with tempfile.TemporaryDirectory(prefix="manyuan-bench-") as name, database(Path(name)) as address:
        os.environ["MANYUAN_DATABASE"] = address
        return measure(part, count, Path(name))


def main() -> None:
    from cases import write_between

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--enterprises", type=int, default=1_000_000, help="of the first part")
    options.add_argument("--city", type=int, default=200_000, help="enterprises of the second part")
    options.add_argument("--part", choices=("million", "city"), default="")
    given = options.parse_args()
    sizes = {"million": given.enterprises, "city": given.city}
    if given.part:
        sys.exit(0 if one_part(given.part, sizes[given.part]) else 1)
    lines, kept = [], True
    for part in sizes:
        command = [sys.executable, __file__, "--part", part, "--enterprises", str(given.enterprises), "--city", str(given.city)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for line in running.stdout:
                print(line, end="", flush=True)
                lines.append(line.rstrip())
        kept = kept and running.returncode == 0
    if given.enterprises >= 1_000_000 and given.city >= 200_000:
        head = f"PostgreSQL, {os.cpu_count()} cores, Python {sys.version.split()[0]}; other work on the machine not excluded. Bars: 60 s; p95 at most 300 ms."
        write_between("entitling", f"{head}\n\n```\n" + "\n".join(lines) + "\n```")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
