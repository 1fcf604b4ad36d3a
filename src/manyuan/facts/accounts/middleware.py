"""Gives each request its actor, and its reader the language they chose."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from manyuan.facts.accounts.queries import actor_of, may_sign_in
from manyuan.facts.audit.once import one_look


class ActorMiddleware:
    """Sets `request.actor` (worked out when first asked for). Stands after Django's AuthenticationMiddleware and LocaleMiddleware.

    Language: the cookie of the language switch, else the person's profile, else what the browser asks for. The API goes by
    Accept-Language alone. A demo person's session ends when demo mode does. A password that
    somebody else made is changed before anything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_look():
            return self._answered(request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not may_sign_in(user):
            logout(request)
        request.actor = SimpleLazyObject(lambda: actor_of(request.user, address_of(request), on=timezone.localdate()))
        if not request.path.startswith("/api/"):
            self._speak(request)
            if getattr(request.user, "must_change_password", False) and not self._open_to_all(request.path):
                return redirect("account_change_password")
        return self.get_response(request)

    def _open_to_all(self, path: str) -> bool:
        """Whether somebody whose password is not yet their own may go there: to change it, to sign out, to switch the language."""
        return path.startswith((settings.STATIC_URL, "/accounts/", "/language/"))

    def _speak(self, request: HttpRequest) -> None:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        language = getattr(request.user, "language", "")
        if not chosen and language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as far as this server knows itself (never from a header that a client can write)."""
    from allauth.account.adapter import get_adapter

    return get_adapter(request).get_client_ip(request)
