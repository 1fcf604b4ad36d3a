"""The policy editor: conditions, amount, decision tables, judging and delivery in one form, checked while it is written; tables out to Excel or DMN and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.engines.screening.amounts import ROUNDINGS
from manyuan.engines.screening.policy_file import MARKS
from manyuan.engines.screening.written_tables import HITS
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.surfaces.web import policy_words
from manyuan.surfaces.web.acting import actor, language, members, now, refused, today
from manyuan.surfaces.web.policy_form import SIMPLE, delivery_fields, given_of, shown_tables, tables_of
from manyuan.surfaces.web.rules_said import rule_said
from manyuan.work.money.models import Fund
from manyuan.work.policies import drafting, queries, tables
from manyuan.work.policies.composing import Composed, Told, compose, faults_of, fields_of
from manyuan.work.policies.errors import WrongDelivery
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.rules import CHECKERS, SHORTFALLS, WAYS, read_delivery
from manyuan.work.policies.trying import cliffs_written

MAX_FILE = 5 * 1024 * 1024
MAX_CELLS = 3_000
"""More cells than that are no form any more."""


@members
def policy_new(request: HttpRequest) -> HttpResponse:
    """Draft a new policy."""
    empty = {"mark": "example", "source": "example", "delivery": "no-application", "start": today(), "conditions": [], "amount": {}}
    return _edit(
        request, None, empty, {"shortfall": "queue", "objection_days": 5, "promised_days": 20, "check_share": 10, "check_days": 60, "evaluate_days": 90}
    )


@members
def policy_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the draft of a policy, or draft its next version from the newest one."""
    who = actor(request)
    version = queries.version_seen(who, code)
    return _edit(request, version, fields_of(version.text), delivery_fields(version))


def _edit(request: HttpRequest, version: PolicyVersion | None, rules: dict[str, Any], delivery: dict[str, Any]) -> HttpResponse:
    who = actor(request)
    if not who.sees_all:
        return refused(request, gettext("No right to do this"), gettext("Policies are drafted by the city."))
    faults: list[Told] = []
    if request.method == "POST":
        rules, delivery = given_of(request.POST)
        composed = compose(rules)
        faults = _faults(composed, delivery)
        if not faults:
            try:
                if version is not None and version.state == "draft":
                    saved = drafting.change_draft(version=version, text=composed.text, delivery=delivery, by=who, now=now())
                else:
                    saved = drafting.draft_policy(text=composed.text, delivery=delivery, by=who, now=now())
                if request.POST.get("act") == "try":
                    return HttpResponseRedirect(reverse("web:policy_try", args=[saved.policy.code]))
                return HttpResponseRedirect(reverse("web:policy", args=[saved.policy.code]))
            except DomainError as error:
                faults = [Told("code", error.message(get_language() or "zh-hans"))]
    return render(request, "web/policy_edit.html", _context(version, rules, delivery) | {"faults": _placed(faults)}, status=422 if faults else 200)


def _context(version: PolicyVersion | None, rules: dict[str, Any], delivery: dict[str, Any]) -> dict[str, Any]:
    if isinstance(rules.get("note"), str):
        rules["note"] = {"zh": rules["note"], "en": ""}
    rules = dict.fromkeys((*SIMPLE, "note"), "") | {
        name: "" if value is None else str(value) if isinstance(value, date) else value for name, value in rules.items()
    }
    definition, lang = current_definition(), language()
    known = [
        {"name": column.name, "label": column.label(lang), "unit": column.unit, "from": policy_words.source_name(definition.sources[column.name])}
        for column in definition.schema.columns
    ]
    conditions = [one for one in rules.get("conditions", []) if any(str(value) for value in one.values())]
    judging, score = delivery.get("judging") or {}, rules.get("score") or {}
    return {
        "v": version, "f": rules, "d": delivery, "funds": Fund.objects.all(), "conditions": conditions or [{}], "known": known,
        "asked": [(name, definition.schema[name].label(lang), name in delivery.get("asks", ())) for name in definition.asked()],
        "ways": [(w, policy_words.way(w)) for w in WAYS], "shortfalls": [(s, policy_words.shortfall(s)) for s in SHORTFALLS], "marks": MARKS,
        "roundings": [(one, policy_words.rounding(one)) for one in ROUNDINGS], "checkers": [(one, policy_words.checker(one)) for one in CHECKERS],
        "fresh": version is None or version.state != "draft", "requires": "; ".join(rules.get("requires", []) or []), "judged": "; ".join(rules.get("judged", []) or []),
        "documents": "; ".join(delivery.get("documents", ()) or ()), "judging": judging, "bands": [{"least": one.get("from", ""), "share": one.get("share", "")} for one in judging.get("bands", ())],
        "judged_items": judging.get("items", ()) or (), "score": score, "scored_items": score.get("items", ()) or (), **grid(rules.get("tables") or []),
    }  # fmt: skip


