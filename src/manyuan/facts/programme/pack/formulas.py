"""Forms and indicators: formulas and cross-field checks that FEEL accepts, units that fit, fields that can be filled in."""

from __future__ import annotations

from collections.abc import Mapping

from manyuan.engines import feel
from manyuan.engines.feel import tree, types
from manyuan.engines.feel.checker import Checker
from manyuan.engines.feel.types import ListType, Type
from manyuan.facts.programme.pack import units
from manyuan.facts.programme.pack.faults import nearest
from manyuan.facts.programme.pack.folder import Drafts
from manyuan.facts.programme.pack.model import INPUT_KINDS, At
from manyuan.facts.programme.pack.shapes import Draft

_NUMBERS = ("money", "percent", "integer", "decimal")


def check_formulas(drafts: Drafts) -> None:
    """Report what does not fit in units, forms and indicators."""
    _units(drafts)
    for form in drafts.entries["forms"]:
        _fields(drafts, form)
        _checks(drafts, form)
    for indicator in drafts.entries["indicators"]:
        _indicator(drafts, indicator)


def _units(drafts: Drafts) -> None:
    holders = [*drafts.entries["indicators"], *drafts.entries["goals"], *(fact for park in drafts.entries["parks"] for fact in park.each("facts"))]
    for holder in holders:
        if holder["unit"] is not None and holder["unit"] not in units.UNITS:
            drafts.fault("unit.unknown", holder.place("unit"), holder["unit"], hint=nearest(holder["unit"], units.UNITS))


def _fields(drafts: Drafts, form: Draft) -> None:
    keys: dict[str, Draft] = {}
    headings: dict[str, Draft] = {}
    for one in form.each("fields"):
        if one["key"] in keys:
            drafts.fault("code.duplicate", one.place("key"), one["key"], f"{keys[one['key']].at.file}:{keys[one['key']].place('key').line}")
        elif one["key"]:
            keys[one["key"]] = one
        names = [] if one["name"] is None else [one["name"].zh, one["name"].en]
        for name in [*names, *one.each("aliases")]:
            if headings.setdefault(name, one) is not one:
                drafts.fault("name.same", one.place("name"), name, f"{one.at.file}:{headings[name].at.line}", kind=("字段", "field"))
        _field(drafts, one)
    codes: dict[str, Draft] = {}
    for check in form.each("checks"):
        if check["code"] and codes.setdefault(check["code"], check) is not check:
            drafts.fault("code.duplicate", check.place("code"), check["code"], f"{check.at.file}:{codes[check['code']].place('code').line}")


def _field(drafts: Drafts, one: Draft) -> None:
    kind, unit = one["kind"], one["unit"] or ""
    if kind is None:
        return
    allowed = units.FIELD_UNITS.get(kind, ("",))
    if unit not in allowed or (kind == "money" and not unit):
        shown = ", ".join(name for name in allowed if name) or "–"
        drafts.fault("unit.kind", one.place("unit"), unit or "–", shown, kind=kind)
    if kind == "choice" and "choices" not in one.places:
        drafts.fault("key.together", one.at, "kind: choice", "choices")
    if kind != "choice" and "choices" in one.places:
        drafts.fault("key.apart", one.place("choices"), "choices", f"kind: {kind}")
    answers: dict[str, Draft] = {}
    for choice in one.each("choices"):
        if choice["code"] and answers.setdefault(choice["code"], choice) is not choice:
            drafts.fault("code.duplicate", choice.place("code"), choice["code"], f"{choice.at.file}:{answers[choice['code']].place('code').line}")
    if one["minimum"] is not None and one["maximum"] is not None and one["minimum"] > one["maximum"]:
        drafts.fault("value.order", one.place("maximum"), "minimum", "maximum")
    for bound in ("minimum", "maximum"):
        if bound in one.places and kind not in (*_NUMBERS, "text"):
            drafts.fault("key.apart", one.place(bound), bound, f"kind: {kind}")


