"""Templates: read from the pack, checked, kept by version, and filled in the reader's language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.work.notices.errors import WrongTemplates
from manyuan.work.notices.models import Template

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "entitled": frozenset({"policy", "amount"}),
    "entitled-form": frozenset({"policy", "amount"}),
    "entitled-apply": frozenset({"policy", "amount"}),
    "approved": frozenset({"policy", "amount"}),
    "paid": frozenset({"title", "amount"}),
    "payment-returned": frozenset({"title", "amount", "reason"}),
    "recalled": frozenset({"title", "amount", "reason"}),
    "objection-upheld": frozenset({"policy", "reason"}),
    "application-received": frozenset({"policy", "enterprise", "on"}),
    "application-new": frozenset({"policy", "enterprise"}),
    "application-returned": frozenset({"policy", "enterprise", "reason"}),
    "application-assessed": frozenset({"policy", "enterprise", "on"}),
    "application-arbitrated": frozenset({"policy", "enterprise", "on"}),
    "assessor-asked": frozenset({"policy", "enterprise", "on"}),
    "arbiter-asked": frozenset({"policy", "enterprise", "on"}),
    "review-wanted": frozenset({"policy", "who", "kinds"}),
    "publish-wanted": frozenset({"policy"}),
    "draft-back": frozenset({"policy", "who", "reason"}),
    "approval-wanted": frozenset({"policy", "n"}),
    "award-approval-wanted": frozenset({"title", "n"}),
    "exchange-noted": frozenset({"enterprise", "on", "text"}),
    "application-apart": frozenset({"policy", "enterprise", "limit"}),
    "assessor-declined": frozenset({"policy", "enterprise", "who", "reason"}),
    "application-judged": frozenset({"policy", "enterprise", "total", "share", "result"}),
    "after-check-due": frozenset({"policy", "n", "on"}),
    "paid-corrected": frozenset({"policy", "enterprise", "paid", "amount", "on"}),
    "after-check-passed": frozenset({"policy", "enterprise", "on"}),
    "after-check-wrong": frozenset({"policy", "enterprise", "amount", "reason"}),
    "title-ends": frozenset({"title", "on", "days"}),
    "plan-proposed": frozenset({"number", "goal", "on"}),
    "plan-closing": frozenset({"number", "goal", "on"}),
    "anchor-promised": frozenset({"enterprise", "text", "on"}),
    "filing-returned": frozenset({"form", "period", "reason"}),
    "per-mu-published": frozenset({"year", "grade", "total", "until"}),
    "per-mu-decided": frozenset({"year", "decision", "reason"}),
    "policy-opens": frozenset({"policy", "on", "days"}),
    "policy-closes": frozenset({"policy", "on", "days"}),
    "promise-near": frozenset({"policy", "on", "days"}),
    "promises-near": frozenset({"policy", "on", "days", "count"}),
    "use-report-due": frozenset({"title", "amount"}),
    "case-new": frozenset({"kind", "number", "title"}),
    "case-answered": frozenset({"kind", "number", "title", "reason"}),
    "case-back": frozenset({"kind", "number", "title", "reason"}),
    "case-refused": frozenset({"kind", "number", "title", "reason"}),
    "case-due": frozenset({"kind", "number", "title", "clock", "on"}),
    "case-overdue": frozenset({"kind", "number", "title", "clock", "on"}),
    "case-up": frozenset({"kind", "number", "title", "level"}),
    "case-said": frozenset({"kind", "number", "title", "said"}),
    "case-watched": frozenset({"kind", "number", "title", "what"}),
    "case-recheck": frozenset({"kind", "number", "title", "days"}),
    "meeting-invited": frozenset({"kind", "theme", "at", "place"}),
    "meeting-moved": frozenset({"kind", "theme", "at", "place"}),
    "meeting-cancelled": frozenset({"kind", "theme", "at", "reason"}),
    "outreach": frozenset({"title", "text"}),
    "supply-invited": frozenset({"title", "other"}),
    "supply-agreed": frozenset({"title", "other"}),
    "supply-closed": frozenset({"title", "other", "result"}),
    "survey": frozenset({"period", "on"}),
    "matter-asked": frozenset({"matter", "number", "what", "reason"}),
    "matter-ended": frozenset({"matter", "number", "state"}),
}
"""What each template is given; a text may leave some out and may name no other."""
_TEXTS = ("subject_zh", "subject_en", "body_zh", "body_en")


@transaction.atomic
def install_templates(*, content: Any, by: Actor, now: datetime) -> int:
    """Take the templates of a pack: {code: {zh: {subject, body}, en: {subject, body}}}. Returns how many are new or changed. Raises WrongTemplates."""
    found, faults = _read(content)
    if faults:
        raise WrongTemplates(faults="\n".join(faults))
    changed = 0
    for code, texts in found.items():
        newest = Template.objects.filter(code=code).order_by("-number").first()
        if newest is not None and newest.is_current and all(getattr(newest, name) == texts[name] for name in _TEXTS):
            continue
        Template.objects.filter(code=code, is_current=True).update(is_current=False)
        Template.objects.create(code=code, number=(newest.number if newest else 0) + 1, **texts)
        changed += 1
    if changed:
        audit.record(by=by, now=now, action="notices.install_templates", subject_kind="templates", subject_id="pack", after={"changed": changed})
    return changed


def _read(content: Any) -> tuple[dict[str, dict[str, str]], list[str]]:
    if not isinstance(content, Mapping):
        return {}, ["expected {code: {zh: {subject, body}, en: {subject, body}}}"]
    out, faults = {}, []
    for code, given in content.items():
        if code not in PLACEHOLDERS:
            faults.append(f"{code}: unknown; expected one of {', '.join(sorted(PLACEHOLDERS))}")
            continue
        texts = {}
        for language in ("zh", "en"):
            for part in ("subject", "body"):
                text = ((given or {}).get(language) or {}).get(part) if isinstance(given, Mapping) else None
                if not isinstance(text, str) or not text.strip():
                    faults.append(f"{code}.{language}.{part}: nothing found, expected a text")
                    continue
                faults += [f"{code}.{language}.{part}: {fault}" for fault in _faults(text, PLACEHOLDERS[code])]
                texts[f"{part}_{language}"] = text.strip()
        out[str(code)] = texts
    faults += [f"{code}: missing" for code in sorted(set(PLACEHOLDERS) - set(content))]
    return out, faults


def _faults(text: str, known: frozenset[str]) -> list[str]:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        return [str(error)]
    return [f"found {{{name}}}, expected only {', '.join('{' + one + '}' for one in sorted(known))}" for name in names if name not in known]


def said(template: Template, data: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(subject, body) in the language; a placeholder without a value is a dash."""
    tongue = "zh" if language.startswith("zh") else "en"
    values = {name: _value(data.get(name), tongue) for name in PLACEHOLDERS[template.code]}
    return tuple(getattr(template, f"{part}_{tongue}").format(**values) for part in ("subject", "body"))  # type: ignore[return-value]


def _value(given: Any, tongue: str) -> str:
    if isinstance(given, Mapping):
        given = given.get(tongue) or given.get("zh")
    return "–" if given is None or given == "" else str(given)
