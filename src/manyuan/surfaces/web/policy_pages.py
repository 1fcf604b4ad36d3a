"""Policies: the list, one policy with its life and its coverage, the editor with a checker, the try-out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST

from manyuan.engines.screening import Cliff, Policy
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.programme import source_titles
from manyuan.surfaces.web import after_pages, figures, policy_reading, policy_words
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.policy_form import delivery_fields
from manyuan.surfaces.web.rules_said import rule_said
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.money.models import Fund
from manyuan.work.policies import delivering, drafting, funding, queries
from manyuan.work.policies.composing import compose, differences, fields_of
from manyuan.work.policies.errors import WrongDelivery
from manyuan.work.policies.models import Entitlement, PolicyVersion, PublicNotice, Review
from manyuan.work.policies.rules import WAYS, delivery_of, rules_of
from manyuan.work.policies.trying import NO_TITLE, TIER, TITLES, fit_budget, try_out

State = Entitlement.State


@members
def policy_list(request: HttpRequest) -> HttpResponse:
    """Each policy in its newest version: its state, its way, how far it has come."""
    who, lang = actor(request), language()
    rows = queries.newest_versions(who)
    seen = queries.visible(who)
    cover = queries.coverage_by_version(seen.filter(version__in=rows.values("pk")))
    states = [s for s in PolicyVersion.State.values if s not in ("dropped", "superseded")] if who.sees_all else ["published", "ended"]
    filters = [
        Filter("state", gettext("State"), [(s, policy_words.version_state(s)[1]) for s in states], lambda r, v: r.filter(state=v)),
        Filter("way", gettext("How it is received"), [(w, policy_words.way(w)) for w in WAYS], lambda r, v: r.filter(way=v)),
    ]
    columns = [
        Column("name", gettext("Policy"), lambda v: v.name(lang), order="name_zh", url=lambda v: reverse("web:policy", args=[v.policy.code]), wrap=True, cell=lambda v: format_html("{} {}", v.name(lang), mark(v.mark))),
        Column("code", gettext("Code"), lambda v: v.policy.code, order="policy__code"),
        Column("way", gettext("How it is received"), lambda v: policy_words.way(v.way), order="way"),
        Column("state", gettext("State"), lambda v: policy_words.version_state(v.state)[1], order="state", cell=lambda v: status(*policy_words.version_state(v.state))),
    ]  # fmt: skip
    if who.role is not Role.ENTERPRISE:
        columns += [
            Column("entitled", gettext("Entitled"), lambda v: cover[v.pk].entitled if v.pk in cover else None, unit="enterprises"),
            Column(
                "amount", gettext("Amount"), lambda v: Decimal(cover[v.pk].entitled_fen) / 100 if v.pk in cover and v.kind == "money" else None, unit="yuan"
            ),
            Column("rate", gettext("Said yes"), lambda v: _ratio(cover.get(v.pk)), unit="ratio"),
        ]
    else:
        columns.append(Column("until", gettext("In force until"), lambda v: v.ends_on, order="ends_on"))
    table = Table(
        "", columns, rows, search_fields=("name_zh", "name_en", "policy__code"), filters=filters, default_order="code",
        empty_title=gettext("No policy yet"), empty_text=gettext("The city drafts policies here, or brings in those of a pack: manyuan policies import FOLDER."),
    ).read(request)  # fmt: skip
    exported = table.export(request, "policies")
    if exported:
        return exported
    whole = queries.coverage(seen.filter(version__state="published")) if who.role is not Role.ENTERPRISE and who.role is not Role.INSTITUTE else None
    own = request.user.organisation.enterprise if who.role is Role.ENTERPRISE else None  # type: ignore[union-attr]
    return render(
        request,
        "web/policies.html",
        {"table": table, "may_draft": who.sees_all, "whole": whole, "own": own, "in_force": rows.filter(state="published").count()},
    )


def _ratio(found: queries.Coverage | None) -> Decimal | None:
    return None if found is None or found.rate is None else Decimal(str(round(found.rate, 4)))


def _money(version: PolicyVersion, who: Actor) -> dict[str, Any]:
    """The fund that pays; for the city what is left of the year and what is missing for those entitled."""
    fund = Fund.objects.filter(code=delivery_of(version).fund).first()
    if fund is None or not who.sees_all or version.published_at is None or version.kind != "money":
        return {"fund": fund}
    return {"fund": fund, "left_fen": funding.budget_left(version, today().year), "short_fen": funding.missing(version, today().year)}


@members
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """One policy: what it says, how it is delivered, where it stands, whom it reached, and what is to be done next."""
    who, lang = actor(request), language()
    version = queries.version_seen(who, code, _number(request))
    rules = rules_of(version, current_hash())
    schema = current_definition().schema
    delivery, fields = delivery_of(version), fields_of(version.text)
    seen = queries.visible(who).filter(version=version)
    others = list(queries.visible_versions(who).filter(policy=version.policy).order_by("-number"))
    before = next((one for one in others if one.number < version.number and one.state != "dropped"), None)
    labels = {c.id: c.text.in_language(lang) for c in rules.conditions}
    insider = who.role in (Role.CITY, Role.COMMITTEE, Role.COMPANY)
    parks = {park.pk: park for park in Park.objects.all()} if insider else {}
    context = {
        "v": version, "rules": rules, "name": version.name(lang), "state": policy_words.version_state(version.state), "way": policy_words.way(version.way),
        "conditions": [{"text": c.text.in_language(lang), "clause": c.clause, **policy_reading.in_words(c.when, said, schema, lang)} for c, said in zip_longest(rules.conditions, (one["when"] for one in fields["conditions"]))],
        "amount": policy_reading.in_words(rules.amount.value, fields["amount"].get("value"), schema, lang) if rules.amount.value else None, "amount_clause": rules.amount.clause, "judging": policy_reading.judging(delivery.judging, lang), "cap": rules.amount.cap, "floor": rules.amount.floor,
        **policy_reading.shared(version, rules, lang), "source": (source_titles().get(rules.source) or {}).get(lang) or (gettext("an example of this pack") if rules.source == "example" else rules.source),
        "delivery": delivery, "shortfall": policy_words.shortfall(delivery.shortfall), "asks": policy_words.fact_names(schema, delivery.asks, lang),
        **_money(version, who), "note": fields.get("note", ""), **policy_reading.read_tables(fields["tables"], schema, lang), "versions": [(one, policy_words.version_state(one.state)) for one in others],
        "changes": differences(before.text, version.text) if before else [], "before": before,
        "cover": queries.coverage(seen) if insider and version.published_at else None,
        "no_account": queries.without_account(seen).count() if insider and version.published_at else 0,
        "by_park": [(parks.get(pk), one, round(100 * (one.rate or 0))) for pk, one in queries.coverage_by_park(seen)][:40] if insider and version.published_at else [],
        "near": [(labels.get(condition, condition), count) for condition, count in queries.near_by_condition(version, who)] if insider and version.state == "published" else [],
        "todo": _todo(version, who), "reviews": [(row, policy_words.review(row.kind)) for row in version.reviews.filter(agreed=True)] if who.sees_all else [],
        "missing": [policy_words.review(kind) for kind in drafting.reviews_missing(version)] if version.state == "review" else [],
        "kinds": [(kind, policy_words.review(kind)) for kind in drafting.reviews_missing(version)] if version.state == "review" else [],
        "own_work": who.id is not None and who.id == version.drafted_by_id, "trail": _trail(version) if who.sees_all else [],
        "notices": PublicNotice.objects.filter(version__policy=version.policy).order_by("-pk")[:10], "may": who.sees_all, "today": today(), **after_pages.stages(version, who),
        "firm": request.user.organisation.enterprise if who.role is Role.ENTERPRISE else None,  # type: ignore[union-attr]
    }  # fmt: skip
    return render(request, "web/policy.html", context)


def _number(request: HttpRequest) -> int | None:
    given = request.GET.get("version", "")
    return int(given) if given.isdigit() and len(given) < 5 else None


def _todo(version: PolicyVersion, who: Actor) -> list[dict[str, Any]]:
    """What the city can do next with the list of this policy, with numbers."""
    if not who.sees_all or version.published_at is None:
        return []
    rows = version.entitlements
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    found = []
    if n := counts.get(State.LISTED, 0):
        found.append({"act": "notify", "n": n, "text": ngettext("Tell %(n)s enterprise", "Tell %(n)s enterprises", n) % {"n": n}, "icon": "send"})
    if n := counts.get(State.ACCEPTED, 0):
        found.append({"act": "open", "n": n, "text": ngettext("Put %(n)s on a public list", "Put %(n)s on a public list", n) % {"n": n}, "icon": "world"})
    payable, short = _payable(version, who)
    waiting = len(payable)
    if short and who.id != version.drafted_by_id:
        found.append(
            {
                "short": ngettext(
                    "%(n)s payment waits for money: the budget of the year does not pay it.",
                    "%(n)s payments wait for money: the budget of the year does not pay them.",
                    short,
                )
                % {"n": short}
            }
        )
    if waiting and who.id != version.drafted_by_id:
        found.append(
            {"act": "approve", "n": waiting, "text": ngettext("Approve %(n)s payment", "Approve %(n)s payments", waiting) % {"n": waiting}, "icon": "check"}
        )
    for notice in PublicNotice.objects.filter(version=version, closed_at=None, closes_on__lt=today()):
        found.append({"act": "close", "notice": notice.pk, "n": 0, "text": gettext("Close list %(number)s") % {"number": notice.number}, "icon": "lock"})
    return found


def _payable(version: PolicyVersion, who: Actor) -> tuple[list[Entitlement], int]:
    """The payments that wait for this person's approval and that the budget pays, and how many it does not pay."""
    rows = list(version.entitlements.filter(state=State.CLEARED, year=today().year))
    paid = delivering.fitting(version, rows, today().year)
    mine = set(version.entitlements.filter(state=State.CLEARED, claim__approvals__approver_id=who.id).values_list("pk", flat=True))
    return [row for row in paid if row.pk not in mine], len(rows) - len(paid)


