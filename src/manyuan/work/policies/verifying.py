"""Decisions answer for themselves: each is worked out again from the facts it kept and the version it stood on, and must come to the same fen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from manyuan.engines.screening import FactSheet, screen
from manyuan.facts.factsheet.building import table_of
from manyuan.facts.factsheet.definition import Definition
from manyuan.facts.factsheet.queries import definition_of
from manyuan.work.policies.models import Entitlement, FactRow, PolicyVersion, Screening
from manyuan.work.policies.rules import set_of, text_hash
from manyuan.work.policies.screening import columns_read


@dataclass(frozen=True)
class Difference:
    """A decision that does not come out the same. found and expected: fen, or what else is wrong."""

    entitlement_id: int
    policy: str
    credit_code: str
    what: str
    found: str
    expected: str


def verify_decisions(screenings: Iterable[Screening] | None = None) -> tuple[int, list[Difference]]:
    """Work out again every entitlement (of these screenings; None: of all). Returns how many were looked at, and those that differ."""
    looked, differences = 0, []
    for made in Screening.objects.order_by("pk") if screenings is None else screenings:
        for count, found in _one(made):
            looked += count
            differences += found
    return looked, differences


def _one(made: Screening) -> Iterator[tuple[int, list[Difference]]]:
    versions = list(PolicyVersion.objects.filter(pk__in=made.versions).select_related("policy"))
    altered = [one for one in versions if text_hash(one.text) != one.text_hash]
    definition = definition_of(made.facts_hash)
    policies = set_of(versions, made.facts_hash)
    narrow = definition.narrowed(columns_read(policies, definition.schema))
    chunk: list[Entitlement] = []
    rows = (
        Entitlement.objects.filter(screening=made)
        .exclude(state=Entitlement.State.LAPSED)
        .select_related("enterprise", "version__policy")
        .order_by("enterprise_id")
    )
    for row in rows.iterator(chunk_size=5_000):
        chunk.append(row)
        if len(chunk) >= 5_000:
            yield _checked(made, chunk, narrow, policies, altered)
            chunk = []
    if chunk:
        yield _checked(made, chunk, narrow, policies, altered)


def _checked(made: Screening, chunk: list[Entitlement], definition: Definition, policies, altered) -> tuple[int, list[Difference]]:  # type: ignore[no-untyped-def]
    firms = sorted({row.enterprise_id for row in chunk})
    kept = dict(FactRow.objects.filter(screening=made, enterprise__in=firms).values_list("enterprise_id", "values"))
    at = {pk: row for row, pk in enumerate(firm for firm in firms if firm in kept)}
    result = screen(policies, FactSheet(table_of(definition, [kept[pk] for pk in at]), definition.schema))
    bad = {one.pk for one in altered}
    out = []
    for row in chunk:
        code, firm = row.version.policy.code, row.enterprise.uscc
        if row.version_id in bad:
            out.append(Difference(row.pk, code, firm, "text", "altered", row.version.text_hash))
        elif row.enterprise_id not in at:
            out.append(Difference(row.pk, code, firm, "facts", "none kept", "facts"))
        else:
            outcome, net, _ = result.outcome(at[row.enterprise_id], code)
            given = row.amount_fen if row.screened_fen is None else row.screened_fen
            if outcome != "entitled" or net != given:
                out.append(Difference(row.pk, code, firm, "amount", f"{given}", f"{net} ({outcome})"))
    return len(chunk), out
