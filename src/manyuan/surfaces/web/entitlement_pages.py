"""Entitlements: the worklist, one of them with its reasons, what-if, and the facts that an enterprise is asked for once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.engines.screening.explain import explain_row
from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition, current_hash, declared_of, origins
from manyuan.facts.factsheet.services import declare_facts
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures, policy_words
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.assessing import words as application_words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.money.accounts import current_account
from manyuan.work.policies import application_queries as reading
from manyuan.work.policies import delivering, queries
from manyuan.work.policies.judging import judging_of
from manyuan.work.policies.models import Entitlement
from manyuan.work.policies.queries import State
from manyuan.work.policies.rules import delivery_of, rules_of
from manyuan.work.policies.screening import in_force

_NUMBERS = ("money", "count", "rate")


@members
def entitlement_list(request: HttpRequest) -> HttpResponse:
    """Who is entitled to what and where it stands; an enterprise is led to its own page."""
    who, lang = actor(request), language()
    if who.role is Role.ENTERPRISE:
        return HttpResponseRedirect(_own_page(request))
    rows = queries.visible(who).select_related("version__policy", "enterprise", "park").defer("version__text", "enterprise__scope")
    parks = Park.objects.filter(closed_on=None).order_by("code")
    parks = parks if who.sees_all else parks.filter(pk__in=who.park_ids)
    policies = {v.policy.code: v.name(lang) for v in queries.newest_versions(who).filter(published_at__isnull=False)}
    filters = [
        Filter("policy", gettext("Policy"), sorted(policies.items(), key=lambda item: item[1]), lambda r, v: r.filter(version__policy__code=v)),
        Filter("state", gettext("State"), [(s, policy_words.state(s)[1]) for s in State.values], lambda r, v: r.filter(state=v)),
        Filter("park", gettext("Park"), [(p.code, figures.pick(p)) for p in parks], lambda r, v: r.filter(park__code=v)),
        Filter("account", gettext("Bank account"), [("none", gettext("no account given yet"))], lambda r, _: queries.without_account(r)),
    ]
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda e: e.enterprise.name, order="enterprise__name", url=lambda e: reverse("web:entitlement", args=[e.pk]), wrap=True, cell=lambda e: format_html("{} {}", e.enterprise.name, mark("synthetic") if e.synthetic else "")),
            Column("policy", gettext("Policy"), lambda e: e.version.name(lang), order="version__policy__code", wrap=True),
            Column("park", gettext("Park"), lambda e: figures.pick(e.park) if e.park else None, wrap=True),
            Column("amount", gettext("Amount"), lambda e: Decimal(e.amount_fen) / 100 if e.version.kind == "money" else None, order="amount_fen", unit="yuan"),
            Column("state", gettext("State"), lambda e: policy_words.state(e.state)[1], order="state", cell=lambda e: status(*policy_words.state(e.state))),
            Column("promised", gettext("Promised by"), lambda e: e.promised_on, order="promised_on", cell=lambda e: _promise(e)),
            Column("changed", gettext("Last step"), lambda e: e.changed_at.date(), order="changed_at"),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(enterprise__uscc__startswith=text.upper()),
        filters=filters,
        default_order="-changed",
        empty_title=gettext("Nobody is entitled yet"),
        empty_text=gettext("When a policy is published, everybody is screened and those entitled stand here."),
    ).read(request)  # fmt: skip
    exported = table.export(request, "entitlements")
    return exported or render(request, "web/entitlements.html", {"table": table, "cover": queries.coverage(rows)})


def _promise(row: Entitlement) -> str:
    if row.promised_on is None:
        return figures.NOTHING
    text = figures.day(row.promised_on)
    waiting = row.state in (State.ACCEPTED, State.PUBLIC, State.OBJECTED, State.CLEARED, State.APPROVED)
    return status("late", gettext("%(day)s, overdue") % {"day": text}) if waiting and row.promised_on < today() else text


@members
def entitlement(request: HttpRequest, pk: int) -> HttpResponse:
    """One entitlement: what and why, on which facts, what happened, what the reader can do."""
    who, lang = actor(request), language()
    row = queries.entitlement_seen(who, pk)
    decided = queries.decided(row)
    where = origins(current_definition(), row.enterprise, row.as_of)
    schema = current_definition().schema
    own = who.role is Role.ENTERPRISE
    delivery = delivery_of(row.version)
    missing = queries.facts_missing(row, today())
    application, judging = reading.application_of(row), judging_of(delivery.judging)
    handed: dict[str, list[Any]] = {name: [] for name in delivery.documents}
    for one in reading.papers_of(application) if own or who.sees_all or who.role is Role.COMMITTEE else ():
        handed.setdefault(one.wanted, []).append(one)
    held = {fact.fact: fact for fact in declared_of(row.enterprise, today())}
    context = {
        "e": row, "name": row.version.name(lang), "state": policy_words.state(row.state), "way": policy_words.way(row.version.way),
        "amount": Decimal(row.due_fen) / 100 if row.version.kind == "money" else None, "whole": Decimal(row.amount_fen) / 100, "cut": row.claim is not None and row.claim.amount_fen < row.amount_fen,
        "no_account": own and row.version.kind == "money" and row.state in WAITS_FOR_MONEY and current_account(row.enterprise) is None, "lines": policy_words.lines(decided, where, lang) if decided else [],
        "steps": [(step, policy_words.state(step.to_state), note_words(step.note)) for step in row.steps.all()], "queue": queries.queue_of(row) if row.state in queries.REACHED else None,
        "own": own, "delivery": delivery, "documents": delivery.documents, "handed": list(handed.items()), "application": application, "application_state": application_words.state(application.state) if application else None, "sees_application": application is not None and (who.sees_all or own or who.role is Role.COMMITTEE),
        "judged": application_words.result(application, judging, lang) if application and (own or who.sees_all) else None, "judging": [(item.name(lang), application_words.plain(item.least), application_words.plain(item.most)) for item in judging.items] if judging else [],
        "asks": [{"name": name, "label": schema[name].label(lang), "unit": schema[name].unit, "kind": schema[name].kind, "values": policy_words.choices(schema[name], lang), "held": held.get(name)} for name in missing],
        "may": {
            "accept": own and row.state == State.NOTIFIED and judging is None, "papers": own and row.state == State.NOTIFIED and bool(delivery.documents or judging), "apply": own and row.state == State.NOTIFIED and judging is not None, "refuse": own and row.state in (State.NOTIFIED, State.DISPUTED), "dispute": own and row.state == State.NOTIFIED,
            "release": who.sees_all and row.state == State.HELD, "settle": who.sees_all and row.state == State.DISPUTED,
            "reject": who.sees_all and row.state in (State.LISTED, State.HELD, State.NOTIFIED, State.DISPUTED, State.ACCEPTED, State.OBJECTED, State.CLEARED),
            "approve": who.sees_all and row.state == State.CLEARED and who.id != row.version.drafted_by_id and not (row.claim and row.claim.approvals.filter(approver_id=who.id).exists()),
        },
        "approvals": row.claim.approvals.all() if row.claim else [], "needed": delivering.approvals_needed(row), "objections": row.objections.all() if who.sees_all else [],
    }  # fmt: skip
    context["clause"] = rules_of(row.version, row.screening.facts_hash).amount.clause
    return render(request, "web/entitlement.html", context)


WAITS_FOR_MONEY = (State.ACCEPTED, State.PUBLIC, State.OBJECTED, State.CLEARED, State.APPROVED, State.RETURNED)


def note_words(note: str) -> str:
    """A step's note in words: those that the screening leaves are codes."""
    if note.startswith("group:"):
        return gettext("already settled under %(policy)s; only one of the two") % {"policy": note[6:]}
    return {
        "register": gettext("stands in a register; to be checked"), "facts": gettext("the facts changed"), "version": gettext("a new version of the policy"),
    }.get(note, note)  # fmt: skip