def _trail(version: PolicyVersion) -> list[Any]:
    rows = AuditRecord.objects.filter(subject_kind="policy", subject_id=str(version.pk)).order_by("pk")[:60]
    words = {
        "policies.draft": gettext("drafted"), "policies.change": gettext("changed the draft"), "policies.submit": gettext("handed it to review"),
        "policies.review": gettext("agreed"), "policies.send_back": gettext("sent it back"), "policies.publish": gettext("published"), "policies.drop": gettext("dropped it"),
        "policies.end": gettext("ended it"), "policies.notify": gettext("told the enterprises"), "policies.approve": gettext("approved payments"),
    }  # fmt: skip
    return [(row, words.get(row.action, row.action)) for row in rows]


@members
@require_POST
def policy_act(request: HttpRequest, code: str) -> HttpResponse:
    """One step of a policy's life."""
    who, post = actor(request), request.POST
    version = queries.version_seen(who, code, int(post["version"]) if post.get("version", "").isdigit() else None)
    back = reverse("web:policy", args=[code])
    what, when = post.get("act", ""), now()
    acts = {
        "submit": (lambda: drafting.submit_draft(version=version, by=who, now=when), gettext("Handed to review.")),
        "agree": (lambda: drafting.review_policy(version=version, kind=_kind(post), agreed=True, note=post.get("note", ""), by=who, now=when), gettext("Your agreement is on record.")),
        "refuse": (lambda: drafting.review_policy(version=version, kind=_kind(post), agreed=False, note=post.get("note", ""), by=who, now=when), gettext("Sent back to the draft.")),
        "publish": (lambda: drafting.publish_policy(version=version, by=who, now=when), gettext("Published. Every enterprise is being screened now.")),
        "drop": (lambda: drafting.drop_draft(version=version, reason=post.get("reason", ""), by=who, now=when), gettext("Dropped.")),
        "end": (lambda: drafting.end_policy(version=version, on=_day(post), reason=post.get("reason", ""), by=who, now=when), gettext("The policy ends on that day.")),
        "notify": (lambda: delivering.notify_listed(version=version, by=who, now=when), gettext("The enterprises were told.")),
        "open": (lambda: delivering.open_public_notice(version=version, by=who, now=when), gettext("The list is public now.")),
        "close": (lambda: delivering.close_notice(notice=_notice(version, post), by=who, now=when), gettext("The list is closed.")),
        "approve": (lambda: delivering.approve_entitlements(entitlements=_payable(version, who)[0], by=who, now=when), gettext("Your approval is on record; a payment needs two people, a large one three.")),
    }  # fmt: skip
    if what not in acts:
        raise NotFound()
    do, done = acts[what]
    return act(request, do, done, reverse("web:policies") if what == "drop" else back)


