"""docs/screening.md is true: its examples run on the policy files that it shows, and it names every key, kind and outcome."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from manyuan.engines.screening import OUTCOMES, policy_reader
from manyuan.engines.screening.amounts import ROUNDINGS
from manyuan.engines.screening.factsheet import KINDS

PAGE = next(parent for parent in Path(__file__).parents if (parent / "pyproject.toml").is_file()) / "docs" / "screening.md"
REGISTERED = """统一社会信用代码,注册日期,注册资金,注册地址,经营范围
91510000000000000A,1990-01-01,500万元,成都市武侯区,机械制造
91510000000000000B,2020-01-01,500万元,成都市锦江区,机械制造
"""
TEXT = PAGE.read_text(encoding="utf-8")


def test_every_example_of_the_page_holds(tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    for name, content in zip(("example.yaml", "wrong.yaml"), shown, strict=True):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "example-registrations.yaml").write_text((PAGE.parent / "example-registrations.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "registrations.csv").write_text(REGISTERED, encoding="utf-8")
    results = doctest.testfile(str(PAGE), module_relative=False, globs={"page": tmp_path}, encoding="utf-8")
    assert results.failed == 0
    assert results.attempted >= 18


WORDS = [
    *policy_reader._POLICY_KEYS,
    *policy_reader._CONDITION_KEYS,
    *policy_reader._AMOUNT_KEYS,
    *policy_reader.MARKS,
    *policy_reader.DELIVERIES,
    *ROUNDINGS,
    *KINDS,
    *OUTCOMES,
]


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_the_page_names_every_key_mark_rounding_kind_and_outcome(word: str) -> None:
    assert re.search(rf"`{re.escape(word)}[`=]", TEXT), word
