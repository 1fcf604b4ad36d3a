"""Reading enterprises. Who sees whom: the city all, park people those of their parks, a firm itself; others nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Tenancy, Title


def visible(actor: Actor) -> QuerySet[Enterprise]:
    """The enterprises whose register entry the actor may see."""
    known = Enterprise.objects.all()
    if actor.sees_all:
        return known
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return known.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return known.filter(pk__in=actor.enterprise_ids)
    return known.none()


def enterprise_by_code(actor: Actor, uscc: str) -> Enterprise:
    """The enterprise with this credit code. Raises NotFound when there is none that the actor may see."""
    firm = visible(actor).select_related("park", "district", "industry").filter(uscc=uscc).first()
    if firm is None:
        raise NotFound()
    return firm


def searched(rows: QuerySet[Enterprise], text: str) -> QuerySet[Enterprise]:
    """Those whose code, name, former name or alias contains the text; what looks like a credit code is looked up by its beginning."""
    text = text.strip()
    if re.fullmatch(r"[0-9A-Za-z]{6,18}", text) and any(c.isdigit() for c in text):
        return rows.filter(uscc__startswith=text.upper())
    other = EnterpriseName.objects.filter(enterprise=OuterRef("pk"), name__contains=text)
    return rows.filter(Q(name__contains=text) | Q(name_en__icontains=text) | Exists(other))


def with_title(rows: QuerySet[Enterprise], kind: str, on: date) -> QuerySet[Enterprise]:
    """Those that hold the title on the day."""
    held = Title.objects.filter(titles_on(on), enterprise=OuterRef("pk"), kind=kind)
    return rows.filter(Exists(held))


def titles_on(on: date, known_at: datetime | None = None) -> Q:
    """Titles in force on the day, as known at the moment (None: now)."""
    known = Q(superseded_at=None) if known_at is None else Q(recorded_at__lte=known_at) & (Q(superseded_at=None) | Q(superseded_at__gt=known_at))
    return known & Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def present_on(on: date, known_at: datetime | None = None) -> QuerySet[Tenancy]:
    """The tenancies that hold on the day, as known at the moment: at most one for each firm."""
    known = Q(superseded_at=None) if known_at is None else Q(recorded_at__lte=known_at) & (Q(superseded_at=None) | Q(superseded_at__gt=known_at))
    return Tenancy.objects.filter(known, Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))


def holders_by_park(kind: str, on: date, known_at: datetime | None = None) -> dict[int, int]:
    """Park id to the number of firms that sit in it on the day and hold the title (sub-parks not included)."""
    held = Title.objects.filter(titles_on(on, known_at), enterprise=OuterRef("enterprise"), kind=kind)
    rows = present_on(on, known_at).filter(Exists(held)).values_list("park_id").annotate(n=Count("enterprise_id", distinct=True))
    return dict(rows.values_list("park_id", "n"))


def present_by_park(on: date, known_at: datetime | None = None) -> dict[int, int]:
    """Park id to the number of firms that sit in it on the day (sub-parks not included)."""
    return dict(present_on(on, known_at).values_list("park_id").annotate(n=Count("enterprise_id", distinct=True)).values_list("park_id", "n"))


@dataclass(frozen=True)
class HeldTitle:
    """A title of a firm with its state on a day: held | ahead | over."""

    kind: str
    valid_from: date
    valid_to: date | None
    proof: str
    source: str
    mark: str
    state: str


def titles_of(firm: Enterprise, on: date) -> list[HeldTitle]:
    """Every title of the firm, those in force first."""
    order = {"held": 0, "ahead": 1, "over": 2}
    out = []
    for row in Title.objects.filter(enterprise=firm, superseded_at=None):
        state = "ahead" if row.valid_from > on else "over" if row.valid_to is not None and row.valid_to <= on else "held"
        out.append(HeldTitle(row.kind, row.valid_from, row.valid_to, row.proof, row.source, row.mark, state))
    return sorted(out, key=lambda t: (order[t.state], t.kind, t.valid_from))


def title_rows(actor: Actor) -> QuerySet[Title]:
    """The titles on record of the enterprises that the actor may see, as known now."""
    rows = Title.objects.filter(superseded_at=None).select_related("enterprise__park")
    return rows if actor.sees_all else rows.filter(enterprise__in=visible(actor))


def tenancies_of(firm: Enterprise) -> QuerySet[Tenancy]:
    """Where the firm sat, the latest first."""
    return Tenancy.objects.filter(enterprise=firm, superseded_at=None).select_related("park", "change").order_by("-valid_from")


def other_names_of(firm: Enterprise) -> QuerySet[EnterpriseName]:
    """Former names and aliases."""
    return EnterpriseName.objects.filter(enterprise=firm).order_by("valid_to", "id")


def expiring_titles(actor: Actor, after: date, until: date) -> QuerySet[Title]:
    """Titles in force of visible firms that end after `after`, on or before `until`."""
    rows = Title.objects.filter(superseded_at=None, valid_from__lte=after, valid_to__gt=after, valid_to__lte=until)
    if actor.sees_all:
        return rows
    return rows.filter(enterprise__in=visible(actor))
