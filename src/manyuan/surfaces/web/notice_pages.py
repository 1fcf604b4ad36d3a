"""Notices: what concerns the reader, newest first; and the channels by which they also want it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.web.acting import act, actor, language, members, now
from manyuan.work.notices import queries, services
from manyuan.work.notices.models import Channel, Delivery
from manyuan.work.notices.texts import said

PER_PAGE = 30
_TONES = {"waiting": "accent", "sending": "accent", "sent": "good", "failed": "late", "unknown": "risk"}


@members
def notice_list(request: HttpRequest) -> HttpResponse:
    """Notices of the reader's organisation, those not read yet marked."""
    who = actor(request)
    unread = set(queries.unread(who).values_list("pk", flat=True)[:5_000])
    only = request.GET.get("unread") == "1"
    page = Paginator(queries.unread(who) if only else queries.visible(who), PER_PAGE).get_page(request.GET.get("page"))
    lines = [{"n": one, "new": one.pk in unread, "text": said(one.template, one.data, language())} for one in page]
    return render(request, "web/notices.html", {"lines": lines, "page": page, "unread": len(unread), "only": only})


@members
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice read and go where it leads."""
    who = actor(request)
    found = queries.notice_seen(who, pk)
    services.mark_read(notices=[found.pk], by=who, now=now())
    safe = found.link and url_has_allowed_host_and_scheme(found.link, allowed_hosts=None)
    return HttpResponseRedirect(found.link if safe else reverse("web:notices"))


@members
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all of the reader's notices read."""
    who = actor(request)
    return act(request, lambda: services.mark_read(notices=None, by=who, now=now()), gettext("All are marked read."), reverse("web:notices"))


@members
def channels(request: HttpRequest) -> HttpResponse:
    """The reader's own channels: add, change the rhythm, take away; and what was sent last."""
    who, post = actor(request), request.POST
    if request.method == "POST":
        acts: dict[str, Any] = {
            "add": (
                lambda: services.add_channel(
                    kind=post.get("kind", ""),
                    address=post.get("address", ""),
                    rhythm=post.get("rhythm", ""),
                    language="zh-hans" if language() == "zh" else "en",
                    by=who,
                    now=now(),
                ),
                gettext("Kept. Notices go there too from now on, in working hours."),
            ),
            "drop": (
                lambda: services.drop_channel(channel=int(post["channel"]) if post.get("channel", "").isdigit() else 0, by=who, now=now()),
                gettext("Taken away."),
            ),
        }
        if post.get("act") not in acts:
            raise NotFound()
        do, done = acts[post["act"]]
        return act(request, do, done, reverse("web:channels"))
    rows = Channel.objects.filter(user_id=who.id)
    sent = Delivery.objects.filter(channel__in=rows).select_related("notice__template", "channel").order_by("-pk")[:PER_PAGE]
    context = {
        "rows": [(one, kind_words(one.kind), rhythm_words(one.rhythm)) for one in rows], "offered": [(kind, kind_words(kind)) for kind in services.offered()],
        "rhythms": [(one, rhythm_words(one)) for one in Channel.Rhythm.values],
        "sent": [(one, said(one.notice.template, one.notice.data, language())[0], (_TONES[one.state], pgettext("notices", one.state)), kind_words(one.channel.kind)) for one in sent],
    }  # fmt: skip
    return render(request, "web/channels.html", context)


def kind_words(kind: str) -> str:
    """A kind of channel."""
    return {
        "email": gettext("E-mail"), "wecom": gettext("WeCom group robot"), "dingtalk": gettext("DingTalk group robot"), "feishu": gettext("Feishu group robot"), "sms": gettext("SMS"),
    }.get(kind, kind)  # fmt: skip


def rhythm_words(rhythm: str) -> str:
    """How often a channel is used."""
    return {"soon": gettext("as they come, many at once together"), "daily": gettext("once a day together"), "weekly": gettext("once a week together")}.get(
        rhythm, rhythm
    )
