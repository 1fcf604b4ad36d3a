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
from manyuan.facts.factsheet.queries import Origin, current_definition, current_hash, definition_of, origins
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.queries import STANDING, State
from manyuan.work.policies.rules import rules_of, set_of
from manyuan.work.policies.screening import columns_read

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


def mine(enterprise: Enterprise, versions: Sequence[PolicyVersion], on: date) -> Mine:
    """Everything that the policies in force say to one enterprise today. versions: as `in_force` gives them; their texts may be left out."""
    definition = current_definition()
    told = list(
        Entitlement.objects.filter(enterprise=enterprise)
        .exclude(state__in=(State.LISTED, State.HELD, State.LAPSED))
        .select_related("version__policy")
        .defer("version__text")
        .order_by("-changed_at")
    )
    has = {row.version_id for row in told if row.state in STANDING}
    found: dict[str, list[Seen]] = {"near": [], "undetermined": [], "refused": [], "entitled": []}
    read: frozenset[str] = frozenset()
    sheet = build_sheet(definition, as_of=on, only=[enterprise.pk])
    if sheet.ids and versions:
        compiled, columns = _compiled(current_hash(), tuple(sorted((one.pk, one.text_hash) for one in versions)))
        by_code = {one.policy.code: one for one in versions}
        for seen in glance(compiled, sheet.facts):
            version = by_code[seen.policy.code]
            if version.pk not in has:
                found[seen.outcome].append((version, seen))
                read |= columns[seen.policy.code]
    return Mine(told, found["near"], found["undetermined"], found["refused"], read, origins(definition, enterprise, on, newest=sheet.newest))


def explained(enterprise: Enterprise, versions: Sequence[PolicyVersion], on: date) -> list[tuple[PolicyVersion, Explanation]]:
    """Every condition of these versions for one enterprise today; nothing for one that is no longer in the register."""
    sheet = build_sheet(current_definition(), as_of=on, only=[enterprise.pk])
    if not sheet.ids:
        return []
    row, facts_hash = sheet.facts.row(0), current_hash()
    return [(version, explain_row(rules_of(version, facts_hash), row, sheet.facts.schema)) for version in versions]


@lru_cache(maxsize=4)
def _compiled(facts_hash: str, versions: tuple[tuple[int, str], ...]) -> tuple[Compiled, dict[str, frozenset[str]]]:
    """The versions as the kernel takes them, and the columns that each reads. A published text does not change, so it is read once for as long as the same are in force."""
    schema = definition_of(facts_hash).schema
    policies = set_of(list(PolicyVersion.objects.filter(pk__in=[pk for pk, _ in versions])), facts_hash)
    columns = {policy.code: frozenset(columns_read(PolicySet((policy,)), schema)) - {schema.key} for policy in policies.policies}
    return compile_set(policies, schema), columns
