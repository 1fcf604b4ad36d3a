"""Words and tones of matters: states, causes, bodies, groups, rules of duties."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from manyuan.surfaces.web.acting import language

_TONES = {
    "open": "accent", "granted": "good", "refused": "late", "withdrawn": "mute", "done": "good", "dropped": "mute", "reused": "good", "asked": "accent",
    "corrected": "risk", "again": "late", "wanted": "accent", "given": "good", "declined": "mute", "planned": "mute", "pilot": "accent", "in-force": "good",
}  # fmt: skip


def state(code: str) -> tuple[str, str]:
    """Tone and words of an application's state."""
    words = {"open": gettext("In hand"), "granted": gettext("Granted"), "refused": gettext("Refused"), "withdrawn": gettext("Withdrawn")}
    return _TONES.get(code, "mute"), words.get(code, code)


def step_state(code: str) -> tuple[str, str]:
    return _TONES.get(code, "mute"), {"open": gettext("To do"), "done": gettext("Done"), "dropped": gettext("No longer needed")}.get(code, code)


def outcome(code: str) -> str:
    return {"ok": gettext("Let it pass"), "mend": gettext("To be mended"), "refuse": gettext("Refuse")}.get(code, code)


def how(code: str) -> tuple[str, str]:
    """How something in the ledger came: reused, asked, corrected, asked again."""
    words = {
        "reused": gettext("Held, not asked"), "asked": gettext("Asked once"), "corrected": gettext("Corrected by the enterprise"), "again": gettext("Asked although held"),
    }  # fmt: skip
    return _TONES.get(code, "mute"), words.get(code, code)


def service_state(code: str) -> tuple[str, str]:
    return _TONES.get(code, "mute"), {"wanted": gettext("Service wanted"), "given": gettext("Provided"), "declined": gettext("Not provided")}.get(code, code)


def cause(code: str) -> str:
    """Why a step left the park."""
    return {
        "no-power": gettext("The park has no such power"), "no-capacity": gettext("The park has the power but nobody able to use it"),
        "outside-conditions": gettext("Outside the conditions of the power"), "system": gettext("The business system is not connected"),
        "originals": gettext("Originals have to be seen"), "level": gettext("By law a higher level's"),
    }.get(code, code)  # fmt: skip


def body(code: str) -> str:
    return {
        "committee": gettext("Park committee"), "company": gettext("Park company"), "city": gettext("City"), "enterprise": gettext("Enterprise"),
    }.get(code, code)  # fmt: skip


def group(code: str) -> str:
    """A group of the catalogue; one that a pack invents is shown as it is."""
    return {
        "construction": gettext("Construction"), "investment": gettext("Investment"), "licence": gettext("Licences"), "people": gettext("People and housing"),
        "utilities": gettext("Utilities"), "registration": gettext("Registration"),
    }.get(code, code)  # fmt: skip


def lane(code: str) -> str:
    return {"park": gettext("Green channel of the park"), "city": gettext("City lane for major projects")}.get(code, "")


def act(code: str) -> str:
    """What an agent may do."""
    return {"file": gettext("File applications"), "supply": gettext("Hand in what is asked for"), "withdraw": gettext("Withdraw applications")}.get(code, code)


def rule(code: str) -> str:
    """A rule of duties that is broken."""
    return {
        "two-accountable": gettext("Two bodies answer for it"), "none-accountable": gettext("Nobody answers for it"), "nobody-does-it": gettext("Nobody does it"),
        "company-regulates": gettext("A company has a regulatory duty"), "same-measure": gettext("Both bodies are measured by it"),
        "no-company": gettext("The park has no company"), "no-post": gettext("Nobody holds the post of this stage"),
    }.get(code, code)  # fmt: skip


def duty_kind(code: str) -> tuple[str, str]:
    tone = {"regulatory": "risk", "service": "accent", "market": "mute"}
    return tone.get(code, "mute"), {"regulatory": gettext("Regulatory"), "service": gettext("Public service"), "market": gettext("Market")}.get(code, code)


def stage(code: str) -> str:
    return {
        "attract": gettext("Attract"), "invest": gettext("Invest"), "finance": gettext("Finance"), "build": gettext("Build"), "manage": gettext("Manage"),
        "operate": gettext("Operate"),
    }.get(code, code)  # fmt: skip


def reform_state(code: str) -> tuple[str, str]:
    words = {"planned": gettext("Being planned"), "pilot": gettext("On trial"), "in-force": gettext("Carried out"), "dropped": gettext("Dropped")}
    return _TONES.get(code, "mute"), words.get(code, code)


def said(names: Any) -> str:
    """{zh, en} in the reader's language."""
    return str(names.get(language()) or names.get("zh") or "") if isinstance(names, dict) else str(names or "")


def shown(entry: dict[str, Any], value: Any) -> str:
    """The value of a field as people read it."""
    if value is None or value == "":
        return "–"
    if entry.get("type") == "yes-no":
        return gettext("yes") if value else gettext("no")
    if entry.get("type") == "choice":
        return next((said(one["name"]) for one in entry["choices"] if one["code"] == value), str(value))
    return str(value)


def source(held: dict[str, Any]) -> str:
    """Where something is held."""
    parts = [said(held.get("name")), held.get("period") or "", held.get("number") or "", held.get("on") or ""]
    return " · ".join(part for part in parts if part)
