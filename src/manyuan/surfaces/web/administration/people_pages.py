"""People: who has a login, of which organisation, with which rights; making them, new passwords, logins off and on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts import queries, services
from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.secrets import new_password
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.queries import trail
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, now
from manyuan.surfaces.web.administration.asking import administrators, attempt, form, kept_once, key_of, reason_of
from manyuan.surfaces.web.administration.trails import steps
from manyuan.surfaces.web.administration.words import body_kind
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status


@administrators
def people(request: HttpRequest) -> HttpResponse:
    """The people whom the reader administers."""
    who = actor(request)
    states = {"on": ("good", gettext("may sign in")), "off": ("mute", gettext("switched off"))}
    table = Table(
        "",
        [
            Column("name", gettext("Full name"), lambda u: u.display_name or u.username, order="display_name", url=lambda u: reverse("web:person", args=[u.pk])),
            Column("username", gettext("Login name"), lambda u: u.username, order="username"),
            Column("organisation", gettext("Organisation"), lambda u: figures.pick(u.organisation) if u.organisation else None, order="organisation__name_zh", wrap=True),
            Column("kind", gettext("Kind"), lambda u: body_kind(u.organisation.kind) if u.organisation else gettext("no organisation")),
            Column("post", gettext("Post"), lambda u: u.post),
            Column("release", gettext("Releases figures"), lambda u: gettext("yes") if u.may_release else None),
            Column("last", gettext("Last signed in"), lambda u: u.last_login, order="last_login", nowrap=True),
            Column("state", gettext("State"), lambda u: _state(u, states)[1], order="is_active", cell=lambda u: status(*_state(u, states))),
        ],
        queries.people(who),
        search_fields=("username", "display_name", "organisation__name_zh", "organisation__name_en"),
        filters=[
            Filter("kind", gettext("Kind"), [(code, body_kind(code)) for code in _kinds(who)], lambda rows, v: rows.filter(organisation__kind=v)),
            Filter("state", gettext("State"), [(code, text) for code, (_, text) in states.items()], lambda rows, v: rows.filter(is_active=v == "on")),
            Filter("release", gettext("Releases figures"), [("yes", gettext("yes"))], lambda rows, v: rows.filter(may_release=True)),
        ],
        default_order="username",
        empty_title=gettext("Nobody yet"),
        empty_text=gettext("Make the organisation first, then the people in it."),
    ).read(request)  # fmt: skip
    return table.export(request, "people") or render(request, "web/administration/people.html", {"table": table})


def _kinds(who: Any) -> list[str]:
    return list(Organisation.Kind.values) if who.sees_all else ["committee", "company", "enterprise"]


def _state(user: User, states: dict[str, tuple[str, str]]) -> tuple[str, str]:
    return states["on" if user.is_active else "off"]


@administrators
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person of an organisation; the first password is made here and shown once."""
    who, post = actor(request), request.POST
    bodies = queries.organisations(who)
    wanted = post.get("organisation") or request.GET.get("organisation") or ""
    body = bodies.filter(pk=key_of(wanted)).first()
    fault, password = "", new_password()
    if request.method == "POST":
        if body is None:
            fault = gettext("Choose the organisation.")
        else:
            single = post.get("sign_in") == "sso"
            made: list[User] = []
            fault = attempt(
                lambda: made.append(
                    services.make_user(
                        username=post.get("username", ""),
                        organisation=body,
                        password=None if single else password,
                        display_name=post.get("display_name", ""),
                        post=post.get("post", ""),
                        language=post.get("language", "zh-hans"),
                        temporary=True,
                        by=who,
                        now=now(),
                    )
                )
            )
            if not fault:
                return _shown(request, made[0], None if single else password)
    chosen = body.pk if body else None
    many = bodies.count() > 200
    context = {"body": body, "bodies": bodies.filter(pk=chosen) if many else bodies, "many": many, "chosen": chosen, "kinds": body_kind}
    return form(request, "web/administration/person_new.html", context, fault)


def _shown(request: HttpRequest, user: User, password: str | None) -> HttpResponse:
    """The page after an account was made or got a new password: the password stands here and nowhere else."""
    return kept_once(render(request, "web/administration/password.html", {"person": user, "password": password}))


@administrators
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: organisation, rights, tokens, and what was done to the account."""
    who = actor(request)
    found = queries.person(who, pk)
    context = {
        "person": found, "kind": body_kind(found.organisation.kind) if found.organisation else "", "self": who.id == found.pk, "city": who.sees_all,
        "may": not found.may_release or who.sees_all, "two_step": queries.has_two_step(found), "steps": steps(trail("user", found.pk)[:30]),
        "tokens": queries.tokens_of(found).filter(revoked_at=None, expires_at__gt=now()),
        "may_name": who.sees_all and found.organisation is not None and found.organisation.kind == Organisation.Kind.CITY,
    }  # fmt: skip
    return render(request, "web/administration/person.html", context)


@administrators
@require_POST
def person_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct, new password, switch off and on, the right to release, second step off, end tokens."""
    who, post, when = actor(request), request.POST, now()
    found = queries.person(who, pk)
    reason = reason_of(request)
    back = reverse("web:person", args=[pk])
    if post.get("act") == "password":
        password = new_password()
        fault = attempt(lambda: services.change_password_by_admin(user=found, password=password, by=who, now=when))
        return HttpResponseRedirect(back) if fault else _shown(request, found, password)
    acts = {
        "change": (lambda: services.change_person(user=found, display_name=post.get("display_name", ""), post=post.get("post", ""), by=who, now=when), gettext("Kept.")),
        "disable": (lambda: services.disable_user(user=found, reason=reason, by=who, now=when), gettext("The login is off; sessions and tokens ended.")),
        "enable": (lambda: services.enable_user(user=found, reason=reason, by=who, now=when), gettext("The login is on again.")),
        "release": (lambda: services.name_releasing_official(user=found, reason=reason, by=who, now=when), gettext("This person may now release figures to the public.")),
        "no_release": (lambda: services.end_releasing(user=found, reason=reason, by=who, now=when), gettext("This person releases no more figures; what was released stays.")),
        "two_step": (lambda: services.take_off_two_step(user=found, reason=reason, by=who, now=when), gettext("The second step is off. Ask the person to set it up again.")),
        "token": (lambda: services.revoke_token(token=_token(found, post.get("token", "")), by=who, now=when), gettext("The token is revoked.")),
    }  # fmt: skip
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, back)


def _token(user: User, pk: str) -> Any:
    found = queries.tokens_of(user).filter(pk=key_of(pk)).first()
    if found is None:
        raise NotFound()
    return found
