"""Meetings: the list, one meeting from the agenda to the last item, its minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise, Industry
from manyuan.facts.enterprises.queries import visible
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, download, language, members, now
from manyuan.surfaces.web.meetings import words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.cases.services import move_case
from manyuan.work.meetings import guests, holding, queries
from manyuan.work.meetings.carrying import carry_up
from manyuan.work.meetings.installing import current_kinds, kind_names
from manyuan.work.meetings.minutes import minutes_document
from manyuan.work.meetings.models import Meeting, MeetingItem

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FIRM_MOVES = ("confirm", "confirm-on-spot", "reject", "understand", "withdraw")


@members
def meetings(request: HttpRequest) -> HttpResponse:
    """Coming meetings first, then those that were held."""
    who = actor(request)
    rows = queries.visible_meetings(who)
    when = now()
    kinds = current_kinds()
    table = Table(
        "",
        [
            Column("kind", gettext("Meeting"), lambda m: words.kind_name(m.kind), url=lambda m: reverse("web:meeting", args=[m.pk]), order="kind"),
            Column("theme", gettext("Theme"), lambda m: m.theme, wrap=True, order="theme"),
            Column("starts", gettext("Begins"), lambda m: m.starts_at, order="starts_at", nowrap=True),
            Column("park", gettext("Held by"), lambda m: figures.pick(m.unit), wrap=True),
            Column("place", gettext("Where"), lambda m: m.place, wrap=True),
            Column("state", gettext("State"), lambda m: words.meeting_state(m.state)[1], order="state", cell=lambda m: status(*words.meeting_state(m.state))),
            Column("mark", "", lambda m: gettext("synthetic data") if m.synthetic else "", cell=lambda m: mark(m.synthetic)),
        ],
        rows,
        search=lambda r, text: r.filter(theme__contains=text) | r.filter(place__contains=text) | r.filter(park__name_zh__contains=text),
        filters=[
            Filter("when", gettext("All times"), [("next", gettext("coming")), ("past", gettext("past"))], lambda r, v: r.filter(starts_at__gte=when) if v == "next" else r.filter(starts_at__lt=when)),
            Filter("kind", gettext("Meeting"), [(code, words.kind_name(code)) for code in kinds.kinds], lambda r, value: r.filter(kind=value)),
            Filter("state", gettext("State"), [(s, words.meeting_state(s)[1]) for s in Meeting.State.values], lambda r, value: r.filter(state=value)),
        ],
        default_order="starts" if request.GET.get("when") == "next" else "-starts",
        empty_title=gettext("No meeting yet"),
        empty_text=gettext("Coming meetings are put into the calendar by themselves, from the rhythm of each kind."),
    ).read(request)  # fmt: skip
    coming = [(one, words.kind_name(one.kind), words.meeting_state(one.state)) for one in holding.upcoming(rows, when)[:6]]
    return table.export(request, "meetings") or render(
        request, "web/meetings/list.html", {"table": table, "coming": coming, "mark": kinds.mark, "insider": who.role is not Role.ENTERPRISE}
    )


@members
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting."""
    who = actor(request)
    found = queries.meeting_seen(who, pk)
    runs = queries.may_run(who, found)
    invitations = list(queries.invitations_of(found, who)) if runs or who.role is Role.ENTERPRISE else []
    items = [_item(one, who, runs) for one in queries.items_of(found, who)]
    own = _own(found, who)
    institute = who.role is Role.INSTITUTE
    bodies = [(one, words.invitation_state(one.state)) for one in queries.guests_of(found, who)] if runs or institute else []
    asked = {one.organisation_id for one, _ in bodies}
    came = [one for one in invitations if one.state in ("registered", "attended")]
    sections = list(Industry.objects.filter(level=1).order_by("code").values_list("code", "name_zh")) or [(code, code) for code in "ABCDEFGHIJKLMNOPQRS"]
    context = {
        "m": found, "kind": words.kind_name(found.kind), "state": words.meeting_state(found.state), "runs": runs, "agenda": found.agenda.all(), "items": items, "own": own,
        "invitations": [(one, words.invitation_state(one.state)) for one in sorted(invitations, key=lambda one: one.state == "invited")[:200]], "invited": len(invitations), "came": came,
        "guests": bodies, "guests_came": [one for one, _ in bodies if one.state in ("registered", "attended")], "institute": bodies[0] if institute and bodies else None,
        "institutes": Organisation.objects.filter(kind="institute").exclude(pk__in=asked).order_by("name_zh")[:300] if runs else [],
        "begun": now() >= found.starts_at, "sections": sections, "level_above": _above(found), "rows": [*found.agenda.all(), None, None][: max(3, found.agenda.count() + 1)],
        "day": timezone.localtime(found.starts_at), "open": found.state in ("planned", "announced"),
    }  # fmt: skip
    return render(request, "web/meetings/meeting.html", context)