def _checks(drafts: Drafts, form: Draft) -> None:
    scope = {one["key"]: units.field_type(one["kind"] or "text", one["unit"] or "") if one["kind"] else types.ANY for one in form.each("fields") if one["key"]}
    for check in form.each("checks"):
        if check["holds"] is None:
            continue
        result = _result(drafts, check["holds"], scope, check.place("holds"))
        if result is not None and result.name not in ("boolean", "Any"):
            drafts.fault("formula.result", check.place("holds"), str(result), ("是或否", "true or false"))


def _result(drafts: Drafts, formula: str, scope: Mapping[str, Type], at: At) -> Type | None:
    """The type of a formula's result, None where FEEL refuses it (every refusal is reported)."""
    faults = feel.check(formula, scope)
    for fault in faults:
        drafts.fault("formula.refused", at, formula, "", said=(fault.message("zh"), fault.message("en")))
    if faults:
        return None
    return Checker(formula, scope).visit(feel.parse(formula, names=scope))


def _indicator(drafts: Drafts, indicator: Draft) -> None:
    scope: dict[str, Type] = {}
    for one in indicator.each("inputs"):
        kind = _input(drafts, indicator, one)
        if one["name"]:
            scope[one["name"]] = kind
    if indicator["formula"] is None:
        return
    at = indicator.place("formula")
    result = _result(drafts, indicator["formula"], scope, at)
    if result is None:
        return
    used = {node.name for node in tree.walk(feel.parse(indicator["formula"], names=scope)) if isinstance(node, tree.Name)}
    for one in indicator.each("inputs"):
        if one["name"] and one["name"] not in used:
            drafts.fault("formula.unused", one.place("name"), one["name"])
    if result.name not in ("number", "Any"):
        drafts.fault("formula.result", at, str(result), ("数字", "a number"))
    elif result.name == "number" and indicator["unit"] in units.UNITS:
        wanted = units.number(indicator["unit"]).unit
        if result.unit != wanted:
            drafts.fault("unit.formula", at, result.unit or ("无量纲", "no unit"), indicator["unit"])


def _input(drafts: Drafts, indicator: Draft, one: Draft) -> Type:
    """FEEL's type of an input; what does not fit between it and its indicator is reported."""
    kind = next((kind for kind in INPUT_KINDS if kind in one.places), None)
    for key, needed in (("each", "indicator"), ("count", "filings"), ("filings", "count")):
        if key in one.places and needed not in one.places:
            drafts.fault("key.together", one.place(key), key, needed)
    if one["each"] and indicator["lowest"] != "city":
        drafts.fault("key.together", one.place("each"), "each: park", "lowest: city")
    if kind == "field" and one["field"]:
        code, _, key = one["field"].partition(".")
        form = drafts.codes("forms").get(code)
        found = next((f for f in form.each("fields") if f["key"] == key), None) if form else None
        if form is None or found is None or found["kind"] is None:
            return types.ANY
        _same_period(drafts, indicator, one, "field", form["period"], one["field"])
        return ListType(item=units.field_type(found["kind"], found["unit"] or ""))
    if kind == "indicator" and one["indicator"]:
        other = drafts.codes("indicators").get(one["indicator"])
        if other is None or other["unit"] not in units.UNITS:
            return types.ANY
        _same_period(drafts, indicator, one, "indicator", other["period"], one["indicator"])
        single = units.number(other["unit"])
        if other["lowest"] == "city" and (one["each"] or indicator["lowest"] != "city"):
            drafts.fault("input.lowest", one.place("indicator"), one["indicator"])
        return ListType(item=single) if one["each"] else single
    if kind == "filings" and one["filings"]:
        form = drafts.codes("forms").get(one["filings"])
        if form is not None:
            _same_period(drafts, indicator, one, "filings", form["period"], one["filings"])
        return types.NUMBER
    if kind == "park":
        return ListType(item=units.number("m2"))
    return types.NUMBER if kind in ("title", "enterprises") else types.ANY


def _same_period(drafts: Drafts, indicator: Draft, one: Draft, key: str, period: str | None, name: str) -> None:
    if period and indicator["period"] and period != indicator["period"]:
        drafts.fault("input.period", one.place(key), name, indicator["period"], period=period)
