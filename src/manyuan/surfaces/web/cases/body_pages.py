"""Which institute or service body takes the demands of a topic: read by everybody of the house, said by the city office."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, now
from manyuan.work.demands import queries
from manyuan.work.demands.models import TopicBody
from manyuan.work.demands.services import appoint_body, end_body


@insiders
def topic_bodies(request: HttpRequest) -> HttpResponse:
    """Every topic with its unit and the institutes that take it."""
    who, lang = actor(request), language()
    if request.method == "POST":
        return _act(request)
    named: dict[str, list[TopicBody]] = {}
    for one in queries.bodies():
        named.setdefault(one.topic, []).append(one)
    units = {"committee": gettext("committee of the firm's park"), "company": gettext("company of the firm's park"), "city": gettext("city office")}
    topics = [
        {"code": code, "name": one.name[lang], "unit": units[one.unit], "direct": one.direct, "named": named.get(code, ())}
        for code, one in queries.rules().topics.items()
    ]
    context: dict[str, Any] = {"topics": topics, "may": who.sees_all}
    if who.sees_all:
        context["institutes"] = [(one.pk, figures.pick(one)) for one in Organisation.objects.filter(kind=Organisation.Kind.INSTITUTE).order_by("name_zh")]
        context["parks"] = [(one.code, figures.pick(one)) for one in Park.objects.filter(closed_on=None).order_by("name_zh")]
    return render(request, "web/cases/topic_bodies.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    who, post, back = actor(request), request.POST, reverse("web:topic_bodies")
    if post.get("act") == "end":
        appointed = TopicBody.objects.filter(pk=post["appointed"]).first() if post.get("appointed", "").isdigit() else None
        if appointed is None:
            raise NotFound()
        return act(request, lambda: end_body(appointed=appointed, by=who, now=now()), gettext("New demands go to the unit of the house again."), back)
    body = Organisation.objects.filter(pk=post["institute"]).first() if post.get("institute", "").isdigit() else None
    park = Park.objects.filter(code=post["park"]).first() if post.get("park") else None
    if body is None or (post.get("park") and park is None):
        raise NotFound()
    done = gettext("New demands of this topic go to it from now on.")
    return act(request, lambda: appoint_body(topic=post.get("topic", ""), body=body, park=park, by=who, now=now()), done, back)
