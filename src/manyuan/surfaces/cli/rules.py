"""`manyuan rules`: the standard rule packs on a fact sheet. `manyuan rules differ` lists who passes one version and fails another."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from manyuan.surfaces.cli import speaking

FILE = click.Path(exists=True, path_type=Path)
PACK = Path(__file__).resolve().parents[4] / "packs" / "standards"


@click.group()
def rules() -> None:
    """Apply the standard rule packs (packs/standards)."""


@rules.command(name="list")
def list_rules() -> None:
    """The rule sets with their dates and marks."""
    from manyuan.engines.screening import read_policies
    from manyuan.engines.screening.commands import load_schema

    found = read_policies([PACK / "policies"], load_schema(PACK / "facts.yaml"))
    language = speaking.language()
    for policy in found.policies:
        click.echo(f"{policy.code}\t{policy.name.in_language(language)}\t{policy.start} – {policy.end or ''}\t{policy.mark}\t{policy.source}")


@rules.command()
@click.argument("facts", type=FILE)
@click.option("--passes", required=True, help="A rule set that they pass, for instance GIANT-2022.")
@click.option("--fails", required=True, help="A rule set that they fail, for instance GIANT-2026-REVIEW.")
@click.option("--schema", type=FILE, default=PACK / "facts.yaml", show_default=False, help="facts.yaml of the sheet (default: the pack's).")
def differ(facts: Path, passes: str, fails: str, schema: Path) -> None:
    """Who passes one rule set and fails another, with the conditions that fail. FACTS is a Parquet fact sheet."""
    from manyuan.engines.screening import FactSheetInvalid, PoliciesInvalid, PolicySet, explain, read_policies, screen
    from manyuan.engines.screening.commands import load_schema, load_sheet
    from manyuan.engines.screening.scoring import CERTAIN, range_of

    language = speaking.language()
    try:
        sheet = load_sheet(facts, schema)
        found = read_policies([PACK / "policies"], load_schema(PACK / "facts.yaml"))
        pair = PolicySet((found[passes], found[fails]))
    except KeyError as error:
        raise click.UsageError(f"no rule set {error}; see `manyuan rules list`") from None
    except (FactSheetInvalid, PoliciesInvalid) as error:
        click.echo(error.message(language), err=True)
        sys.exit(1)
    result = screen(pair, sheet)
    keys = sheet.keys.to_pylist()
    count = undecided = 0
    for row in range(sheet.rows):
        if result.outcome(row, passes)[0] != "entitled":
            continue
        judged = range_of(found[passes], sheet.row(row))
        if judged is not None and judged.verdict != CERTAIN:
            undecided += 1
            continue
        outcome = result.outcome(row, fails)[0]
        if outcome == "undetermined":
            undecided += 1
        elif outcome in ("near", "refused"):
            count += 1
            failing = [step.condition.text.in_language(language) for step in explain(found[fails], sheet, row).steps if step.truth is False]
            click.echo(f"{keys[row]}\t{'；'.join(failing) if language == 'zh' else '; '.join(failing)}")
    zh = language == "zh"
    click.echo(
        f"{count} 家通过 {passes} 而不符合 {fails}（{found[fails].mark}），{undecided} 家无法判定"
        if zh
        else f"{count} pass {passes} and fail {fails} ({found[fails].mark}); {undecided} cannot be told"
    )


@rules.command(name="range")
@click.argument("facts", type=FILE)
@click.option("--rule", "code", default="HIGHTECH-2016", show_default=True, help="A rule set with a score that experts judge in part.")
@click.option("--schema", type=FILE, default=PACK / "facts.yaml", show_default=False, help="facts.yaml of the sheet (default: the pack's).")
def show_range(facts: Path, code: str, schema: Path) -> None:
    """The least and the most points of everybody's score: certainly passes, may pass, cannot pass. FACTS is a Parquet fact sheet."""
    from manyuan.engines.screening import FactSheetInvalid, PoliciesInvalid, PolicySet, read_policies, screen
    from manyuan.engines.screening.commands import load_schema, load_sheet
    from manyuan.engines.screening.scoring import CANNOT, VERDICTS, range_of

    language = speaking.language()
    try:
        sheet = load_sheet(facts, schema)
        rule = read_policies([PACK / "policies"], load_schema(PACK / "facts.yaml"))[code]
    except KeyError as error:
        raise click.UsageError(f"no rule set {error}; see `manyuan rules list`") from None
    except (FactSheetInvalid, PoliciesInvalid) as error:
        click.echo(error.message(language), err=True)
        sys.exit(1)
    if rule.score is None:
        raise click.UsageError(f"{code} has no score that experts judge")
    result, counts = screen(PolicySet((rule,)), sheet), dict.fromkeys((*VERDICTS, "undetermined"), 0)
    words = {**{key: text.in_language(language) for key, text in VERDICTS.items()}, "undetermined": "无法判定" if language == "zh" else "cannot be told"}
    for row, key in enumerate(sheet.keys.to_pylist()):
        found, outcome = range_of(rule, sheet.row(row)), result.outcome(row, code)[0]
        assert found is not None
        verdict = found.verdict if outcome == "entitled" else "undetermined" if outcome == "undetermined" else CANNOT
        counts[verdict] += 1
        click.echo(f"{key}\t{found.least}–{found.most}\t{words[verdict]}")
    click.echo(("；" if language == "zh" else "; ").join(f"{words[key]} {count}" for key, count in counts.items()) + f" ({rule.mark})")
