"""Reading cases: one, the worklist, the clocks, the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, prefetch_related_objects
from django.utils import timezone

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.cases.clocks import colour, hours
from manyuan.work.cases.models import Attachment, Case, Clock, Step
from manyuan.work.cases.reckoning import OPEN
from manyuan.work.cases.rights import UNITS, hands_on, is_city, kind_for, may_be_given, open_moves, parties, steers, visible
from manyuan.work.cases.searching import search

__all__ = [
    "ClockReading",
    "attachment_seen",
    "case_seen",
    "clocks_after",
    "clocks_of",
    "files_seen",
    "gathered",
    "listed",
    "open_moves",
    "parties",
    "people_open",
    "person_of_unit",
    "search",
    "trail",
    "unit_named",
    "units",
    "units_open",
    "unsure_years",
    "visible",
    "with_clocks",
    "worklist",
]


@dataclass(frozen=True)
class ClockReading:
    """A clock as it stands. name: {zh, en}; colour: green, yellow, orange, red, paused, met or missed; used, whole: working minutes."""

    clock: Clock
    name: dict[str, str]
    colour: str
    used: int
    whole: int
    reason: str
    extensions_left: int

    @property
    def share(self) -> int:
        """Per cent of the time that is used, 100 at most."""
        return min(100, round(100 * self.used / self.whole)) if self.whole else 100


def case_seen(actor: Actor, number: str) -> Case:
    """A case that the actor may read. Raises NotFound."""
    names = _names("enterprise", "park", "unit", "handler")
    found = visible(actor).select_related("enterprise", "park", "unit", "handler").only(*_OWN, "text", *names).filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def worklist(actor: Actor, kind: str | None = None) -> QuerySet[Case]:
    """What waits for the actor, the nearest deadline first: the city what has come up to it or has no unit, everybody else what their organisation has."""
    rows = Case.objects.exclude(phase=Case.Phase.CLOSED)
    rows = rows.filter(kind_code=kind) if kind else rows
    if actor.role is Role.ENTERPRISE:
        rows = rows.filter(enterprise_id__in=actor.enterprise_ids, phase=Case.Phase.ANSWERED)
    elif actor.organisation_id is not None:
        rows = rows.filter(unit_id=actor.organisation_id)
    elif not actor.is_system:
        rows = rows.none()
    return listed(rows).order_by(F("due_at").asc(nulls_last=True), "pk")


_OWN = tuple(field.name for field in Case._meta.concrete_fields if field.name not in ("text", "terms"))
_SHOWN = {"enterprise": ("name", "uscc"), "park": ("code", "name_zh", "name_en"), "unit": ("name_zh", "name_en"), "handler": ("display_name", "username")}


def _names(*relations: str) -> list[str]:
    return [f"{relation}__{name}" for relation in relations for name in _SHOWN[relation]]


def listed(rows: QuerySet[Case], *more: str) -> QuerySet[Case]:
    """The rows as lists show them: without text and terms, with the names of enterprise and unit (more: `park`, `handler`). What else these hold is read
    when it is asked for."""
    relations = ("enterprise", "unit", *more)
    return rows.select_related(*relations).only(*_OWN, *_names(*relations))


def clocks_of(case: Case, now: datetime) -> list[ClockReading]:
    """Every clock of the case, the running ones first, as at the moment."""
    rules = {one.code: one for one in kind_for(case).clocks}
    work, out = hours(), []
    for clock in sorted(case.clocks.all(), key=lambda one: one.pk):
        rule = rules.get(clock.code)
        if rule is None:
            continue
        start = timezone.localtime(clock.started_at)
        end = timezone.localtime(clock.paused_at or clock.stopped_at or now)
        used = work.minutes_between(start, end)
        whole = work.minutes_between(start, timezone.localtime(clock.due_at))
        reason = ""
        if clock.state == Clock.State.PAUSED:
            reason = case.steps.filter(act="pause", data__clock=clock.code).order_by("-pk").values_list("note", flat=True).first() or ""
        out.append(ClockReading(clock, dict(rule.name), colour(clock, now), used, whole, reason, max(0, rule.extensions - clock.extended)))
    return sorted(out, key=lambda one: (one.clock.state not in ("running", "paused"), one.clock.due_at))


def clocks_after(day: date) -> int:
    """How many clocks that run or are paused have their deadline on the day or later."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return Clock.objects.filter(state__in=OPEN, due_at__gte=start).count()


