"""Agents (代办帮办): what an enterprise lets somebody do in its name, and what was done under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import label_of
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.matters.errors import MandateOver, NoMandate, OutsideMandate, WrongMandate
from manyuan.work.matters.models import AgentAct, Application, Mandate, MatterVersion
from manyuan.work.matters.places import park_and_above

GIVE = gettext_noop("give a mandate in this enterprise's name")
REVOKE = gettext_noop("take back this mandate")
ACTS = {"file": gettext_noop("file an application"), "supply": gettext_noop("hand in what was asked for"), "withdraw": gettext_noop("withdraw an application")}
LONGEST = timedelta(days=366)
_AGENTS = (Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY)


def agents_for(enterprise: Enterprise) -> QuerySet[User]:
    """Who may be this enterprise's agent: people of the committee and the company of its park, and of the parks above."""
    rows = User.objects.filter(is_active=True, organisation__kind__in=_AGENTS, organisation__park_id__in=park_and_above(enterprise.park_id))
    return rows.select_related("organisation").order_by("organisation__kind", "username")


@transaction.atomic
def give_mandate(
    *, enterprise: Enterprise, agent: User, acts: Sequence[str], until: date, matters: Sequence[str] = (), synthetic: bool = False, by: Actor, now: datetime
) -> Mandate:
    """The enterprise lets an agent act in its name, up to and with the day. Raises NotAllowed (nobody but the enterprise gives it), WrongMandate."""
    if enterprise.pk not in by.enterprise_ids or by.role is not Role.ENTERPRISE:
        raise NotAllowed(GIVE, by)
    today = timezone.localdate(now)
    if not acts or set(acts) - set(Mandate.Act.values):
        raise WrongMandate(what=gettext_noop("choose what the agent may do."))
    if not today <= until <= today + LONGEST:
        raise WrongMandate(what=gettext_noop("its last day must lie between today and a year from now."))
    if not agents_for(enterprise).filter(pk=agent.pk).exists():
        raise WrongMandate(what=gettext_noop("the agent must be a person of your park's committee or company."))
    known = set(MatterVersion.objects.filter(is_current=True).values_list("code", flat=True))
    if set(matters) - known:
        raise WrongMandate(what=gettext_noop("one of the matters is not in the catalogue."))
    made = Mandate.objects.create(
        enterprise=enterprise, agent=agent, agent_label=label_of(agent)[:200], acts=sorted(set(acts)), matters=sorted(set(matters)), since=today, until=until,
        given_label=by.label[:200], given_at=now, synthetic=synthetic,
    )  # fmt: skip
    after = {"agent": agent.pk, "acts": made.acts, "matters": made.matters, "until": until}
    audit.record(by=by, now=now, action="matters.give_mandate", subject_kind="enterprise", subject_id=enterprise.pk, after=after)
    return made


@transaction.atomic
def revoke_mandate(*, mandate: Mandate, by: Actor, now: datetime) -> Mandate:
    """Take a mandate back at once (the enterprise), or give it up (the agent). Raises NotAllowed, MandateOver."""
    row = Mandate.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=mandate.pk)
    if row.enterprise_id not in by.enterprise_ids and (by.id is None or by.id != row.agent_id):
        raise NotAllowed(REVOKE, by)
    if row.revoked_at is not None or row.until < timezone.localdate(now):
        raise MandateOver(enterprise=row.enterprise.name, on=_ended(row))
    row.revoked_at, row.revoked_label = now, by.label[:200]
    row.save(update_fields=["revoked_at", "revoked_label"])
    audit.record(by=by, now=now, action="matters.revoke_mandate", subject_kind="enterprise", subject_id=row.enterprise_id, after={"mandate": row.pk})
    return row


def _ended(row: Mandate) -> str:
    return timezone.localdate(row.revoked_at).isoformat() if row.revoked_at else row.until.isoformat()


def stands(mandate: Mandate, on: date) -> bool:
    """Whether a mandate is in force on the day."""
    return mandate.revoked_at is None and mandate.since <= on <= mandate.until


def mandate_for(enterprise: Enterprise, act: str, matter: str, by: Actor, now: datetime) -> Mandate | None:
    """Under which mandate the actor does this for the enterprise; None where the enterprise itself acts. Locks the mandate, so that one that is
    taken back at the same moment is either used before or not at all. Raises NoMandate, MandateOver, OutsideMandate."""
    if by.role is Role.ENTERPRISE and enterprise.pk in by.enterprise_ids:
        return None
    rows = list(Mandate.objects.select_for_update().filter(enterprise=enterprise, agent_id=by.id)) if by.id is not None else []
    if not rows:
        raise NoMandate(enterprise=enterprise.name)
    today = timezone.localdate(now)
    living = [one for one in rows if stands(one, today)]
    if not living:
        raise MandateOver(enterprise=enterprise.name, on=max(_ended(one) for one in rows))
    fit = [one for one in living if act in one.acts and (not one.matters or matter in one.matters)]
    if not fit:
        raise OutsideMandate(enterprise=enterprise.name, act=ACTS[act])
    return fit[0]


def log_act(mandate: Mandate | None, application: Application, act: str, by: Actor, now: datetime) -> None:
    """What an agent did, as “agent X for firm Y”."""
    if mandate is not None and by.id is not None:
        label = f"{by.label} → {application.enterprise.name}"
        AgentAct.objects.create(mandate=mandate, application=application, act=act, agent_id=by.id, label=label[:400], at=now)


def given_by(enterprise: Enterprise) -> QuerySet[Mandate]:
    """Mandates of an enterprise, the newest first."""
    return Mandate.objects.filter(enterprise=enterprise).select_related("agent__organisation").prefetch_related("done__application")


def given_to(actor: Actor, on: date) -> QuerySet[Mandate]:
    """Mandates in force under which the actor may act."""
    rows = Mandate.objects.filter(agent_id=actor.id, revoked_at=None, since__lte=on, until__gte=on) if actor.id is not None else Mandate.objects.none()
    return rows.select_related("enterprise__park").order_by("enterprise__name")