@members
@require_POST
def entitlement_act(request: HttpRequest, pk: int) -> HttpResponse:
    """One step of an entitlement."""
    who, post = actor(request), request.POST
    row = queries.entitlement_seen(who, pk)
    text, when = post.get("text", ""), now()
    facts = {name[2:]: value for name, value in post.items() if name.startswith("f-")}
    acts = {
        "accept": (lambda: delivering.accept_entitlement(entitlement=row, facts=facts, by=who, now=when), gettext("Accepted. You need do nothing more; the day promised stands here.")),
        "refuse": (lambda: delivering.refuse_entitlement(entitlement=row, reason=text, by=who, now=when), gettext("Declined.")),
        "dispute": (lambda: delivering.dispute_entitlement(entitlement=row, text=text, by=who, now=when), gettext("Noted. Nothing goes on until it is looked at.")),
        "release": (lambda: delivering.release_held(entitlement=row, reason=text, by=who, now=when), gettext("Released.")),
        "settle": (lambda: delivering.settle_dispute(entitlement=row, note=text, by=who, now=when), gettext("Settled; the enterprise was screened again.")),
        "reject": (lambda: delivering.reject_entitlement(entitlement=row, reason=text, by=who, now=when), gettext("Rejected; the enterprise reads the reason.")),
        "approve": (lambda: delivering.approve_entitlements(entitlements=[row], by=who, now=when), gettext("Your approval is on record.")),
    }  # fmt: skip
    what = post.get("act", "")
    if what not in acts:
        raise NotFound()
    return act(request, acts[what][0], acts[what][1], reverse("web:entitlement", args=[pk]))


