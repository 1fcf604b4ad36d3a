"""Who is to be visited by when: computed from the pack's rules, the titles that firms hold and the visits that were made. Nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import titles_on, visible
from manyuan.facts.programme.calendar import calendar
from manyuan.work.visits.installing import current_rules
from manyuan.work.visits.models import Assignment, Visit
from manyuan.work.visits.queries import acting, away_on, holding
from manyuan.work.visits.rules import Rule, Rules

STATES = ("missed", "soon", "open", "planned", "done")
"""missed: the span before went by without a visit, and none was made since; soon: the span ends within the working days of the rules; open: there is
time; planned: a day is set within the span; done."""


@dataclass(frozen=True)
class Due:
    """One firm under a rule. due_on: the last day of the span; officer_id: who does it on that day, substitutes counted; assigned_id: whose firm
    it is; none where nobody is assigned."""

    enterprise: Enterprise
    rule: Rule
    due_on: date
    state: str
    last_on: date | None
    planned_on: date | None
    officer_id: int | None
    assigned_id: int | None = None


def due_list(actor: Actor, day: date, *, only: list[int] | None = None) -> list[Due]:
    """Every firm that the actor sees and that comes under a rule, the most urgent first."""
    rules = current_rules()
    ruled = _ruled(rules, actor, day, only)
    if not ruled:
        return []
    firms = {one.pk: one for one in visible(actor).filter(pk__in=list(ruled)).select_related("park__district")} if len(ruled) <= 500 else _many(actor, ruled)
    first = min(rule.before(rule.window(day)).start for rule in rules.rules)
    made: dict[int, list[date]] = {}
    planned: dict[int, date] = {}
    done = Visit.objects.filter(state=Visit.State.DONE, done_on__gte=first)
    for pk, done_on in done.values_list("enterprise_id", "done_on").iterator(chunk_size=5_000):
        made.setdefault(pk, []).append(done_on)
    for pk, planned_on in (
        Visit.objects.filter(state=Visit.State.PLANNED).order_by("-planned_on").values_list("enterprise_id", "planned_on").iterator(chunk_size=5_000)
    ):
        planned[pk] = planned_on
    officers = dict(Assignment.objects.filter(holding(day)).values_list("enterprise_id", "officer_id").iterator(chunk_size=5_000))
    held = _held_at_start(rules, ruled, day)
    away, soon = away_on(day), _soon_from(rules, day)
    out = []
    for pk, firm in firms.items():
        rule = ruled[pk]
        state, last = _state(rule, day, made.get(pk, []), planned.get(pk), pk in held, soon[rule.code])
        officer = officers.get(pk)
        out.append(Due(firm, rule, rule.window(day).end - timedelta(days=1), state, last, planned.get(pk), acting(officer, away) if officer else None, officer))
    return sorted(out, key=lambda one: (STATES.index(one.state), one.due_on, one.enterprise.park_id or 0, one.enterprise.name))


def rule_of(enterprise: Enterprise, day: date) -> Rule | None:
    """The rule that a firm comes under on the day; None: it is visited on need."""
    kinds = set(Title.objects.filter(titles_on(day), enterprise=enterprise).values_list("kind", flat=True))
    return next((rule for rule in current_rules().rules if kinds & set(rule.titles)), None)


def _many(actor: Actor, ruled: dict[int, Rule]) -> dict[int, Enterprise]:
    return {one.pk: one for one in visible(actor).select_related("park__district").filter(status="active").iterator(chunk_size=5_000) if one.pk in ruled}


def _ruled(rules: Rules, actor: Actor, day: date, only: list[int] | None) -> dict[int, Rule]:
    """Firm to the first rule whose title it holds."""
    places = {title: at for at, rule in reversed(list(enumerate(rules.rules))) for title in rule.titles}
    rows = Title.objects.filter(titles_on(day), kind__in=list(places), enterprise__status="active")
    if not actor.sees_all:
        rows = rows.filter(enterprise__in=visible(actor))
    if only is not None:
        rows = rows.filter(enterprise_id__in=only)
    found: dict[int, int] = {}
    for pk, kind in rows.values_list("enterprise_id", "kind").iterator(chunk_size=5_000):
        found[pk] = min(places[kind], found.get(pk, places[kind]))
    return {pk: rules.rules[at] for pk, at in found.items()}


def _held_at_start(rules: Rules, ruled: dict[int, Rule], day: date) -> set[int]:
    """Firms that came under a rule already when the span before began: only they can have been missed."""
    out: set[int] = set()
    for rule in rules.rules:
        start = rule.before(rule.window(day)).start
        mine = {pk for pk, one in ruled.items() if one.code == rule.code}
        if mine:
            rows = Title.objects.filter(titles_on(start), kind__in=rule.titles).values_list("enterprise_id", flat=True)
            out |= mine & set(rows)
    return out


def _soon_from(rules: Rules, day: date) -> dict[str, bool]:
    """Rule to whether its span ends soon: at most `soon_days` working days are left, the last day of the span among them, today not."""
    days = calendar()
    return {rule.code: days.working_days_between(day, rule.window(day).end - timedelta(days=1)) <= rules.soon_days for rule in rules.rules}


def _state(rule: Rule, day: date, made: list[date], planned: date | None, held: bool, soon: bool) -> tuple[str, date | None]:
    now = rule.window(day)
    past = [one for one in made if one <= day]
    last = max(past, default=None)
    if last is not None and last >= now.start:
        return "done", last
    before = rule.before(now)
    if planned is not None and day <= planned < now.end:
        return "planned", last
    if held and (last is None or last < before.start):
        return "missed", last
    return ("soon" if soon else "open"), last