def grid(given: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tables": shown_tables(given), "hits": [(one, policy_words.hit(one)) for one in HITS]}


def _faults(composed: Composed, delivery: Mapping[str, Any]) -> list[Told]:
    definition = current_definition()
    found = faults_of(composed, definition.schema, language())
    try:
        read_delivery(delivery, definition.asked())
    except WrongDelivery as error:
        found.append(Told(f"d-{error.field}", error.message(get_language() or "zh-hans")))
    return found


@members
@require_POST
def policy_check(request: HttpRequest) -> HttpResponse:
    """The faults of what stands in the editor at this moment, and what is doubtful about its tables: for the checker that runs while the officer types."""
    if not actor(request).sees_all:
        raise Http404
    rules, delivery = given_of(request.POST)
    doubts, composed = tables.doubts_of(rules["tables"], current_definition().schema.names), compose(rules)
    faults = _faults(composed, delivery)
    context = {"faults": _placed(faults), "doubts": _placed(doubts), "cliffs": [] if faults else _cliffs(composed.text)}
    return render(request, "web/policy_faults.html", context)


def _cliffs(text: str) -> list[tuple[str, str, str]]:
    """Where one smallest step makes the award jump: fact and direction, rule, and what is given on both sides."""
    found, schema, lang = cliffs_written(text, current_hash()), current_definition().schema, language()
    if found is None:
        return []
    return [(policy_words.cliff_step(one, schema, lang), rule_said(one.comparison, schema, lang), policy_words.cliff_jump(one)) for one in found[1]]


def _placed(faults: list[Told]) -> list[tuple[str, str]]:
    """(where, what) of each fault, in words."""
    words = {
        "code": gettext("Code"), "name": gettext("Name"), "source": gettext("Source"), "mark": gettext("How far verified"), "start": gettext("In force from"), "end": gettext("Until"),
        "delivery": gettext("How it is received"), "amount": gettext("Amount"), "group": gettext("Group"), "ceiling": gettext("Ceiling"), "requires": gettext("Requires"),
        "d-budget": gettext("Budget"), "d-limit": gettext("Limit"), "d-asks": gettext("Asked for"), "d-objection_days": gettext("Public list"), "d-promised_days": gettext("Promise"),
        "score": gettext("Judged in points"), "d-judging": gettext("Judged by assessors"), "d-check_share": gettext("Share looked at afterwards (percent)"),
        "d-check_days": gettext("Looked at within (working days)"), "d-evaluate_days": gettext("Evaluated within (working days after the year)"),
    }  # fmt: skip
    return [(_where(one.place, words), one.text) for one in faults]


def _where(place: str, words: Mapping[str, str]) -> str:
    name, *numbers = place.split(".")
    if name == "conditions" and numbers:
        return gettext("Condition %(n)s") % {"n": int(numbers[0]) + 1}
    if name == "tables" and len(numbers) == 2:
        return gettext("Table %(n)s, row %(row)s") % {"n": int(numbers[0]) + 1, "row": int(numbers[1]) + 1}
    if name == "tables" and numbers:
        return gettext("Table %(n)s") % {"n": int(numbers[0]) + 1}
    return words.get(name, name)


@members
@require_POST
def policy_tables(request: HttpRequest) -> HttpResponse:
    """The tables of the editor after one step: a table or a column more or fewer, a file looked at, taken over or left. Nothing is saved by it."""
    if not actor(request).sees_all:
        raise Http404
    given, (act, *numbers) = tables_of(request.POST), request.POST.get("op", "").split(":")
    context: dict[str, Any] = {}
    if act == "read":
        context = _looked_at(request, given)
    elif act == "take":
        given = [dict(one) for one in tables.merged(given, _incoming(request))]
    elif act != "leave":
        given = _stepped(given, act, [int(one) for one in numbers if one.isdigit()])
    return render(request, "web/policy_tables.html", grid(given) | context | {"look_again": act != "read"})


def _stepped(given: list[dict[str, Any]], act: str, numbers: list[int]) -> list[dict[str, Any]]:
    if act == "table":
        name = next(f"T{n}" for n in range(1, len(given) + 2) if f"T{n}" not in {one["name"] for one in given})
        return [*given, {"name": name, "hit": "UNIQUE", "inputs": [""], "output": {}, "notes": [], "rules": []}]
    if not numbers or numbers[0] >= len(given):
        raise NotFound()
    at, one = numbers[0], given[numbers[0]]
    width = len(one["inputs"])
    if act == "drop":
        return given[:at] + given[at + 1 :]
    if act == "column" and width < 30:
        one["inputs"].append("")
        one["rules"] = [[*row[:width], "-", *row[width:]] for row in one["rules"]]
    elif act == "uncolumn" and len(numbers) == 2 and numbers[1] < width > 1:
        del one["inputs"][numbers[1]]
        one["rules"] = [[cell for number, cell in enumerate(row) if number != numbers[1]] for row in one["rules"]]
    elif act == "remark" and len(one["notes"]) < 5:
        one["notes"].append(gettext("Remark"))
        one["rules"] = [[*row, ""] for row in one["rules"]]
    else:
        raise NotFound()
    return given


def _looked_at(request: HttpRequest, given: list[dict[str, Any]]) -> dict[str, Any]:
    """A file as it would change the tables, or its faults."""
    file, lang = request.FILES.get("tables-file"), get_language() or "zh-hans"
    if file is None or not file.name:
        return {"wrong": [gettext("Choose a file first.")]}
    if file.size is None or file.size > MAX_FILE:
        return {"wrong": [gettext("The file is larger than 5 MB.")]}
    names = current_definition().schema.names
    try:
        incoming = tables.read_tables_file(name=file.name, content=file.read(), names=names)
    except DomainError as error:
        return {"wrong": error.message(lang).split("\n")}
    if (cells := sum(len(row) for one in tables.merged(given, incoming) for row in one["rules"])) > MAX_CELLS:
        return {"wrong": [gettext("%(n)s cells in all; the editor takes at most %(most)s. Split the policy.") % {"n": cells, "most": MAX_CELLS}]}
    doubts = tables.doubts_of(incoming, names)
    return {"changes": tables.changes_of(given, incoming), "incoming": json.dumps(incoming, ensure_ascii=False), "file": file.name, "doubts": _placed(doubts)}


def _incoming(request: HttpRequest) -> list[dict[str, Any]]:
    try:
        found = json.loads(request.POST.get("t-incoming", ""))
    except ValueError:
        raise NotFound() from None
    if not isinstance(found, list) or not all(isinstance(one, dict) and "name" in one for one in found):
        raise NotFound()
    return found


@members
@require_POST
def policy_tables_file(request: HttpRequest) -> HttpResponse:
    """The tables that stand in the editor at this moment, as a workbook or a DMN model."""
    if not actor(request).sees_all:
        raise Http404
    return _file(request, tables_of(request.POST), request.POST.get("as", ""), request.POST.get("code", "").strip() or "policy")


@members
def policy_tables_published(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The tables of a version as a file, for whoever may see the version."""
    number = request.GET.get("version", "")
    version = queries.version_seen(actor(request), code, int(number) if number.isdigit() and len(number) < 5 else None)
    return _file(request, fields_of(version.text)["tables"], kind, code)


def _file(request: HttpRequest, given: list[dict[str, Any]], kind: str, name: str) -> HttpResponse:
    if kind not in tables.KINDS or not given:
        raise NotFound()
    try:
        content = tables.tables_file(given, kind, current_definition().schema.names)
    except DomainError as error:
        context = {"heading": gettext("The tables have faults"), "text": error.message(get_language() or "zh-hans"), "symbol": "alert-triangle"}
        return render(request, "web/error.html", context, status=422)
    response = HttpResponse(content, content_type=tables.KINDS[kind])
    safe = "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "_" for one in name)
    response["Content-Disposition"] = f'attachment; filename="{safe}.{kind}"'
    return response
