"""Reading policies: who may see what, what is an enterprise's own, why, and how far a policy has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from manyuan.engines.screening import Explanation, FactSheet, explain
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.building import Sheet, build_sheet, table_of
from manyuan.facts.factsheet.queries import current_definition, current_hash, declared_of, definition_of
from manyuan.work.money.models import BankAccount
from manyuan.work.policies.funding import budget_left
from manyuan.work.policies.models import Entitlement, EntitlementStep, FactRow, NearMiss, Objection, PolicyVersion, PublicNotice, Screening
from manyuan.work.policies.rules import delivery_of, rules_of

State = Entitlement.State
REACHED = (State.ASSESSING, State.ACCEPTED, State.PUBLIC, State.OBJECTED, State.CLEARED, State.APPROVED, State.PAID, State.RETURNED, State.RECALLED)
CAME = (State.PAID, State.RECALLED)
"""The money came, be it asked back since: it stands in nobody's way."""
STANDING = (State.LISTED, State.HELD, State.NOTIFIED, State.DISPUTED, State.REFUSED, *REACHED)
"""Entitlements that count as due: all but those that lapsed or were rejected."""


def visible(actor: Actor) -> QuerySet[Entitlement]:
    """The entitlements that the actor may see: the city all, park people those of their parks, an enterprise its own once it was told."""
    rows = Entitlement.objects.all()
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids).exclude(state__in=(State.LISTED, State.HELD, State.LAPSED))
    return rows.none()


def visible_versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """The versions that the actor may read: drafts the city alone; what was published, everybody with a login."""
    rows = PolicyVersion.objects.select_related("policy")
    if actor.sees_all:
        return rows
    if actor.role is Role.PUBLIC:
        return rows.none()
    return rows.filter(state__in=(PolicyVersion.State.PUBLISHED, PolicyVersion.State.SUPERSEDED, PolicyVersion.State.ENDED))


def version_seen(actor: Actor, code: str, number: int | None = None) -> PolicyVersion:
    """A version by its policy's code: this number, or the newest that the actor may read. Raises NotFound."""
    rows = visible_versions(actor).filter(policy__code=code)
    rows = rows if number is None else rows.filter(number=number)
    found = rows.order_by("-number").first()
    if found is None:
        raise NotFound()
    return found


def entitlement_seen(actor: Actor, pk: int) -> Entitlement:
    """An entitlement that the actor may see. Raises NotFound."""
    found = visible(actor).select_related("version__policy", "enterprise", "park").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def facts_missing(entitlement: Entitlement, on: date) -> list[str]:
    """Facts that the short form asks for and that are not held on the day."""
    asks = delivery_of(entitlement.version).asks
    if not asks:
        return []
    held = set(declared_of(entitlement.enterprise, on).values_list("fact", flat=True))
    return [name for name in asks if name not in held]


def standing() -> str:
    """Changes whenever a fact may have: the newest audit record tells."""
    return str(AuditRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)


def newest_versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """Of each policy the newest version that the actor may read; dropped ones left out."""
    rows = visible_versions(actor).exclude(state=PolicyVersion.State.DROPPED)
    newest = PolicyVersion.objects.filter(policy=OuterRef("policy")).exclude(state=PolicyVersion.State.DROPPED)
    if not actor.sees_all:
        newest = newest.filter(state__in=(PolicyVersion.State.PUBLISHED, PolicyVersion.State.SUPERSEDED, PolicyVersion.State.ENDED))
    return rows.filter(pk=Subquery(newest.order_by("-number").values("pk")[:1]))


def without_account(rows: QuerySet[Entitlement]) -> QuerySet[Entitlement]:
    """Of entitlements to money that is still to be paid, those whose enterprise has given no bank account: they cannot be paid whatever is decided."""
    waiting = rows.filter(version__kind="money", state__in=set(STANDING) - {State.REFUSED, State.PAID, State.RECALLED})
    return waiting.exclude(Exists(BankAccount.objects.filter(enterprise=OuterRef("enterprise"), replaced_at=None)))


@dataclass(frozen=True)
class Queue:
    """Where an accepted entitlement stands. place: from 1, None once it was paid; ahead_fen: what goes before it and is not approved yet; left_fen: of the
    year's money after what is ahead (None: no money is paid); usual_days: median of calendar days from yes to payment of this policy, None while nothing was paid."""

    place: int | None
    ahead_fen: int
    left_fen: int | None
    usual_days: int | None


