"""The industries of GB/T 4754-2017: sections, divisions, groups and classes, as codes and names (facts of the standard).

The table has one class more than the 1,380 that the standard counts; which one is not known.
A group of a single class has no line of its own: of the standard's groups, 274 are listed.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Industry

TABLE = Path(__file__).resolve().parent / "data" / "gbt4754_2017.csv"


@transaction.atomic
def load_industries(*, by: Actor, now: datetime) -> int:
    """Bring the table of industries up to the one that is shipped; returns how many rows changed. The same table again changes nothing."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: (row["section"], int(row["level"]), row["name"]) for row in csv.DictReader(file)}
    known = {code: (section, level, name) for code, section, level, name in Industry.objects.values_list("code", "section", "level", "name_zh")}
    changed = [Industry(code=code, section=s, level=level, name_zh=name) for code, (s, level, name) in rows.items() if known.get(code) != (s, level, name)]
    Industry.objects.bulk_create(changed, update_conflicts=True, unique_fields=["code"], update_fields=["section", "level", "name_zh"], batch_size=500)
    if changed:
        audit.record(by=by, now=now, action="enterprises.industries", subject_kind="classification", subject_id="GB/T 4754-2017", after={"rows": len(changed)})
    return len(changed)