def _kind(post: Any) -> str:
    if post.get("kind") not in Review.Kind.values:
        raise NotFound()
    return str(post["kind"])


def _day(post: Any) -> date:
    try:
        return date.fromisoformat(post.get("on", ""))
    except ValueError:
        raise WrongDelivery(field="end", found=post.get("on", ""), expected=gettext("a day such as 2026-11-23")) from None


def _notice(version: PolicyVersion, post: Any) -> PublicNotice:
    found = PublicNotice.objects.filter(version=version, pk=post.get("notice") or 0).first()
    if found is None:
        raise NotFound()
    return found


@members
def policy_try(request: HttpRequest, code: str) -> HttpResponse:
    """Try a version on the whole city: cost, number, distribution, winners and losers, near misses, missing facts; move a threshold, fit the budget."""
    who, lang = actor(request), language()
    version = queries.version_seen(who, code, _number(request))
    fault, fitted = "", None
    changes, fit_text = _changes(request), request.GET.get("budget", "").strip()
    condition = request.GET.get("fit", "")
    if fit_text and condition:
        try:
            budget = int(Decimal(fit_text.replace(",", "")) * 100)
            fitted = fit_budget(version, condition=condition, budget_fen=budget, on=today(), by=who)
            if fitted is None:
                fault = gettext("Even the strictest threshold costs more than that.")
            else:
                changes[condition] = f"{fitted[0]:f}".rstrip("0").rstrip(".") if "." in f"{fitted[0]:f}" else f"{fitted[0]:f}"
        except (InvalidOperation, ValueError, OverflowError):
            fault = gettext("The budget is an amount in yuan; found: %(found)s") % {"found": fit_text[:40]}
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
    try:
        found = try_out(version, on=today(), by=who, changes=[f"{name}={value}" for name, value in changes.items()])
    except DomainError as error:
        if error.http_status == 403:
            raise
        fault, changes = error.message(get_language() or "zh-hans"), {}
        found = try_out(version, on=today(), by=who)
    if request.method == "POST" and changes and version.state == "draft" and not fault:
        return _applied(request, version, changes)
    definition = current_definition()
    rules = rules_of(version, current_hash())
    labels = {c.id: c.text.in_language(lang) for c in rules.conditions}
    spread = [{"title": _spread_title(name, definition), "rows": _spread(name, by, found.outcome.count)} for name, by in found.outcome.by.items()]
    context = {
        "v": version, "name": version.name(lang), "found": found, "state": policy_words.version_state(version.state), "fault": fault, "changes": changes,
        "cost": Decimal(found.outcome.cost) / 100, "budget": None if found.budget is None else Decimal(found.budget) / 100,
        "share": None if not found.budget else Decimal(found.outcome.cost) / found.budget,
        "near": [(labels.get(one, one), count) for one, count in found.near],
        "missing": [(definition.schema[name].label(lang), policy_words.source_name(definition.sources[name]), count) for name, count in found.missing],
        "thresholds": [{"id": one, "text": labels.get(one, one), "now": number, "value": changes.get(one, number)} for one, number in found.thresholds],
        "cliffs": [_cliff(one, rules, definition) for one in found.cliffs],
        "spread": spread, "cap": changes.get("cap", rules.amount.cap), "fit": condition, "fit_budget": fit_text, "fitted": fitted,
        "before": _compared(found.before), "query": "&".join(f"m-{k}={v}" for k, v in changes.items()), "as_of": today(),
        "fittable": [one for one in found.thresholds if _fittable(rules, one[0])],
    }  # fmt: skip
    if request.GET.get("export") and not fault:
        return _try_as_workbook(version, context)
    return render(request, "web/policy_try.html", context, status=422 if fault else 200)


