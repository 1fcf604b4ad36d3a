"""The examples of docs/dmn.md are true."""

import doctest
from pathlib import Path

from manyuan.engines.dmn.errors import MESSAGES

PAGE = next(parent for parent in Path(__file__).parents if (parent / "pyproject.toml").is_file()) / "docs" / "dmn.md"


def test_every_example_of_the_page_holds():
    results = doctest.testfile(str(PAGE), module_relative=False)
    assert results.failed == 0
    assert results.attempted > 10


def test_every_code_of_a_fault_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [code for code in MESSAGES if f"`{code}`" not in text] == []
