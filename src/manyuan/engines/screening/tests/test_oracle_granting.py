"""A share of one column to whole fen, by floating point with its remainder put right, against fractions; and that machine code cannot be stale."""

from __future__ import annotations

import ast
import inspect
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines.screening import granting, kernel, wide

LIMIT = 2**52


def paid(values: list[int], terms: tuple[int, ...], width: Any = np.int64) -> list[int]:
    column = np.array(values, width)
    out = np.zeros(len(values), np.int64)
    granting.share(np.array(terms, np.int64), column.ctypes.data, column.itemsize, np.arange(len(values), dtype=np.uint32), out)
    return out.tolist()  # type: ignore[no-any-return]


def rounded(exact: Fraction, rule: int) -> int:
    whole, rest = divmod(exact, 1)
    half = Fraction(1, 2)
    return int(whole) + int((rest >= half, rest > half or (rest == half and whole % 2 == 1), False, rest > 0)[rule])


@st.composite
def near_multiples(draw: st.DrawFn) -> tuple[int, int]:
    """A divisor, and a number below the limit at, or one beside, a multiple of it or of its half."""
    bottom = draw(st.one_of(st.sampled_from([1, 2, 3, 7, 10, 49, 100, 1000, 10**6, 2**26 - 1, 10**9 + 7]), st.integers(1, 2**40)))
    times = draw(st.integers(0, 2 * ((LIMIT - 2) // bottom)))
    return bottom, min(LIMIT - 1, max(0, times * bottom // 2 + draw(st.sampled_from([-1, 0, 1]))))


@given(near_multiples(), st.integers(0, 3), st.booleans())
@settings(deadline=None, max_examples=1000)
def test_a_quotient_is_exact_whichever_way_it_is_taken(pair: tuple[int, int], rule: int, narrow: bool) -> None:
    bottom, value = pair
    assert paid([value], (1, 0, bottom, 0, LIMIT, 1, rule, 1, 2**62, narrow)) == [rounded(Fraction(value, bottom), rule)]


@pytest.mark.parametrize("narrow", [False, True])
def test_where_floating_point_alone_is_one_too_low_the_remainder_tells(narrow: bool) -> None:
    values = [49 * k for k in range(1, 20_000) if int(49 * k * (1.0 / 49)) != k]
    assert values
    assert paid(values, (1, 0, 49, 0, LIMIT, 1, 2, 1, 2**62, narrow)) == [value // 49 for value in values]


@pytest.mark.parametrize("width", [np.uint8, np.int32, np.int64])
def test_factor_constant_limits_unit_and_cap_in_their_order(width: Any) -> None:
    """(3 v + 5) / 8 yuan, from 10/8 to 200/8, to tenths, in fen, at most 2,400 fen."""
    values = [0, 1, 2, 7, 65, 66, 100]
    expected = [min(2400, rounded(Fraction(min(200, max(10, 3 * v + 5)), 8) * 10, 0) * 10) for v in values]
    assert paid(values, (3, 5, 8, 10, 200, 10, 0, 10, 2400, 1), width) == expected


def test_what_is_compiled_together_stands_in_one_file() -> None:
    """numba knows machine code on disk to be stale by the function's own file: none may call into another file of ours."""
    for module in (granting, kernel, wide):
        imported = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = [alias.name for node in imported for alias in node.names] + [node.module for node in imported if isinstance(node, ast.ImportFrom)]
        assert not [name for name in names if name and name.startswith("manyuan")], module.__name__
