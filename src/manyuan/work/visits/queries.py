"""Reading officers and visits. The city sees all, park people those of their parks, an enterprise the visits to it, an institute those it took part in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cases.models import Case
from manyuan.work.visits.models import Absence, Assignment, HandOver, Outcome, Visit

PARK = (Role.COMMITTEE, Role.COMPANY)
_OFFICES = (Organisation.Kind.CITY, Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY)


def is_officer(actor: Actor) -> bool:
    """Whether the actor is of those who visit: the city, committees, park companies."""
    return actor.sees_all or actor.role in PARK


def visible_visits(actor: Actor) -> QuerySet[Visit]:
    """The visits that the actor may read; an enterprise those that are planned or made, never the cancelled ones."""
    rows = Visit.objects.select_related("enterprise", "park", "officer__organisation", "partner")
    if actor.sees_all:
        return rows
    if actor.role in PARK:
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids).exclude(state=Visit.State.CANCELLED)
    if actor.role is Role.INSTITUTE and actor.organisation_id is not None:
        return rows.filter(partner_id=actor.organisation_id)
    return rows.none()


def visit_seen(actor: Actor, pk: int) -> Visit:
    """A visit that the actor may read. Raises NotFound."""
    found = visible_visits(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def outcomes_of(actor: Actor, kind: str) -> QuerySet[Outcome]:
    """What visits found, of a kind, among what the actor may read."""
    return Outcome.objects.filter(kind=kind, visit__in=visible_visits(actor)).select_related("visit__enterprise", "visit__park").order_by("-pk")


def officers(actor: Actor) -> QuerySet[User]:
    """People who can be officers and whom the actor sees: the city all, park people their own colleagues."""
    rows = User.objects.filter(is_active=True, organisation__kind__in=_OFFICES).select_related("organisation").order_by("organisation__kind", "username")
    if actor.sees_all:
        return rows
    if actor.role in PARK:
        return rows.filter(organisation__park_id__in=actor.park_ids)
    return rows.none()


def officer_seen(actor: Actor, pk: int) -> User:
    """An officer whom the actor sees, also one whose login is off by now. Raises NotFound."""
    rows = User.objects.filter(organisation__kind__in=_OFFICES).select_related("organisation")
    if not actor.sees_all:
        rows = rows.filter(organisation__park_id__in=actor.park_ids) if actor.role in PARK else rows.none()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def may_lead(actor: Actor, officer: User) -> bool:
    """Whether the actor assigns this officer's work: the city everybody's, a committee that of its parks' people."""
    if actor.sees_all:
        return True
    return actor.role is Role.COMMITTEE and officer.organisation is not None and officer.organisation.park_id in actor.park_ids


def can_serve(officer: User, firm: Enterprise) -> bool:
    """Whether a person may be the officer of a firm: login on, of the city or of the firm's park."""
    if not officer.is_active or officer.organisation is None or officer.organisation.kind not in _OFFICES:
        return False
    who = actor_of(officer)
    return who.sees_all or firm.park_id in who.park_ids


def holding(day: date) -> Q:
    """Assignments that hold on the day."""
    return Q(superseded_at=None, valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def assignment_on(enterprise_id: int, day: date) -> Assignment | None:
    """Who is the officer of an enterprise on the day."""
    return Assignment.objects.filter(holding(day), enterprise_id=enterprise_id).select_related("officer__organisation").first()


def firms_of(officer_id: int, day: date) -> QuerySet[Assignment]:
    """The enterprises of an officer on the day."""
    return Assignment.objects.filter(holding(day), officer_id=officer_id).select_related("enterprise__park").order_by("enterprise__park_id", "enterprise__name")


def away_on(day: date) -> dict[int, int]:
    """Officer to substitute, for those who are away on the day."""
    rows = Absence.objects.filter(cancelled_at=None, first_on__lte=day, back_on__gt=day)
    return dict(rows.values_list("officer_id", "substitute_id"))


def acting(officer_id: int, away: dict[int, int]) -> int:
    """Who does an officer's work, given who is away: the substitute, or the substitute's substitute. A circle ends where it began."""
    seen = [officer_id]
    while seen[-1] in away:
        following = away[seen[-1]]
        if following in seen:
            return officer_id
        seen.append(following)
    return seen[-1]


@dataclass(frozen=True)
class Load:
    """An officer's work on a day. stands_in: whose work they do besides their own; away_until: set while they are away."""

    officer: User
    firms: int
    cases: int
    planned: int
    late: int
    stands_in: tuple[str, ...]
    away_until: date | None


def workload(actor: Actor, day: date) -> list[Load]:
    """Every officer whom the actor sees, with firms, open cases, planned visits and those of them that are overdue."""
    people = list(officers(actor))
    ids = [one.pk for one in people]
    firms = _counted(Assignment.objects.filter(holding(day), officer_id__in=ids), "officer_id")
    cases = _counted(Case.objects.filter(handler_id__in=ids).exclude(phase=Case.Phase.CLOSED), "handler_id")
    planned = Visit.objects.filter(officer_id__in=ids, state=Visit.State.PLANNED)
    all_planned, late = _counted(planned, "officer_id"), _counted(planned.filter(planned_on__lt=day), "officer_id")
    absences = {one.officer_id: one for one in Absence.objects.filter(cancelled_at=None, first_on__lte=day, back_on__gt=day).select_related("officer")}
    away = {one.officer_id: one.substitute_id for one in absences.values()}
    stands: dict[int, list[str]] = {}
    for one in absences.values():
        stands.setdefault(acting(one.officer_id, away), []).append(one.officer.display_name or one.officer.get_username())
    return [
        Load(
            one, firms.get(one.pk, 0), cases.get(one.pk, 0), all_planned.get(one.pk, 0), late.get(one.pk, 0), tuple(stands.get(one.pk, ())),
            absences[one.pk].back_on if one.pk in absences else None,
        )
        for one in people
    ]  # fmt: skip


def _counted(rows: QuerySet, field: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(field).annotate(n=Count("pk")).values_list(field, "n"))


def hand_overs(actor: Actor) -> QuerySet[HandOver]:
    """Hand-overs of officers whom the actor sees, the newest first."""
    rows = HandOver.objects.select_related("giver__organisation", "taker__organisation").prefetch_related("lines")
    if actor.sees_all:
        return rows
    return rows.filter(giver__organisation__park_id__in=actor.park_ids) if actor.role in PARK else rows.none()


def names(ids: Iterable[int]) -> dict[int, str]:
    """User id to the name that people know."""
    return {one.pk: one.display_name or one.get_username() for one in User.objects.filter(pk__in=set(ids))}
