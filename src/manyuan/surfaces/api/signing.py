"""Who calls: a person with a session (and its CSRF token) or a program with a bearer token; and how often."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError, HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from manyuan.facts.accounts.middleware import address_of
from manyuan.facts.accounts.queries import Bearer, actor_of, bearer_of, may_sign_in
from manyuan.facts.accounts.services import note_use
from manyuan.surfaces.api.problems import ReadOnlyToken

READING = {"GET", "HEAD", "OPTIONS"}
DEFAULT_RATE = 600
_WINDOW = 60


class ByToken(HttpBearer):
    """`Authorization: Bearer mny_…`. A wrong token is refused outright, even beside a good session."""

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        """Whose token it is. Raises AuthenticationError; ReadOnlyToken for a write with one that only reads."""
        now = timezone.now()
        bearer = bearer_of(token, now)
        if bearer is None:
            raise AuthenticationError()
        if bearer.token.read_only and request.method not in READING:
            raise ReadOnlyToken()
        note_use(token=bearer.token, now=now)
        request.user = bearer.user
        request.actor = actor_of(bearer.user, address_of(request), on=timezone.localdate())
        return bearer


class BySession(APIKeyCookie):
    """The session of a signed-in person; a write needs the header X-CSRFToken too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        if request.headers.get("Authorization"):
            raise AuthenticationError()  # another scheme than Bearer: do not fall back on a cookie
        if not request.user.is_authenticated or not may_sign_in(request.user):
            return None
        if check_csrf(request):
            raise HttpError(403, "csrf")
        request.actor = actor_of(request.user, address_of(request), on=timezone.localdate())
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Not used: `__call__` decides."""
        raise NotImplementedError


class PerMinute(BaseThrottle):
    """At most MANYUAN_API_RATE (600) requests in a minute for each token, person without token, or address without either.

    Counts lie in Django's cache: with several web processes set MANYUAN_SHARED_CACHE, else each process counts for itself.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this request and say whether it may go on."""
        key = f"api-rate:{self._who(request)}:{int(time.time() // _WINDOW)}"
        cache.add(key, 0, 2 * _WINDOW)
        try:
            count = cache.incr(key)
        except ValueError:  # the entry was culled in between
            count = 1
        return count <= getattr(settings, "API_RATE", DEFAULT_RATE)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return _WINDOW - time.time() % _WINDOW

    def _who(self, request: HttpRequest) -> str:
        auth = getattr(request, "auth", None)
        if isinstance(auth, Bearer):
            return f"token:{auth.token.pk}"
        return f"person:{auth.pk}" if auth is not None else f"address:{address_of(request)}"