def _own(found: Meeting, who: Actor) -> list[dict[str, Any]]:
    """The firms of the reader with their invitation, if they may register."""
    if who.role is not Role.ENTERPRISE:
        return []
    known = {one.enterprise_id: one for one in found.invitations.filter(enterprise_id__in=who.enterprise_ids)}
    out = []
    for firm in Enterprise.objects.filter(pk__in=who.enterprise_ids):
        row = known.get(firm.pk)
        out.append({"firm": firm, "row": row, "state": words.invitation_state(row.state) if row else None})
    return out


def _item(item: MeetingItem, who: Actor, runs: bool) -> dict[str, Any]:
    case = item.case
    own = who.role is Role.ENTERPRISE and item.enterprise_id in who.enterprise_ids
    answer = case.steps.filter(act__in=("resolve", "answer"), public=True).order_by("-pk").first()
    carried = getattr(item, "carried_to", None)
    lively = case.phase in ("new", "open") and carried is None
    return {
        "i": item, "case": case, "state": words.item_state(case), "answer": answer, "carried": carried, "from": item.carried_from,
        "may": {"confirm": own and case.phase == "answered", "answer": runs and lively and case.state in ("raised", "carried"), "carry": runs and lively},
    }  # fmt: skip


def _above(found: Meeting) -> str:
    kinds = current_kinds().kinds
    above = kinds[found.kind].next if found.kind in kinds else ""
    return words.kind_name(above) if above else ""


