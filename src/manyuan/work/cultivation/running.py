"""Every enterprise on every ladder: each night, on demand, and for those whose titles or facts changed. The computing stands outside the transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.engines.screening import Policy
from manyuan.engines.screening.screen import VERSION as ENGINE
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import titles_on
from manyuan.facts.factsheet.queries import current_hash
from manyuan.facts.parks.models import Park
from manyuan.work.cultivation.judging import Judgement, RuleSheet, judge_all, judge_table, rule_sheet
from manyuan.work.cultivation.ladders import Ladder, Ladders, Rung, current_ladders, current_set, has_ladders
from manyuan.work.cultivation.models import Place, Run, Standing

JUDGE = gettext_noop("judge enterprises against the ladders")
NIGHT = 3
"""The local hour from which the nightly judging may begin."""
ANCHORS = "anchor"
"""The ladder and rung under which the criteria of anchor enterprises are kept."""
_BATCH = 5_000


@dataclass(frozen=True)
class Bound:
    """A rule set as it judges on a day: of which rung (None: the criteria of anchors), when, and whether it is for re-review."""

    policy: Policy
    rung: Rung | None
    when: str
    review: bool


def bound_rules(ladders: Ladders, on: date) -> list[Bound]:
    """Every rule set of the ladders, with how it stands on the day."""
    out = [
        Bound(policy, rung, _when(policy, on), review)
        for rung in ladders.rungs
        for review, policies in ((False, rung.rules), (True, rung.review))
        for policy in policies
    ]
    if ladders.anchors is not None and ladders.anchors.in_force(on):
        out.append(Bound(ladders.anchors, None, Standing.When.CURRENT, False))
    return out


def _when(policy: Policy, on: date) -> str:
    return Standing.When.CURRENT if policy.in_force(on) else Standing.When.COMING if on < policy.start else Standing.When.ENDED


@dataclass(frozen=True)
class Judged:
    """Everybody judged on a day and not stored: the sheet, the rule sets, and rule code -> the judgement of each row."""

    sheet: RuleSheet
    bound: list[Bound]
    judgements: dict[str, list[Judgement]]

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """rung -> rules -> outcome -> enterprises."""
        out: dict[str, dict[str, dict[str, int]]] = {}
        for one in self.bound:
            counted = out.setdefault(one.rung.code if one.rung else ANCHORS, {}).setdefault(one.policy.code, dict.fromkeys(Standing.Outcome.values, 0))
            for judgement in self.judgements[one.policy.code]:
                counted[judgement.outcome] += 1
        return out


def judge_on(ladders: Ladders, on: date, *, only: Iterable[int] | None = None, searched: bool = True) -> Judged:
    """Judge enterprises (only: primary keys; None: all) by the rules and on the facts of a day; nothing is stored."""
    sheet = rule_sheet(ladders, as_of=on, only=only)
    bound = bound_rules(ladders, on)
    here = [one.policy for one in bound if one.rung is not None and one.when != Standing.When.ENDED]
    ended = [one.policy for one in bound if one.rung is not None and one.when == Standing.When.ENDED]
    found = judge_all(here, sheet, ladders.ways(), searched=searched) | judge_all(ended, sheet, {}, searched=False)
    for one in bound:
        if one.rung is None:
            found[one.policy.code] = judge_table(one.policy, sheet.city.table, sheet.city.definition.schema, {})
    return Judged(sheet, bound, found)


def judge_tiers(*, cause: str, by: Actor, now: datetime, only: Iterable[int] | None = None) -> Run:
    """Judge enterprises (only: primary keys; None: all) today, and keep what came out. Raises NotAllowed, NoLadders, NoFacts.

    The city judges all; a park committee the firms of its parks.
    """
    if not by.sees_all:
        if by.role is not Role.COMMITTEE:
            raise NotAllowed(JUDGE, by)
        own = Enterprise.objects.filter(park_id__in=by.park_ids).values_list("pk", flat=True)
        only = sorted(set(own) if only is None else set(own) & set(only))
    began, on = time.perf_counter(), timezone.localdate(now)
    stored, ladders = current_set(), current_ladders()
    judged = judge_on(ladders, on, only=only)
    with transaction.atomic():
        list(type(stored).objects.select_for_update().filter(pk=stored.pk))  # one run writes at a time
        run = Run.objects.create(
            cause=cause, as_of=on, ladders=stored, facts_hash=current_hash(), engine_version=ENGINE, enterprises=len(judged.sheet.ids), started_at=now
        )
        _Writing(run, ladders, judged, on, None if only is None else sorted(set(only))).write()
        run.counts = judged.counts() if only is None else {}
        run.seconds, run.finished_at = round(time.perf_counter() - began, 3), now
        run.save(update_fields=["counts", "seconds", "finished_at"])
        audit.record(
            by=by, now=now, action="cultivation.judge", subject_kind="tier_run", subject_id=run.pk,
            after={"cause": cause, "as_of": on, "enterprises": run.enterprises, "engine": ENGINE},
        )  # fmt: skip
    return run


def judge_changed(*, enterprise_ids: Sequence[int], since: datetime, now: datetime) -> Run | None:
    """Judge again those whose titles or facts changed at `since`; None where there are no ladders, or everybody was judged after it."""
    if not has_ladders() or not current_hash() or not enterprise_ids:
        return None
    if Run.objects.exclude(cause=Run.Cause.CHANGED).exclude(counts={}).filter(started_at__gte=since).exists():
        return None
    return judge_tiers(cause=Run.Cause.CHANGED, by=system("tiers"), now=now, only=enterprise_ids)


def judge_due(*, now: datetime) -> list[Run]:
    """The nightly judging, once on each day; [] where it was done or there are no ladders. The worker asks."""
    local = timezone.localtime(now)
    if local.hour < NIGHT or not has_ladders() or not current_hash() or Run.objects.filter(cause=Run.Cause.NIGHTLY, as_of=local.date()).exists():
        return []
    return [judge_tiers(cause=Run.Cause.NIGHTLY, by=system("tiers"), now=now)]


class _Writing:
    """What one run writes: a standing for each rule set that says something, a place on each ladder; of those only what is not written so already.

    Most of a city stands tonight as it stood last night: a run that wrote everything anew would write some fifteen rows for every enterprise."""

    def __init__(self, run: Run, ladders: Ladders, judged: Judged, on: date, only: list[int] | None) -> None:
        self.run, self.ladders, self.judged, self.on, self.only = run, ladders, judged, on, only
        city = judged.sheet.city
        by_code = dict(Park.objects.values_list("code", "pk"))
        self.parks = [by_code.get(code) for code in city.table.column("park").to_pylist()]
        self.held = self._titles()

    def write(self) -> None:
        standings, places = Standing.objects.all(), Place.objects.all()
        if self.only is not None:
            standings, places = standings.filter(enterprise__in=self.only), places.filter(enterprise__in=self.only)
        judged = set()
        for bound in self.judged.bound:
            rung = bound.rung.code if bound.rung else ANCHORS
            judged.add((rung, bound.policy.code))
            _differences(standings.filter(rung=rung, rules=bound.policy.code), self._standings(bound))
        for rung, rules in set(standings.values_list("rung", "rules").distinct()) - judged:
            standings.filter(rung=rung, rules=rules).delete()
        for ladder in self.ladders.ladders:
            _differences(places.filter(ladder=ladder.code), (self._place(at, ladder) for at in range(len(self.judged.sheet.ids))))
        places.exclude(ladder__in=[ladder.code for ladder in self.ladders.ladders]).delete()

    def _titles(self) -> dict[tuple[int, str], date | None]:
        """(enterprise, kind of title) -> the day on which it ends, for titles held today."""
        kinds = {rung.title for rung in self.ladders.rungs}
        rows = Title.objects.filter(titles_on(self.on), kind__in=kinds)
        if self.only is not None and len(self.only) <= _BATCH:
            rows = rows.filter(enterprise__in=self.only)
        out: dict[tuple[int, str], date | None] = {}
        for enterprise, kind, until in rows.values_list("enterprise_id", "kind", "valid_to").iterator(chunk_size=10_000):
            known = out.get((enterprise, kind), date.min)
            out[enterprise, kind] = None if until is None or known is None else max(known, until)
        return out

    def _standings(self, bound: Bound) -> Iterable[Standing]:
        sheet = self.judged.sheet
        for at, judgement in enumerate(self.judged.judgements[bound.policy.code]):
            held = bound.rung is not None and (sheet.ids[at], bound.rung.title) in self.held
            if (bound.review and not held) or (bound.when == Standing.When.ENDED and judgement.outcome != "meets"):
                continue  # a re-review is for holders; of rules that ended only who passed them matters
            if bound.rung is None and judgement.outcome == "not":
                continue
            yield self._standing(bound, at, judgement, held)

    def _standing(self, bound: Bound, at: int, judgement: Judgement, held: bool) -> Standing:
        sheet, change = self.judged.sheet, judgement.change
        measured = change is not None and sheet.schema[change.column].kind != "boolean"
        return Standing(
            enterprise_id=sheet.ids[at], park_id=self.parks[at], ladder=bound.rung.ladder if bound.rung else ANCHORS, rung=bound.rung.code if bound.rung else ANCHORS,
            rules=bound.policy.code, when=bound.when, review=bound.review, held=held, outcome=judgement.outcome, failing=list(judgement.failing),
            missing=list(judgement.missing), lever=change.column if change else "", found=change.found if change else None, needed=change.needed if change else None,
            share=share_of(change.share) if change and measured else None, mark=bound.policy.mark if bound.policy.mark != "V" else "",
            synthetic=sheet.city.synthetic[at], run=self.run,
        )  # fmt: skip

    def _place(self, at: int, ladder: Ladder) -> Place:
        pk = self.judged.sheet.ids[at]
        held = max((rung for rung in ladder.rungs if (pk, rung.title) in self.held), key=lambda one: one.rank, default=None)
        met, next_rung = None, None
        outcome, share = "", None
        for rung in ladder.rungs:
            policy = rung.in_force(self.on)
            judgement = self.judged.judgements[policy.code][at] if policy else None
            if judgement is not None and judgement.outcome == "meets":
                met = rung
            if next_rung is None and rung.rank > (held.rank if held else 0):
                next_rung = rung
                outcome = judgement.outcome if judgement is not None else ""
                change = judgement.change if judgement is not None else None
                measured = change is not None and self.judged.sheet.schema[change.column].kind != "boolean"
                share = share_of(change.share) if change is not None and measured else None
        return Place(
            enterprise_id=pk, park_id=self.parks[at], ladder=ladder.code, held=held.code if held else "", held_rank=held.rank if held else 0,
            held_until=self.held[pk, held.title] if held else None, by_rule=met.code if met else "", by_rule_rank=met.rank if met else 0,
            next=next_rung.code if next_rung else "", next_outcome=outcome, share=share, synthetic=self.judged.sheet.city.synthetic[at], run=self.run,
        )  # fmt: skip


def _differences(there: QuerySet[Any], wanted: Iterable[Any]) -> None:
    """Make rows as they are wanted, one for an enterprise: what is the same is left alone and keeps the run that wrote it."""
    names = [field.attname for field in there.model._meta.concrete_fields if field.attname not in ("id", "run_id")]
    own = names.index("enterprise_id")
    written = {row[own + 1]: (row[0], row[1:]) for row in there.values_list("pk", *names).iterator(chunk_size=10_000)}
    rows = iter(wanted)
    while some := list(islice(rows, _BATCH)):
        made = []
        stale = []
        for row in some:
            known = written.pop(row.enterprise_id, None)
            if known is None or known[1] != tuple(getattr(row, name) for name in names):
                made.append(row)
                stale += [known[0]] if known is not None else []
        there.model.objects.filter(pk__in=stale).delete()
        there.model.objects.bulk_create(made)
    gone = [pk for pk, _ in written.values()]
    for start in range(0, len(gone), _BATCH):
        there.model.objects.filter(pk__in=gone[start : start + _BATCH]).delete()


def share_of(share: Decimal | None) -> int | None:
    """A part as ten-thousandths, rounded up: what is still missing never shows as nothing."""
    return None if share is None else min(10_000, ceil(share * 10_000))