@members
@require_POST
def accept_all(request: HttpRequest, uscc: str) -> HttpResponse:
    """One yes to all that the page showed as waiting for no more than a yes."""
    who, firm = actor(request), firm_seen(request, uscc)
    wanted = [int(one) for one in request.POST.getlist("entitlement") if one.isdigit() and len(one) < 19]
    rows = list(queries.visible(who).filter(pk__in=wanted, enterprise=firm).select_related("version__policy"))
    if not rows or len(rows) < len(set(wanted)):
        raise NotFound()
    done = gettext("%(n)s accepted. You need do nothing more.") % {"n": len(rows)}
    return act(request, lambda: delivering.accept_several(entitlements=rows, by=who, now=now()), done, reverse("web:mine", args=[firm.uscc]))


def _own_page(request: HttpRequest) -> str:
    firm = request.user.organisation.enterprise  # type: ignore[union-attr]
    if firm is None:
        raise NotFound()
    return reverse("web:mine", args=[firm.uscc])


def firm_seen(request: HttpRequest, uscc: str) -> Enterprise:
    """The enterprise of an address, where the reader may see it. Raises NotFound."""
    firm = visible_enterprises(actor(request)).filter(uscc=uscc.upper()).select_related("park").first()
    if firm is None:
        raise NotFound()
    return firm  # type: ignore[no-any-return]


