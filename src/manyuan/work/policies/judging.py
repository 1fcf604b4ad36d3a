"""What people judge, as a policy's delivery says it: items with their ranges, how far two assessors may differ, and what a total is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.work.policies.errors import WrongDelivery, WrongMarks

HALF = Decimal("0.5")
"""Marks are given in halves."""


@dataclass(frozen=True)
class JudgedItem:
    """One item and its range, both ends allowed."""

    code: str
    zh: str
    en: str
    least: Decimal
    most: Decimal

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Judging:
    """items; limit: two totals that differ by more go to a third person; days: working days for the assessors; bands: (from this total on, percent of
    the amount), the highest first. Below the lowest band nothing is granted."""

    items: tuple[JudgedItem, ...]
    limit: Decimal
    days: int
    bands: tuple[tuple[Decimal, Decimal], ...]

    @property
    def most(self) -> Decimal:
        return sum((one.most for one in self.items), Decimal(0))


def read_judging(given: Mapping[str, Any]) -> dict[str, Any]:
    """The judging of a pack or a page, checked, as plain values to be stored. Raises WrongDelivery naming the field."""
    items = []
    for one in given.get("items") or ():
        code = str(one.get("code", "")).strip()
        least, most = _number(one.get("least", 0), f"judging.{code}.least"), _number(one.get("most"), f"judging.{code}.most")
        if not code or not str(one.get("zh", "")).strip() or code in {other["code"] for other in items}:
            raise WrongDelivery(field="judging", found=code or "-", expected=gettext_noop("a code of its own and a name for each judged item"))
        if not 0 <= least < most:
            raise WrongDelivery(
                field=f"judging.{code}", found=f"{least} – {most}", expected=gettext_noop("a range whose least is 0 or more and below its most")
            )
        items.append({"code": code, "zh": str(one["zh"]).strip(), "en": str(one.get("en") or one["zh"]).strip(), "least": str(least), "most": str(most)})
    if not items:
        raise WrongDelivery(field="judging", found="-", expected=gettext_noop("at least one judged item"))
    bands = sorted(((_number(one.get("from"), "judging.bands"), _number(one.get("share"), "judging.bands")) for one in given.get("bands") or ()), reverse=True)
    most = sum(Decimal(one["most"]) for one in items)
    shares = [share for _, share in bands]
    if (
        not bands
        or any(not 0 <= least <= most for least, _ in bands)
        or any(not 0 < share <= 100 for share in shares)
        or shares != sorted(shares, reverse=True)
    ):
        found = ", ".join(f"{least}: {share}" for least, share in bands) or "-"
        raise WrongDelivery(
            field="judging.bands", found=found, expected=gettext_noop("totals within reach, and shares up to 100 that do not rise as the total falls")
        )
    limit, days = _number(given.get("limit", 0), "judging.limit"), int(_number(given.get("days", 10), "judging.days"))
    if limit < 0 or not 1 <= days <= 120:
        raise WrongDelivery(field="judging", found=f"{limit}, {days}", expected=gettext_noop("a limit of 0 or more and 1 to 120 working days"))
    return {"items": items, "limit": str(limit), "days": days, "bands": [{"from": str(least), "share": str(share)} for least, share in bands]}


def judging_of(stored: Mapping[str, Any] | None) -> Judging | None:
    """What `read_judging` stored, ready for use; None where nobody judges."""
    if not stored:
        return None
    items = tuple(JudgedItem(one["code"], one["zh"], one["en"], Decimal(one["least"]), Decimal(one["most"])) for one in stored["items"])
    bands = tuple((Decimal(one["from"]), Decimal(one["share"])) for one in stored["bands"])
    return Judging(items, Decimal(stored["limit"]), int(stored["days"]), bands)


def read_marks(judging: Judging, given: Mapping[str, Any]) -> dict[str, str]:
    """Marks for every item, in halves and within its range. Raises WrongMarks naming the item and its range."""
    out = {}
    for item in judging.items:
        text = str(given.get(item.code, "")).strip()
        try:
            mark = Decimal(text)
            if not mark.is_finite() or mark % HALF or not item.least <= mark <= item.most:
                raise InvalidOperation
        except InvalidOperation:
            raise WrongMarks(item=item.zh, found=text or "-", least=f"{item.least:f}", most=f"{item.most:f}") from None
        out[item.code] = f"{mark.normalize():f}"
    return out


def total_of(marks: Mapping[str, str]) -> Decimal:
    return sum((Decimal(mark) for mark in marks.values()), Decimal(0))


def apart(judging: Judging, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two assessors differ by more than the policy allows."""
    return abs(total_of(one) - total_of(other)) > judging.limit


def settled(marks: Sequence[Mapping[str, str]]) -> dict[str, Decimal]:
    """The mean of each item: of two assessors, or the arbiter's own mark."""
    return {code: sum((Decimal(one[code]) for one in marks), Decimal(0)) / len(marks) for code in marks[0]}


def share_of(judging: Judging, total: Decimal) -> Decimal:
    """Percent of the amount that a total is worth; 0 below the lowest band."""
    return next((share for least, share in judging.bands if total >= least), Decimal(0))


def part_of(fen: int, share: Decimal) -> int:
    """So many percent of an amount, half up to the fen."""
    return int((Decimal(fen) * share / 100).quantize(Decimal(1), ROUND_HALF_UP))


def _number(value: Any, where: str) -> Decimal:
    try:
        found = Decimal(str(value))
        if not found.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise WrongDelivery(field=where, found=value, expected=gettext_noop("a number")) from None
    return found
