"""Reading demands: lists, one with its code, the five rates of any set of them, what can be gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from manyuan.engines.analytics.five_rates import Counts
from manyuan.engines.matching.similar import Texts
from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import visible as visible_cases
from manyuan.work.demands.bodies import bodies
from manyuan.work.demands.filing import by_code, telephone
from manyuan.work.demands.models import Demand, Recheck
from manyuan.work.demands.routing import ALIKE, Alike, alike, propose, unit_for, units_for
from manyuan.work.demands.topics import Topic, rules

__all__ = [
    "Alike",
    "Group",
    "Topic",
    "alike",
    "bodies",
    "by_code",
    "common_candidates",
    "commons",
    "counts_by",
    "counts_of",
    "demand_of",
    "demands",
    "propose",
    "rechecks_of",
    "rechecks_waiting",
    "rules",
    "telephone",
    "topic_name",
    "unit_for",
    "units_for",
]


def demands(actor: Actor) -> QuerySet[Case]:
    """The demands that the actor may read, the newest first."""
    rows = visible_cases(actor, "demand").select_related("enterprise", "park", "unit", "handler", "demand")
    return rows.defer("terms", "text").order_by("-opened_at", "-pk")


def topic_name(code: str, language: str) -> str:
    """The name of a topic; the code where the pack no longer has it."""
    return rules().name(code, language)


def counts_of(rows: QuerySet[Case], on: date) -> Counts:
    """The counts of the five rates over these cases, as they stand on a day."""
    found = counts_by(rows, on, ())
    return next(iter(found.values()), Counts())


def counts_by(rows: QuerySet[Case], on: date, keys: Iterable[str]) -> dict[tuple[object, ...], Counts]:
    """The counts by park_id, unit_id, level, demand__topic or any of them together, in one query. What was withdrawn or not accepted is left out."""
    keys = tuple(keys)
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), datetime.min.time()))
    rows = rows.filter(kind_code="demand", demand__counted=True, opened_at__lt=end).order_by()
    answered = Q(demand__answered_at__lt=end)
    watched = {days: answered & Q(demand__answered_at__lt=end - timedelta(days=days)) for days in (30, 90)}
    back = {
        days: watched[days] & Q(demand__recurred_at__lt=F("demand__answered_at") + timedelta(days=days + 1)) & Q(demand__recurred_at__lt=end)
        for days in (30, 90)
    }
    sums = {
        "received": Count("pk"), "responded": Count("pk", filter=Q(demand__responded_at__lt=end)), "closed": Count("pk", filter=answered),
        "solved": Count("pk", filter=answered & Q(demand__solved=True)), "said": Count("pk", filter=Q(demand__satisfaction__isnull=False)),
        "told": Count("pk", filter=answered & Q(demand__told_at__lt=end, demand__solved=None)),
        "satisfied": Count("pk", filter=Q(demand__satisfaction__gte=4)), "watched_30": Count("pk", filter=watched[30]), "recurred_30": Count("pk", filter=back[30]),
        "watched_90": Count("pk", filter=watched[90]), "recurred_90": Count("pk", filter=back[90]),
    }  # fmt: skip
    grouped = rows.values(*keys).annotate(**sums) if keys else [rows.aggregate(**sums)]
    return {tuple(row[key] for key in keys): Counts(**{name: row[name] for name in sums}) for row in grouped}


def commons(actor: Actor) -> QuerySet[Case]:
    """Common problems that the actor may read."""
    return visible_cases(actor, "common-problem").annotate(gathered=Count("children")).select_related("unit", "park").order_by("-opened_at")


@dataclass(frozen=True)
class Group:
    """Open demands that say much the same, gathered under no common problem yet. words: what they share."""

    cases: tuple[Case, ...]
    words: tuple[str, ...]


def common_candidates(actor: Actor, now: datetime) -> list[Group]:
    """Groups of open demands that are alike, the largest first, as many as the pack's rule asks for."""
    rows = list(
        visible_cases(actor, "demand")
        .filter(parent=None, opened_at__gte=now - timedelta(days=120))
        .exclude(phase=Case.Phase.CLOSED)
        .select_related("enterprise")[:200]
    )
    least, taken, out = rules().common_at, set(), []
    by_key = {row.pk: row for row in rows}
    texts = Texts((row.pk, _said(row)) for row in sorted(rows, key=lambda one: -one.pk))
    for row in rows:
        if row.pk in taken:
            continue
        near = [one for one in texts.nearest(_said(row), 51, ALIKE) if one.key != row.pk and one.key not in taken]
        if len(near) + 1 >= least:
            cases = (row, *(by_key[one.key] for one in near[:50]))
            taken |= {one.pk for one in cases}
            out.append(Group(cases, near[0].words[:6]))
    return sorted(out, key=lambda one: -len(one.cases))


def _said(row: Case) -> str:
    return f"{row.title}\n{row.text}"


def rechecks_waiting(actor: Actor) -> QuerySet[Recheck]:
    """Questions asked again that wait for the actor's enterprise."""
    return (
        Recheck.objects.filter(asked_at__isnull=False, answered_at=None, demand__case__enterprise_id__in=actor.enterprise_ids)
        .select_related("demand__case")
        .order_by("due_on")
    )


def demand_of(case: Case) -> Demand | None:
    """The demand of a case, None of a case of another kind."""
    return Demand.objects.filter(pk=case.pk).first() if case.kind_code == "demand" else None


def recheck_waiting(case: Case) -> Recheck:
    """The question asked again that waits for an answer. Raises NotFound."""
    found = Recheck.objects.filter(demand_id=case.pk, answered_at=None, asked_at__isnull=False).order_by("due_on").first()
    if found is None:
        raise NotFound()
    return found


def rechecks_of(demand: Demand) -> list[Recheck]:
    """What was asked again, or will be; nothing as long as the firm never said that it is solved."""
    return list(demand.rechecks.all()) if demand.solved_at is not None or demand.told_at is not None else []
