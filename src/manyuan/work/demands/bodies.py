"""Institutes and service bodies that take a topic: named by the city office, for every park or for one; demands of that topic are routed to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.parks.models import Park
from manyuan.work.demands.errors import BodyEnded, WrongDemand
from manyuan.work.demands.models import TopicBody, Topics
from manyuan.work.demands.topics import rules

APPOINT = gettext_noop("say which institute takes a topic")


def bodies() -> QuerySet[TopicBody]:
    """Who takes which topic now, by topic; those of a park before those of all."""
    return TopicBody.objects.filter(ended_at=None).select_related("organisation", "park").order_by("topic", "park__code", "pk")


@transaction.atomic
def appoint_body(*, topic: str, body: Organisation, park: Park | None = None, by: Actor, now: datetime) -> TopicBody:
    """From now on new demands of the topic (of firms in the park and below it, or of all) are routed to the body; whoever took it before no longer does.
    Demands that are under way stay where they are. Raises NotAllowed, WrongDemand."""
    if not by.sees_all:
        raise NotAllowed(APPOINT, by)
    known = rules().topics
    if topic not in known:
        raise WrongDemand(field=gettext_noop("Topic"), found=topic or "-", expected=", ".join(known))
    if known[topic].direct:
        raise WrongDemand(field=gettext_noop("Topic"), found=known[topic].name["zh"], expected=gettext_noop("a topic that does not go straight to the city"))
    if body.kind != Organisation.Kind.INSTITUTE:
        raise WrongDemand(field=gettext_noop("Institute or service body"), found=body.name_zh, expected=gettext_noop("an institute or service body"))
    list(Topics.objects.select_for_update().values_list("pk", flat=True))  # of two at once the second waits
    before = TopicBody.objects.select_for_update(of=("self",)).select_related("organisation").filter(topic=topic, park=park, ended_at=None).first()
    if before is not None and before.organisation_id == body.pk:
        return before
    if before is not None:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    made = TopicBody.objects.create(topic=topic, organisation=body, park=park, appointed_at=now, appointed_label=by.label[:200])
    after = {"topic": topic, "body": body.name_zh, "park": park.code if park else None}
    earlier = {"body": before.organisation.name_zh} if before else None
    audit.record(by=by, now=now, action="demands.appoint_body", subject_kind="topic_body", subject_id=made.pk, before=earlier, after=after)
    return made


@transaction.atomic
def end_body(*, appointed: TopicBody, by: Actor, now: datetime) -> TopicBody:
    """New demands of the topic go to the unit that the pack names again. Raises NotAllowed, BodyEnded."""
    if not by.sees_all:
        raise NotAllowed(APPOINT, by)
    row = TopicBody.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=appointed.pk)
    if row.ended_at is not None:
        raise BodyEnded(name=row.organisation.name_zh)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    after = {"topic": row.topic, "body": row.organisation.name_zh}
    audit.record(by=by, now=now, action="demands.end_body", subject_kind="topic_body", subject_id=row.pk, after=after)
    return row


def bodies_for(topics: Iterable[str], line: list[int]) -> dict[str, Organisation]:
    """Who takes these topics for a park (line: the park and those above it, from below): the one named nearest to it, else the one named for all. Topics that
    nobody was named for are left out."""
    named = TopicBody.objects.filter(Q(park=None) | Q(park_id__in=line), topic__in=set(topics), ended_at=None)
    found: dict[str, int] = {}
    rows = named.values_list("topic", "park_id", "organisation_id")
    for topic, _, organisation in sorted(rows, key=lambda row: len(line) if row[1] is None else line.index(row[1])):
        found.setdefault(topic, organisation)
    there = Organisation.objects.in_bulk(set(found.values())) if found else {}
    return {topic: there[organisation] for topic, organisation in found.items()}
