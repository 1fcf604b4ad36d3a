"""Ladders as data: read from the pack with every fault, kept with the text of the rules they name, and given out ready for judging."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.engines import feel
from manyuan.engines.feel import tree, types
from manyuan.engines.screening import Policy, Schema, read_policy_text
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.factsheet.queries import current_definition, known_titles
from manyuan.work.cultivation.errors import LaddersInvalid, NoLadders, UnknownRung
from manyuan.work.cultivation.models import LadderSet

INSTALL = gettext_noop("install the ladders")
AS_OF = "as_of"
"""What the day of the judging is called in the facts of ladders.yaml."""
_WAYS = ("up", "down", "yes")


@dataclass(frozen=True)
class Rung:
    """A rung: its title, its rule sets by their first day, and those for the re-review of who holds the title. rank: from 1, from the bottom."""

    ladder: str
    code: str
    rank: int
    title: str
    name: Mapping[str, str]
    rules: tuple[Policy, ...]
    review: tuple[Policy, ...]
    note: Mapping[str, str]

    def in_force(self, on: date, *, review: bool = False) -> Policy | None:
        """The rule set that judges on a day; None where the pack has none."""
        return next((one for one in (self.review if review else self.rules) if one.in_force(on)), None)


@dataclass(frozen=True)
class Ladder:
    """A dated ladder with its rungs from the bottom."""

    code: str
    name: Mapping[str, str]
    start: date
    source: str
    mark: str
    note: Mapping[str, str]
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Lever:
    """A fact that an enterprise can move: the way, what proves it, whether it is a figure of the year."""

    column: str
    way: str
    proof: Mapping[str, str]
    yearly: bool


@dataclass(frozen=True)
class Pool:
    """Who may enter the growth pool by rule. share: at most so much is missing of one fact."""

    mark: str
    meets: bool
    share: float


@dataclass(frozen=True)
class Ladders:
    """All ladders of a pack. schema: the facts that the rules read; facts: how each is had from the city's fact sheet (FEEL); anchors: the criteria."""

    ladders: tuple[Ladder, ...]
    schema: Schema
    facts: Mapping[str, str]
    levers: Mapping[str, Lever]
    pool: Pool
    anchors: Policy | None

    @property
    def rungs(self) -> list[Rung]:
        return [rung for ladder in self.ladders for rung in ladder.rungs]

    def rung(self, code: str) -> Rung:
        """A rung by its code. Raises UnknownRung."""
        found = next((one for one in self.rungs if one.code == code), None)
        if found is None:
            raise UnknownRung(found=code, known=", ".join(one.code for one in self.rungs))
        return found

    def ladder(self, code: str) -> Ladder:
        """A ladder by its code. Raises UnknownRung."""
        found = next((one for one in self.ladders if one.code == code), None)
        if found is None:
            raise UnknownRung(found=code, known=", ".join(one.code for one in self.ladders))
        return found

    def ways(self) -> dict[str, str]:
        return {name: lever.way for name, lever in self.levers.items()}


def read_ladders(folder: Path) -> dict[str, Any]:
    """The ladders of a pack's folder `ladders/` in plain form, rules and all. Raises LaddersInvalid with every fault."""
    content = yaml.safe_load((folder / "ladders.yaml").read_text(encoding="utf-8"))
    standards = (folder / str(content.pop("standards", "../../standards"))).resolve()
    if not (standards / "facts.yaml").is_file():
        raise LaddersInvalid(faults=f"standards: {standards.name}/facts.yaml: –")
    content["schema"] = yaml.safe_load((standards / "facts.yaml").read_text(encoding="utf-8"))
    content["rules"] = {path.name: path.read_text(encoding="utf-8") for path in sorted((standards / "policies").glob("*.yaml"))}
    anchors = folder / "anchors.yaml"
    content["anchors"] = anchors.read_text(encoding="utf-8") if anchors.is_file() else ""
    return json.loads(json.dumps(content, ensure_ascii=False, default=str))  # type: ignore[no-any-return]


