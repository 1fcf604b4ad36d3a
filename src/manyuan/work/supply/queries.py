"""Reading offers, needs and introductions: who sees what, what fits what and why, and what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from manyuan.engines.matching import Match, Side, Weights, match, query_terms, search_terms
from manyuan.facts.accounts import sealing
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.scenes import Category, book

State = Introduction.State
LOOKED_AT = 2_000
"""Open postings of a category that a search for matches looks at, the newest first."""


def owns(actor: Actor, posting: Posting) -> bool:
    """Whether the posting is the actor's own."""
    if posting.enterprise_id is not None:
        return posting.enterprise_id in actor.enterprise_ids
    return actor.role not in (Role.CITY, Role.PUBLIC) and actor.organisation_id is not None and posting.organisation_id == actor.organisation_id


def _park_people(actor: Actor) -> bool:
    return actor.role in (Role.COMMITTEE, Role.COMPANY)


def own(actor: Actor, stem: str = "") -> Q:
    """Postings of the actor's own, or of the actor's park."""
    found = Q(**{f"{stem}enterprise__in": list(actor.enterprise_ids)}) if actor.enterprise_ids else Q(pk=None)
    if actor.organisation_id is not None:
        found |= Q(**{f"{stem}organisation": actor.organisation_id})
    if _park_people(actor):
        found |= Q(**{f"{stem}enterprise__park__in": list(actor.park_ids)}) | Q(**{f"{stem}organisation__park__in": list(actor.park_ids)})
    return found


def visible(actor: Actor, today: date) -> QuerySet[Posting]:
    """The postings that the actor may see: the city all; others their own, their park's, and the open public ones; the public none."""
    rows = Posting.objects.select_related("enterprise__park__district", "enterprise__district", "organisation__park__district")
    if actor.sees_all:
        return rows
    if actor.role is Role.PUBLIC:
        return rows.none()
    return rows.filter(own(actor) | (Q(is_public=True, state=Posting.State.OPEN) & in_date(today)))


def in_date(today: date) -> Q:
    """Not run out yet; the last day still counts."""
    return Q(until=None) | Q(until__gte=today)


def is_open(posting: Posting, today: date) -> bool:
    return posting.state == Posting.State.OPEN and (posting.until is None or posting.until >= today)


def posting_seen(actor: Actor, pk: int, today: date) -> Posting:
    """A posting that the actor may see. Raises NotFound."""
    found = visible(actor, today).filter(pk=pk).first()
    if found is None:
        introduced = introductions(actor).filter(Q(offer=pk) | Q(need=pk)).select_related("offer", "need").first()
        if introduced is None:
            raise NotFound()
        return introduced.offer if introduced.offer_id == pk else introduced.need
    return found


def may_act_for(actor: Actor, posting: Posting) -> bool:
    """Whether the actor may change the posting: its owner, the owner's park on its behalf, the city."""
    if actor.sees_all or owns(actor, posting):
        return True
    owner = posting.enterprise or posting.organisation
    return _park_people(actor) and owner is not None and owner.park_id in actor.park_ids


def searched(rows: QuerySet[Posting], text: str) -> QuerySet[Posting]:
    """Those whose title, text or owner holds every term of the text: words, pinyin initials of the title, numbers."""
    asked = query_terms(text)
    if not asked:
        return rows
    plain = Q(title__icontains=text) | Q(text__icontains=text) | Q(enterprise__name__icontains=text) | Q(organisation__name_zh__icontains=text)
    if not text.isascii():
        return rows.filter(plain)
    wanted = set(asked)
    found = [pk for pk, title in rows.order_by("-pk").values_list("pk", "title")[:LOOKED_AT] if wanted <= set(search_terms(title))]
    return rows.filter(plain | Q(pk__in=found))


def introductions(actor: Actor) -> QuerySet[Introduction]:
    """The introductions that the actor may see: the city all, others those in which a side is their own or their park's."""
    rows = Introduction.objects.select_related("offer__enterprise__park", "offer__organisation", "need__enterprise__park", "need__organisation")
    if actor.sees_all:
        return rows
    if actor.role is Role.PUBLIC:
        return rows.none()
    return rows.filter(own(actor, "offer__") | own(actor, "need__"))


