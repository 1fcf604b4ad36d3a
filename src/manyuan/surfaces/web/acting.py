"""What every page of the cockpit shares: who may open it, refusals in the reader's language, acts that answer with a message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext

from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.programme.rights import is_insider

View = Callable[..., HttpResponse]


def actor(request: HttpRequest) -> Actor:
    """Who asks."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def now() -> datetime:
    """This moment."""
    return timezone.now()


def today() -> date:
    """Today on the clock of the place."""
    return timezone.localdate()


def members(view: View) -> View:
    """Only for people of an organisation: visitors are asked to sign in, others are refused."""
    return kept_for(view, lambda who: who.role is not Role.PUBLIC)


def insiders(view: View) -> View:
    """Only for the city, park committees and park companies."""
    return kept_for(view, is_insider)


def kept_for(view: View, may: Callable[[Actor], bool]) -> View:
    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may(actor(request)):
            return refused(
                request, gettext("This page is for other roles"), gettext("Your organisation has no part in it. Ask the city office if you need it.")
            )
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(str(error)) from error
        except NotAllowed as error:
            return refused(request, gettext("No right to do this"), error.message(get_language() or "zh-hans"))

    return kept


def refused(request: HttpRequest, heading: str, text: str) -> HttpResponse:
    """403 that says why and what to do."""
    return render(request, "web/error.html", {"heading": heading, "text": text, "symbol": "lock"}, status=403)


def act(request: HttpRequest, do: Callable[[], Any], done: str, back: str) -> HttpResponse:
    """Do something, say that it is done or why not, and go back. Rights that are missing are answered with 403, unknown things with 404."""
    try:
        do()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        messages.error(request, error.message(get_language() or "zh-hans"))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(safe(request, back))


def safe(request: HttpRequest, back: str) -> str:
    """The page to go back to: what the form says if it lies on this site, else `back`."""
    wanted = request.POST.get("next", "")
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else back


def language() -> str:
    """'zh' or 'en': what the reader reads."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def download(content: bytes, name: str, kind: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") -> HttpResponse:
    """A file to save, never shown inside this site."""
    from urllib.parse import quote

    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