def _try_as_workbook(version: PolicyVersion, context: dict[str, Any]) -> HttpResponse:
    """The figures of a try-out, one a row: what it is about, of what, how many enterprises, how much."""
    found = context["found"]
    rows: list[list[Any]] = [[gettext("Entitled"), "", found.outcome.count, context["cost"]]]
    rows += [[text, "", number, None] for text, number in (
        (gettext("One step away"), found.counts["near"]), (gettext("A fact is missing"), found.counts["undetermined"]), (gettext("Does not meet the conditions"), found.counts["refused"]),
    )]  # fmt: skip
    rows += [[one["title"], row["name"], row["count"], row["yuan"]] for one in context["spread"] for row in one["rows"]]
    rows += [[gettext("One step away, by what is missing"), text, number, None] for text, number in context["near"]]
    rows += [[gettext("Facts that are missing"), label, number, None] for label, _, number in context["missing"]]
    rows += [[gettext("Threshold"), one["text"], None, None, one["value"]] for one in context["thresholds"]]
    return as_xlsx(
        f"{version.policy.code}-v{version.number}-try", [gettext("Figure"), gettext("Of what"), gettext("Enterprises"), gettext("Yuan"), gettext("Value")], rows
    )


def _cliff(found: Cliff, rules: Policy, definition: Any) -> dict[str, Any]:
    text = next((one.text.in_language(language()) for one in rules.conditions if one.id == found.place), "") if found.decides else gettext("The amount")
    return {
        "fact": definition.schema[found.fact].label(language()), "dated": definition.schema[found.fact].kind == "date", "rises": found.rises, "text": text, "clause": found.clause, "rule": rule_said(found.comparison, definition.schema, language()),
        "least": Decimal(found.least) / 100, "jump": Decimal(found.jump) / 100, "worse": Decimal(found.worse) / 100, "better": Decimal(found.better) / 100, "below": found.below, "above": found.above, "invented": found.invented,
        "gain": Decimal(found.gain or 0) / 100,
    }  # fmt: skip


