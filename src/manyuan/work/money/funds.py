"""Funds and their budgets: opened, set for a year, shared out to lines, and earmarked for those whom a screening found. Changed by postings only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.money.errors import BelowBound, Short, UnknownFund, WrongFund
from manyuan.work.money.ledger import Kind, Move, balance, balances, hold, post, yuan
from manyuan.work.money.models import Fund

RUN = gettext_noop("run funds and budgets")
LARGEST = 10**17
"""A thousand billion yuan: what is above it is a slip of the pen."""


def fund_named(code: str) -> Fund:
    """The fund with this code. Raises UnknownFund, which names those that there are."""
    found = Fund.objects.filter(code=code).first()
    if found is None:
        raise UnknownFund(code=code or "—", known=", ".join(Fund.objects.values_list("code", flat=True)) or "—")
    return found


@transaction.atomic
def open_fund(
    *,
    code: str,
    name_zh: str,
    name_en: str = "",
    recipients: str = "enterprises",
    limit_fen: int | None = None,
    mark: str = "reported",
    by: Actor,
    now: datetime,
) -> Fund:
    """Open a fund, or change the name and limit of the one that has this code. Raises NotAllowed, WrongFund."""
    _city(by)
    code, name_zh = code.strip(), name_zh.strip()
    if not code or len(code) > 40 or not name_zh:
        raise WrongFund(
            code=code or "—", field="code, zh", found=f"{code} {name_zh}".strip() or "—", expected=gettext_noop("a code of at most 40 characters and a name")
        )
    if recipients not in Fund.Recipients.values:
        raise WrongFund(code=code, field="recipients", found=recipients, expected=gettext_noop("enterprises or parks"))
    before = Fund.objects.select_for_update().filter(code=code).first()
    if before is not None and before.recipients != recipients and before.claims.exists():
        raise WrongFund(code=code, field="recipients", found=recipients, expected=before.recipients)
    fund, _ = Fund.objects.update_or_create(
        code=code,
        defaults={"name_zh": name_zh, "name_en": name_en.strip(), "recipients": recipients, "limit_fen": limit_fen, "mark": mark},
        create_defaults={"name_zh": name_zh, "name_en": name_en.strip(), "recipients": recipients, "limit_fen": limit_fen, "mark": mark, "opened_at": now},
    )
    audit.record(
        by=by,
        now=now,
        action="money.open_fund",
        subject_kind="fund",
        subject_id=code,
        after={"name": name_zh, "recipients": recipients, "limit_fen": limit_fen},
    )
    return fund


@transaction.atomic
def set_budget(*, fund: Fund, year: int, fen: int, by: Actor, now: datetime, reason: str = "") -> int:
    """Set what the treasury grants for a year. Returns the change in fen. Raises BelowBound where more is bound already."""
    _city(by)
    fund = hold(fund)
    _within(fen)
    before = balance(fund, year, "", Kind.GRANTED)
    if fen > before:
        _move(fund, "budget", [Move(year, "", Kind.GRANTED, Kind.AVAILABLE, fen - before)], by, now, reason)
    elif fen < before:
        free = balance(fund, year, "", Kind.AVAILABLE)
        if before - fen > free:
            raise BelowBound(what=f"{fund.code} {year}", bound=yuan(before - free), wanted=yuan(fen))
        _move(fund, "budget", [Move(year, "", Kind.AVAILABLE, Kind.GRANTED, before - fen)], by, now, reason)
    return fen - before


@transaction.atomic
def set_line(*, fund: Fund, year: int, line: str, fen: int, by: Actor, now: datetime, reason: str = "") -> int:
    """Set the budget of a line (a policy) within the fund's year. Returns the change. A cut takes what is free, then what is only earmarked.

    Raises Short where the fund has not so much left, BelowBound where more is reserved, approved or paid.
    """
    _city(by)
    fund = hold(fund)
    _within(fen)
    held = balances(fund, year, line).get((year, line), dict.fromkeys(Kind.values, 0))
    before = sum(held.values())
    if fen > before:
        free = balance(fund, year, "", Kind.AVAILABLE)
        if free < fen - before:
            raise Short(fund=fund.code, year=year, left=yuan(free), wanted=yuan(fen - before))
        _move(fund, "line", [Move(year, "", Kind.AVAILABLE, Kind.AVAILABLE, fen - before, to_line=line)], by, now, reason)
    elif fen < before:
        cut = before - fen
        free = min(cut, held[Kind.AVAILABLE])
        if cut > free + held[Kind.EARMARKED]:
            raise BelowBound(what=f"{fund.code} · {line} {year}", bound=yuan(before - held[Kind.AVAILABLE] - held[Kind.EARMARKED]), wanted=yuan(fen))
        parts = [(Kind.AVAILABLE, free), (Kind.EARMARKED, cut - free)]
        _move(fund, "line", [Move(year, line, kind, Kind.AVAILABLE, part, to_line="") for kind, part in parts if part], by, now, reason)
    return fen - before


@transaction.atomic
def earmark(*, fund: Fund, year: int, line: str, wanted_fen: int, by: Actor, now: datetime) -> int:
    """Keep a line's money for those who are entitled and not yet approved, as far as there is money. Returns what is missing, in fen."""
    _city(by)
    fund = hold(fund)
    kept = balance(fund, year, line, Kind.EARMARKED)
    within = min(wanted_fen, kept + balance(fund, year, line, Kind.AVAILABLE))
    if within > kept:
        _move(fund, "earmark", [Move(year, line, Kind.AVAILABLE, Kind.EARMARKED, within - kept)], by, now, "")
    elif within < kept:
        _move(fund, "earmark", [Move(year, line, Kind.EARMARKED, Kind.AVAILABLE, kept - within)], by, now, "")
    return wanted_fen - within


