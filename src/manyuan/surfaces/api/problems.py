"""Every error of the API as problem+json (RFC 9457): what is wrong, where, in the reader's language."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext, gettext_noop
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from manyuan.facts.audit.errors import DomainError, NotFound

CONTENT_TYPE = "application/problem+json"
_log = logging.getLogger("manyuan.api")


class Fault(Schema):
    """One fault of a request: where it lies, what was found there and what was expected."""

    where: str
    found: str | None = None
    expected: str


class Problem(Schema):
    """What went wrong. `code` is stable and for programs; `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[Fault] = []


class SessionNeeded(DomainError):
    """Something only a signed-in person may do, not a program with a token."""

    code = "api.session_needed"
    http_status = 403
    text = gettext_noop("A token cannot do this. Sign in with your password and do it there.")


class ReadOnlyToken(DomainError):
    code = "api.read_only_token"
    http_status = 403
    text = gettext_noop("This token only reads. Use a token that may write; the owner can make one.")


class WrongParameter(Exception):
    """A parameter whose value cannot be; `fault` says where, what was found and what was expected."""

    def __init__(self, fault: dict[str, Any]) -> None:
        super().__init__(fault["where"])
        self.fault = fault


class UnknownParameter(DomainError):
    code = "api.unknown_parameter"
    text = gettext_noop("There is no parameter “%(found)s” here; expected: %(expected)s.")


_TEXTS = {
    "api.no_such_address": gettext_noop("There is no such address in the API. The list is in /api/v1/openapi.json."),
    "api.method_not_allowed": gettext_noop("%(method)s is not possible here; possible: %(allowed)s."),
    "api.sign_in_needed": gettext_noop("Sign in, or send a valid token as “Authorization: Bearer …”. This one is missing, unknown, expired or revoked."),
    "api.csrf": gettext_noop("The request does not carry the token of your session (header X-CSRFToken). Load the page again, or use an API token."),
    "api.too_many_requests": gettext_noop("Too many requests in a minute. Wait %(seconds)s seconds and go on."),
    "api.bad_request": gettext_noop("The request could not be read: expected well-formed JSON in UTF-8 or a form."),
    "api.wrong_content": gettext_noop("The content is of the kind “%(found)s”; expected: %(expected)s (header Content-Type)."),
    "api.too_large": gettext_noop("The request is larger than this server takes."),
    "api.invalid": gettext_noop("The request has faults; each is named under “errors”. Nothing was changed."),
    "api.failed": gettext_noop("Something failed on our side; nothing was changed. Tell the administrator when it happened."),
}

_EXPECTED = {
    "missing": gettext_noop("a value: it is required"),
    "extra_forbidden": gettext_noop("nothing: there is no such field"),
    "int_type": gettext_noop("a whole number"),
    "int_parsing": gettext_noop("a whole number"),
    "int_from_float": gettext_noop("a whole number"),
    "decimal_parsing": gettext_noop("a decimal number"),
    "decimal_type": gettext_noop("a decimal number"),
    "bool_type": gettext_noop("true or false"),
    "bool_parsing": gettext_noop("true or false"),
    "string_type": gettext_noop("text"),
    "date_type": gettext_noop("a date as 2026-11-23"),
    "date_parsing": gettext_noop("a date as 2026-11-23"),
    "date_from_datetime_parsing": gettext_noop("a date as 2026-11-23"),
    "datetime_type": gettext_noop("a moment as 2026-11-23T09:30:00+08:00"),
    "datetime_parsing": gettext_noop("a moment as 2026-11-23T09:30:00+08:00"),
    "datetime_from_date_parsing": gettext_noop("a moment as 2026-11-23T09:30:00+08:00"),
    "timezone_aware": gettext_noop("a moment with its time zone, as 2026-11-23T09:30:00+08:00"),
    "list_type": gettext_noop("a list"),
    "dict_type": gettext_noop("an object of names and values"),
    "model_attributes_type": gettext_noop("an object of names and values"),
    "greater_than_equal": gettext_noop("at least %(ge)s"),
    "greater_than": gettext_noop("more than %(gt)s"),
    "less_than_equal": gettext_noop("at most %(le)s"),
    "less_than": gettext_noop("less than %(lt)s"),
    "string_too_long": gettext_noop("at most %(max_length)s characters"),
    "string_too_short": gettext_noop("at least %(min_length)s characters"),
    "string_pattern_mismatch": gettext_noop("text of the form %(pattern)s"),
    "literal_error": gettext_noop("one of %(expected)s"),
    "enum": gettext_noop("one of %(expected)s"),
}


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """The answer itself."""
    body = {
        "type": f"urn:manyuan:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path,
        "errors": errors or [],
    }
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def own(request: HttpRequest, status: int, code: str, errors: list[dict[str, Any]] | None = None, **data: object) -> HttpResponse:
    """A problem of the API itself, by its code in _TEXTS."""
    text = _TEXTS[code]
    return problem(request, status, code, gettext(text) % data if data else gettext(text), errors)


def of_domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal of the domain, with the status and code it names."""
    return problem(request, error.http_status, error.code, error.message(get_language() or "zh-hans"))


def no_such_address(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """The view behind every other address under /api/."""
    return own(request, 404, "api.no_such_address")


no_such_address.csrf_exempt = True  # type: ignore[attr-defined]


def method_not_allowed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What a wrong method gets, with the possible ones."""
    allowed = ", ".join(sorted(name.strip() for name in answer["Allow"].split(",")))
    made = own(request, 405, "api.method_not_allowed", method=request.method, allowed=allowed)
    made["Allow"] = allowed
    return made


def handle_errors(api: NinjaAPI) -> None:
    """Make the API answer every exception with a problem."""
    api.add_exception_handler(DomainError, of_domain)
    api.add_exception_handler(WrongParameter, lambda request, error: own(request, 422, "api.invalid", [error.fault]))
    api.add_exception_handler(Http404, lambda request, error: of_domain(request, NotFound()))
    api.add_exception_handler(AuthenticationError, lambda request, error: own(request, 401, "api.sign_in_needed"))
    api.add_exception_handler(Throttled, _throttled)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(RequestDataTooBig, lambda request, error: own(request, 413, "api.too_large"))
    api.add_exception_handler(SuspiciousOperation, lambda request, error: own(request, 400, "api.bad_request"))
    api.add_exception_handler(Exception, _failed)


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    return own(request, 429, "api.too_many_requests", seconds=int(error.wait or 0) + 1)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.FORBIDDEN:
        return own(request, 403, "api.csrf")
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return own(request, 400, "api.bad_request", _unread(request))
    return problem(request, error.status_code, f"api.http_{error.status_code}", error.message)


def wrong_kind(request: HttpRequest, kinds: list[str]) -> HttpResponse:
    """415: the body is of a kind that this operation does not take."""
    return own(request, 415, "api.wrong_content", found=request.content_type or "–", expected=", ".join(kinds))


def _unread(request: HttpRequest) -> list[dict[str, Any]]:
    """Where a body stops being JSON in UTF-8; nothing when it is no JSON's fault."""
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        found = " ".join(f"{byte:02x}" for byte in error.object[error.start : error.start + 4])
        return [{"where": f"body: byte {error.start + 1}", "found": found, "expected": gettext("text in UTF-8 without control characters")}]
    except Exception:  # the body was read as a form
        return []
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        found = text[error.pos : error.pos + 20].split("\n")[0]
        return [{"where": f"body: line {error.lineno}, column {error.colno}", "found": found or None, "expected": gettext("JSON")}]
    except RecursionError:
        return [{"where": "body", "found": text[:20], "expected": gettext("JSON")}]
    return []


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [_fault(item) for item in error.errors]
    return own(request, 422, "api.invalid", faults)


def _fault(item: Mapping[str, Any]) -> dict[str, Any]:
    kind = item["type"]
    given = dict(item.get("ctx", {}))
    if kind in ("literal_error", "enum"):  # "'a', 'b' or 'c'" -> a, b, c
        given["expected"] = ", ".join(word for word in re.findall(r"'([^']*)'", str(given.get("expected", ""))) if word)
    text = gettext(_EXPECTED[kind]) % given if kind in _EXPECTED else item["msg"]
    found = None if kind == "missing" else _shown(item.get("input"))
    place = [str(part) for part in item["loc"]]
    if len(place) > 2 and place[0] in ("body", "query"):
        del place[1]  # the name of the operation's own parameter, which the caller does not know
    return {"where": ".".join(place), "found": found, "expected": text}


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 100 else text[:99] + "…"


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return own(request, 500, "api.failed")
