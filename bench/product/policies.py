"""Policies over a large city: from publication to the list, everybody again, and 1 % changed; in seconds and as ratios to the first.

    MANYUAN_DEMO=1 MANYUAN_DATA_DIR=DIR python bench/product/policies.py     # DIR: a data directory made by `manyuan init --demo --enterprises N`

It removes the policies that are there and publishes those of packs/chengdu; use a city that is made for it. Stops by itself.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIRST = "CD-REVENUE"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "manyuan.site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.models import Enterprise
    from manyuan.surfaces.cli.pack import install_parts
    from manyuan.work.policies import models, scheduling
    from manyuan.work.policies.drafting import publish_policy, review_policy, submit_draft
    from manyuan.work.policies.importing import import_policies

    call_command("migrate", interactive=False, verbosity=0)
    by, now, pack = system("bench"), timezone.now(), ROOT / "packs" / "chengdu"
    install_parts(pack, by=by, now=now)
    tables = (
        "Approval",
        "Objection",
        "EntitlementStep",
        "PublicNotice",
        "Entitlement",
        "FactRow",
        "NearMiss",
        "Screening",
        "Review",
        "PolicyVersion",
        "Policy",
        "Changed",
    )
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {models.PublicNotice.entitlements.through._meta.db_table}")
        for name in tables:
            cursor.execute(f"delete from {getattr(models, name)._meta.db_table}")

    def publish(version: Any) -> None:
        version = submit_draft(version=version, by=by, now=now)
        for kind in models.Review.Kind.values:
            review_policy(version=version, kind=kind, agreed=True, note="", by=by, now=now)
        publish_policy(version=version, by=by, now=now)

    def timed(what: str, night: int = 25) -> float:
        scheduling.NIGHT = night
        started = time.perf_counter()
        made = scheduling.screen_due(now=now)
        seconds = time.perf_counter() - started
        print(f"{what:<28} {seconds:8.1f} s   {[(row.enterprises, len(row.versions)) for row in made]}", flush=True)
        return seconds

    drafts = {one.policy.code: one for one in import_policies(folder=pack, by=by, now=now).drafted}
    publish(drafts.pop(FIRST))
    timed("one policy published")
    for draft in drafts.values():
        publish(draft)
    timed(f"{len(drafts)} more published")
    whole = timed("everybody, all policies", night=0)
    count = Enterprise.objects.count()
    scheduling.mark_changed(enterprise_ids=Enterprise.objects.order_by("uscc").values_list("pk", flat=True)[: count // 100], now=now)
    some = timed("1 % changed")
    print(f"1 % changed ÷ everybody: {some / whole:.3f}; entitlements {models.Entitlement.objects.count():,}, near misses {models.NearMiss.objects.count():,}")
    _pages()


def _pages() -> None:
    """What is mine, computed for a hundred enterprises, one after the other."""
    import statistics

    from django.utils import timezone

    from manyuan.facts.enterprises.models import Enterprise
    from manyuan.work.policies.queries import mine
    from manyuan.work.policies.screening import in_force

    on = timezone.localdate()
    versions, seconds = in_force(on), []
    for firm in Enterprise.objects.order_by("uscc")[:100]:
        started = time.perf_counter()
        mine(firm, versions, on)
        seconds.append(time.perf_counter() - started)
    print(
        f"what is mine, {len(versions)} policies: median {1000 * statistics.median(seconds):.0f} ms, p95 {1000 * sorted(seconds)[94]:.0f} ms (one client, without the page)"
    )


if __name__ == "__main__":
    main()
