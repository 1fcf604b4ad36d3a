"""What ninja leaves to Django, checked around every operation: kinds of content, unknown parameters, codes and encodings in the address, methods."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils.translation import gettext, gettext_noop

from manyuan.facts.audit.errors import DomainError
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.queries import current_forms
from manyuan.facts.parks.models import Park
from manyuan.surfaces.api.problems import UnknownParameter, method_not_allowed, of_domain, own, wrong_kind

PARK = gettext_noop("the code of a park in the directory of parks")
PERIOD = gettext_noop("a month as 2025-09, a quarter as 2025Q3 or a year as 2025")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # not behind a backslash that is itself escaped
TEXT = gettext_noop("text in UTF-8 without control characters")


def guarded(view: Callable[..., HttpResponse], route: str, document: Callable[[], Mapping[str, Any]]) -> Callable[..., HttpResponse]:
    """The view of an address, behind the checks. document: the operations of the OpenAPI document by path."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        operation = document().get(_in_document(route), {}).get((request.method or "").lower())
        if operation is not None:
            faults = _unreadable(request)
            if faults:
                return own(request, 422, "api.invalid", faults)
            known = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
            for name in request.GET:
                if name not in known:
                    return of_domain(request, UnknownParameter(found=name, expected=", ".join(sorted(known)) or "—"))
        answer = view(request, *args, **kwargs)
        if isinstance(answer, HttpResponseNotAllowed):
            return method_not_allowed(request, answer)
        kinds = list((operation or {}).get("requestBody", {}).get("content", {}))
        if kinds and request.content_type not in kinds and answer.status_code in (400, 422) and request.headers.get("Content-Length") not in (None, "", "0"):
            return wrong_kind(request, kinds)
        if operation is not None and answer.status_code == 200 and request.method == "GET" and (faults := _unknown(request)):
            return own(request, 422, "api.invalid", faults)  # an empty list would look as if there were nothing
        return answer

    return checked


def fault(name: str, found: str, expected: str) -> dict[str, Any]:
    """A fault of a query parameter. expected: in the reader's language."""
    return {"where": f"query.{name}", "found": found[:100], "expected": expected}


def unknown_form(code: str) -> dict[str, Any] | None:
    """The fault of a form's code that is in no pack; None when it is known."""
    known = sorted(form.code for form in current_forms())
    return None if code in known else fault("form", code, ", ".join(known) or "–")


def _unreadable(request: HttpRequest) -> list[dict[str, Any]]:
    """Parameters that are no text: another encoding than UTF-8, or a NUL, which a database takes for the end of the text."""
    out = [fault(name, text.replace("\0", "\\0"), gettext(TEXT)) for name, text in request.GET.items() if "\0" in text or "\ufffd" in text]
    if not out and request.content_type == "application/json" and _nul_in(request):
        out.append({"where": "body", "found": "\\u0000", "expected": gettext(TEXT)})
    return out


def _nul_in(request: HttpRequest) -> bool:
    try:
        return _NUL.search(request.body) is not None
    except (RequestDataTooBig, UnreadablePostError):
        return False  # the view says so


def _unknown(request: HttpRequest) -> list[dict[str, Any]]:
    """Filters by a park, a form or a period that cannot be."""
    out = []
    park, period, form = (request.GET.get(name, "") for name in ("park", "period", "form"))
    if park and not Park.objects.filter(code=park).exists():
        out.append(fault("park", park, gettext(PARK)))
    if period:
        try:
            parse_period(period)
        except DomainError:
            out.append(fault("period", period, gettext(PERIOD)))
    if form and (wrong := unknown_form(form)):
        out.append(wrong)
    return out


def _in_document(route: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route).strip("/")
