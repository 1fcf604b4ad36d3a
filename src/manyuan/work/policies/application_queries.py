"""Reading applications: who sees which, whose documents, and when marks are open."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.policies.judging import Judging, apart, judging_of
from manyuan.work.policies.models import Application, Assessment, Entitlement, Paper
from manyuan.work.policies.rules import delivery_of

State = Application.State


def applications_seen(actor: Actor) -> QuerySet[Application]:
    """The applications that the actor may see: the city all once submitted, park people those of their parks, a firm its own, an assessor those asked for."""
    rows = Application.objects.select_related("entitlement__version__policy", "entitlement__enterprise", "entitlement__park")
    if actor.role is Role.ENTERPRISE:
        return rows.filter(entitlement__enterprise_id__in=actor.enterprise_ids)
    submitted = rows.exclude(state=State.PREPARING)
    if actor.sees_all:
        return submitted
    mine = Exists(Assessment.objects.filter(application=OuterRef("pk"), assessor=actor.id, declined_at=None)) if actor.id is not None else Q(pk=None)
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return submitted.filter(Q(mine) | Q(entitlement__park_id__in=actor.park_ids))
    return submitted.filter(mine) if actor.role is Role.INSTITUTE else rows.none()


def application_seen(actor: Actor, pk: int) -> Application:
    """One application that the actor may see. Raises NotFound."""
    found = applications_seen(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def application_of(entitlement: Entitlement) -> Application | None:
    """The entitlement's application, if the firm has begun one."""
    return Application.objects.filter(entitlement=entitlement).first()


def papers_of(application: Application | None) -> QuerySet[Paper]:
    """The documents that stand, without their content."""
    rows = Paper.objects.filter(application=application, withdrawn_at=None).defer("content")
    return rows if application is not None else rows.none()


def paper_seen(actor: Actor, pk: int) -> Paper:
    """A document that the actor may open: park companies none; others as they see the application. Raises NotFound."""
    rows = Paper.objects.filter(withdrawn_at=None, application__in=applications_seen(actor))
    found = rows.filter(pk=pk).select_related("application__entitlement").first() if actor.role is not Role.COMPANY else None
    if found is None:
        raise NotFound()
    return found


def own_assessment(actor: Actor, application: Application) -> Assessment | None:
    """What the actor was asked to assess, unless they declined."""
    return application.assessments.filter(assessor=actor.id, declined_at=None).first() if actor.id is not None else None


def marks_seen(actor: Actor, application: Application) -> list[Assessment]:
    """The marks that the actor may see now: their own; the others' once both are in (an arbiter after their own), and then the city and the assessors alone."""
    own = own_assessment(actor, application)
    rows = list(application.assessments.filter(given_at__isnull=False))
    if not (actor.sees_all or own is not None):
        return []
    both = application.state in (State.ARBITRATION, State.JUDGED)
    waits_to_arbitrate = own is not None and own.is_arbiter and own.given_at is None
    if not both or waits_to_arbitrate:
        return [row for row in rows if own is not None and row.pk == own.pk]
    return rows


def judging_for(application: Application) -> Judging | None:
    """What is judged under the application's policy."""
    return judging_of(delivery_of(application.entitlement.version).judging)


def too_far(application: Application) -> bool:
    """Whether the two first marks differ by more than the limit; False while one is missing."""
    given = list(application.assessments.filter(declined_at=None, is_arbiter=False, given_at__isnull=False).values_list("marks", flat=True))
    judging = judging_for(application)
    return judging is not None and len(given) == 2 and apart(judging, given[0], given[1])


def to_assess(actor: Actor) -> QuerySet[Assessment]:
    """What waits for the actor's marks, the most urgent first."""
    rows = Assessment.objects.filter(declined_at=None, given_at=None).select_related(
        "application__entitlement__version__policy", "application__entitlement__enterprise"
    )
    return rows.filter(assessor=actor.id).order_by("due_on", "pk") if actor.id is not None else rows.none()