@transaction.atomic
def open_funds(*, given: Iterable[Mapping[str, Any]], year: int, by: Actor, now: datetime) -> list[Fund]:
    """Funds as a pack lists them (code, zh, en, recipients, budget and limit in yuan); a year's budget that is set already stays. All or none."""
    out = []
    for one in given:
        code = str(one.get("code") or "")
        unknown = set(one) - {"code", "zh", "en", "recipients", "budget", "limit", "mark"}
        if unknown:
            raise WrongFund(code=code or "—", field=", ".join(sorted(unknown)), found="—", expected="code, zh, en, recipients, budget, limit, mark")
        limit = None if one.get("limit") in (None, "") else fen_of(one["limit"], code, "limit")
        fund = open_fund(
            code=code, name_zh=str(one.get("zh") or ""), name_en=str(one.get("en") or ""), recipients=str(one.get("recipients") or "enterprises"), limit_fen=limit,
            mark=str(one.get("mark") or "example"), by=by, now=now,
        )  # fmt: skip
        if one.get("budget") not in (None, "") and not fund.accounts.filter(year=year).exists():
            set_budget(fund=fund, year=year, fen=fen_of(one["budget"], code, "budget"), by=by, now=now)
        out.append(fund)
    return out


def fen_of(text: object, code: str = "—", field: str = "") -> int:
    """An amount in yuan as a person or a pack writes it, in fen. Raises WrongFund that names the field."""
    try:
        fen = Decimal(str(text).replace(",", "").replace("，", "").replace(" ", "")) * 100
        if fen != fen.to_integral_value() or not 0 <= fen <= LARGEST:
            raise InvalidOperation
    except (InvalidOperation, ValueError):
        raise WrongFund(
            code=code, field=field, found=str(text)[:40], expected=gettext_noop("an amount in yuan, 0 or more, with at most two decimals")
        ) from None
    return int(fen)


def _within(fen: int) -> None:
    if not 0 <= fen <= LARGEST:
        raise WrongFund(code="—", field="budget", found=yuan(fen), expected=gettext_noop("an amount in yuan, 0 or more, with at most two decimals"))


def _move(fund: Fund, act: str, moves: list[Move], by: Actor, now: datetime, reason: str) -> None:
    post(fund=fund, key=f"{act}/{uuid4()}", act=act, moves=moves, by=by, now=now, reason=reason)


def _city(by: Actor) -> None:
    if not by.sees_all:
        raise NotAllowed(RUN, by)
