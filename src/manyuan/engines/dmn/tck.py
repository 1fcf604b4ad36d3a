"""Runs the DMN Technology Compatibility Kit: `python -m manyuan.engines.dmn.tck`, or `make tck`.

Every case of every folder is run and counted; a case held to be wrong is named in `tck_disputed.txt` with the section of the standard
that says so, and counted apart. Nothing is skipped.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import ModelInvalid
from manyuan.engines.dmn.running import Model
from manyuan.engines.dmn.xml_reader import read_dmn
from manyuan.engines.feel import literals
from manyuan.engines.feel.comparing import equal
from manyuan.engines.feel.values import Date, DateTime, Time

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CLOCK = feel.DateTime(feel.Date(2026, 11, 23), feel.Time(9, 30, 0, 0, 8 * 3600))
Node = Any  # an lxml element; lxml has no types


@dataclass
class Case:
    """One expected result of one test case."""

    folder: str
    file: str
    case: str
    result: str
    passed: bool
    expected: object = None
    found: object = None
    reason: str = ""


@dataclass
class Tally:
    cases: list[Case] = field(default_factory=list)

    def folders(self) -> dict[str, tuple[int, int]]:
        out: dict[str, tuple[int, int]] = {}
        for case in self.cases:
            passed, failed = out.get(case.folder, (0, 0))
            out[case.folder] = (passed + case.passed, failed + (not case.passed))
        return out


def default_path() -> Path:
    """The kit: MANYUAN_SHARED/data/dmn-tck, else ../shared beside the project."""
    shared = os.environ.get("MANYUAN_SHARED") or str(Path(__file__).resolve().parents[4].parent / "shared")
    return Path(shared) / "data" / "dmn-tck"


def run(path: Path, folder: str = "") -> Iterator[Case]:
    """Every expected result under a path, in order."""
    for tests in sorted(path.glob("compliance-level-*/*/*.xml")):
        name = f"{tests.parent.parent.name[-1]}/{tests.parent.name}"
        if folder and folder not in name:
            continue
        yield from run_file(tests, name)


def _local(node: Node) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _children(node: Node, name: str) -> list[Node]:
    return [child for child in node if _local(child) == name]


def run_file(tests: Path, folder: str) -> Iterator[Case]:
    root = etree.parse(str(tests)).getroot()
    source = _children(root, "modelName")[0].text or ""
    available = {}
    for other in tests.parent.glob("*.dmn"):
        try:
            found = read_dmn(other)
            available[found.namespace] = found
        except ModelInvalid:
            continue
    problem = ""
    model = None
    try:
        definitions = read_dmn(tests.parent / source.strip())
        model = Model.as_written(definitions, resolve=lambda one: available.get(one.namespace))
    except ModelInvalid as error:
        problem = str(error)
    for case in _children(root, "testCase"):
        inputs: dict[str, object] = {}
        for node in _children(case, "inputNode"):
            value = _value(node)
            namespace = node.get("namespace")
            prefix = next(
                (i.name for i in (model.definitions.imports if model else ()) if namespace and i.namespace == namespace),
                "",
            )
            if prefix:
                scope = inputs.setdefault(prefix, {})
                assert isinstance(scope, dict)
                scope[node.get("name", "")] = value
            else:
                inputs[node.get("name", "")] = value
        for result in _children(case, "resultNode"):
            name = result.get("name", "")
            expected = _value(_children(result, "expected")[0]) if _children(result, "expected") else None
            item = Case(folder, tests.name, case.get("id", ""), name, False, expected)
            if model is None:
                item.reason = problem
                item.passed = result.get("errorResult") == "true" and expected is None
            else:
                _decide(model, case, result, name, inputs, item)
            yield item


def _decide(model: Model, case: Node, result: Node, name: str, inputs: dict[str, object], item: Case) -> None:
    asked = case.get("invocableName") or name
    if case.get("type") in ("decisionService", "bkm") and case.get("invocableName"):
        asked = case.get("invocableName", name)
    else:
        asked = name
    try:
        decided = model.decide(asked, inputs, clock=CLOCK)
        found = decided.value
        if case.get("type") == "decisionService" and isinstance(found, dict) and name in found and name != asked:
            service = next((s for s in model.definitions.services if s.name == asked), None)
            if isinstance(service, m.DecisionService) and len(service.outputs) > 1:
                found = found[name]
        item.found = found
        item.passed = same(item.expected, found)
        item.reason = "; ".join([f.message("en") for f in decided.trace.faults][:3] + [n.message("en") for n in decided.notes][:3])
    except (feel.FeelError, ModelInvalid) as error:
        item.reason = str(error)
        item.passed = item.expected is None and result.get("errorResult") == "true"


def _value(node: Node) -> object:
    """A value of a test file: simple, list or components."""
    if node.get(NIL) == "true":
        return None
    for child in node:
        kind = _local(child)
        if kind == "value":
            return _simple(child)
        if kind == "list":
            return None if child.get(NIL) == "true" else [_value(item) for item in _children(child, "item")]
        if kind == "component":
            return {c.get("name", ""): _value(c) for c in _children(node, "component")}
    return None


def _simple(node: Node) -> object:
    if node.get(NIL) == "true":
        return None
    text = node.text or ""
    kind = (node.get(TYPE) or "string").split(":")[-1]
    if kind == "string":
        return text
    text = text.strip()
    if kind == "boolean":
        return text in ("true", "1")
    if kind in ("decimal", "double", "integer", "float", "int", "long"):
        return Decimal(text)
    readers = {"date": literals.parse_date, "time": literals.parse_time, "dateTime": literals.parse_date_time}
    found = readers.get(kind, literals.parse_duration)(text)
    return found if found is not None else text


def same(expected: object, found: object) -> bool:
    """Whether a value is the one expected: same kind; numbers to 8 decimals as the kit's runners compare; contexts by their entries."""
    if expected is None or found is None:
        return expected is None and found is None
    if isinstance(expected, Decimal) and isinstance(found, Decimal) and not isinstance(found, bool):
        return abs(expected - found) < Decimal("0.00000001")
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(same(a, b) for a, b in zip(expected, found))
    if isinstance(expected, dict):
        return isinstance(found, dict) and expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    if isinstance(expected, (Date, Time, DateTime)):
        return str(expected) == str(found)
    return feel.kind_of(expected) == feel.kind_of(found) and equal(expected, found) is True


