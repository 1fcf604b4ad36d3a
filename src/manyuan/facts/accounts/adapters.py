"""Who may come in: accounts are made by an administrator, never by signing up; single sign-on only for people already known."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of, may_sign_in
from manyuan.facts.audit.services import record

_log = logging.getLogger("manyuan.accounts")


class ClosedSignup(DefaultAccountAdapter):
    """No self sign-up; lockout says how long; each sign-in leaves an audit record; demo people only in demo mode."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who guessed too often, even with the right password, and say how long."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            if refusal.code != "too_many_login_attempts":
                raise
            _log.warning("sign-in refused after too many wrong tries: %s", self.get_client_ip(request))
            minutes = self._minutes_to_wait(request, credentials)
            raise ValidationError(
                ngettext(
                    "Too many wrong tries. Wait %(minutes)s minute and try again, or ask your administrator for a new password.",
                    "Too many wrong tries. Wait %(minutes)s minutes and try again, or ask your administrator for a new password.",
                    minutes,
                )
                % {"minutes": minutes},
                code=refusal.code,
            ) from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        return user if user is None or may_sign_in(user) else None

    def post_login(self, request: HttpRequest, user: User, **rest: Any) -> HttpResponse:
        """Record the sign-in, then go on."""
        by = actor_of(user, self.get_client_ip(request))
        record(by=by, now=timezone.now(), action="accounts.sign_in", subject_kind="user", subject_id=user.pk)
        return super().post_login(request, user, **rest)

    def set_password(self, user: User, password: str) -> None:
        """A person's own new password; what an administrator handed over is done with."""
        user.must_change_password = False
        super().set_password(user, password)

    def _minutes_to_wait(self, request: HttpRequest, credentials: dict[str, Any]) -> int:
        """Until the oldest of the tries that fill a limit has passed; at least a minute."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        wait = 60.0
        for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
            kept = ratelimit.get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key)
            tries = cache.get(kept, [])
            if len(tries) >= rate.amount:
                wait = max(wait, tries[rate.amount - 1] + rate.duration - time.time())
        return math.ceil(wait / 60)


class KnownPeopleOnly(DefaultSocialAccountAdapter):
    """Single sign-on never makes an account: it finds the person an administrator made.

    On the first sign-on the login name the identity provider vouches for (`preferred_username`) is the login name here; from then on
    the provider's own lasting identifier (`sub`) is what counts, and a second identity is never tied to the same person.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the identity to the person it names, or refuse with a page that says what to do."""
        if sociallogin.is_existing:
            user = sociallogin.user
        else:
            user = self._known(sociallogin)
            if user is not None and may_sign_in(user):
                sociallogin.connect(request, user)
                self._record(request, user, sociallogin)
        if user is None or not may_sign_in(user):
            raise ImmediateHttpResponse(render(request, "account/unknown_person.html", {"name": _name(sociallogin)}, status=403))

    def _known(self, sociallogin: SocialLogin) -> User | None:
        user = User.objects.filter(username__iexact=_name(sociallogin), is_demo=False).first() if _name(sociallogin) else None
        provider = sociallogin.account.provider
        if user and SocialAccount.objects.filter(user=user, provider=provider).exclude(uid=sociallogin.account.uid).exists():
            return None
        return user

    def _record(self, request: HttpRequest, user: User, sociallogin: SocialLogin) -> None:
        account = sociallogin.account
        by = actor_of(user)
        after = {"provider": account.provider, "uid": account.uid}
        record(
            by=by,
            now=timezone.now(),
            action="accounts.tie_identity",
            subject_kind="user",
            subject_id=user.pk,
            after=after,
        )


def _name(sociallogin: SocialLogin) -> str:
    """The login name the identity provider gave."""
    data = sociallogin.account.extra_data or {}
    claims = data.get("userinfo") or data.get("id_token") or data
    return str(claims.get("preferred_username") or "")