def queue_of(entitlement: Entitlement) -> Queue:
    """The place of an entitlement among those of its policy and year whose firms said yes, in the order in which they did."""
    yes = EntitlementStep.objects.filter(to_state=State.ACCEPTED, entitlement__version__policy=entitlement.version.policy, entitlement__year=entitlement.year)
    own = yes.filter(entitlement=entitlement).aggregate(first=Min("pk"))["first"]
    before = yes.filter(pk__lt=own or 0, entitlement__state__in=REACHED).exclude(entitlement=entitlement)
    ahead = Entitlement.objects.filter(pk__in=before.values("entitlement")).exclude(state__in=CAME)
    sums = ahead.aggregate(n=Count("pk"), fen=Sum("amount_fen", filter=Q(claim=None), default=0))
    left = budget_left(entitlement.version, entitlement.year)
    days = sorted((paid - said).days for said, paid in _waits(entitlement))
    return Queue(
        None if own is None or entitlement.state in CAME else sums["n"] + 1, sums["fen"],
        None if left is None else left - sums["fen"], days[len(days) // 2] if days else None,
    )  # fmt: skip


def _waits(entitlement: Entitlement) -> list[tuple[datetime, datetime]]:
    """Of the last hundred that were paid: when the firm said yes, and when the money came."""
    paid = Entitlement.objects.filter(version__policy=entitlement.version.policy, state=State.PAID).order_by("-changed_at")[:100]
    rows = EntitlementStep.objects.filter(entitlement__in=[row.pk for row in paid], to_state__in=(State.ACCEPTED, State.PAID)).order_by("pk")
    said: dict[int, datetime] = {}
    came: dict[int, datetime] = {}
    for one in rows:
        (said if one.to_state == State.ACCEPTED else came)[one.entitlement_id] = one.at
    return [(said[pk], at) for pk, at in came.items() if pk in said]


def explanation(version: PolicyVersion, enterprise: Enterprise, on: date) -> tuple[Explanation, Sheet] | None:
    """Why the enterprise does or does not get it today; None for one that is not in the register any more."""
    sheet = build_sheet(current_definition(), as_of=on, only=[enterprise.pk])
    return (explain(rules_of(version, current_hash()), sheet.facts, 0), sheet) if sheet.ids else None


def decided(entitlement: Entitlement) -> Explanation | None:
    """Why the enterprise got it, on the facts on which it was decided; on today's where none were kept; None for one no longer in the register."""
    row = FactRow.objects.filter(screening=entitlement.screening_id, enterprise=entitlement.enterprise_id).first()
    if row is None:
        found = explanation(entitlement.version, entitlement.enterprise, entitlement.as_of)
        return found[0] if found else None
    definition = definition_of(entitlement.screening.facts_hash)
    facts = FactSheet(table_of(definition, [row.values]), definition.schema)
    return explain(rules_of(entitlement.version, entitlement.screening.facts_hash), facts, 0)


@dataclass(frozen=True)
class Coverage:
    """How far a policy has come: enterprises and fen entitled, told, accepted and paid. rate: accepted or further ÷ entitled, None where nobody is."""

    entitled: int
    entitled_fen: int
    told: int
    accepted: int
    accepted_fen: int
    paid: int
    paid_fen: int
    refused: int
    held: int

    @property
    def rate(self) -> float | None:
        return self.accepted / self.entitled if self.entitled else None


def _sums() -> dict[str, Any]:
    standing, reached, paid = Q(state__in=STANDING), Q(state__in=REACHED), Q(state=State.PAID)
    return {
        "entitled": Count("pk", filter=standing), "entitled_fen": Sum("amount_fen", filter=standing, default=0),
        "told": Count("pk", filter=Q(state__in=(State.NOTIFIED, State.DISPUTED, State.REFUSED, *REACHED))),
        "accepted": Count("pk", filter=reached), "accepted_fen": Sum("amount_fen", filter=reached, default=0),
        "paid": Count("pk", filter=paid), "paid_fen": Sum(Coalesce("claim__amount_fen", "amount_fen"), filter=paid, default=0),
        "refused": Count("pk", filter=Q(state=State.REFUSED)), "held": Count("pk", filter=Q(state__in=(State.HELD, State.DISPUTED, State.OBJECTED))),
    }  # fmt: skip


def coverage(rows: QuerySet[Entitlement]) -> Coverage:
    """The coverage of a set of entitlements."""
    return Coverage(**rows.aggregate(**_sums()))


def coverage_by_park(rows: QuerySet[Entitlement]) -> list[tuple[int | None, Coverage]]:
    """Park id (None: in no park) to coverage, the largest first."""
    found = rows.values("park_id").annotate(**_sums()).order_by("-entitled")
    return [(row.pop("park_id"), Coverage(**row)) for row in found]


def coverage_by_version(rows: QuerySet[Entitlement]) -> dict[int, Coverage]:
    """Version id to coverage."""
    found = rows.values("version_id").annotate(**_sums()).order_by()
    return {row.pop("version_id"): Coverage(**row) for row in found}


def near_by_condition(version: PolicyVersion, actor: Actor) -> list[tuple[str, int]]:
    """The conditions that alone stand in the way, with the number of enterprises in the newest screening of everybody, the most first; for people of a
    park its own, as far as there is a distance."""
    if not actor.sees_all:
        rows = NearMiss.objects.filter(version=version, park_id__in=actor.park_ids).values_list("condition")
        return list(rows.annotate(n=Count("pk")).order_by("-n", "condition"))
    whole = Screening.objects.exclude(cause=Screening.Cause.CHANGED).order_by("-pk")[:20]
    found = next((made for made in whole if version.pk in made.versions), None)
    near = found.counts.get(version.policy.code, {}).get("near_by", {}) if found else {}
    return sorted(near.items(), key=lambda pair: -pair[1])


def open_notices(on: date) -> QuerySet[PublicNotice]:
    """Public lists that are open to objections on the day."""
    return PublicNotice.objects.filter(closed_at=None, closes_on__gte=on).select_related("version__policy")


def objections_waiting(actor: Actor) -> QuerySet[Objection]:
    """Objections that wait for a decision; the city's business."""
    rows = Objection.objects.filter(state=Objection.State.OPEN).select_related("notice__version__policy", "entitlement__enterprise").order_by("made_at")
    return rows if actor.sees_all else rows.none()
