"""Agents: what an enterprise lets whom do, and for whom the reader is an agent."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import label_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.matters import matter_words as words
from manyuan.work.matters.catalogue import current_matters
from manyuan.work.matters.mandates import agents_for, give_mandate, given_by, given_to, revoke_mandate, stands
from manyuan.work.matters.models import Mandate
from manyuan.work.matters.queries import mandate_seen


@members
def mandates(request: HttpRequest) -> HttpResponse:
    """An enterprise's own mandates with everything that was done under them; for everybody else those that they have."""
    who, lang = actor(request), language()
    names = {one.code: one.name(lang) for one in current_matters()}
    if who.role is Role.ENTERPRISE:
        firm = _firm(who)
        if request.method == "POST":
            return _give(request, firm, who)
        rows = given_by(firm)
        people = [(one.pk, label_of(one)) for one in agents_for(firm)]
    else:
        rows, people = given_to(who, today()), []
    context = {
        "rows": [
            {
                "m": one, "acts": [words.act(code) for code in one.acts], "matters": [names.get(code, code) for code in one.matters], "stands": stands(one, today()),
                "done": [(act_, words.act(act_.act)) for act_ in one.done.all()] if who.role is Role.ENTERPRISE else [],
            }
            for one in rows
        ],
        "own": who.role is Role.ENTERPRISE, "people": people, "acts": [(code, words.act(code)) for code in Mandate.Act.values], "matters": sorted(names.items()),
        "until": today() + timedelta(days=90), "first": today(), "last": today() + timedelta(days=366),
    }  # fmt: skip
    return render(request, "web/matters/mandates.html", context)


def _firm(who: Actor) -> Enterprise:
    found = Enterprise.objects.filter(pk__in=who.enterprise_ids).first()
    if found is None:
        raise NotFound()
    return found


def _give(request: HttpRequest, firm: Enterprise, who: Actor) -> HttpResponse:
    post = request.POST

    def give() -> Mandate:
        agent = User.objects.filter(pk=int(post["agent"])).first() if post.get("agent", "").isdigit() else None
        if agent is None:
            raise NotFound()
        try:
            until = date.fromisoformat(post.get("until", ""))
        except ValueError:
            until = date.min
        return give_mandate(enterprise=firm, agent=agent, acts=post.getlist("acts"), matters=post.getlist("matters"), until=until, by=who, now=now())

    return act(request, give, gettext("The mandate is given; you may take it back at any moment."), reverse("web:mandates"))


@members
@require_POST
def mandate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mandate back, or give it up; it ends at once."""
    who = actor(request)
    found = mandate_seen(who, pk)
    return act(request, lambda: revoke_mandate(mandate=found, by=who, now=now()), gettext("The mandate has ended."), reverse("web:mandates"))