@transaction.atomic
def install_ladders(*, content: Path | Mapping[str, Any], by: Actor, now: datetime) -> LadderSet:
    """Make these the current ladders: a pack's folder `ladders/`, or its plain form. The same again changes nothing. Raises NotAllowed, LaddersInvalid."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    if isinstance(content, Path):
        content = read_ladders(content)
    _understood(content)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    known = LadderSet.objects.filter(content_hash=content_hash).first()
    if known is not None and known.is_current:
        return known
    LadderSet.objects.filter(is_current=True).update(is_current=False)
    if known is None:
        known = LadderSet.objects.create(content=json.loads(text), content_hash=content_hash, installed_at=now)
    else:
        LadderSet.objects.filter(pk=known.pk).update(is_current=True)
        known.refresh_from_db()
    audit.record(by=by, now=now, action="cultivation.install", subject_kind="ladders", subject_id=known.pk, after={"content_hash": content_hash})
    return known


def current_set() -> LadderSet:
    """The ladders in force, as stored. Raises NoLadders."""
    found = LadderSet.objects.filter(is_current=True).first()
    if found is None:
        raise NoLadders()
    return found


def current_ladders() -> Ladders:
    """The ladders in force. Raises NoLadders."""
    found = LadderSet.objects.filter(is_current=True).values_list("content_hash", flat=True).first()
    if found is None:
        raise NoLadders()
    return _ladders(found)


def has_ladders() -> bool:
    return LadderSet.objects.filter(is_current=True).exists()


@lru_cache(maxsize=4)
def _ladders(content_hash: str) -> Ladders:
    return _understood(LadderSet.objects.get(content_hash=content_hash).content)


def _understood(content: Mapping[str, Any]) -> Ladders:
    """Plain form to ladders. Raises LaddersInvalid with every fault."""
    faults: list[str] = []
    schema = Schema.from_dict(content["schema"])
    policies: dict[str, Policy] = {}
    for name, text in content["rules"].items():
        found, wrong = read_policy_text(text, schema, name)
        policies |= {one.code: one for one in found.policies}
        faults += [one.message("en") for one in wrong]
    titles, city = known_titles(), current_definition().schema
    seen: set[str] = set()
    ladders = []
    for at, given in enumerate(content.get("ladders") or []):
        place = f"ladders[{at}]"
        rungs = []
        for rank, entry in enumerate(given.get("rungs") or [], 1):
            here = f"{place}.rungs[{rank - 1}]"
            code = str(entry.get("code", ""))
            if not code or code in seen:
                faults.append(f"{here}.code: found {code or 'nothing'}, expected a code of its own")
            seen.add(code)
            if entry.get("title") not in titles:
                faults.append(f"{here}.title: found {entry.get('title')}, expected one of {', '.join(sorted(titles))}")
            rungs.append(
                Rung(
                    str(given.get("code", "")), code, rank, str(entry.get("title", "")), _said(entry.get("name"), f"{here}.name", faults),
                    _rules(entry.get("rules"), policies, f"{here}.rules", faults), _rules(entry.get("review"), policies, f"{here}.review", faults),
                    dict(entry.get("note") or {}),
                )
            )  # fmt: skip
        if not rungs:
            faults.append(f"{place}.rungs: found nothing, expected rungs from the bottom")
        ladders.append(
            Ladder(
                str(given.get("code", "")), _said(given.get("name"), f"{place}.name", faults), _day(given.get("start"), f"{place}.start", faults),
                str(given.get("source", "")), str(given.get("mark", "")), dict(given.get("note") or {}), tuple(rungs),
            )
        )  # fmt: skip
    facts = _facts(content.get("facts") or {}, schema, city, faults)
    levers = {}
    for name, entry in (content.get("levers") or {}).items():
        if name not in schema or entry.get("way") not in _WAYS:
            faults.append(f"levers.{name}: found {entry.get('way')}, expected a fact of the standards with way {' | '.join(_WAYS)}")
        levers[name] = Lever(name, str(entry.get("way")), dict(entry.get("proof") or {}), entry.get("by") == "year")
    given_pool = content.get("pool") or {}
    pool = Pool(str(given_pool.get("mark", "")), bool(given_pool.get("meets", True)), float(given_pool.get("share", 0)))
    anchors = None
    if content.get("anchors"):
        found, wrong = read_policy_text(content["anchors"], city, "anchors.yaml")
        faults += [one.message("en") for one in wrong]
        anchors = found.policies[0] if found.policies else None
    if faults:
        raise LaddersInvalid(faults="\n".join(faults))
    return Ladders(tuple(ladders), schema, facts, levers, pool, anchors)


def _rules(codes: Any, policies: Mapping[str, Policy], place: str, faults: list[str]) -> tuple[Policy, ...]:
    found = []
    for code in codes or ():
        if code not in policies:
            faults.append(f"{place}: found {code}, expected one of {', '.join(sorted(policies))}")
        else:
            found.append(replace(policies[code], requires=(), group="", ceiling=""))
    found.sort(key=lambda one: one.start)
    for one, other in pairwise(found):
        if one.end is None or one.end > other.start:
            faults.append(f"{place}: {one.code} and {other.code} hold on the same day")
    return tuple(found)


def _facts(given: Mapping[str, Any], schema: Schema, city: Schema, faults: list[str]) -> dict[str, str]:
    """Column of the standards -> FEEL over the city's columns. Not listed: the column of the same name where the city has it and its kind agrees."""
    out = {}
    for name in given:
        if name not in schema:
            faults.append(f"facts.{name}: not a fact of the standards")
    for column in schema.columns:
        text = str(given[column.name]) if column.name in given else column.name if column.name in city else ""
        if not text:
            continue
        wrong = feel.check(text, {**city.feel_types, AS_OF: types.DATE})
        if wrong:
            faults += [f"facts.{column.name}: {one.message('en').splitlines()[0]}" for one in wrong]
            continue
        node = feel.parse(text, names=[*city.names, AS_OF])
        if isinstance(node, tree.Name):
            source = next((one for one in city.columns if one.name == node.name), None)
            if source is None or source.kind != column.kind or source.decimals != column.decimals:
                found = f"{source.kind}, {source.decimals} decimals" if source else node.name
                faults.append(f"facts.{column.name}: found {found}; expected {column.kind}, {column.decimals} decimals")
                continue
        out[column.name] = text
    return out


def _said(given: Any, place: str, faults: list[str]) -> Mapping[str, str]:
    if not isinstance(given, Mapping) or not given.get("zh"):
        faults.append(f"{place}: found {given}, expected {{zh: …, en: …}}")
        return {"zh": "", "en": ""}
    return {"zh": str(given["zh"]), "en": str(given.get("en") or given["zh"])}


def _day(given: Any, place: str, faults: list[str]) -> date:
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        faults.append(f"{place}: found {given}, expected a day such as 2022-08-01")
        return date.min


def codes_of(rungs: Sequence[Rung]) -> list[str]:
    """Every rule set that the rungs name."""
    return [policy.code for rung in rungs for policy in (*rung.rules, *rung.review)]