@members
@require_POST
def meeting_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Agenda, invitations, registration, items, holding, moving, cancelling; each by whose it is."""
    who, post, when = actor(request), request.POST, now()
    found = queries.meeting_seen(who, pk)

    def item() -> MeetingItem:
        number = post.get("item", "")
        row = queries.items_of(found, who).filter(pk=number).first() if number.isdigit() else None
        if row is None:
            raise NotFound()
        return row

    def firm() -> Enterprise:
        given = post.get("firm", "").strip()
        rows = visible(who)
        row = rows.filter(uscc=given.upper()).first() or rows.filter(name=given).first()
        if row is None:
            raise NotFound()
        return row

    def agenda() -> Meeting:
        titles, speakers, sections, minutes = (post.getlist(name)[:40] for name in ("point", "speaker", "section", "minutes"))
        points = [holding.Point(t, s, p, int(m) if m.isdigit() else 15) for t, s, p, m in zip(titles, sections, speakers, minutes, strict=False)]
        seats = post.get("seats", "")
        return holding.set_agenda(
            meeting=found, theme=post.get("theme", ""), place=post.get("place", ""), points=points, sections=[s for s in sections if s],
            seats=min(int(seats), 10_000) if seats.isdigit() and int(seats) else None, by=who, now=when,
        )  # fmt: skip

    def invite() -> int:
        return holding.invite(meeting=found, sections=[s for s in post.getlist("sector") if s], size=post.get("size", ""), by=who, now=when)

    def answer(comes: bool) -> Any:
        people = post.get("people", "1")
        number = int(people) if people.isdigit() else 1
        return holding.answer_invitation(meeting=found, enterprise=firm(), comes=comes, people=number, question=post.get("question", ""), by=who, now=when)

    def raise_() -> Any:
        return holding.raise_item(meeting=found, enterprise=firm(), text=post.get("text", ""), answer=post.get("answer", ""), by=who, now=when)

    def ids(name: str) -> list[int]:
        return [int(one) for one in post.getlist(name)[:3_000] if one.isdigit()]

    @transaction.atomic
    def hold() -> Any:
        held = holding.hold_meeting(meeting=found, minutes=post.get("minutes_text", ""), attended=ids("attended"), by=who, now=when)
        if ids("guest"):
            guests.note_guests(meeting=held, attended=ids("guest"), by=who, now=when)
        return held

    def guest(comes: bool) -> Any:
        people = post.get("people", "1")
        number = int(people) if people.isdigit() else 1
        return guests.answer_as_institute(meeting=found, comes=comes, people=number, note=post.get("note", ""), by=who, now=when)

    def move() -> Any:
        try:
            starts = timezone.make_aware(datetime.fromisoformat(post.get("starts", "")))
        except ValueError:
            raise NotFound() from None
        return holding.move_meeting(meeting=found, starts_at=starts, by=who, now=when)

    def firms_word() -> Any:
        move_code = post.get("move", "")
        if move_code not in _FIRM_MOVES:
            raise NotFound()
        return move_case(case=item().case, move=move_code, note=post.get("note", ""), by=who, now=when)

    acts = {
        "agenda": (agenda, gettext("The agenda is kept.")),
        "invite": (invite, gettext("The firms that fit are invited; registration is open.")),
        "invite-institutes": (
            lambda: guests.invite_institutes(meeting=found, organisations=ids("institute"), by=who, now=when),
            gettext("The institutes are invited."),
        ),
        "guest-come": (lambda: guest(True), gettext("Registered.")),
        "guest-decline": (lambda: guest(False), gettext("Noted that you do not come.")),
        "come": (lambda: answer(True), gettext("Registered.")),
        "decline": (lambda: answer(False), gettext("Noted that the firm does not come.")),
        "raise": (raise_, gettext("Noted; it stays open until the firm confirms.")),
        "answer": (lambda: holding.answer_on_spot(item=item(), answer=post.get("answer", ""), by=who, now=when), gettext("Answered; the firm confirms.")),
        "carry": (lambda: carry_up(item=item(), note=post.get("note", ""), by=who, now=when), gettext("Taken to the next level's meeting.")),
        "word": (firms_word, gettext("Your word is noted.")),
        "hold": (hold, gettext("Held. What firms wanted to ask is among the items.")),
        "move": (move, gettext("Moved; calendars that subscribe follow.")),
        "cancel": (lambda: holding.cancel_meeting(meeting=found, reason=post.get("reason", ""), by=who, now=when), gettext("Cancelled.")),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:meeting", args=[pk]))


@members
@require_GET
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a Word document; an enterprise gets its own items only."""
    who = actor(request)
    found = queries.meeting_seen(who, pk)
    if found.state != Meeting.State.HELD:
        raise NotFound()
    items = list(queries.items_of(found, who))
    names = kind_names().get(found.kind, {"zh": found.kind, "en": found.kind})
    states = {one.pk: words.item_state(one.case)[1] for one in items}
    show = queries.may_run(who, found)
    content = minutes_document(found, kind=names, items=items, states=states, language=get_language() or "zh-hans", with_firms=show)
    day = timezone.localtime(found.starts_at).date().isoformat()
    name = f"{names['zh' if language() == 'zh' else 'en']} {day}.docx"
    return download(content, name, _DOCX)
