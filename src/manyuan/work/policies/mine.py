"""What the policies in force say to one enterprise: what it is entitled to, what it misses by one step, which facts are not known, what it does not get.

Hundreds of policies are looked at for one page: their outcomes come from the kernel, and a whole explanation is given only for the one that is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from manyuan.engines.screening import Compiled, Explanation, Glance, PolicySet, compile_set, explain_row, glance
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.definition import Definition
from manyuan.facts.factsheet.queries import Origin, current_definition, current_hash, definition_of, origins
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.queries import STANDING, State
from manyuan.work.policies.rules import rules_of, set_of
from manyuan.work.policies.screening import columns_read, standing_on

Seen = tuple[PolicyVersion, Glance]


@dataclass(frozen=True)
class Mine:
    """What concerns one enterprise: entitled (its entitlements, the newest first); near, open and refused policies, of which it has none; the columns that
    those read, and where each value comes from."""

    entitled: list[Entitlement]
    near: list[Seen]
    open: list[Seen]
    refused: list[Seen]
    read: frozenset[str]
    origins: dict[str, Origin]


def mine(enterprise: Enterprise, on: date) -> Mine:
    """Everything that the policies in force say to one enterprise today."""
    told = list(
        Entitlement.objects.filter(enterprise=enterprise)
        .exclude(state__in=(State.LISTED, State.HELD, State.LAPSED))
        .select_related("version__policy")
        .defer("version__text")
        .order_by("-changed_at")
    )
    has = {row.version_id for row in told if row.state in STANDING}
    found: dict[str, list[Seen]] = {"near": [], "undetermined": [], "refused": [], "entitled": []}
    read: set[str] = set()
    facts_hash = current_hash()
    ready = _ready(facts_hash, standing_on(on)) if facts_hash else None
    sheet = build_sheet(ready.definition, as_of=on, only=[enterprise.pk]) if ready else None
    if ready and sheet and sheet.ids:
        for seen in glance(ready.compiled, sheet.facts):
            version = ready.versions[seen.policy.code]
            if version.pk not in has:
                found[seen.outcome].append((version, seen))
                read |= ready.columns[seen.policy.code]
    where = origins(ready.definition, enterprise, on, newest=sheet.newest) if ready and sheet else {}
    return Mine(told, found["near"], found["undetermined"], found["refused"], frozenset(read), where)


@dataclass(frozen=True)
class _Ready:
    """Versions in force by the code of their policy, without texts; as the kernel takes them; the columns that each reads; the definition of no more than those."""

    versions: dict[str, PolicyVersion]
    compiled: Compiled
    columns: dict[str, frozenset[str]]
    definition: Definition


@lru_cache(maxsize=4)
def _ready(facts_hash: str, standing: tuple[tuple[int, str], ...]) -> _Ready | None:
    """What was made ready for as long as the same versions are in force: a published text does not change. None where no policy is in force."""
    rows = list(PolicyVersion.objects.filter(pk__in=[pk for pk, _ in standing]).select_related("policy"))
    if not rows:
        return None
    whole, policies = definition_of(facts_hash), set_of(rows, facts_hash)
    columns = {policy.code: frozenset(columns_read(PolicySet((policy,)), whole.schema)) - {whole.schema.key} for policy in policies.policies}
    definition = whole.narrowed({whole.schema.key}.union(*columns.values()))
    for row in rows:
        row.text = ""  # it is in the compiled set; two hundred texts need not be kept beside it
    return _Ready({row.policy.code: row for row in rows}, compile_set(policies, definition.schema), columns, definition)


def explained(enterprise: Enterprise, versions: Sequence[PolicyVersion], on: date) -> list[tuple[PolicyVersion, Explanation]]:
    """Every condition of these versions for one enterprise today; nothing for one that is no longer in the register."""
    sheet = build_sheet(current_definition(), as_of=on, only=[enterprise.pk])
    if not sheet.ids:
        return []
    row, facts_hash = sheet.facts.row(0), current_hash()
    return [(version, explain_row(rules_of(version, facts_hash), row, sheet.facts.schema)) for version in versions]
