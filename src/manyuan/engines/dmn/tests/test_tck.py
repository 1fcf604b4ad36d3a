"""The whole conformance kit, and again after writing every model and reading it back."""

import os
from pathlib import Path

import pytest

from manyuan.engines import dmn
from manyuan.engines.dmn import tck
from manyuan.engines.dmn.typing import TypeBook

KIT = tck.default_path()
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not KIT.is_dir() and os.environ.get("CI") != "true", reason=f"the conformance kit is not at {KIT}"),
]


def test_every_case_of_levels_2_and_3_passes():
    cases = list(tck.run(KIT))
    assert len(cases) == 3495
    assert len({(c.folder, c.file, c.case) for c in cases if c.folder.startswith("2")}) == 116
    assert len({(c.folder, c.file, c.case) for c in cases if c.folder.startswith("3")}) == 3275
    known = tck.disputed()
    assert [f"{c.folder}/{c.case}/{c.result}" for c in cases if not c.passed and f"{c.folder}/{c.case}/{c.result}" not in known] == []


def test_a_model_written_and_read_again_is_the_same_model():
    files = sorted(KIT.glob("compliance-level-*/*/*.dmn"))
    assert len(files) >= 150
    for file in files:
        first = dmn.read_dmn(file)
        written = dmn.write_dmn(first)
        second = dmn.read_dmn(written)
        assert second == first, file.name
        assert dmn.write_dmn(second) == written, file.name
        assert bool(second.layout) == bool(first.layout), file.name


def test_written_models_still_pass_the_kit(tmp_path: Path):
    for tests in (
        "compliance-level-2/0004-simpletable-U",
        "compliance-level-3/0034-drg-scopes",
        "compliance-level-3/0085-decision-services",
    ):
        target = tmp_path / tests
        target.mkdir(parents=True)
        for file in (KIT / tests).iterdir():
            target.joinpath(file.name).write_bytes(dmn.write_dmn(dmn.read_dmn(file)) if file.suffix == ".dmn" else file.read_bytes())
    cases = list(tck.run(tmp_path))
    assert cases and all(case.passed for case in cases)


def test_every_table_of_the_kit_survives_excel(tmp_path: Path):
    count = 0
    for file in sorted(KIT.glob("compliance-level-*/*/*.dmn")):
        definitions = dmn.read_dmn(file)
        names = {e.name for e in (*definitions.inputs, *definitions.decisions, *definitions.knowledge)} | TypeBook(definitions, {}).names
        for decision in definitions.decisions:
            table = decision.expression
            if not isinstance(table, dmn.DecisionTable):
                continue
            read = dmn.read_tables(dmn.write_tables({decision.name: table}), names=names)
            found = read[decision.name]
            assert (found.hit_policy, found.aggregation) == (table.hit_policy, table.aggregation)
            assert [i.expression for i in found.inputs] == [i.expression for i in table.inputs]
            assert [r.inputs for r in found.rules] == [tuple(c or "-" for c in r.inputs) for r in table.rules]
            assert [r.outputs for r in found.rules] == [r.outputs for r in table.rules]
            count += 1
    assert count > 20
