"""The pack's scenes: who buys, categories with their units and attributes, and the fixed reasons why something came to nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.engines.matching import Attribute
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.supply.errors import ScenesFaulty, WrongField
from manyuan.work.supply.models import Scenes

INSTALL = gettext_noop("install the scenes of supply and demand")
KINDS = ("number", "choice", "yes-no")
_SENSES = {"number": ("at_least", "at_most", "equal"), "choice": ("one_of", "all_of", "equal"), "yes-no": ("equal",)}
_KEYS = {"scenes": {"code", "name", "buyers", "needs_title", "categories"}, "categories": {"code", "name", "unit", "attributes"},
         "attributes": {"code", "name", "kind", "sense", "unit", "must", "choices"}, "why_not": {"code", "name"}}  # fmt: skip
NUMBER = gettext_noop("a number of 0 or more")
CHOICE = gettext_noop("one of the answers of the list")
YES_NO = gettext_noop("yes or no")


@dataclass(frozen=True)
class Category:
    """What is traded. names: {zh, en}. kinds: attribute code → number | choice | yes-no."""

    code: str
    scene: str
    name: Mapping[str, str]
    unit: Mapping[str, str]
    attributes: tuple[Attribute, ...]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Scene:
    """Who meets whom. needs_title: a title that whoever publishes a need must hold, or ""."""

    code: str
    name: Mapping[str, str]
    buyers: Mapping[str, str]
    needs_title: str
    categories: tuple[Category, ...]


@dataclass(frozen=True)
class Book:
    """All scenes in force, with their categories and the reasons why not."""

    scenes: Mapping[str, Scene]
    categories: Mapping[str, Category]
    why_not: Mapping[str, Mapping[str, str]]
    mark: str = ""
    idle_category: str = ""

    def category_named(self, word: str) -> Category | None:
        """By whole code, by the code within its scene, or by a name; None where nothing or several are meant."""
        word = word.strip()
        if word in self.categories:
            return self.categories[word]
        found = [one for one in self.categories.values() if word and (one.code.endswith(f".{word}") or word in (one.name["zh"], one.name["en"]))]
        return found[0] if len(found) == 1 else None


@transaction.atomic
def install_scenes(*, content: Any, by: Actor, now: datetime) -> int:
    """Take scenes.yaml of a pack. Returns 1 where it is new or changed. Raises NotAllowed, ScenesFaulty."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    faults = list(_faults(content))
    if faults:
        raise ScenesFaulty(faults="\n".join(faults))
    digest = sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    newest = Scenes.objects.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return 0
    made = Scenes.objects.create(number=(newest.number if newest else 0) + 1, definition=content, digest=digest, installed_at=now)
    audit.record(by=by, now=now, action="supply.install_scenes", subject_kind="scenes", subject_id=made.number, after={"scenes": len(content["scenes"])})
    return 1


def book() -> Book:
    """The scenes in force; without a pack there are none."""
    newest = Scenes.objects.order_by("-number").values_list("pk", flat=True).first()
    return _book(newest) if newest is not None else Book({}, {}, {})


@lru_cache(maxsize=4)
def _book(pk: int) -> Book:
    content = Scenes.objects.get(pk=pk).definition
    scenes = {}
    for one in content["scenes"]:
        categories = tuple(_category(one["code"], given) for given in one["categories"])
        scenes[one["code"]] = Scene(one["code"], one["name"], one.get("buyers") or {"zh": "", "en": ""}, one.get("needs_title") or "", categories)
    every = {category.code: category for scene in scenes.values() for category in scene.categories}
    return Book(scenes, every, {one["code"]: one["name"] for one in content.get("why_not") or ()}, content.get("mark", ""), content.get("idle_category", ""))


def _category(scene: str, given: Mapping[str, Any]) -> Category:
    attributes, kinds = [], {}
    for one in given.get("attributes") or ():
        names = {code: (name["zh"], name["en"]) for code, name in (one.get("choices") or {}).items()}
        unit = one.get("unit") or {"zh": "", "en": ""}
        sense = one.get("sense") or _SENSES[one["kind"]][0]
        attributes.append(Attribute(one["code"], (one["name"]["zh"], one["name"]["en"]), sense, (unit["zh"], unit["en"]), bool(one.get("must")), names))
        kinds[one["code"]] = one["kind"]
    return Category(f"{scene}.{given['code']}", scene, given["name"], given.get("unit") or {"zh": "", "en": ""}, tuple(attributes), kinds)


