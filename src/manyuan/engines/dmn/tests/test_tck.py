"""The whole conformance kit, and again after writing every model and reading it back."""

import os
from pathlib import Path

import pytest

from manyuan.engines import dmn
from manyuan.engines.dmn import tck
from manyuan.engines.feel.types import SIMPLE

KIT = tck.default_path()
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not KIT.is_dir() and os.environ.get("CI") != "true", reason=f"the conformance kit is not at {KIT}"),
]


@pytest.fixture(autouse=True, scope="module")
def kit() -> Path:
    """The kit, which CI has beside the project."""
    if not KIT.is_dir():
        pytest.fail(f"the conformance kit is not at {KIT}; set MANYUAN_SHARED")
    return KIT


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


def _through_excel(definitions: dmn.Definitions, file: Path) -> dmn.Definitions:
    beside = {found.namespace: found for found in map(dmn.read_dmn, file.parent.glob("*.dmn"))}
    return dmn.read_workbook(dmn.write_workbook(definitions, resolve=lambda one: beside.get(one.namespace)))


def test_every_decision_table_of_the_kit_goes_to_excel_and_back_and_decides_every_case_as_before(tmp_path: Path):
    tables = 0
    for file in sorted(KIT.glob("compliance-level-*/*/*.dmn")):
        definitions = dmn.read_dmn(file)
        found = dmn.tables_of(definitions)
        if not found:
            continue
        tables += len(found)
        back = _through_excel(definitions, file)
        assert back == definitions, file.name
        assert bool(back.layout) == bool(definitions.layout), file.name
        assert _through_excel(back, file) == back, file.name
        target = tmp_path / file.relative_to(KIT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dmn.write_dmn(back))
    for folder in {file.parent for file in tmp_path.glob("*/*/*.dmn")}:
        for file in (KIT / folder.relative_to(tmp_path)).iterdir():
            if not (folder / file.name).exists():
                (folder / file.name).write_bytes(file.read_bytes())
    cases = list(tck.run(tmp_path))
    known = tck.disputed()
    assert tables == 58
    assert len(cases) > 100
    assert [f"{c.folder}/{c.case}/{c.result}" for c in cases if not c.passed and f"{c.folder}/{c.case}/{c.result}" not in known] == []


def test_tables_without_the_rest_of_their_model_decide_as_before(tmp_path: Path):
    """Where a model is nothing but tables over inputs of plain types, the sheets of its tables alone are enough."""
    folders = 0
    for file in sorted(KIT.glob("compliance-level-*/*/*.dmn")):
        found = dmn.read_dmn(file)
        tables = dmn.tables_of(found)
        others = [*found.items, *found.imports, *found.knowledge, *found.services, *(d for d in found.decisions if d.name not in tables)]
        if others or not tables or any(d.type_ref not in SIMPLE for d in found.decisions):
            continue
        alone = dmn.read_workbook(dmn.write_tables(tables), variables=[dmn.Variable(one.name, type_ref=one.type_ref) for one in found.inputs])
        assert dmn.check(alone) == [], file.name
        target = tmp_path / file.relative_to(KIT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dmn.write_dmn(alone))
        for tests in file.parent.glob("*.xml"):
            (target.parent / tests.name).write_bytes(tests.read_bytes())
        folders += 1
    assert folders > 3
    cases = list(tck.run(tmp_path))
    assert cases and [f"{c.folder}/{c.case}/{c.result}" for c in cases if not c.passed] == []
