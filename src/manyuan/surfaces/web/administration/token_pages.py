"""One's own tokens for programs: made here, shown once, revoked here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from manyuan.facts.accounts import queries, services
from manyuan.facts.accounts.models import ApiToken, User
from manyuan.facts.accounts.tokens import LONGEST_DAYS
from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.web.acting import act, actor, members, now
from manyuan.surfaces.web.administration.asking import attempt, form, kept_once, key_of

TERMS = (7, 30, 90, 180, LONGEST_DAYS)


@members
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's tokens; a new one; revoking one."""
    who, post = actor(request), request.POST
    user = request.user
    if not isinstance(user, User):
        raise NotFound()
    fault = ""
    if request.method == "POST" and post.get("act") == "revoke":
        token = _own(user, post.get("token", ""))
        return act(request, lambda: services.revoke_token(token=token, by=who, now=now()), gettext("The token is revoked."), reverse("web:tokens"))
    if request.method == "POST":
        made: list[tuple[ApiToken, str]] = []
        days = key_of(post.get("days"))
        fault = attempt(
            lambda: made.append(services.issue_token(user=user, name=post.get("name", ""), days=days, read_only=post.get("may") != "write", by=who, now=now()))
        )
        if not fault:
            return kept_once(render(request, "web/administration/token.html", {"token": made[0][0], "secret": made[0][1]}))
    lines = [(one, _state(one)) for one in queries.tokens_of(user)[:50]]
    return form(request, "web/administration/tokens.html", {"lines": lines, "terms": TERMS}, fault)


def _own(user: User, pk: str) -> ApiToken:
    found = queries.tokens_of(user).filter(pk=key_of(pk)).first()
    if found is None:
        raise NotFound()
    return found


def _state(token: ApiToken) -> tuple[str, str]:
    if token.revoked_at is not None:
        return "mute", gettext("revoked")
    return ("mute", gettext("run out")) if token.expires_at <= now() else ("good", gettext("in force"))