def checked(category: Category, given: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as they are kept: numbers as plain text, choices as sorted lists of codes, yes and no as booleans; empty ones left out. Raises WrongField."""
    out: dict[str, Any] = {}
    known = {one.code: one for one in category.attributes}
    for code, value in given.items():
        if code not in known:
            raise WrongField(field=code, found=str(value), expected=", ".join(sorted(known)) or "—")
        if value is None or value == "" or value == []:
            continue
        kept = _checked(category.kinds[code], known[code], value)
        if kept is None:
            expected = {"number": NUMBER, "choice": CHOICE, "yes-no": YES_NO}[category.kinds[code]]
            raise WrongField(field=known[code].title, found=str(value)[:80], expected=expected)
        out[code] = kept
    return out


def _checked(kind: str, rule: Attribute, value: Any) -> Any:
    if kind == "yes-no":
        return value if isinstance(value, bool) else {"yes": True, "no": False}.get(str(value))
    if kind == "choice":
        several = sorted({str(one) for one in value} if isinstance(value, (list, tuple, set)) else {str(value)})
        return several if set(several) <= set(rule.names) else None
    number = decimal_of(value)
    return None if number is None or number < 0 else f"{number:f}"


def decimal_of(value: Any) -> Decimal | None:
    """A number of reasonable size, or None."""
    try:
        found = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10**12) else None


def _faults(content: Any) -> Iterator[str]:
    if not isinstance(content, Mapping) or not isinstance(content.get("scenes"), list) or not content["scenes"]:
        yield "scenes: expected a list of {code, name: {zh, en}, categories}"
        return
    for key in sorted(set(content) - {"mark", "scenes", "why_not", "idle_category"}):
        yield f"{key}: unknown; expected one of idle_category, mark, scenes, why_not"
    yield from _list("scenes", content["scenes"], "scenes")
    yield from _list("why_not", content.get("why_not") or [], "why_not")
    if not content.get("why_not"):
        yield "why_not: expected a list of {code, name: {zh, en}}"
    idle = content.get("idle_category")
    scenes = [one for one in content["scenes"] if isinstance(one, Mapping) and isinstance(one.get("categories"), list)]
    if idle and idle not in {f"{one.get('code')}.{c.get('code')}" for one in scenes for c in one["categories"] if isinstance(c, Mapping)}:
        yield f"idle_category: found {idle!r}, expected scene.category"
    for at, scene in enumerate(content["scenes"]):
        if not isinstance(scene, Mapping):
            continue
        where = f"scenes[{at}].categories"
        categories = scene.get("categories")
        if not isinstance(categories, list) or not categories:
            yield f"{where}: expected a list of {{code, name, unit, attributes}}"
            continue
        yield from _list(where, categories, "categories")
        for place, category in enumerate(categories):
            if isinstance(category, Mapping):
                yield from _attribute_faults(f"{where}[{place}].attributes", category.get("attributes") or [])


def _list(where: str, found: Any, kind: str) -> Iterator[str]:
    if not isinstance(found, list):
        yield f"{where}: expected a list"
        return
    seen: set[str] = set()
    for at, one in enumerate(found):
        if not isinstance(one, Mapping):
            yield f"{where}[{at}]: found {one!r}, expected a mapping"
            continue
        for key in sorted(set(one) - _KEYS[kind]):
            yield f"{where}[{at}].{key}: unknown; expected one of {', '.join(sorted(_KEYS[kind]))}"
        code = str(one.get("code") or "")
        if not code or code in seen or len(code) > 19:
            yield f"{where}[{at}].code: found {code!r}, expected a code of at most 19 characters, used once"
        seen.add(code)
        name = one.get("name")
        if not (isinstance(name, Mapping) and name.get("zh") and name.get("en")):
            yield f"{where}[{at}].name: expected {{zh, en}}"


def _attribute_faults(where: str, found: Any) -> Iterator[str]:
    yield from _list(where, found, "attributes")
    for at, one in enumerate(found if isinstance(found, list) else []):
        if not isinstance(one, Mapping):
            continue
        kind = one.get("kind")
        if kind not in KINDS:
            yield f"{where}[{at}].kind: found {kind!r}, expected one of {', '.join(KINDS)}"
            continue
        if one.get("sense") and one["sense"] not in _SENSES[kind]:
            yield f"{where}[{at}].sense: found {one['sense']!r}, expected one of {', '.join(_SENSES[kind])}"
        if kind == "choice" and not one.get("choices"):
            yield f"{where}[{at}].choices: expected {{code: {{zh, en}}}}"
