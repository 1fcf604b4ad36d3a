"""For an enterprise "What is mine": entitled now, one step away, to be decided with a fact, why not; and one policy with every reason."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import expiring_titles
from manyuan.facts.factsheet.queries import current_definition, declared_of, origins
from manyuan.facts.programme.programme import title_names
from manyuan.surfaces.web import policy_words
from manyuan.surfaces.web.acting import actor, language, members, today
from manyuan.surfaces.web.cultivation.one_click import offered
from manyuan.surfaces.web.entitlement_pages import WAITS_FOR_MONEY, firm_seen
from manyuan.work.cultivation.plans import OPEN
from manyuan.work.cultivation.queries import visible_plans
from manyuan.work.money.accounts import current_account
from manyuan.work.policies import queries
from manyuan.work.policies.mine import mine as all_of
from manyuan.work.policies.models import Entitlement
from manyuan.work.policies.queries import State
from manyuan.work.policies.screening import in_force
from manyuan.work.policies.windows import windows_of

SHOWN = 12
"""So many policies that are one step away, the nearest, and as many that want a fact are listed at first; the others are one click away."""


@members
def mine(request: HttpRequest, uscc: str) -> HttpResponse:
    """What is an enterprise's own; titles that run out; the burden."""
    who, lang = actor(request), language()
    firm = firm_seen(request, uscc)
    found = all_of(firm, today())
    definition = current_definition()
    asked = set(definition.asked())
    names, ends = title_names(), today() + timedelta(days=60)
    titles = expiring_titles(who, today(), ends).filter(enterprise=firm)
    standing = [row for row in found.entitled if row.state in queries.STANDING]
    own, forms = who.role is Role.ENTERPRISE, policy_words.form_names()
    near = sorted(found.near, key=lambda pair: policy_words.gap(pair[1]))
    near_shown, open_shown = (rows if request.GET.get("all") == name else rows[:SHOWN] for name, rows in (("near", near), ("open", found.open)))
    entitled = [_shown(row, lang) for row in found.entitled]
    context = {
        "firm": firm, "own": own,
        "entitled": entitled, "one_click": [one["e"].pk for one in entitled if one["one_click"]] if own else [],
        "sum": Decimal(sum(row.due_fen for row in standing)) / 100, "paid": Decimal(sum(row.due_fen for row in standing if row.state == State.PAID)) / 100,
        "waiting": sum(row.state == State.NOTIFIED for row in standing),
        "no_account": own and any(row.state in WAITS_FOR_MONEY and row.version.kind == "money" for row in standing) and current_account(firm) is None,
        "windows": [{"w": one, "name": one.version.name(lang), "days": (one.day - today()).days, "outcome": policy_words.outcome(one.outcome) if one.outcome else None} for one in windows_of(firm, today())],
        "plans": visible_plans(who).filter(enterprise=firm, state__in=OPEN).select_related("officer").order_by("due_on"),
        "near": [_near(version, one, found.origins, forms, lang) for version, one in near_shown], "near_count": len(near), "near_more": len(near) - len(near_shown),
        "open": [{"v": version, "name": version.name(lang), "missing": policy_words.fact_names(definition.schema, one.missing, lang), "askable": set(one.missing) <= asked} for version, one in open_shown], "open_count": len(found.open), "open_more": len(found.open) - len(open_shown),
        "refused": len(found.refused),
        "titles": [(names.get(row.kind, {}).get(lang, row.kind), row.valid_to, (row.valid_to - today()).days) for row in titles],
        "reused": len(found.read - asked), "asked": declared_of(firm, today()).count(),
    }  # fmt: skip
    return render(request, "web/mine.html", context)


def _near(version: Any, one: Any, where: Any, forms: dict[str, str], lang: str) -> dict[str, Any]:
    step = one.change()
    return {
        "v": version, "name": version.name(lang), "change": step.condition.text.in_language(lang), "proof": _proof(one, where, forms),
        "short": policy_words.short(step), "measured": policy_words.gap(one)[0] < 2,
    }  # fmt: skip


@members
def why_not(request: HttpRequest, uscc: str) -> HttpResponse:
    """The policies that an enterprise does not get, those with the fewest unmet conditions first; each opens with its reasons."""
    lang = language()
    firm = firm_seen(request, uscc)
    found = all_of(firm, today())
    rows = [{"v": version, "name": version.name(lang), "failed": one.unmet} for version, one in sorted(found.refused, key=lambda pair: pair[1].unmet)]
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(
        request, "web/why_not.html" if whole else "web/components/refused.html", {"firm": firm, "own": actor(request).role is Role.ENTERPRISE, "refused": rows}
    )


@members
def why(request: HttpRequest, uscc: str, code: str) -> HttpResponse:
    """What one policy in force says to an enterprise today: the outcome, and every condition with its value, source and clause."""
    who, lang = actor(request), language()
    firm = firm_seen(request, uscc)
    version = next((one for one in in_force(today()) if one.policy.code == code), None)
    found = queries.explanation(version, firm, today()) if version else None
    if version is None or found is None:
        raise NotFound()
    explained = found[0]
    lines = policy_words.lines(explained, origins(current_definition(), firm, today()), lang)
    near = explained.outcome == "near"
    plan = {"one_click": offered(who, firm, today()), "goal": _goal(version, explained, lang)} if near else {}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "web/components/why.html", {"firm": firm, "lines": lines, **plan})
    context = {
        **plan, "firm": firm, "own": who.role is Role.ENTERPRISE, "v": version, "name": version.name(lang), "lines": lines, "outcome": policy_words.outcome(explained.outcome),
        "amount": Decimal(explained.gross) / 100 if explained.outcome == "entitled" and version.kind == "money" else None,
        "missing": policy_words.fact_names(current_definition().schema, explained.missing, lang) if explained.outcome == "undetermined" else [],
        "entitlement": queries.visible(who).filter(enterprise=firm, version__policy=version.policy_id).order_by("-pk").first(),
    }  # fmt: skip
    return render(request, "web/why.html", context)


def _proof(one: Any, where: Any, forms: dict[str, str]) -> str:
    """Where the figure that would have to change is proved: the form, the register or the declaration that it comes from."""
    sources = [policy_words.origin(where.get(used.name), forms)[0] for used in one.change().used]
    return next((text for text in sources if text), "")


def _goal(version: Any, one: Any, lang: str) -> str:
    """What a plan for a policy that is one step away is to reach."""
    short = policy_words.short(one.change())
    text = gettext("Meet “%(policy)s”: %(condition)s") % {"policy": version.name(lang), "condition": one.change().condition.text.in_language(lang)}
    return f"{text}（{short}）"[:300] if short and lang == "zh" else f"{text} ({short})"[:300] if short else text[:300]


def _shown(row: Entitlement, lang: str) -> dict[str, Any]:
    return {
        "e": row, "name": row.version.name(lang), "state": policy_words.state(row.state), "way": policy_words.way(row.version.way),
        "amount": Decimal(row.amount_fen) / 100 if row.version.kind == "money" else None, "one_click": row.state == State.NOTIFIED and not queries.facts_missing(row, today()),
    }  # fmt: skip
