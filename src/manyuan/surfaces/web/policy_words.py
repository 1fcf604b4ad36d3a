"""How policies are said: states, ways, outcomes, conditions and values in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from manyuan.engines import feel
from manyuan.engines.screening import Cliff, Column, Explanation, Glance, Schema
from manyuan.facts.factsheet.queries import Origin, Origins
from manyuan.surfaces.web import figures
from manyuan.work.policies.models import PolicyVersion

_VERSION_TONES = {"draft": "mute", "review": "accent", "published": "good"}
_TONES = {
    "held": "risk", "notified": "accent", "disputed": "risk", "assessing": "accent", "accepted": "accent", "public": "accent", "objected": "risk", "cleared": "accent",
    "approved": "good", "paid": "good", "returned": "late", "recalled": "risk", "rejected": "late",
    "open": "risk", "upheld": "late", "dismissed": "good",
}  # fmt: skip


def _said(code: str) -> str:
    text = pgettext("policies", code)
    return text[:1].upper() + text[1:]


def policy_names(language: str) -> dict[str, str]:
    """Code of each policy to its name, of the newest version that was published."""
    rows = PolicyVersion.objects.filter(published_at__isnull=False).order_by("number").values_list("policy__code", "name_zh", "name_en")
    return {code: zh if language.startswith("zh") else en or zh for code, zh, en in rows}


def claim_title(title: str, names: Mapping[str, str]) -> str:
    """What a payment is for: a policy by its name in the reader's language, anything else as it was written."""
    return names.get(title.partition(" ")[0], title)


def version_state(state: str) -> tuple[str, str]:
    """Tone and words of a version's state."""
    return _VERSION_TONES.get(state, "mute"), _said(state)


def state(code: str) -> tuple[str, str]:
    """Tone and words of an entitlement's or an objection's state."""
    return _TONES.get(code, "mute"), _said(code)


def review(kind: str) -> str:
    """A side of a policy that is reviewed."""
    return _said(kind)


def way(code: str) -> str:
    """How a policy is received."""
    return {
        "no-application": gettext("No application needed"),
        "short-form": gettext("Short form"),
        "application": gettext("Application with documents"),
    }.get(code, code)


def kind(code: str) -> str:
    """What a policy grants."""
    return {"money": gettext("money"), "title": gettext("entry or title")}.get(code, code)


def truth(found: bool | None) -> str:
    """How a condition came out."""
    return gettext("not known") if found is None else gettext("met") if found else gettext("not met")


def shortfall(code: str) -> str:
    """What happens when the budget does not suffice."""
    return {
        "refuse": gettext("nothing is promised beyond the budget"),
        "pro-rata": gettext("everybody's share is cut alike"),
        "queue": gettext("first come, first served; the rest waits for the next budget"),
        "priority": gettext("the larger amounts first"),
    }.get(code, code)


def hit(code: str) -> str:
    """How the rows of a decision table answer."""
    return {
        "UNIQUE": gettext("exactly one row matches"),
        "ANY": gettext("rows that match say the same"),
        "FIRST": gettext("the first row that matches"),
    }.get(code, code)


def rounding(code: str) -> str:
    """How an amount is rounded."""
    return {
        "half-up": gettext("half up"),
        "half-even": gettext("half to even"),
        "down": gettext("always down"),
        "up": gettext("always up"),
    }.get(code, code)


def checker(code: str) -> str:
    """Who looks at the payments afterwards."""
    return {"city": gettext("the city"), "committee": gettext("the park's committee")}.get(code, code)


def outcome(code: str) -> tuple[str, str]:
    """Tone and words of what a screening says of a pair."""
    return {
        "entitled": ("good", gettext("Meets every condition")),
        "near": ("accent", gettext("One step away")),
        "undetermined": ("mute", gettext("A fact is missing")),
        "refused": ("mute", gettext("Does not meet the conditions")),
    }.get(code, ("mute", code))


def cliff_step(found: Cliff, schema: Schema, language: str) -> str:
    """The fact of a cliff, and which way is better: `Revenue: more of it`, `Rented since: a day later`."""
    if schema[found.fact].kind == "date":
        text = gettext("%(fact)s: a day later") if found.rises else gettext("%(fact)s: a day earlier")
    else:
        text = gettext("%(fact)s: a little more") if found.rises else gettext("%(fact)s: a little less")
    return text % {"fact": schema[found.fact].label(language)}


def cliff_jump(found: Cliff) -> str:
    """What is given on the two sides of a cliff."""
    if not found.jump:
        return gettext("the title, or none")
    worse, better = (str(figures.figure(Decimal(one) / 100, "yuan")) for one in (found.worse, found.better))
    return f"{worse} → {better}"


