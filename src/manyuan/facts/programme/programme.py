"""Reading the programme as installed: the pack, its campaigns, the names of titles."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.models import Campaign, Commitment, Goal, Indicator, InstalledPack


def installed() -> InstalledPack | None:
    """The pack that runs here, None before one is installed. Its content is long and does not change: it is read once for each version."""
    found = InstalledPack.objects.filter(is_current=True).values_list("pk", "content_hash").first()
    return _read(*found) if found else None


@lru_cache(maxsize=4)
def _read(pk: int, content_hash: str) -> InstalledPack:
    return InstalledPack.objects.get(pk=pk)


def campaigns() -> list[Campaign]:
    """The heads under which commitments stand, in the pack's order."""
    return list(Campaign.objects.order_by("order"))


def title_names() -> dict[str, dict[str, str]]:
    """Kinds of title by code: {"zh": name, "en": name}, in the pack's order."""
    pack = installed()
    return {one["code"]: one["name"] for one in pack.content["titles"]} if pack else {}


def role_names() -> dict[str, dict[str, str]]:
    """Roles by code: {"zh": name, "en": name}."""
    pack = installed()
    return {one["code"]: one["name"] for one in pack.content["roles"]} if pack else {}


def source_titles() -> dict[str, dict[str, str]]:
    """Sources by code: {"zh": title, "en": title}."""
    pack = installed()
    return {one["code"]: one["title"] for one in pack.content["sources"]} if pack else {}


def goal_named(code: str) -> Goal:
    """A goal by its code. Raises NotFound."""
    return _or_not_found(Goal.objects.select_related("indicator", "parent").prefetch_related("targets").filter(code=code).first())


def commitment_numbered(number: int) -> Commitment:
    """A commitment by its number. Raises NotFound."""
    return _or_not_found(Commitment.objects.select_related("campaign").filter(number=number).first())


def indicator_named(code: str) -> Indicator:
    """An indicator by its code. Raises NotFound."""
    return _or_not_found(Indicator.objects.filter(code=code).first())


def _or_not_found(row: Any) -> Any:
    if row is None:
        raise NotFound()
    return row
