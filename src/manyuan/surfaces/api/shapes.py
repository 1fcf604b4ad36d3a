"""What all requests and answers share: strict bodies, and pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import ConfigDict, Field

Item = TypeVar("Item")
WORDS: Any = Field(..., description="The code above it as the pages call it, in the language asked for (Accept-Language: zh-Hans or en)")
"""For a field that says a code in words."""

LARGEST_PAGE = settings.NINJA_PAGINATION_MAX_LIMIT


class Body(Schema):
    """A request body: a field that is not known is a fault, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[Item]):
    """A page of a list. next_offset: where the next page begins, null on the last. count: of all items, only when asked for."""

    items: list[Item]
    next_offset: int | None
    count: int | None = None


class PageParameters(Schema):
    """Which page."""

    limit: int = Field(settings.NINJA_PAGINATION_PER_PAGE, ge=1, le=LARGEST_PAGE, description="How many items")
    offset: int = Field(0, ge=0, le=10_000_000, description="From which item on")
    with_count: bool = Field(False, description="Count all items too (slow on long lists)")


Paging = Query(...)


def page(rows: QuerySet | list, wanted: PageParameters, shape: Callable[[Any], Any] = lambda row: row) -> dict[str, Any]:
    """One page of a query set (with a fixed order) or list; reads one row more than asked to know whether there is a next one."""
    got = list(rows[wanted.offset : wanted.offset + wanted.limit + 1])
    count = None
    if wanted.with_count:
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {
        "items": [shape(row) for row in got[: wanted.limit]],
        "next_offset": wanted.offset + wanted.limit if len(got) > wanted.limit else None,
        "count": count,
    }
