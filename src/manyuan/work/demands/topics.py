"""The pack's topics: what demands are about, the words that point there, who can solve it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.once import forget, once
from manyuan.work.demands.errors import TopicsFaulty
from manyuan.work.demands.models import Topics

INSTALL = gettext_noop("install the topics of demands")
UNITS = ("committee", "company", "city")
_KEYS = {"mark", "topics", "recheck_days", "minimum_cases", "common_at"}
_TOPIC = {"code", "name", "unit", "direct", "words", "sectors"}


@dataclass(frozen=True)
class Topic:
    """A topic. unit: whose it is (committee or company of the firm's park, or the city). direct: past the park. sectors: beginnings of GB/T 4754 codes
    of firms that raise it more often than others."""

    code: str
    name: Mapping[str, str]
    unit: str
    direct: bool
    words: tuple[str, ...]
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """recheck_days: asked again after; minimum_cases: below it nothing is ranked; common_at: so many alike are offered as a common problem."""

    topics: Mapping[str, Topic]
    recheck_days: tuple[int, ...] = (30, 90)
    minimum_cases: int = 10
    common_at: int = 3
    mark: str = ""

    def name(self, code: str, language: str) -> str:
        """The name of a topic; the code where the pack no longer has it."""
        found = self.topics.get(code)
        return found.name["zh" if language == "zh" else "en"] if found else code


@transaction.atomic
def install_topics(*, content: Any, by: Actor, now: datetime) -> int:
    """Take demands.yaml of a pack. Returns 1 where it is new or changed. Raises NotAllowed, TopicsFaulty."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    faults = list(_faults(content))
    if faults:
        raise TopicsFaulty(faults="\n".join(faults))
    digest = sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    newest = Topics.objects.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return 0
    forget("topics")
    made = Topics.objects.create(number=(newest.number if newest else 0) + 1, definition=content, digest=digest, installed_at=now)
    audit.record(by=by, now=now, action="demands.install_topics", subject_kind="topics", subject_id=made.number, after={"topics": len(content["topics"])})
    return 1


def _faults(content: Any) -> Any:
    if not isinstance(content, Mapping) or not isinstance(content.get("topics"), list) or not content["topics"]:
        yield "topics: expected a list of {code, name: {zh, en}, unit, words}"
        return
    for key in sorted(set(content) - _KEYS):
        yield f"{key}: unknown; expected one of {', '.join(sorted(_KEYS))}"
    seen: set[str] = set()
    for at, one in enumerate(content["topics"]):
        where = f"topics[{at}]"
        if not isinstance(one, Mapping):
            yield f"{where}: found {one!r}, expected a mapping"
            continue
        for key in sorted(set(one) - _TOPIC):
            yield f"{where}.{key}: unknown; expected one of {', '.join(sorted(_TOPIC))}"
        code = str(one.get("code") or "")
        if not code or code in seen:
            yield f"{where}.code: found {code!r}, expected a code used once"
        seen.add(code)
        name = one.get("name")
        if not (isinstance(name, Mapping) and name.get("zh") and name.get("en")):
            yield f"{where}.name: expected {{zh, en}}"
        if one.get("unit") not in UNITS:
            yield f"{where}.unit: found {one.get('unit')!r}, expected one of {', '.join(UNITS)}"
        if not isinstance(one.get("words"), list) or not all(isinstance(word, str) and word for word in one["words"]):
            yield f"{where}.words: expected a list of words"
        sectors = one.get("sectors", [])
        if not (isinstance(sectors, list) and all(isinstance(code, str) and code.isdigit() and 2 <= len(code) <= 4 for code in sectors)):
            yield f"{where}.sectors: found {sectors!r}, expected beginnings of GB/T 4754 codes, two to four digits in quotes"
    for key, least in (("minimum_cases", 1), ("common_at", 2)):
        if key in content and not (isinstance(content[key], int) and content[key] >= least):
            yield f"{key}: found {content[key]!r}, expected a whole number of at least {least}"
    days = content.get("recheck_days", [])
    if not (isinstance(days, list) and all(isinstance(one, int) and 1 <= one <= 366 for one in days)):
        yield f"recheck_days: found {days!r}, expected whole numbers from 1 to 366"


def rules() -> Rules:
    """The rules in force; without a pack there are no topics."""
    newest = once("topics", lambda: Topics.objects.order_by("-number").values_list("pk", flat=True).first())
    return _rules(newest) if newest is not None else Rules({})


@lru_cache(maxsize=4)
def _rules(pk: int) -> Rules:
    found = Topics.objects.get(pk=pk).definition
    topics = {
        one["code"]: Topic(one["code"], one["name"], one["unit"], one.get("direct") in ("yes", True), tuple(one["words"]), tuple(one.get("sectors", ())))
        for one in found["topics"]
    }  # fmt: skip
    return Rules(
        topics, tuple(found.get("recheck_days", (30, 90))), found.get("minimum_cases", 10), found.get("common_at", 3), found.get("mark", "")
    )  # fmt: skip
