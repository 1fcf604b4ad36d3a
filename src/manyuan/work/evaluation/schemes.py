"""The schemes of a pack (permu.yaml): read, checked as a whole, kept by number; and a stored scheme as the engine takes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from manyuan.engines.analytics import Grades, Item
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.factsheet.queries import known_forms, known_titles
from manyuan.work.evaluation.errors import SchemeFaulty
from manyuan.work.evaluation.models import Scheme

FORMS = ("base-value", "min-max")
_FEN = {"元": 100, "千元": 100_000, "万元": 1_000_000, "亿元": 10_000_000_000}
"""Fen in a unit of money."""


@dataclass(frozen=True)
class Ratio:
    """What an item divides by what. of_fen, per_fen: fen in the unit of a money field (1 for other fields); of_unit, per_unit: how a page writes a field."""

    code: str
    zh: str
    en: str
    of: str
    of_fen: int
    of_unit: str
    per: str
    per_fen: int
    per_unit: str
    unit: str
    item: Item

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Ungraded:
    """Who is not graded: by section of GB/T 4754, by months since registration, or because it was entered with a proof."""

    code: str
    zh: str
    en: str
    sections: tuple[str, ...] = ()
    months: int = 0
    entered: bool = False

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Plan:
    """A scheme ready to be used. title, held: whom it is for (None: everybody)."""

    code: str
    form: str
    report: str
    items: tuple[Ratio, ...]
    grades: Grades
    ungraded: tuple[Ungraded, ...]
    resources: tuple[str, ...]
    objection_days: int
    fact: str
    valid_months: int
    title: str | None = None
    held: bool = True
    start: date | None = None
    end: date | None = None

    @property
    def engine_items(self) -> list[Item]:
        return [one.item for one in self.items]

    @property
    def fields(self) -> list[str]:
        """The fields of the form that it reads, each once."""
        return list(dict.fromkeys(name for one in self.items for name in (one.of, one.per)))

    def unit_of(self, field: str) -> tuple[str, int]:
        """How a field is written, and how many stored units that is (fen for money)."""
        for one in self.items:
            if one.of == field:
                return one.of_unit, one.of_fen
            if one.per == field:
                return one.per_unit, one.per_fen
        raise KeyError(field)


def plan_of(scheme: Scheme) -> Plan:
    """A stored scheme as it is computed with."""
    given = scheme.content
    items = []
    for one in given["items"]:
        made = given["ratios"][one["code"]]
        base = Decimal(str(one["base"])) if one.get("base") is not None else None
        cap = Decimal(str(one["cap"])) if one.get("cap") is not None else None
        item = Item(one["code"], Decimal(str(one["weight"])), base, bool(one.get("mean_if_missing")), cap)
        items.append(
            Ratio(
                one["code"],
                made["zh"],
                made["en"],
                made["of"],
                made["of_fen"],
                made["of_unit"],
                made["per"],
                made["per_fen"],
                made["per_unit"],
                made["unit"],
                item,
            )
        )
    who = given.get("who") or {}
    return Plan(
        scheme.code, given["form"], given["report"], tuple(items), Grades(tuple((name, Decimal(str(edge))) for name, edge in given["grades"].items())),
        tuple(Ungraded(one["code"], one["zh"], one["en"], tuple(one.get("sections", ())), int(one.get("months", 0)), bool(one.get("entered"))) for one in given["ungraded"]),
        tuple(given["resources"]), int(given["objection_days"]), given["fact"], int(given["valid_months"]), who.get("title"), bool(who.get("held", True)),
        _day(given.get("start")), _day(given.get("end")),
    )  # fmt: skip


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)) if text else None


@transaction.atomic
def install_schemes(*, content: Any, by: Actor, now: datetime) -> int:
    """Take the schemes of a pack; all or none. The same again changes nothing, a changed one gets the next number. Returns how many are new. Raises SchemeFaulty."""
    found = _resolved(content)
    new = 0
    for code, one in found.items():
        text = json.dumps(one, ensure_ascii=False, sort_keys=True)
        content_hash = hashlib.sha256(text.encode()).hexdigest()
        newest = Scheme.objects.filter(code=code).order_by("-number").first()
        if newest is not None and newest.content_hash == content_hash and newest.is_current:
            continue
        Scheme.objects.filter(code=code, is_current=True).update(is_current=False)
        Scheme.objects.create(
            code=code, number=(newest.number if newest else 0) + 1, content=json.loads(text), content_hash=content_hash, mark=one["mark"], installed_at=now
        )
        new += 1
    gone = Scheme.objects.filter(is_current=True).exclude(code__in=found).update(is_current=False)
    if new or gone:
        audit.record(by=by, now=now, action="evaluation.install", subject_kind="schemes", subject_id="pack", after={"new": new, "gone": gone})
    return new


def _resolved(content: Any) -> dict[str, dict[str, Any]]:
    """Each scheme with all that it needs, so that a run can be worked out again from it alone. Raises SchemeFaulty with every fault."""
    faults: list[str] = []
    if not isinstance(content, Mapping) or not isinstance(content.get("items"), Mapping) or not isinstance(content.get("schemes"), Mapping):
        raise SchemeFaulty(faults="expected the keys items and schemes")
    form = str(content.get("form"))
    fields = known_forms().get(form)
    if fields is None:
        raise SchemeFaulty(faults=f"form: found {form}, expected one of {', '.join(known_forms())}")
    ratios = {str(code): _ratio(str(code), given, fields, faults) for code, given in content["items"].items()}
    edges = content.get("grades") or {}
    steps = [_number(value, f"grades.{name}", faults) for name, value in edges.items()]
    if not steps or steps != sorted(steps) or steps[-1] != 1:
        faults.append("grades: expected shares in rising order, the last one 1")
    shared = {
        "report": form, "grades": {str(name): str(value) for name, value in edges.items()}, "resources": [str(one) for one in content.get("resources") or ()],
        "ungraded": [dict(one) for one in content.get("ungraded") or ()], "objection_days": int(content.get("objection_days", 10)),
        "fact": str(content.get("fact", "")), "valid_months": int(content.get("valid_months", 12)),
    }  # fmt: skip
    out = {}
    for code, given in content["schemes"].items():
        out[str(code)] = _scheme(str(code), given, ratios, faults) | shared | {"mark": str(given.get("mark") or content.get("mark") or "example")}
    if faults:
        raise SchemeFaulty(faults="\n".join(faults))
    return out


def _ratio(code: str, given: Mapping[str, Any], fields: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    out = {key: str(given.get(key, "")) for key in ("zh", "en", "of", "per", "unit")}
    for side in ("of", "per"):
        kind, unit = fields.get(out[side]), str(given.get(f"{side}_unit", ""))
        if kind not in ("money", "integer", "decimal"):
            faults.append(f"items.{code}.{side}: found {out[side] or '-'}, expected a number of the form")
        elif kind == "money" and unit not in _FEN:
            faults.append(f"items.{code}.{side}_unit: found {unit or '-'}, expected one of {', '.join(_FEN)}")
        out[f"{side}_fen"] = _FEN.get(unit, 1) if kind == "money" else 1  # type: ignore[assignment]
        out[f"{side}_unit"] = unit or out["unit"].rsplit("/", 1)[-1]
    return out


def _scheme(code: str, given: Mapping[str, Any], ratios: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    where = f"schemes.{code}"
    form = str(given.get("form"))
    if form not in FORMS:
        faults.append(f"{where}.form: found {form}, expected {' or '.join(FORMS)}")
    title = (given.get("who") or {}).get("title")
    if title and title not in known_titles():
        faults.append(f"{where}.who.title: found {title}, expected one of {', '.join(sorted(known_titles()))}")
    items = []
    for one in given.get("items") or ():
        name = str(one.get("code"))
        if name not in ratios:
            faults.append(f"{where}.items: found {name}, expected one of {', '.join(ratios)}")
        weight = _number(one.get("weight"), f"{where}.{name}.weight", faults)
        base = _number(one.get("base"), f"{where}.{name}.base", faults) if form == "base-value" else None
        if weight <= 0 or (base is not None and base <= 0):
            faults.append(f"{where}.{name}: expected a weight and a base above 0")
        items.append(
            {"code": name, "weight": str(weight), "mean_if_missing": bool(one.get("mean_if_missing"))}
            | ({"base": str(base)} if base is not None else {})
            | ({"cap": str(one["cap"])} if one.get("cap") is not None else {})
        )
    total = sum((Decimal(one["weight"]) for one in items), Decimal(0))
    if total != 100:
        faults.append(f"{where}: the weights come to {total}, expected 100")
    used = {one["code"] for one in items}
    return {
        "title": {key: str((given.get("title") or {}).get(key, code)) for key in ("zh", "en")}, "source": {key: str((given.get("source") or {}).get(key, "")) for key in ("zh", "en")},
        "form": form, "items": items, "ratios": {name: ratio for name, ratio in ratios.items() if name in used}, "who": dict(given.get("who") or {}),
        "start": str(given["start"]) if given.get("start") else None, "end": str(given["end"]) if given.get("end") else None,
    }  # fmt: skip


def _number(value: Any, where: str, faults: list[str]) -> Decimal:
    try:
        found = Decimal(str(value))
        if not found.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        faults.append(f"{where}: found {value}, expected a number")
        return Decimal(1)
    return found
