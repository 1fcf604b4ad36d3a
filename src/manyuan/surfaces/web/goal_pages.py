"""Goals and commitments: where each stands, what it is measured by, the evidence before it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.parks.models import Park
from manyuan.facts.programme import commitments, evidence, goals
from manyuan.facts.programme.models import Evidence
from manyuan.facts.programme.programme import campaigns, commitment_numbered, goal_named, role_names
from manyuan.surfaces.web import charts, figures, words
from manyuan.surfaces.web.acting import act, actor, download, insiders, language, now, today
from manyuan.surfaces.web.home_pages import tile
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark, mark_words, status


@insiders
def goal_list(request: HttpRequest) -> HttpResponse:
    """Every goal with its milestones, and the evidence that waits for review."""
    states = goals.states(today())
    by_parent: dict[int | None, list[dict[str, Any]]] = {}
    for state in states:
        by_parent.setdefault(state.goal.parent_id, []).append({**tile(state), "items": state.items})
    heads = [state.goal for state in states if state.kind == "heading"]
    groups = [{"head": head, "goals": [one for one in by_parent.get(head.pk, []) if one["state"].kind != "heading"]} for head in heads]
    groups = [group for group in groups if group["goals"]]
    groups.sort(key=lambda group: group["head"].parent_id is None)  # what stands right under the programme comes last
    alone = [one for one in by_parent.get(None, []) if one["state"].kind != "heading"]
    if alone:
        groups.append({"head": None, "goals": alone})
    waiting = evidence.visible(actor(request)).filter(state=Evidence.State.SUBMITTED).select_related("goal", "commitment")[:50]
    return render(request, "web/goals.html", {"groups": groups, "waiting": waiting})


@insiders
def goal(request: HttpRequest, code: str) -> HttpResponse:
    """One goal: value over time against its milestones, who is nearest to the next band, the evidence."""
    found = goal_named(code)
    state = goals.state_of(found, today())
    who = actor(request)
    context: dict[str, Any] = {
        **tile(state),
        "note": found.definition.get("note"),
        "place": found.definition.get("place"),
        "items": _items(state.items, found, request),
    }
    if state.points or state.targets:
        context["chart"], context["chart_table"] = charts.goal_line(state)
    if request.GET.get("export") == "milestones":
        unit = figures.unit_name(found.indicator.unit) if found.indicator else ""
        titles = [gettext("By"), *(f"{name}（{unit}）" if unit else name for name in (gettext("Target"), gettext("Gap"), gettext("Per year")))]
        return as_xlsx(f"goal-{found.code}-milestones", titles, [[t.due_on, t.value, 0 if t.met else t.gap, t.per_year] for t in state.targets])
    if found.indicator is not None:
        context["indicator_url"] = reverse("web:indicator", args=[found.indicator.code])
        band = goals.band_of(found.indicator)
        if band is not None:
            see = [one for one in (*band.over, *band.nearest) if who.sees_all or one.park.pk in who.park_ids]
            context["band"], context["near"] = band, [_near(one) for one in see]
            if request.GET.get("export") == "parks":
                unit = figures.unit_name(band.indicator.unit)
                titles = [gettext("Park"), f"{figures.pick(band.indicator)}（{unit}）", f"{gettext('Still missing')}（{unit}）", gettext("Origin")]
                made_up = mark_words()["synthetic"][0]
                return as_xlsx(
                    f"goal-{found.code}",
                    titles,
                    [[figures.pick(one.park), one.value, one.gap if one.gap > 0 else None, made_up if one.synthetic else ""] for one in see],
                )
    context["parks"] = _park_choices(request)
    return render(request, "web/goal.html", context)


def _near(one: goals.Near) -> dict[str, Any]:
    return {"park": one.park, "value": one.value, "gap": one.gap if one.gap > 0 else None, "synthetic": one.synthetic > 0}


def _items(items: tuple[tuple[dict[str, Any], str], ...], of: Any, request: HttpRequest) -> list[dict[str, Any]]:
    laid = list(evidence.visible(actor(request)).filter(**{"goal" if hasattr(of, "indicator_id") else "commitment": of}))
    return [
        {
            "item": item,
            "state": words.evidence_state(state),
            "laid": [{"row": row, "state": words.evidence_state(row.state)} for row in laid if row.item == item["code"]],
        }
        for item, state in items
    ]


def _park_choices(request: HttpRequest) -> list[Park]:
    who = actor(request)
    rows = Park.objects.filter(closed_on=None).order_by("code")
    return list(rows if who.sees_all else rows.filter(pk__in=who.park_ids))


@insiders
def commitment_list(request: HttpRequest) -> HttpResponse:
    """All commitments, by campaign, park, owner and status."""
    states = commitments.states(today())
    roles = role_names()
    lang = language()
    parks = {
        park.code: figures.pick(park) for park in Park.objects.filter(code__in={code for s in states for code in s.commitment.definition.get("parks") or ()})
    }
    table = Table(
        "",
        [
            Column("number", gettext("No."), lambda s: s.commitment.number, order="number", unit="count"),
            Column("name", gettext("Commitment"), lambda s: figures.pick(s.commitment), order="name", url=lambda s: reverse("web:commitment", args=[s.commitment.number]), wrap=True),
            Column("campaign", gettext("Campaign"), lambda s: figures.pick(s.commitment.campaign), order="campaign", wrap=True),
            Column("owners", gettext("Owner"), lambda s: _owners(s, roles, lang), order="owners", wrap=True),
            Column("status", gettext("Status"), lambda s: words.commitment_status(s.status)[1], order="status", cell=lambda s: status(*words.commitment_status(s.status))),
            Column("value", gettext("Measured"), lambda s: measured(s), cell=lambda s: _measured_cell(s), nowrap=True),
            Column("changed", gettext("Last change"), lambda s: s.changed_at, order="changed"),
        ],
        states,
        filters=[
            Filter("campaign", gettext("Campaign"), [(c.code, figures.pick(c)) for c in campaigns()], lambda rows, v: [s for s in rows if s.commitment.campaign.code == v or v in (s.commitment.definition.get("also") or ())]),
            Filter("status", gettext("Status"), [(code, words.commitment_status(code)[1]) for code in commitments.STATUSES], lambda rows, v: [s for s in rows if s.status == v]),
            Filter("owner", gettext("Owner"), [(code, name[lang]) for code, name in roles.items()], lambda rows, v: [s for s in rows if v in s.commitment.definition["owners"]]),
            Filter("park", gettext("Park"), sorted(parks.items(), key=lambda item: item[1]), lambda rows, v: [s for s in rows if v in (s.commitment.definition.get("parks") or ())]),
        ],
        default_order="number",
        per_page=100,
    ).read(request)  # fmt: skip
    counts = [(words.commitment_status(code), sum(s.status == code for s in states), code) for code in commitments.STATUSES]
    return table.export(request, "commitments") or render(request, "web/commitments.html", {"table": table, "counts": counts, "total": len(states)})


def _owners(state: commitments.CommitmentState, roles: dict[str, dict[str, str]], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(roles.get(code, {}).get(lang, code) for code in state.commitment.definition["owners"])


def measured(state: commitments.CommitmentState) -> str:
    """What the measure of a commitment gives, in words."""
    if state.measure == "evidence":
        done = sum(found == "accepted" for _, found in state.items)
        return gettext("%(done)s of %(all)s pieces of evidence") % {"done": done, "all": len(state.items)}
    if state.value is None:
        return figures.NOTHING
    if state.measure == "count":
        return gettext("%(n)s records") % {"n": figures.plain(state.value)}
    return str(figures.figure(state.value, state.unit))


def _measured_cell(state: commitments.CommitmentState) -> SafeString:
    return format_html("{} {}", measured(state), mark("synthetic") if state.synthetic else "")


@insiders
def commitment(request: HttpRequest, number: int) -> HttpResponse:
    """One commitment: its place in the source, who owns it, how it is measured, what is on record, the evidence."""
    found = commitment_numbered(number)
    state = commitments.states(today(), [found])[0]
    roles, lang = role_names(), language()
    parks = Park.objects.filter(code__in=found.definition.get("parks") or ()).order_by("code")
    context = {
        "state": state, "commitment": found, "tone": words.commitment_status(state.status), "owners": _owners(state, roles, lang), "parks_of": parks,
        "place": found.definition["place"], "measured": measured(state), "items": _items(state.items, found, request), "arrives": found.definition.get("arrives_with"),
        "period": words.period(state.period) if state.period else "", "parks": _park_choices(request), "record": _record_name(found),
        "sign_off": roles.get((found.definition.get("measure") or {}).get("sign_off") or "", {}).get(lang, ""),
        "previous": number - 1 if number > 1 else None, "next": number + 1 if commitments.Commitment.objects.filter(number=number + 1).exists() else None,
    }  # fmt: skip
    return render(request, "web/commitment.html", context)


def _record_name(found: commitments.Commitment) -> str:
    from manyuan.facts.programme.pack.records import RECORDS

    kind = (found.definition.get("measure") or {}).get("count")
    return RECORDS[kind].name.said(language()) if kind in RECORDS else ""


@insiders
@require_POST
def lay_evidence(request: HttpRequest) -> HttpResponse:
    """Lay evidence before a goal (`goal`) or a commitment (`commitment`)."""
    post = request.POST
    goal_, commitment_ = None, None
    if post.get("goal"):
        goal_ = goal_named(post["goal"])
        back = reverse("web:goal", args=[goal_.code])
    else:
        commitment_ = commitment_numbered(int(post["commitment"]) if post.get("commitment", "").isdigit() else 0)
        back = reverse("web:commitment", args=[commitment_.number])
    given = request.FILES.get("file")
    file = evidence.File(given.name or "", given.read(evidence.LARGEST + 1)) if given else None
    park = int(post["park"]) if post.get("park", "").isdigit() else None
    if park is None and not actor(request).sees_all:
        park = next(iter(sorted(actor(request).park_ids)), None)
    return act(
        request,
        lambda: evidence.submit_evidence(
            goal=goal_, commitment=commitment_, item=post.get("item", ""), title=post.get("title", ""), text=post.get("text", ""), file=file, park_id=park,
            by=actor(request), now=now(),
        ),
        gettext("The evidence is laid before the city office for review."),
        back,
    )  # fmt: skip


@insiders
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or reject a piece of evidence."""
    row = evidence.evidence_for(actor(request), pk)
    back = reverse("web:goal", args=[row.goal.code]) if row.goal else reverse("web:commitment", args=[row.commitment.number])  # type: ignore[union-attr]
    accept = request.POST.get("decision") == "accept"
    done = gettext("The evidence is accepted.") if accept else gettext("The evidence is not accepted; the reason is on record.")
    return act(
        request, lambda: evidence.review_evidence(evidence=row, accept=accept, reason=request.POST.get("reason", ""), by=actor(request), now=now()), done, back
    )


@insiders
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a piece of evidence, to save."""
    row = evidence.evidence_for(actor(request), pk)
    if not row.file_name or row.content is None:
        return redirect("web:goal", row.goal.code) if row.goal else redirect("web:commitment", row.commitment.number)  # type: ignore[union-attr]
    return download(bytes(row.content), row.file_name, row.content_type)
