"""What indicators are computed from, for one period: values filed, titles held, firms present, filings owed; each by the park that answers.

Every filing and every firm stands under exactly one park, so a roll-up over a park and all below it counts nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from manyuan.facts.enterprises.models import Tenancy, Title
from manyuan.facts.enterprises.queries import present_on, titles_on
from manyuan.facts.filings.definition import in_formula
from manyuan.facts.filings.models import Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import Period, parse_period
from manyuan.facts.filings.queries import counts_by_park, rows_in_force
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import ParkBoundary, ParkChange, ParkChangeLine, ParkName
from manyuan.facts.parks.queries import parents_on


@dataclass(frozen=True)
class Tree:
    """The parks of a day. below: a park to itself and all under it; top: the parks at the top, by id."""

    below: Mapping[int, frozenset[int]]
    top: tuple[int, ...]

    @property
    def all(self) -> frozenset[int]:
        return frozenset(self.below)


def tree_on(on: date, known_at: datetime | None = None) -> Tree:
    """The park tree of the day, as known at the moment (None: now)."""
    there = set(ParkName.objects.filter(holding(on, known_at)).values_list("park_id", flat=True))
    parents = {child: parent for child, parent in parents_on(on, known_at).items() if child in there and parent in there}
    below: dict[int, set[int]] = {park: {park} for park in there}
    for park in there:
        above = parents.get(park)
        while above is not None:
            below[above].add(park)
            above = parents.get(above)
    return Tree({park: frozenset(found) for park, found in below.items()}, tuple(sorted(there - set(parents))))


@dataclass
class FormData:
    """What is in force of a form in the period. values: field -> park -> list of values as formulas see them; filed, synthetic, owed: park -> number."""

    values: dict[str, dict[int, list[Any]]] = field(default_factory=dict)
    filed: dict[int, int] = field(default_factory=dict)
    synthetic: dict[int, int] = field(default_factory=dict)
    counts: dict[int, Any] = field(default_factory=dict)


@dataclass
class Gathered:
    """Everything for one period, read when first asked for. `boundary`: 'then' (parks of the period's last day) or 'today'."""

    period: Period
    known_at: datetime | None = None
    boundary: str = "then"
    today: date | None = None
    _forms: dict[str, FormData] = field(default_factory=dict)
    _titles: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)
    _present: dict[int, tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        self.last_day = self.period.end - timedelta(days=1)
        self.tree = tree_on(self.last_day if self.boundary == "then" else self._today(), self.known_at)
        self._goes_to = {} if self.boundary == "then" else _successions(self.last_day, self._today())

    def _today(self) -> date:
        assert self.today is not None, "the boundary of today needs today's date"
        return self.today

    def _park(self, park_id: int, enterprise_id: int | None) -> int:
        """The park under which something of that park stands: the same, or on today's boundary where it went."""
        seen = set()
        while park_id in self._goes_to and park_id not in seen:
            seen.add(park_id)
            step = self._goes_to[park_id]
            park_id = step.get(enterprise_id) or step.get(None) or park_id
        return park_id

    def form(self, code: str, needed: frozenset[str]) -> FormData:
        """The values in force of a form; `needed`: the fields that formulas use."""
        if code in self._forms:
            return self._forms[code]
        data = self._forms[code] = FormData()
        form = Form.objects.filter(code=code, is_current=True).first()
        if form is None:
            return data
        fields = [one for one in definition_for(form).fields if one.key in needed]
        for _, enterprise_id, park_id, values, synthetic in rows_in_force(code, str(self.period), self.known_at):
            park = self._park(park_id, enterprise_id)
            data.filed[park] = data.filed.get(park, 0) + 1
            if synthetic:
                data.synthetic[park] = data.synthetic.get(park, 0) + 1
            for one in fields:
                value = values.get(one.key)
                if value is not None:
                    data.values.setdefault(one.key, {}).setdefault(park, []).append(in_formula(one, value))
        data.counts = self._counts(code)
        return data

    def _counts(self, code: str) -> dict[int, dict[str, int]]:
        day = timezone.localdate(self.known_at) if self.known_at else self.today or self.last_day
        out: dict[int, dict[str, int]] = {}
        for park, c in counts_by_park(code, str(self.period), day).items():
            row = out.setdefault(self._park(park, None), {"owed": 0, "submitted": 0, "in-time": 0, "locked": 0})
            for key, number in (("owed", c.owed), ("submitted", c.handed_in), ("in-time", c.in_time), ("locked", c.locked)):
                row[key] += number
        return out

    def title(self, kind: str) -> dict[int, tuple[int, int]]:
        """Park -> (firms there that hold the title on the last day, those of them that are synthetic)."""
        if kind not in self._titles:
            held = Title.objects.filter(titles_on(self.last_day, self.known_at), enterprise=OuterRef("enterprise"), kind=kind)
            self._titles[kind] = self._firms(Q(Exists(held)))
        return self._titles[kind]

    def present(self) -> dict[int, tuple[int, int]]:
        """Park -> (firms there on the last day, those of them that are synthetic)."""
        if self._present is None:
            self._present = self._firms(Q())
        return self._present

    def _firms(self, which: Q) -> dict[int, tuple[int, int]]:
        rows = present_on(self.last_day, self.known_at).filter(which)
        out: dict[int, tuple[int, int]] = {}
        if self._goes_to:
            for park, firm, mark in rows.values_list("park_id", "enterprise_id", "enterprise__mark").iterator(chunk_size=5_000):
                target = self._park(park, firm)
                n, made_up = out.get(target, (0, 0))
                out[target] = (n + 1, made_up + (mark == "synthetic"))
            return out
        grouped = rows.order_by().values("park_id").annotate(n=Count("id"), made_up=Count("id", filter=Q(enterprise__mark="synthetic")))
        return {row["park_id"]: (row["n"], row["made_up"]) for row in grouped}

    def areas(self) -> dict[int, Decimal]:
        """Park -> area in m2, where it is known."""
        rows = ParkBoundary.objects.filter(holding(self.last_day, self.known_at), area_m2__isnull=False)
        return dict(rows.values_list("park_id", "area_m2"))


def _successions(since: date, until: date) -> dict[int, dict[int | None, int]]:
    """For parks that merged or split after `since`, up to `until`: park -> (firm or None) -> the park where it went in that change.

    A merge takes everything to one park; a split takes each firm where its tenancy says. A firm that had left before a split stays
    with the park that is gone: its figures then stand under no park of today, and the city still counts them.
    """
    lines = ParkChangeLine.objects.filter(
        change__effective_on__gt=since, change__effective_on__lte=until, change__kind__in=[ParkChange.Kind.MERGE, ParkChange.Kind.SPLIT]
    ).select_related("change")
    out: dict[int, dict[int | None, int]] = {}
    splits = []
    for line in lines.order_by("change__effective_on", "id"):
        if line.from_park_id is None or line.to_park_id is None or line.from_park_id == line.to_park_id:
            continue
        if line.change.kind == ParkChange.Kind.MERGE:
            out.setdefault(line.from_park_id, {})[None] = line.to_park_id
        else:
            out.setdefault(line.from_park_id, {})
            splits.append((line.change_id, line.from_park_id))
    for change, source in set(splits):
        went = Tenancy.objects.filter(change_id=change, basis="split", superseded_at=None).values_list("enterprise_id", "park_id")
        out[source].update(dict(went))
    return out


def gather(period: str, **how: Any) -> Gathered:
    """What is known for a period, for formulas."""
    return Gathered(parse_period(period), **how)