def _fittable(rules: Any, condition: str) -> bool:
    when = next(one.when for one in rules.conditions if one.id == condition).strip()
    parts = when.split()
    return len(parts) == 3 and parts[1] in (">=", "<=")


def _changes(request: HttpRequest) -> dict[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    return {
        name[2:]: value.strip().replace(",", "")[:40]
        for name, value in given.items()
        if name.startswith("m-") and value.strip() and value.strip() != given.get(f"was-{name[2:]}")
    }


def _applied(request: HttpRequest, version: PolicyVersion, changes: dict[str, str]) -> HttpResponse:
    """Write moved thresholds into the draft."""
    from manyuan.engines.screening.simulate import changed

    before = rules = rules_of(version, current_hash())
    for name, value in changes.items():
        rules = changed(rules, f"{name}={value}", current_definition().schema.names)
    fields = fields_of(version.text)
    for one, was, condition in zip(fields["conditions"], before.conditions, rules.conditions):
        if condition.when != was.when:
            one["when"] = condition.when
    if rules.amount.cap is not None:
        fields["amount"]["cap"] = f"{rules.amount.cap:f}"
    delivery = delivery_fields(version)
    back = reverse("web:policy_try", args=[version.policy.code])
    return act(
        request,
        lambda: drafting.change_draft(version=version, text=compose(fields).text, delivery=delivery, by=actor(request), now=now()),
        gettext("The draft has the new thresholds."),
        back,
    )


def _compared(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "winners": len(found.winners), "won": Decimal(sum(found.winners.values())) / 100, "losers": len(found.losers), "lost": Decimal(-sum(found.losers.values())) / 100,
        "count": found.before.count, "cost": Decimal(found.before.cost) / 100,
    }  # fmt: skip


def _spread_title(name: str, definition: Any) -> str:
    return gettext("Highest title of the ladder") if name == TIER else str(definition.schema[name].label(language()))


def _spread(name: str, by: Mapping[str | None, tuple[int, int]], total: int) -> list[dict[str, Any]]:
    names = _names(name)
    rows = sorted(by.items(), key=lambda item: -item[1][0])
    out = [
        {"name": names.get(str(key), _plain(key)), "count": count, "yuan": Decimal(fen) / 100, "share": round(100 * count / total) if total else 0}
        for key, (count, fen) in rows[:12]
    ]
    if len(rows) > 12:
        rest = [pair for _, pair in rows[12:]]
        count = sum(n for n, _ in rest)
        out.append(
            {
                "name": gettext("%(n)s others") % {"n": len(rest)},
                "count": count,
                "yuan": Decimal(sum(f for _, f in rest)) / 100,
                "share": round(100 * count / total) if total else 0,
            }
        )
    return out


def _plain(key: str | None) -> str:
    return gettext("not known") if key is None else {"true": gettext("yes"), "false": gettext("no")}.get(str(key), str(key))


def _names(column: str) -> dict[str, str]:
    if column == "park":
        return {park.code: figures.pick(park) for park in Park.objects.all()}
    if column == TIER:
        schema = current_definition().schema
        return {NO_TITLE: gettext("none of them")} | {one: schema[one].label(language()) for one in TITLES if one in schema}
    return dict(policy_words.choices(current_definition().schema[column], language()))