def disputed() -> dict[str, str]:
    """Cases held to be wrong: folder/case/result -> the section of the standard that says so."""
    file = Path(__file__).with_name("tck_disputed.txt")
    if not file.exists():
        return {}
    pairs = (line.split("\t", 1) for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {key.strip(): reason.strip() for key, reason in pairs}


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--path", type=Path, default=default_path())
    options.add_argument("--folder", default="", help="only folders whose name holds this")
    options.add_argument("--verbose", action="store_true", help="show every failing case")
    given = options.parse_args(arguments)
    if not given.path.is_dir():
        print(
            f"no kit at {given.path}; set MANYUAN_SHARED or --path to the folder that holds compliance-level-2 and -3",
            file=sys.stderr,
        )
        return 2
    tally = Tally(list(run(given.path, given.folder)))
    known = disputed()
    failing = 0
    for folder, (passed, failed) in tally.folders().items():
        print(f"{folder:48} {passed:5} passed {failed:4} failed")
    for case in tally.cases:
        if case.passed:
            continue
        key = f"{case.folder}/{case.case}/{case.result}"
        failing += key not in known
        if given.verbose or key in known:
            print(f"{'DISPUTED' if key in known else 'FAILED'} {key}: expected {case.expected!r}, found {case.found!r} {known.get(key, case.reason[:200])}")
    total = len(tally.cases)
    done = sum(case.passed for case in tally.cases)
    for level in ("2", "3"):
        own = [case for case in tally.cases if case.folder.startswith(level)]
        names = {(case.folder, case.file, case.case) for case in own}
        print(f"level {level}: {len(names)} cases, {len(own)} results, {sum(c.passed for c in own)} passed")
    print(f"{done} passed, {total - done} failed")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