def value(given: Any, unit: str = "") -> str:
    """A FEEL value as a reader writes it."""
    if given is None:
        return gettext("not known")
    if isinstance(given, bool):
        return gettext("yes") if given else gettext("no")
    if isinstance(given, Decimal):
        return str(figures.figure(given, {"people": "persons"}.get(unit, unit)))
    return str(feel.text_of(given)).strip('"')


def fact_value(column: Column, given: Any, language: str, origins: Mapping[str, Origin] | None = None) -> str:
    """A value of a column: its codes by what the pack, the form or the register calls them."""
    if not isinstance(given, str):
        return value(given, column.unit)
    text = column.called(given, language)
    return origins.called(column.name, given, language) if text == given and isinstance(origins, Origins) else text


def choices(column: Column, language: str) -> list[tuple[str, str]]:
    """The categories that a column may hold, each with what it is called."""
    return [(code, column.called(code, language)) for code in column.values]


@dataclass(frozen=True)
class FactLine:
    """A fact as a condition used it: its name, value, and where it came from (a link where there is a page for it)."""

    label: str
    value: str
    source: str
    url: str


@dataclass(frozen=True)
class ConditionLine:
    """A condition of a pair: tone and symbol of how it came out, its words and clause, the facts it stood on, and what is missing to it."""

    id: str
    tone: str
    symbol: str
    text: str
    clause: str
    rule: str
    facts: list[FactLine]
    short: str


def lines(explanation: Explanation, origins: Mapping[str, Origin], language: str) -> list[ConditionLine]:
    """An explanation, condition by condition."""
    out, forms = [], form_names()
    for step in explanation.steps:
        tone, symbol = {True: ("good", "circle-check"), False: ("late", "x"), None: ("mute", "help")}[step.truth]
        facts = []
        for used in step.used:
            column = explanation.schema[used.name]
            source, url = origin(origins.get(used.name), forms)
            facts.append(FactLine(column.label(language), fact_value(column, used.value, language, origins), source, url))
        out.append(
            ConditionLine(
                step.condition.id, tone, symbol, step.condition.text.in_language(language), step.condition.clause, step.condition.when, facts, short(step)
            )
        )
    return out


def short(step: Any) -> str:
    """By how much a condition is missed, in its unit; empty where that has no meaning."""
    if step.truth is not False or step.distance is None:
        return ""
    needed = value(step.threshold, step.unit)
    if not isinstance(step.distance, Decimal):
        return gettext("needed: %(needed)s") % {"needed": needed}
    return gettext("short by %(distance)s; needed: %(needed)s") % {"distance": value(step.distance, step.unit), "needed": needed}


def gap(explanation: Explanation | Glance) -> tuple[int, Decimal]:
    """How far a pair that is one step away is: numbers by their relative distance first, then days, then yes-or-no conditions."""
    step = explanation.change()
    if step is None or step.distance is None:
        return 2, Decimal(0)
    if isinstance(step.distance, Decimal) and isinstance(step.threshold, Decimal) and step.threshold:
        return 0, abs(step.distance / step.threshold)
    return 1, Decimal(0)


def form_names() -> dict[str, str]:
    """The forms in force, code to name in the reader's language: asked for once for a page."""
    from manyuan.facts.filings.queries import current_forms

    return dict(current_forms().values_list("code", "name_zh" if figures.chinese() else "name_en"))


def origin(found: Origin | None, forms: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Where a fact came from, in words, and the page that shows it ('' where there is none). forms: `form_names`, where many are asked for."""
    if found is None:
        return "", ""
    if found.what == "form":
        from manyuan.surfaces.web import words

        form = (form_names() if forms is None else forms).get(found.name, found.name)
        text = f"{form} {words.period(found.period)}" if found.period else form
        return text, reverse("web:filing", args=[found.filing_id]) if found.filing_id else ""
    if found.what == "declared":
        return (gettext("declared %(on)s by %(by)s") % {"on": found.on, "by": found.by} if found.on else gettext("not declared yet")), ""
    if found.what == "register":
        return gettext("register loaded by the city"), ""
    if found.what == "assigned":
        return (gettext("%(proof)s, from %(on)s") % {"proof": found.proof, "on": found.on} if found.on else gettext("given by an evaluation")), ""
    return {"enterprise": gettext("register of enterprises"), "title": gettext("titles on record")}.get(found.what, found.what), ""


def source_name(source: Any) -> str:
    """Where a column of the fact sheet comes from."""
    return origin(Origin(source.what, source.name, source.field))[0] if source.what != "declared" else gettext("declared by the enterprise, once")


def fact_names(schema: Schema, names: Any, language: str) -> list[str]:
    """Columns by their labels."""
    return [schema[name].label(language) if name in schema else name for name in names]