@members
def what_if(request: HttpRequest, uscc: str) -> HttpResponse:
    """An enterprise's own figures, changed as it likes: which policies it would gain or lose, and what they would come to. Nothing is stored."""
    lang = language()
    firm = firm_seen(request, uscc)
    versions = in_force(today())
    definition = current_definition()
    sheet = build_sheet(definition, as_of=today(), only=[firm.pk])
    if not sheet.ids:
        raise NotFound()
    row = sheet.facts.row(0)
    rules = {version: rules_of(version, current_hash()) for version in versions}
    used = [
        column for column in definition.schema.columns if column.kind in _NUMBERS and definition.sources[column.name].what in ("form", "declared", "enterprise")
    ]
    text = " ".join(condition.when for policy in rules.values() for condition in policy.conditions) + " ".join(
        policy.amount.value or "" for policy in rules.values()
    )
    used = [column for column in used if column.name in text]
    changed, faults = dict(row), []
    fields = []
    for column in used:
        given = request.GET.get(f"w-{column.name}", "").strip().replace(",", "")
        held = row[column.name]
        shown = "" if held is None else figures.plain(held, column.decimals).replace(",", "")
        if given and given != shown:
            try:
                changed[column.name] = Decimal(given)
                if not changed[column.name].is_finite() or abs(changed[column.name]) > 10**15:
                    raise InvalidOperation
            except InvalidOperation:
                changed[column.name] = held
                faults.append(column.name)
        fields.append(
            {
                "name": column.name,
                "label": column.label(lang),
                "unit": column.unit,
                "held": policy_words.value(held, column.unit),
                "value": given or shown,
                "wrong": column.name in faults,
                "moved": changed[column.name] != held,
                "known": held is not None,
            }
        )
    outcomes = []
    for version, policy in rules.items():
        before, after = explain_row(policy, row, definition.schema), explain_row(policy, changed, definition.schema)
        if before.outcome != after.outcome or (after.outcome == "entitled" and before.gross != after.gross):
            outcomes.append({
                "name": version.name(lang), "v": version, "before": policy_words.outcome(before.outcome), "after": policy_words.outcome(after.outcome), "gained": after.outcome == "entitled",
                "was": Decimal(before.gross) / 100 if before.outcome == "entitled" else None, "is": Decimal(after.gross) / 100 if after.outcome == "entitled" else None,
            })  # fmt: skip
    fields.sort(key=lambda field: (not field["moved"], not field["wrong"], not field["known"]))
    context = {"firm": firm, "fields": fields, "outcomes": outcomes, "tried": any(field["moved"] for field in fields), "wrong": bool(faults)}
    return render(request, "web/what_if.html", context, status=422 if faults else 200)


@members
def facts(request: HttpRequest, uscc: str) -> HttpResponse:
    """The facts that no form holds: given once, kept with their day and proof, used by every policy."""
    who, lang = actor(request), language()
    firm = firm_seen(request, uscc)
    definition = current_definition()
    if request.method == "POST":
        values = {name: request.POST[f"f-{name}"].strip() for name in definition.asked() if request.POST.get(f"f-{name}", "").strip()}
        if not values:
            return HttpResponseRedirect(reverse("web:facts", args=[firm.uscc]))
        done = gettext("Kept. Your policies are worked out again within a minute.")
        return act(
            request,
            lambda: declare_facts(enterprise=firm, values=values, on=today(), proof=request.POST.get("proof", "").strip()[:200], by=who, now=now()),
            done,
            reverse("web:facts", args=[firm.uscc]),
        )
    held = {row.fact: row for row in declared_of(firm, today())}
    reads: dict[str, list[str]] = {}
    for version in in_force(today()):
        for name in delivery_of(version).asks:
            reads.setdefault(name, []).append(version.name(lang))
    lines = []
    for name in definition.asked():
        column, row = definition.schema[name], held.get(name)
        lines.append(
            {
                "name": name,
                "label": column.label(lang),
                "unit": column.unit,
                "kind": column.kind,
                "values": policy_words.choices(column, lang),
                "row": row,
                "value": _kept(column, row, lang),
                "for": reads.get(name, []),
            }
        )
    may = who.sees_all or (who.role is Role.ENTERPRISE and firm.pk in who.enterprise_ids) or (who.role is Role.COMMITTEE and firm.park_id in who.park_ids)
    return render(request, "web/facts.html", {"firm": firm, "lines": lines, "may": may, "own": who.role is Role.ENTERPRISE})


def _kept(column: Any, row: Any, lang: str) -> str:
    if row is None:
        return ""
    if column.kind == "money":
        return policy_words.value(Decimal(row.value) / 100, column.unit)
    if column.kind in ("count", "rate"):
        return policy_words.value(Decimal(str(row.value)), column.unit)
    return policy_words.fact_value(column, row.value if isinstance(row.value, bool) else str(row.value), lang)
