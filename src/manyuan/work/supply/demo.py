"""The demo city's year of supply and demand: offers, needs, introductions, deals and what came to nothing. Everything in it is synthetic."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import titles_on, with_title
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.queries import compared
from manyuan.work.supply.scenes import Category, book
from manyuan.work.supply.services import Content, answer, confirm, introduce, post, record_deal, record_failure

A_CATEGORY = 9
"""Offers and as many needs of each category, whatever the size of the city: the demo shows the work, it does not repeat it."""
INTRODUCED = 70
_OFFERED = ("{name}，现货供应，可送样", "{name}，可按图定制，支持小批量", "{name}，产能富余，可长期供货", "{name}，价格可议，交期稳定")
_NEEDED = ("采购{name}，请附报价与资质", "长期需要{name}，希望就近供应", "新项目用{name}，需尽快到货", "招选{name}供应商，可先试订")
_NOTES = ("双方已签意向", "首批试订", "年度框架", "")


def play_supply(*, folder: Path, now: datetime) -> int:
    """Publish, bring together and record, as if over the past year. Once only. Returns how many postings and introductions there are."""
    if Posting.objects.filter(synthetic=True).exists() or not book().scenes:
        return 0
    draw = random.Random(81)  # noqa: S311  the same year every time
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).select_related("park", "organisation").order_by("uscc")[:600])
    if len(firms) < 20:
        return 0
    places = list(Organisation.objects.filter(kind="institute").order_by("pk")[:1])
    leaders = list(with_title(Enterprise.objects.filter(status="active"), "chain-leader", timezone.localdate(now)).select_related("park").order_by("uscc")[:20])
    logins = [firm for firm in firms if hasattr(firm, "organisation")]  # so that each demo login finds something of its own
    for category in book().categories.values():
        titled = book().scenes[category.scene].needs_title
        buyers: list[Enterprise | Organisation] = [*leaders] if titled else [*draw.sample(firms, A_CATEGORY - len(places)), *places]
        sellers, buyers = _with(logins, draw.sample(firms, A_CATEGORY), draw), buyers if titled else _with(logins, buyers, draw)
        for seller in sellers:
            _post("offer", category, seller, draw, now)
        for buyer in buyers[:A_CATEGORY]:
            _post("need", category, buyer, draw, now)
    return Posting.objects.filter(synthetic=True).count() + _introduce(draw, now)


def _with(logins: list[Enterprise], others: list[Any], draw: random.Random) -> list[Any]:
    """The others, one of whom has made room for a firm with a login, now and then."""
    if not logins or draw.random() < 0.5:
        return others
    mine = draw.choice(logins)
    return [mine, *(one for one in others[1:] if one != mine)]


def _actor(owner: Enterprise | Organisation | None) -> Actor:
    if isinstance(owner, Enterprise):
        return Actor(id=None, label=owner.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({owner.pk}), at="demo")
    return Actor(id=None, label=str(owner), role=Role.INSTITUTE, organisation_id=owner.pk if owner else None, at="demo")


def _post(side: str, category: Category, owner: Enterprise | Organisation, draw: random.Random, now: datetime) -> None:
    name = category.name["zh"]
    content = Content(
        title=f"{name}{'供应' if side == 'offer' else '采购'}", text=draw.choice(_OFFERED if side == "offer" else _NEEDED).format(name=name),
        attributes=_attributes(category, side, draw), quantity=Decimal(draw.choice((50, 100, 200, 300, 500, 800, 1200))) if draw.random() < 0.85 else None,
        until=timezone.localdate(now) + timedelta(days=draw.randrange(20, 400)) if draw.random() < 0.7 else None, is_public=draw.random() < 0.9,
        contact_name="示例联系人", contact=f"028-0000{draw.randrange(10_000):04d}",
    )  # fmt: skip
    at = now - timedelta(days=draw.randrange(30, 360), minutes=draw.randrange(600))
    titled = book().scenes[category.scene].needs_title
    if side == "need" and titled and isinstance(owner, Enterprise) and not owner.titles.filter(titles_on(timezone.localdate(at)), kind=titled).exists():
        at = now - timedelta(minutes=1)  # the title is younger than the need would be
    given = {"enterprise": owner} if isinstance(owner, Enterprise) else {"organisation": owner}
    post(side=side, category=category.code, content=content, synthetic=True, by=_actor(owner), now=at, **given)


def _attributes(category: Category, side: str, draw: random.Random) -> dict[str, object]:
    """Mostly such that offers meet needs, sometimes not, sometimes unsaid."""
    out: dict[str, object] = {}
    for one in category.attributes:
        if draw.random() < 0.2:
            continue
        kind = category.kinds[one.code]
        if kind == "yes-no":
            if side == "offer" or draw.random() < 0.6:
                out[one.code] = "yes" if side == "need" or one.must or draw.random() < 0.75 else "no"
        elif kind == "choice":
            codes = list(one.names)
            out[one.code] = sorted(draw.sample(codes, min(len(codes), 2 if side == "offer" else 1)))
        else:
            easy = (side == "offer") == (one.sense == "at_least")
            out[one.code] = str(draw.choice((40, 50, 60)) if easy else draw.choice((25, 30, 40)))
    return out


def _introduce(draw: random.Random, now: datetime) -> int:
    """Bring fitting pairs together, by a side or by the city, and let them end as such things do."""
    offers = list(
        Posting.objects.filter(synthetic=True, side="offer", is_public=True).select_related("enterprise__park__district", "organisation__park").order_by("pk")
    )
    needs = list(
        Posting.objects.filter(synthetic=True, side="need", is_public=True).select_related("enterprise__park__district", "organisation__park").order_by("pk")
    )
    draw.shuffle(needs)
    made = 0
    for need in [*needs, *needs]:
        if made == INTRODUCED:
            break
        rivals = [
            one for one in offers if one.category == need.category and (one.enterprise_id, one.organisation_id) != (need.enterprise_id, need.organisation_id)
        ]
        for offer in draw.sample(rivals, len(rivals)):
            found = compared(offer, need)
            if found is not None and found.score >= 55 and not Introduction.objects.filter(offer=offer, need=need).exists():
                _play(offer, need, draw, now)
                made += 1
                break
    return made


def _play(offer: Posting, need: Posting, draw: random.Random, now: datetime) -> None:
    begun = max(offer.made_at, need.made_at) + timedelta(days=draw.randrange(1, 20))
    begun = max(min(begun, now - timedelta(days=1)), offer.made_at, need.made_at)
    seller, buyer = _actor(offer.enterprise or offer.organisation), _actor(need.enterprise or need.organisation)
    inviter = draw.choice((seller, buyer, system("demo")))
    row = introduce(offer=offer, need=need, by=inviter, now=begun, synthetic=True)
    at = begun + timedelta(days=draw.randrange(1, 8))
    reasons = list(book().why_not)
    for side, who in (("offer", seller), ("need", buyer)):
        if getattr(row, f"{side}_agreed_at") is not None:
            continue
        if at > now or draw.random() < 0.08:
            return  # not answered yet
        if draw.random() < 0.12:
            answer(introduction=row, side=side, yes=False, why_not=draw.choice(reasons), by=who, now=at)
            return
        row = answer(introduction=row, side=side, yes=True, by=who, now=at)
    at += timedelta(days=draw.randrange(5, 45))
    if at > now:
        return
    if draw.random() < 0.62:
        fen = draw.choice((38_000, 86_500, 152_000, 267_300, 420_000, 980_000, 1_560_000)) * 100
        row = record_deal(introduction=row, value_fen=fen, note=draw.choice(_NOTES), by=seller, now=at)
        if draw.random() < 0.8:
            confirm(introduction=row, by=buyer, now=min(now, at + timedelta(days=3)))
    else:
        record_failure(introduction=row, why_not=draw.choice(reasons), by=draw.choice((seller, buyer)), now=at)
