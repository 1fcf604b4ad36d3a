"""The rules of visits: taken from the pack, kept, read."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.factsheet.queries import known_forms, known_titles
from manyuan.work.visits.errors import WrongRules
from manyuan.work.visits.models import VisitRules
from manyuan.work.visits.rules import Rules, read_rules


@transaction.atomic
def install_rules(*, content: Any, by: Actor, now: datetime) -> bool:
    """Take the rules of a pack; False where nothing changed. Raises WrongRules with every fault."""
    _, faults = read_rules(content, known_titles(), set(known_forms()))
    if faults:
        raise WrongRules(faults="\n".join(faults))
    digest = sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
    if VisitRules.objects.filter(is_current=True, content_hash=digest).exists():
        return False
    VisitRules.objects.filter(is_current=True).update(is_current=False)
    VisitRules.objects.update_or_create(content_hash=digest, defaults={"content": content, "installed_at": now, "is_current": True})
    audit.record(by=by, now=now, action="visits.install_rules", subject_kind="visit_rules", subject_id=digest[:16])
    return True


def current_rules() -> Rules:
    """The rules in force; none before a pack gave any: then every visit is on need."""
    found = VisitRules.objects.filter(is_current=True).values_list("content_hash", flat=True).first()
    return _read(found) if found else Rules()


@lru_cache(maxsize=4)
def _read(digest: str) -> Rules:
    content = VisitRules.objects.get(content_hash=digest).content
    named = {str(one) for rule in content.get("rules") or () for one in rule.get("titles") or ()}
    return read_rules(content, named, {str(one) for one in content.get("surveys") or ()})[0]
