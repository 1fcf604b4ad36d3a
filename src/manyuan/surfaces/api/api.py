"""The API under /api/v1/: one instance, its routers, and the rules every operation keeps.

A new router: a file of its own with `router = Router()`, an `add_router` line below, and a line for each operation in
tests/rolewalk/expectations.yaml (the walk prints it). Operations read `request.actor`; bodies are `Body`, lists `Page[...]` by `page`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import ninja.errors
from django.urls import URLPattern
from ninja import NinjaAPI

from manyuan.surfaces.api import (
    accounts,
    applications,
    audit,
    case_acts,
    cases,
    cultivation,
    environment,
    evaluation,
    filings,
    matters,
    meetings,
    money,
    notices,
    park_changes,
    places,
    policies,
    programme,
    supply,
    visits,
    working_days,
)
from manyuan.surfaces.api.guarding import guarded
from manyuan.surfaces.api.problems import CONTENT_TYPE, Problem, handle_errors
from manyuan.surfaces.api.signing import BySession, ByToken, PerMinute

_ABOUT = (
    "The programme, parks, enterprises and filings of the city, with the rights of the person who calls. "
    "Sign in by session or send a token: `Authorization: Bearer …`. Errors are problem+json; texts follow Accept-Language (zh-Hans, en): "
    "beside a code (`state`, `outcome`) stands what the pages call it (`state_words`, `outcome_words`). "
    "Lists come in pages: `limit`, `offset`, `next_offset`."
)


class _Api(NinjaAPI):
    """NinjaAPI whose faults keep what was found, whose unknown parameters are refused and whose document names the error answer."""

    def validation_error_from_error_contexts(self, error_contexts: list[Any]) -> ninja.errors.ValidationError:
        found = [[item.get("input") for item in c.pydantic_validation_error.errors()] for c in error_contexts]
        error = super().validation_error_from_error_contexts(error_contexts)
        for item, value in zip(error.errors, (value for values in found for value in values)):
            item["input"] = value
        return error

    def get_openapi_schema(self, **rest: Any) -> dict[str, Any]:
        schema = super().get_openapi_schema(**rest)
        parts = schema.setdefault("components", {}).setdefault("schemas", {})
        made = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        parts.update(made.pop("$defs", {}))
        parts["Problem"] = made
        answer = {
            "description": "Refused or failed",
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"].setdefault("default", answer)
        return schema


api = _Api(
    title="Manyuan 满园",
    version="1.0.0",
    description=_ABOUT,
    urls_namespace="api",
    docs_url=None,  # its page would load scripts from elsewhere
    auth=[ByToken(), BySession()],
    throttle=[PerMinute()],
)
handle_errors(api)
api.add_router("", accounts.router, tags=["me"])
api.add_router("audit", audit.router, tags=["audit"])
api.add_router("", programme.router, tags=["programme"])
api.add_router("", park_changes.router, tags=["parks and enterprises"])
api.add_router("", places.router, tags=["parks and enterprises"])
api.add_router("", filings.router, tags=["filings"])
api.add_router("", policies.router, tags=["policies"])
api.add_router("", applications.router, tags=["policies"])
api.add_router("", money.router, tags=["money"])
api.add_router("", evaluation.router, tags=["per-mu evaluation"])
api.add_router("", environment.router, tags=["scorecards"])
api.add_router("", notices.router, tags=["notices"])
api.add_router("", matters.router, tags=["matters"])
api.add_router("", cultivation.router, tags=["cultivation"])
api.add_router("", case_acts.router, tags=["cases and demands"])
api.add_router("", cases.router, tags=["cases and demands"])
api.add_router("", visits.router, tags=["visits"])
api.add_router("", meetings.router, tags=["meetings"])
api.add_router("", supply.router, tags=["supply and demand"])
api.add_router("", working_days.router, tags=["working days"])


def patterns() -> list[URLPattern]:
    """The API's addresses, each behind the checks that ninja leaves to Django."""
    return [URLPattern(p.pattern, guarded(p.callback, str(p.pattern), _document), p.default_args, p.name) for p in api.urls[0]]


@cache
def _document() -> dict[str, Any]:
    """path in the document -> its operations by method."""
    return {path.strip("/"): operations for path, operations in api.get_openapi_schema(path_prefix="")["paths"].items()}
