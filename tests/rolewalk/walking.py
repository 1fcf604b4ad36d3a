"""Finding every address, filling it in, asking for it as a role, and putting the answer into one word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from tests.rolewalk.world import RECORDS

from manyuan.facts.accounts.tests.town import Town
from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.api.api import api

_API = "api/v1/"
# Likely sources of an address's parts, so that the line printed for a new page can mostly be pasted as it is.
_GUESSES = {
    "park": "park.pk", "park_id": "park.pk", "park_code": "park.code",
    "enterprise": "enterprise.pk", "enterprise_id": "enterprise.pk", "uscc": "enterprise.uscc",
    "user_id": "user.pk", "username": "user.username", "token_id": "token.pk",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """An answer: its word, status, text, and whether something was written."""

    word: str
    status: int
    text: str
    wrote: bool


def pages() -> list[str]:
    """Every address of the resolver that is not an operation of the API, as one readable text each."""
    return sorted({address for address in _addresses(get_resolver().url_patterns) if not address.startswith(_API)})


def operations() -> list[str]:
    """Every operation of the API's document, as `METHOD path`."""
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return sorted(f"{method.upper()} {path.lstrip('/')}" for path, methods in paths.items() for method in methods)


def undocumented() -> list[str]:
    """Addresses under the API that its document does not name."""
    documented = {operation.split(" ", 1)[1] for operation in operations()} | {"", "openapi.json"}
    there = {a.removeprefix(_API) for a in _addresses(get_resolver().url_patterns) if a.startswith(_API)}
    return sorted(there - documented)


def parts_of(address: str) -> list[str]:
    """The names of the parts to be filled in."""
    return re.findall(r"\{(\w+)\}", address)


def guess(address: str) -> dict[str, str]:
    """Likely sources for the parts; `=1` where there is no guess."""
    stems = {"park": "park", "enterprise": "enterprise", "filing": "filing", "upload": "upload", "evidence": "evidence", "goal": "goal",
             "commitment": "commitment", "indicator": "indicator"}  # fmt: skip
    stem = next((found for word, found in stems.items() if address.startswith(word)), "")
    return {part: _GUESSES.get(part) or (f"{stem}.{part}" if stem else "=1") for part in parts_of(address)}


def ask(town: Town, role: str, side: str, method: str, address: str, entry: Mapping[str, Any]) -> Seen:
    """Ask for the address as the role; whatever it wrote is undone."""
    filled = {part: value_of(town, role, side, source) for part, source in entry.get("with", {}).items()}
    path = "/" + re.sub(r"\{(\w+)\}", lambda part: quote(str(filled[part[1]]), safe=""), address)
    query = {key: value_of(town, role, side, source) for key, source in entry.get("query", {}).items()}
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(town.people[role], backend="django.contrib.auth.backends.ModelBackend")
    sent: dict[str, Any] = {}
    if "body" in entry:
        body = {key: value_of(town, role, side, source) for key, source in entry["body"].items()}
        sent = {"data": json.dumps(body), "content_type": "application/json"}
    with transaction.atomic():
        before = AuditRecord.objects.count()
        answer = getattr(client, method.lower())(path + (f"?{urlencode(query)}" if query else ""), **sent)
        text = _text(answer)
        wrote = AuditRecord.objects.count() != before
        transaction.set_rollback(True)
    return Seen(_word(answer), answer.status_code, text, wrote)


def value_of(town: Town, role: str, side: str, source: Any) -> Any:
    """What a source of the table stands for."""
    if not isinstance(source, str):
        return source
    if source.startswith("="):
        return source[1:]
    record, _, attributes = source.partition(".")
    value: Any = RECORDS[record](town, role, side)
    for name in attributes.split("."):
        value = getattr(value, name)
    return value


def _word(answer: HttpResponse) -> str:
    status = answer.status_code
    if status in (301, 302, 303, 307, 308):
        return "login" if answer["Location"].startswith("/accounts/login/") else "redirect"
    words = {200: "ok", 201: "ok", 204: "ok", 401: "login", 403: "refused", 404: "hidden", 405: "method", 400: "bad", 409: "bad", 422: "bad"}
    return words.get(status, f"status {status}")


def _text(answer: HttpResponse) -> str:
    """Everything the reader gets; a workbook or other archive is unpacked, so that a leak in it shows."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return content.decode("utf-8", "replace") + str(answer.get("Location", "")) + str(answer.get("Content-Disposition", ""))


def _addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        address = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield address
        else:
            yield from _addresses(pattern.url_patterns, address)


def _plain(route: str) -> str:
    """A route without its converters and regular expressions: `parks/<slug:code>/` becomes `parks/{code}/`."""
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    return route.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
