"""Reading the programme as installed: the pack, its campaigns, the names of titles."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Max

from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.once import once
from manyuan.facts.parks.models import ParkChange
from manyuan.facts.programme.models import Campaign, Commitment, Evidence, Goal, Indicator, IndicatorValue, InstalledPack


def installed() -> InstalledPack | None:
    """The pack that runs here, None before one is installed. Its content is long and does not change: it is read once for each version."""
    found = once("pack", lambda: InstalledPack.objects.filter(is_current=True).values_list("pk", "content_hash").first())
    return _read(*found) if found else None


@lru_cache(maxsize=4)
def _read(pk: int, content_hash: str) -> InstalledPack:
    return InstalledPack.objects.get(pk=pk)


def standing(on: date) -> str:
    """A mark of how things stand: another one whenever the pack, a figure, a piece of evidence or a park changed, and on another day.

    For keeping what is costly to work out until one of them changes.
    """
    pack = InstalledPack.objects.filter(is_current=True).values_list("pk", "content_hash").first() or ("", "")
    value = IndicatorValue.objects.order_by("-pk").values_list("pk", flat=True).first()
    laid = Evidence.objects.aggregate(pk=Max("pk"), reviewed=Max("reviewed_at"))
    park = ParkChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    return "-".join(str(part) for part in (on, *pack, value, laid["pk"], laid["reviewed"], park))


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