def with_clocks(case: Case) -> Case:
    """The case with its clocks at hand, for a page that reads them more than once."""
    prefetch_related_objects([case], "clocks")
    return case


def as_opened(case: Case) -> Case:
    """A case straight from `open_case`, with the clocks and the step that were written with it at hand: they are not read again for the answer to whoever
    filed. Only before anything else happens to it."""
    if case.opened_with is not None:
        clocks, steps = case.opened_with
        case._prefetched_objects_cache = {"clocks": clocks, "steps": steps}
    return case


def unsure_years(case: Case) -> list[int]:
    """The years that running clocks of the case reach into and whose holidays nobody has told yet: there Monday to Friday were taken for working days."""
    known = hours().calendar
    spans = [(one.started_at, one.due_at) for one in case.clocks.all() if one.state in OPEN]
    years = {year for first, last in spans for year in range(timezone.localdate(first).year, timezone.localdate(last).year + 1)}
    return sorted(year for year in years if not known.assured(year))


def trail(case: Case, actor: Actor, *, as_reporter: bool = False) -> list[Step]:
    """What was done, the newest first; who raised it does not read what is said within the house."""
    outside = as_reporter or parties(case, actor) <= {"reporter"}
    return sorted((one for one in case.steps.all() if one.public or not outside), key=lambda one: -one.pk)


def files_seen(case: Case, actor: Actor) -> QuerySet[Attachment]:
    """The files of a case that the actor may take, without what is in them: who raised it, or wrote it down and has no part in it any more, does not take
    what is kept within the house."""
    rows = case.attachments.defer("content").order_by("pk")
    return rows if parties(case, actor) - {"reporter"} else rows.filter(public=True)


def people_open(case: Case, actor: Actor) -> list[tuple[int, str]]:
    """(number, name) of those of its unit to whom the actor may give the case now; nobody where they may not."""
    if not (hands_on(case, actor) or is_city(actor)):
        return []
    rows = User.objects.filter(organisation_id=case.unit_id, is_active=True).values_list("pk", "display_name", "username")
    return [(pk, name or login) for pk, name, login in rows[:200]]


def person_of_unit(case: Case, pk: int) -> User:
    """An active person of the unit that has the case. Raises NotFound, of whoever else it is."""
    found = User.objects.filter(pk=pk, organisation_id=case.unit_id, is_active=True).first()
    if found is None:
        raise NotFound()
    return found


def attachment_seen(actor: Actor, number: str, pk: int) -> Attachment:
    """A file that the actor may take. Raises NotFound."""
    found = files_seen(case_seen(actor, number), actor).defer(None).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def units(actor: Actor, park_id: int | None = None) -> QuerySet[Organisation]:
    """Organisations that a case can be given to: the city's, the committees and companies, institutes and service bodies; where a park is named, of parks
    only that one's."""
    rows = Organisation.objects.filter(kind__in=UNITS)
    if park_id is not None:
        rows = rows.filter(park_id=park_id) | rows.filter(park=None)
    return rows.order_by("kind", "name_zh")


def unit_named(pk: int) -> Organisation:
    """An organisation that can have a case. Raises NotFound."""
    found = Organisation.objects.filter(pk=pk, kind__in=UNITS).first()
    if found is None:
        raise NotFound()
    return found


def units_open(case: Case, actor: Actor) -> list[Organisation]:
    """The units that the actor may hand this case on to, or give it to, now; [] where that is not theirs to say."""
    if not (hands_on(case, actor) or steers(case, actor)):
        return []
    found = units(actor, case.park_id).exclude(pk=case.unit_id)
    return [one for one in found if hands_on(case, actor) or may_be_given(one, actor)]


def gathered(case: Case, actor: Actor) -> list[tuple[Case, bool]]:
    """What is gathered under a common problem, a hundred at most, and whether the actor may open it: who answers for the common problem knows what it is
    made of, but only those who may see a case see whose it is."""
    pks = list(case.children.order_by("pk").values_list("pk", flat=True)[:100]) if case.parent_id is None else []
    if not pks:
        return []
    rows = Case.objects.filter(pk__in=pks).select_related("enterprise").defer("terms", "text").order_by("pk")
    seen = set(visible(actor).filter(pk__in=pks).values_list("pk", flat=True))
    return [(one, one.pk in seen) for one in rows]
