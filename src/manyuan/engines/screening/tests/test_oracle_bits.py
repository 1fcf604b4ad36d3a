"""Each inner loop of the kernel against plain Python on the same bits: 64 rows to a word, eight words to a block, the ends of every width included."""

from __future__ import annotations

import types
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines.screening import kernel

Truth = bool | None
LOW, HIGH = -(2**63), 2**63 - 1
WIDTHS: dict[Any, tuple[int, int]] = {np.uint8: (0, 255), np.int32: (-(2**31), 2**31 - 1), np.int64: (LOW, HIGH)}


WORDS, ROWS = 8, 512


def bits(flags: list[bool]) -> np.ndarray:
    """Flags as a block of words, row 0 in the lowest bit of the first; rows beyond the end are 0."""
    words = [sum(1 << at for at, flag in enumerate(flags[first : first + 64]) if flag) for first in range(0, ROWS, 64)]
    return np.array(words, np.uint64)


def flags_of(words: np.ndarray) -> list[bool]:
    return [bool(int(word) >> at & 1) for word in words for at in range(64)]


@st.composite
def columns(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """A column of one width, near a bound and at the ends of the width; and the bound."""
    width = draw(st.sampled_from(list(WIDTHS)))
    low, high = WIDTHS[width]
    bound = draw(st.one_of(st.sampled_from([low, high, low + 1, high - 1]), st.integers(low, high)))
    near = [value for value in (bound - 1, bound, bound + 1, low, high) if low <= value <= high]
    values = draw(st.lists(st.one_of(st.sampled_from(near), st.integers(low, high)), min_size=1, max_size=70))
    return np.array((values * ROWS)[:ROWS], width), bound


@given(columns(), st.booleans(), st.lists(st.booleans(), min_size=1, max_size=70))
@settings(deadline=None)
def test_a_comparison_sets_the_bits_of_the_known_rows_that_meet_it(column: tuple[np.ndarray, int], equal: bool, some: list[bool]) -> None:
    values, bound = column
    known = (some * ROWS)[:ROWS]
    matrix = np.zeros((4, WORDS), np.uint64)
    matrix[3] = bits(known)
    kernel.compare_many(values, np.array([bound], values.dtype), np.array([equal]), 3, matrix, np.array([1], np.int64))
    expected = [k and (int(v) == bound if equal else int(v) >= bound) for v, k in zip(values, known)]
    assert flags_of(matrix[1]) == expected
    assert not matrix[0].any() and not matrix[2].any()


def test_a_comparison_compiled_as_greater_is_seen() -> None:
    """The fault: the vector code of compare_many compares with > instead of >=."""
    compare = kernel.compare_many.py_func
    faulty = numba.njit(types.FunctionType(compare.__code__, {**compare.__globals__, "_at_least": kernel._comparison(">")}))
    values = np.array([4, 5, 6] + [0] * (ROWS - 3), np.int32)
    right, wrong = np.zeros((2, WORDS), np.uint64), np.zeros((2, WORDS), np.uint64)
    for function, matrix in ((kernel.compare_many, right), (faulty, wrong)):
        matrix[1] = bits([True] * ROWS)
        function(values, np.array([5], np.int32), np.array([False]), 1, matrix, np.array([0], np.int64))
    assert flags_of(right[0])[:3] == [False, True, True]
    assert flags_of(wrong[0])[:3] == [False, False, True]


@given(st.lists(st.booleans(), min_size=1, max_size=70).map(lambda some: (some * ROWS)[:ROWS]))
@settings(deadline=None)
def test_packing_listing_and_counting_agree(flags: list[bool]) -> None:
    packed = np.zeros(WORDS, np.uint64)
    kernel.pack(np.array(flags, np.uint8), packed)
    listed = np.zeros(ROWS, np.int64)
    found = kernel.rows_of(packed, listed)
    assert flags_of(packed) == flags
    assert list(listed[:found]) == [at for at, flag in enumerate(flags) if flag]
    assert kernel.count(packed.reshape(1, WORDS))[0] == sum(flags)


def kleene(operation: int, a: Truth, b: Truth) -> Truth:
    """0 not (of a), 1 and, 2 or."""
    if operation == 0:
        return None if a is None else not a
    decisive = operation == 2
    return decisive if decisive in (a, b) else None if None in (a, b) else not decisive


@pytest.mark.parametrize("operation", [0, 1, 2])
@pytest.mark.parametrize("shared", [False, True])
def test_logic_on_bits_is_kleenes(operation: int, shared: bool) -> None:
    """All nine pairs. shared: both sides are known in the same rows, and so share their known vector with the result."""
    pairs: list[tuple[Truth, Truth]] = [(a, b) for a in (True, False, None) for b in (True, False, None)]
    if shared or operation == 0:
        pairs = [(a, b) for a, b in pairs if (a is None) == (b is None)]
    pairs = (pairs * ROWS)[:ROWS]
    matrix = np.zeros((6, WORDS), np.uint64)  # true of a, b and the result; then known of each
    for side in (0, 1):
        matrix[side] = bits([pair[side] is True for pair in pairs])
        matrix[3 + side] = bits([pair[side] is not None for pair in pairs])
    known_of = [3, 3, 3] if shared or operation == 0 else [3, 4, 5]
    step = [np.array([n], np.int64) for n in (operation, 0, 0 if operation == 0 else 1, 2)]
    kernel.combine(*step, matrix, np.array(known_of, np.int64))
    for (a, b), is_true, is_known in zip(pairs, flags_of(matrix[2]), flags_of(matrix[known_of[2]])):
        assert (is_true if is_known else None) is kleene(operation, a, b)
        assert is_known or not is_true


truths = st.lists(st.sampled_from([True, False, None]), min_size=4, max_size=4)


@given(st.lists(truths, min_size=1, max_size=130), st.permutations([0, 1, 2, 3]), st.integers(1, 4))
@settings(deadline=None)
def test_a_policy_counts_what_is_unmet(rows: list[list[Truth]], order: list[int], size: int) -> None:
    """Entitled: all hold. Near: exactly one does not, the rest do. Open: none fails, some are unknown. Rows beyond the end are none of these."""
    matrix = np.zeros((8, WORDS), np.uint64)
    for at in range(4):
        matrix[at], matrix[4 + at] = bits([row[at] is True for row in rows]), bits([row[at] is not None for row in rows])
    entitled, near, open_ = (np.zeros((1, WORDS), np.uint64) for _ in range(3))
    nodes, known_of = np.array(order, np.int64), np.arange(4, 8, dtype=np.int64)
    kernel.decide(np.array([0, size], np.int64), nodes, matrix, known_of, bits([True] * len(rows)), entitled, near, open_)
    for at, (is_entitled, is_near, is_open) in enumerate(zip(*(flags_of(out[0]) for out in (entitled, near, open_)))):
        row = [rows[at][node] for node in order[:size]] if at < len(rows) else []
        alive = at < len(rows)
        assert is_entitled == (alive and all(row))
        assert is_near == (alive and row.count(False) == 1 and None not in row)
        assert is_open == (alive and False not in row and None in row)


ends = st.one_of(st.sampled_from([LOW, LOW + 1, HIGH, HIGH - 1, 0, 1, -1, 2**31, 2**32, -(2**32) - 1]), st.integers(LOW, HIGH), st.integers(-50, 50))


def ratio(top: int, bottom: int, numerator: int, denominator: int, equal: bool, narrow: bool) -> Truth:
    flags, defined = np.zeros(1, np.bool_), np.zeros(1, np.bool_)
    kernel.compare_ratio(
        np.array([top], np.int64), np.array([bottom], np.int64), np.int64(numerator), np.int64(denominator), equal, narrow, flags, defined
    )  # fmt: skip
    return bool(flags[0]) if defined[0] else None


def exactly(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> Truth:
    if bottom == 0:
        return None
    quotient, bound = Fraction(top, bottom), Fraction(numerator, denominator)
    return quotient == bound if equal else quotient >= bound


@given(ends, ends, ends, st.one_of(st.sampled_from([1, HIGH]), st.integers(1, HIGH)), st.booleans())
@settings(deadline=None, max_examples=500)
def test_a_ratio_is_compared_exactly_up_to_the_ends_of_64_bits(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> None:
    assert ratio(top, bottom, numerator, denominator, equal, narrow=False) is exactly(top, bottom, numerator, denominator, equal)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.booleans())
@settings(deadline=None)
def test_the_narrow_and_the_wide_comparison_of_ratios_agree(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> None:
    both = [ratio(top, bottom, numerator, denominator, equal, narrow) for narrow in (True, False)]
    assert both == [exactly(top, bottom, numerator, denominator, equal)] * 2


def test_the_narrow_comparison_is_wrong_where_64_bits_overflow() -> None:
    """Why there is a wide one: the product that overflows turns its sign, and the test above would see it."""
    assert ratio(HIGH, 1, 1, 2, False, narrow=False) is True
    assert ratio(HIGH, 1, 1, 2, False, narrow=True) is False