def introduction_seen(actor: Actor, pk: int) -> Introduction:
    """An introduction that the actor may see. Raises NotFound."""
    found = introductions(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def sides_of(actor: Actor, found: Introduction) -> tuple[str, ...]:
    """Which sides are the actor's own: 'offer', 'need', both or none."""
    return tuple(side for side, posting in (("offer", found.offer), ("need", found.need)) if owns(actor, posting))


def contact_of(found: Introduction, side: str, actor: Actor) -> tuple[str, str] | None:
    """Name and telephone of a side; None before both agreed, or for whoever is neither a side nor the city nor the park of a side."""
    posting = found.offer if side == "offer" else found.need
    if not owns(actor, posting) and (found.agreed_at is None or not (sides_of(actor, found) or actor.sees_all)):
        return None
    return posting.contact_name, sealing.opened(posting.contact_sealed) if posting.contact_sealed else ""


# matching


def as_side(posting: Posting, category: Category) -> Side:
    """A posting as the engine compares it."""
    owner: Any = posting.enterprise or posting.organisation
    district = owner.park.district if owner.park else getattr(owner, "district", None)
    region = [("成都市", "Chengdu")]
    region += [(place.name_zh, place.name_en or place.name_zh) for place in (district, owner.park) if place is not None]
    attributes: dict[str, Any] = {}
    for code, value in posting.attributes.items():
        kind = category.kinds.get(code)
        if kind is not None:
            attributes[code] = frozenset(value) if kind == "choice" else Decimal(value) if kind == "number" else bool(value)
    unit = category.unit["zh"], category.unit["en"]
    return Side(str(posting.pk).zfill(12), category.code, f"{posting.title}\n{posting.text}", posting.quantity, unit, tuple(region), attributes)


@dataclass(frozen=True)
class Fit:
    """Something that fits a posting, and why."""

    posting: Posting
    match: Match


def compared(offer: Posting, need: Posting) -> Match | None:
    """How well the offer meets the need; None where it does not at all, or the pack no longer knows the category."""
    category = book().categories.get(need.category)
    if category is None or offer.category != need.category:
        return None
    titles = {category.code: (category.name["zh"], category.name["en"])}
    return match(as_side(need, category), as_side(offer, category), category.attributes, titles=titles, weights=Weights())


def fits(posting: Posting, actor: Actor, today: date, *, k: int = 10, at_least: int = 50) -> list[Fit]:
    """What of the other side fits the posting best, among what the actor may see; best first, among equals the older first."""
    other = Posting.Side.NEED if posting.side == Posting.Side.OFFER else Posting.Side.OFFER
    rows = visible(actor, today).filter(category=posting.category, side=other, state=Posting.State.OPEN).filter(in_date(today))
    rows = rows.exclude(enterprise=posting.enterprise_id) if posting.enterprise_id else rows.exclude(organisation=posting.organisation_id)
    out = []
    for row in rows.order_by("-pk")[:LOOKED_AT]:
        found = compared(posting, row) if posting.side == Posting.Side.OFFER else compared(row, posting)
        if found is not None and found.score >= at_least:
            out.append(Fit(row, found))
    return sorted(out, key=lambda one: (-one.match.score, one.posting.pk))[:k]


# figures


@dataclass(frozen=True)
class Standing:
    """A scene, or all of them: open offers and needs; introductions made in the period, how many of them were agreed and became deals; value in fen.

    confirmed: deals that the other side confirmed. Rates are None where nothing can be divided.
    """

    code: str
    offers: int
    needs: int
    introduced: int
    agreed: int
    deals: int
    confirmed: int
    failed: int
    value_fen: int

    @property
    def conversion(self) -> float | None:
        """Deals of the introductions that have come to an end."""
        return self.deals / (self.deals + self.failed) if self.deals + self.failed else None


@dataclass(frozen=True)
class Figures:
    """What came of it between two days, by scene, by month and by reason why not."""

    whole: Standing
    scenes: list[Standing]
    months: list[tuple[str, int, int]]  # month, deals, value in fen
    why_not: list[tuple[str, int]]


def figures(actor: Actor, since: date, until: date, today: date) -> Figures:
    """Figures of what the actor may see of its own: the city all, a park its own firms', others their own. Introductions count by the day they were made,
    deals by the day they were closed; until counts too."""
    mine = Posting.objects.all() if actor.sees_all else Posting.objects.filter(own(actor))
    opened = Counter(mine.filter(in_date(today), state="open").values_list("scene", "side"))
    rows = introductions(actor).values_list("offer__scene", "state", "invited_at__date", "closed_at__date", "value_fen", "why_not", "confirmed_at", "agreed_at")
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    why: Counter[str] = Counter()
    for scene, state, made, closed, value, reason, confirmed, agreed in rows:
        counts = tally[scene]
        if since <= made <= until:
            counts["introduced"] += 1
            counts["agreed"] += agreed is not None
        if closed is None or not since <= closed <= until:
            continue
        if state == State.DEALT:
            counts.update(deals=1, value=value, confirmed=int(confirmed is not None))
            month = months[closed.strftime("%Y-%m")]
            month[0] += 1
            month[1] += value
        else:
            counts["failed"] += 1
            why[reason] += 1
    codes = [*book().scenes, *sorted((set(tally) | {scene for scene, _ in opened}) - set(book().scenes))]
    each = [
        Standing(
            code,
            opened[code, "offer"],
            opened[code, "need"],
            *(tally[code][name] for name in ("introduced", "agreed", "deals", "confirmed", "failed", "value")),
        )
        for code in codes
    ]
    names = ("offers", "needs", "introduced", "agreed", "deals", "confirmed", "failed", "value_fen")
    whole = Standing("", *(sum(getattr(one, name) for one in each) for name in names))
    return Figures(whole, each, [(month, *both) for month, both in sorted(months.items())], why.most_common())
