"""The text of a version as rules, and what its delivery says; both checked before anything relies on them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.engines.screening import Policy, PolicySet, read_policy_text
from manyuan.facts.factsheet.definition import Definition
from manyuan.facts.factsheet.queries import definition_of
from manyuan.work.policies.errors import PolicyFaulty, WrongDelivery
from manyuan.work.policies.judging import read_judging
from manyuan.work.policies.models import PolicyVersion

SHORTFALLS = ("refuse", "pro-rata", "queue", "priority")
CHECKERS = ("city", "committee")
WAYS = ("no-application", "short-form", "application")


@dataclass(frozen=True)
class Delivery:
    """How a policy reaches the enterprise. objection_days: working days of the public notice (0: none); promised_days: working days from the
    enterprise's yes to the payment; asks: declared facts of the short form; budget_fen of a year; limit_fen: above it a third person approves; judging: what assessors judge;
    check_…: which share of the payments is looked at afterwards, within how many working days of the drawing and by whom; evaluate_days: working days
    after the year's end within which the policy is evaluated."""

    fund: str = ""
    budget_fen: int | None = None
    shortfall: str = "queue"
    objection_days: int = 5
    promised_days: int = 20
    asks: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    limit_fen: int | None = None
    judging: dict[str, Any] | None = None  # as read_judging gives it
    check_share: int = 10  # percent of the payments looked at afterwards; 100: all
    check_days: int = 60
    check_by: str = "city"  # city | committee
    evaluate_days: int = 90


def parse(text: str, definition: Definition, language: str = "zh") -> Policy:
    """The one policy of a text. Raises PolicyFaulty with every fault, line and column."""
    found, faults = read_policy_text(text, definition.schema)
    if faults:
        raise PolicyFaulty(faults="\n".join(fault.message(language) for fault in faults))
    if len(found.policies) != 1:
        raise PolicyFaulty(faults=f"1:1: {len(found.policies)} policies; expected exactly one")
    return found.policies[0]


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=512)
def _rules(text: str, facts_hash: str) -> tuple[Policy, PolicySet]:
    found, faults = read_policy_text(text, definition_of(facts_hash).schema)
    if faults:
        raise PolicyFaulty(faults="\n".join(fault.message("en") for fault in faults))
    return found.policies[0], found


def rules_of(version: PolicyVersion, facts_hash: str) -> Policy:
    """The rules of a version, over this definition of facts. Raises PolicyFaulty where the definition no longer holds what they read."""
    return _rules(version.text, facts_hash)[0]


def set_of(versions: Sequence[PolicyVersion], facts_hash: str) -> PolicySet:
    """Versions as the set that is screened together, ceilings and all, in the order of their codes. A requirement outside the set is left out."""
    found = [_rules(version.text, facts_hash) for version in versions]
    ceilings = {ceiling.name: ceiling for _, each in found for ceiling in each.ceilings}
    return PolicySet(tuple(sorted((policy for policy, _ in found), key=lambda one: one.code)), tuple(ceilings[name] for name in sorted(ceilings)))


def read_delivery(given: Mapping[str, Any], asked: Sequence[str]) -> Delivery:
    """Delivery as a pack or a page gives it (money in yuan). Raises WrongDelivery naming the field."""
    known = {
        "fund", "budget", "shortfall", "objection_days", "promised_days", "asks", "documents", "limit", "judging", "check_share", "check_days", "check_by", "evaluate_days",
    }  # fmt: skip
    for key in given:
        if key not in known:
            raise WrongDelivery(field=key, found=key, expected=", ".join(sorted(known)))
    shortfall = str(given.get("shortfall") or "queue")
    if shortfall not in SHORTFALLS:
        raise WrongDelivery(field="shortfall", found=shortfall, expected=", ".join(SHORTFALLS))
    asks = tuple(str(one) for one in given.get("asks") or ())
    for one in asks:
        if one not in asked:
            raise WrongDelivery(field="asks", found=one, expected=gettext_noop("facts that are declared"))
    check_by, share = str(given.get("check_by") or "city"), _days(given, "check_share", 10)
    if check_by not in CHECKERS:
        raise WrongDelivery(field="check_by", found=check_by, expected=", ".join(CHECKERS))
    if not 1 <= share <= 100:
        raise WrongDelivery(field="check_share", found=share, expected=gettext_noop("a percentage from 1 to 100"))
    return Delivery(
        str(given.get("fund") or ""), _fen(given, "budget"), shortfall, _days(given, "objection_days", 5), _days(given, "promised_days", 20),
        asks, tuple(str(one) for one in given.get("documents") or ()), _fen(given, "limit"), read_judging(given["judging"]) if given.get("judging") else None,
        share, _days(given, "check_days", 60), check_by, _days(given, "evaluate_days", 90),
    )  # fmt: skip


def delivery_of(version: PolicyVersion) -> Delivery:
    """The delivery of a version as it was stored."""
    stored = dict(version.delivery)
    return Delivery(**{**stored, "asks": tuple(stored.get("asks", ())), "documents": tuple(stored.get("documents", ()))})


def _fen(given: Mapping[str, Any], key: str) -> int | None:
    value = given.get(key)
    if value in (None, ""):
        return None
    try:
        fen = Decimal(str(value).replace(",", "")) * 100
        if fen < 0 or fen != fen.to_integral_value() or fen > 10**17:
            raise InvalidOperation
    except InvalidOperation:
        raise WrongDelivery(field=key, found=value, expected=gettext_noop("an amount in yuan, 0 or more")) from None
    return int(fen)


def _days(given: Mapping[str, Any], key: str, default: int) -> int:
    text = str(given.get(key, default)).strip() or str(default)
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 400:
        raise WrongDelivery(field=key, found=text, expected=gettext_noop("working days, 0 to 400"))
    return int(text)
