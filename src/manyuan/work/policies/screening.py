"""Everybody against every policy: on publication, each night, and for those whose facts changed. Finds what each is entitled to and what it misses by one step.

The computing stands outside the transaction, the writing in one: a run that is killed leaves nothing, and the next one does it all again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import Policy, PolicySet, Schema, screen
from manyuan.engines.screening.screen import VERSION as ENGINE
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.factsheet.building import Sheet, build_sheet, row_values
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.facts.parks.models import Park
from manyuan.work.policies.funding import keep
from manyuan.work.policies.models import Entitlement, EntitlementStep, FactRow, NearMiss, PolicyVersion, Screening
from manyuan.work.policies.rules import rules_of, set_of

SCREEN = gettext_noop("screen enterprises")
OPEN = (Entitlement.State.LISTED, Entitlement.State.HELD, Entitlement.State.NOTIFIED, Entitlement.State.DISPUTED, Entitlement.State.LAPSED)
"""States in which nothing was decided yet: the screening may still change or end them."""
SETTLED = (
    Entitlement.State.ASSESSING, Entitlement.State.ACCEPTED, Entitlement.State.PUBLIC, Entitlement.State.OBJECTED, Entitlement.State.CLEARED, Entitlement.State.APPROVED,
    Entitlement.State.PAID, Entitlement.State.RETURNED, Entitlement.State.RECALLED,
)  # fmt: skip
"""States in which the enterprise said yes and nobody said no."""
_BATCH = 5_000
Progress = Callable[[str], None]


def in_force(on: date) -> list[PolicyVersion]:
    """The published versions that hold on the day, by code; one that was ended holds until its last day, unless a newer one is published."""
    found = [pk for pk, _ in standing_on(on)]
    return list(PolicyVersion.objects.filter(pk__in=found).select_related("policy").order_by("policy__code"))


def standing_on(on: date) -> tuple[tuple[int, str], ...]:
    """The versions that hold on the day as (id, hash of text and last day), by code: enough to know whether the same are in force as a moment ago."""
    states = (PolicyVersion.State.PUBLISHED, PolicyVersion.State.ENDED)
    rows = PolicyVersion.objects.filter(state__in=states, starts_on__lte=on).order_by("policy__code", "number")
    newest = {
        policy: (pk, f"{text} {ends or ''}")
        for policy, pk, text, ends in rows.values_list("policy_id", "pk", "text_hash", "ends_on")
        if ends is None or ends > on
    }
    return tuple(newest.values())


def linked(version: PolicyVersion, on: date) -> list[PolicyVersion]:
    """The version and all in force that share a group, a ceiling or a requirement with it, however far: what must be decided together."""
    facts_hash = current_hash()
    all_ = {one.pk: one for one in [*in_force(on), version]}
    rules = {pk: rules_of(one, facts_hash) for pk, one in all_.items()}
    found, waiting = {version.pk}, [version.pk]
    while waiting:
        own = rules[waiting.pop()]
        for pk, other in rules.items():
            if pk not in found and _together(own, other):
                found.add(pk)
                waiting.append(pk)
    return [all_[pk] for pk in sorted(found, key=lambda pk: rules[pk].code)]


def _together(one: Policy, other: Policy) -> bool:
    shared = (one.group and one.group == other.group) or (one.ceiling and one.ceiling == other.ceiling)
    return bool(shared) or other.code in one.requires or one.code in other.requires


def screen_enterprises(
    *,
    versions: Sequence[PolicyVersion],
    cause: str,
    by: Actor,
    now: datetime,
    only: Iterable[int] | None = None,
    after: Callable[[Screening], object] = lambda made: None,
    progress: Progress = lambda step: None,
) -> Screening:
    """Screen enterprises (only: their primary keys; None: all) against versions together, and write what came out.

    New entitlements are listed, open ones follow the facts, those no longer given lapse; who has said yes is left as it is.
    after: what else belongs into the same transaction. Raises NotAllowed, NoFacts.
    """
    if not by.sees_all:
        raise NotAllowed(SCREEN, by)
    began = time.perf_counter()
    on = timezone.localdate(now)
    facts_hash = current_hash()
    definition = current_definition()
    policies = set_of(versions, facts_hash)
    progress("facts")
    registers = [name for name, source in definition.sources.items() if source.what == "register"]
    sheet = build_sheet(definition.narrowed({*columns_read(policies, definition.schema), *registers, "park"}), as_of=on, only=only)
    progress("screening")
    result = screen(policies, sheet.facts)
    progress("writing")
    run = _Run(list(versions), policies, sheet, result, on, by, now)
    with transaction.atomic():
        list(PolicyVersion.objects.select_for_update().filter(pk__in=[one.pk for one in versions]).order_by("pk"))  # one screening writes at a time
        made = Screening.objects.create(
            cause=cause,
            as_of=on,
            started_at=now,
            facts_hash=facts_hash,
            engine_version=ENGINE,
            enterprises=len(sheet.ids),
            versions=[one.pk for one in versions],
        )
        changes = run.write(made)
        counts = result.counts()
        totals = result.totals()
        made.counts = {code: {**found, "fen": totals[code], "near_by": run.near_by[code]} for code, found in counts.items()}
        made.seconds = round(time.perf_counter() - began, 3)
        made.finished_at = now
        made.save()
        said = {"cause": cause, "as_of": on, "enterprises": len(sheet.ids), "policies": len(versions), **changes}
        audit.record(by=by, now=now, action="policies.screen", subject_kind="screening", subject_id=made.pk, after=said)
        due = [one for one in versions if one.kind == "money" and (cause != Screening.Cause.CHANGED or one.pk in run.touched)]
        short = {one.policy.code: keep(one, on.year, by, now) for one in due}
        made.counts = {code: {**found, "short": short.get(code, 0)} for code, found in made.counts.items()}
        made.save(update_fields=["counts"])
        after(made)
        if changes["listed"]:
            audit.emit(name="entitlements.listed", data={"screening_id": made.pk, "version_ids": [one.pk for one in versions]}, now=now)
    return made


def write_alike(rows: Sequence[Entitlement], **values: Any) -> None:
    """The same values for all of these entitlements, on the rows at hand and where they are kept."""
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    for start in range(0, len(rows), _BATCH):
        Entitlement.objects.filter(pk__in=[row.pk for row in rows[start : start + _BATCH]]).update(**values)


class _Run:
    """What one screening writes."""

    def __init__(self, versions: list[PolicyVersion], policies: PolicySet, sheet: Sheet, result: Any, on: date, by: Actor, now: datetime) -> None:
        self.versions = {one.policy.code: one for one in versions}
        self.order = [self.versions[policy.code] for policy in policies.policies]
        self.policies, self.sheet, self.result, self.on, self.by, self.now = policies, sheet, result, on, by, now
        self.parks = dict(Park.objects.values_list("code", "pk"))
        self.columns = columns_read(policies, sheet.definition.schema)
        self.near_by: dict[str, dict[str, int]] = {}
        self.touched: set[int] = set()  # versions whose list changed

    def write(self, made: Screening) -> dict[str, int]:
        given = self._given()
        self._earlier_versions(given)
        listed, changed = self._list(made, given)
        lapsed = self._lapse(made, given)
        near = self._near(made)
        return {"listed": listed, "changed": changed, "lapsed": lapsed, "near": near}

    def _given(self) -> dict[tuple[int, int], tuple[int, int]]:
        """(version id, enterprise id) -> (row, net fen) of every pair that is entitled after groups and ceilings."""
        ids = np.array(self.sheet.ids, np.int64)
        versions = np.array([one.pk for one in self.order], np.int64)
        out: dict[tuple[int, int], tuple[int, int]] = {}
        for block in self.result.blocks:
            grants = block.grants
            keep = ~np.isin(grants.status, (1, 3, 4))
            rows, nets = grants.row[keep], grants.net[keep]
            out.update(zip(zip(versions[grants.policy[keep]].tolist(), ids[rows].tolist()), zip(rows.tolist(), nets.tolist())))
        return out

    def _earlier_versions(self, given: dict[tuple[int, int], tuple[int, int]]) -> None:
        """Who said yes to an earlier version this year is not listed again; what of it is still open gives way to the new one."""
        version_of = {one.policy_id: one.pk for one in self.order}
        rows = Entitlement.objects.filter(version__policy__in=version_of, year=self.on.year).exclude(version__in=list(version_of.values()))
        for policy, enterprise in rows.filter(state__in=SETTLED).values_list("version__policy_id", "enterprise_id"):
            given.pop((version_of[policy], enterprise), None)
        old = list(rows.filter(state__in=OPEN[:-1]).select_for_update())
        write_alike(old, state=Entitlement.State.LAPSED, changed_at=self.now)
        self._steps([(row, "version") for row in old])

    def _list(self, made: Screening, given: dict[tuple[int, int], tuple[int, int]]) -> tuple[int, int]:
        year = self.on.year
        known = {(row.version_id, row.enterprise_id): row for row in self._existing()}
        barred = self._barred(given)
        park_column = self.sheet.table.column("park").to_pylist() if "park" in self.sheet.table.column_names else None
        registers = [self.sheet.table.column(name).to_pylist() for name, source in self.sheet.definition.sources.items() if source.what == "register"]
        new: list[tuple[Entitlement, str]] = []
        moved: list[tuple[Entitlement, str]] = []
        touched: dict[int, int] = {}
        for (version_id, enterprise_id), (row, net) in given.items():
            note = barred.get((version_id, enterprise_id), "")
            if not note and any(values[row] is True for values in registers):
                note = "register"
            state = Entitlement.State.HELD if note else Entitlement.State.LISTED
            found = known.get((version_id, enterprise_id))
            if found is None:
                park = self.parks.get(park_column[row]) if park_column else None
                one = Entitlement(
                    version_id=version_id, enterprise_id=enterprise_id, year=year, park_id=park, amount_fen=net, state=state, synthetic=self.sheet.synthetic[row],
                    screening=made, as_of=self.on, listed_at=self.now, changed_at=self.now,
                )  # fmt: skip
                new.append((one, note))
                touched[enterprise_id] = row
            elif found.state in OPEN and (
                found.amount_fen != net or found.state == Entitlement.State.LAPSED or (note and found.state != Entitlement.State.HELD)
            ):
                found.amount_fen, found.screening, found.as_of, found.changed_at = net, made, self.on, self.now
                found.state = state if found.state == Entitlement.State.LAPSED or note else found.state
                moved.append((found, note or "facts"))
                touched[enterprise_id] = row
        Entitlement.objects.bulk_create([one for one, _ in new], batch_size=_BATCH)
        Entitlement.objects.bulk_update([one for one, _ in moved], ["amount_fen", "screening", "as_of", "changed_at", "state"], batch_size=500)
        self._steps([*new, *moved])
        self.touched |= {one.version_id for one, _ in [*new, *moved]}
        FactRow.objects.bulk_create(self._rows(made, touched), batch_size=_BATCH)
        return len(new), len(moved)

    def _existing(self) -> Iterable[Entitlement]:
        rows = Entitlement.objects.filter(version__in=[one.pk for one in self.order], year=self.on.year)
        if len(self.sheet.ids) <= _BATCH:
            rows = rows.filter(enterprise__in=self.sheet.ids)
        return rows.select_for_update().iterator(chunk_size=_BATCH)

    def _barred(self, given: dict[tuple[int, int], tuple[int, int]]) -> dict[tuple[int, int], str]:
        """Pairs whose group was already settled this year by another policy: "the higher one, not both" holds over time too."""
        groups: dict[str, list[int]] = {}
        for policy in self.policies.policies:
            if policy.group:
                groups.setdefault(policy.group, []).append(self.versions[policy.code].policy_id)
        out: dict[tuple[int, int], str] = {}
        group_of = {self.versions[p.code].pk: p.group for p in self.policies.policies if p.group}
        policy_of = {one.pk: one.policy_id for one in self.order}
        for group, members in groups.items():
            settled: dict[int, set[tuple[int, str]]] = {}
            rows = Entitlement.objects.filter(version__policy__in=members, year=self.on.year, state__in=SETTLED)
            for enterprise, policy, code in rows.values_list("enterprise_id", "version__policy_id", "version__policy__code"):
                settled.setdefault(enterprise, set()).add((policy, code))
            for pair in given:
                version_id, enterprise_id = pair
                if group_of.get(version_id) == group:
                    others = sorted(code for policy, code in settled.get(enterprise_id, ()) if policy != policy_of[version_id])
                    if others:
                        out[pair] = f"group:{others[0]}"
        return out

    def _lapse(self, made: Screening, given: dict[tuple[int, int], tuple[int, int]]) -> int:
        here = set(self.sheet.ids)
        gone = [row for row in self._existing() if row.enterprise_id in here and row.state in OPEN[:-1] and (row.version_id, row.enterprise_id) not in given]
        write_alike(gone, state=Entitlement.State.LAPSED, changed_at=self.now, screening=made)
        self._steps([(row, "facts") for row in gone])
        self.touched |= {row.version_id for row in gone}
        at = {pk: row for row, pk in enumerate(self.sheet.ids)}
        FactRow.objects.bulk_create(self._rows(made, {row.enterprise_id: at[row.enterprise_id] for row in gone}), batch_size=_BATCH, ignore_conflicts=True)
        return len(gone)

    def _near(self, made: Screening) -> int:
        versions = [one.pk for one in self.order]
        old = NearMiss.objects.filter(version__in=versions)
        if len(self.sheet.ids) <= _BATCH:
            old = old.filter(enterprise__in=self.sheet.ids)
        old.delete()
        rows, policies, conditions = self.result.one_step_away()
        schema = self.sheet.definition.schema
        names = [[condition.id for condition in policy.conditions] for policy in self.policies.policies]
        widest = max((len(each) for each in names), default=0)
        measured = np.zeros((len(names), widest), bool)
        for at, policy in enumerate(self.policies.policies):
            measured[at, : len(policy.conditions)] = [is_measured(condition.when, schema) for condition in policy.conditions]
            found = np.bincount(conditions[policies == at], minlength=len(policy.conditions))
            self.near_by[policy.code] = {name: int(n) for name, n in zip(names[at], found.tolist()) if n}
        keep = measured[policies, conditions]
        rows, policies, conditions = rows[keep], policies[keep], conditions[keep]
        parks = self.sheet.table.column("park").to_pylist() if "park" in self.sheet.table.column_names else [None] * len(self.sheet.ids)
        found = (
            NearMiss(version_id=versions[at], enterprise_id=self.sheet.ids[row], condition=names[at][place], park_id=self.parks.get(parks[row]), screening=made)
            for row, at, place in zip(rows.tolist(), policies.tolist(), conditions.tolist(), strict=True)
        )
        return len(NearMiss.objects.bulk_create(found, batch_size=_BATCH))

    def _rows(self, made: Screening, touched: dict[int, int]) -> list[FactRow]:
        out = []
        for enterprise_id, row in touched.items():
            values = row_values(self.sheet, row)
            out.append(FactRow(screening=made, enterprise_id=enterprise_id, values={name: values[name] for name in self.columns}))
        return out

    def _steps(self, changed: list[tuple[Entitlement, str]]) -> None:
        EntitlementStep.objects.bulk_create(
            (
                EntitlementStep(entitlement=one, to_state=one.state, at=self.now, actor_id=self.by.id, actor_label=self.by.label, note=note)
                for one, note in changed
            ),
            batch_size=_BATCH,
        )


def is_measured(when: str, schema: Schema) -> bool:
    """Whether a condition compares by size, so that a miss has a distance; a title or a sector that is not there has none."""
    return any(isinstance(node, tree.Comparison) and node.operator in ("<", "<=", ">", ">=") for node in tree.walk(feel.parse(when, names=schema.names)))


def columns_read(policies: PolicySet, schema: Schema) -> list[str]:
    """The columns that any condition or amount of the set reads, and the key; in the schema's order."""
    read = {schema.key}
    for policy in policies.policies:
        for text in [*(condition.when for condition in policy.conditions), *([policy.amount.value] if policy.amount.value else [])]:
            read |= {node.name for node in tree.walk(feel.parse(text, names=schema.names)) if isinstance(node, tree.Name)}
    return [name for name in schema.names if name in read]
