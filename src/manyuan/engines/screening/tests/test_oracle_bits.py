"""Each inner loop of the kernel against plain Python on the same bits: 64 rows to a word, the words of one tile, the ends of every width included."""

from __future__ import annotations

import types
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines.screening import granting, kernel, wide

Truth = bool | None
LOW, HIGH = -(2**63), 2**63 - 1
WIDTHS: dict[Any, tuple[int, int]] = {np.uint8: (0, 255), np.int32: (-(2**31), 2**31 - 1), np.int64: (LOW, HIGH)}


WORDS, ROWS = kernel.TILE, kernel.TILE_ROWS


def bits(flags: list[bool]) -> np.ndarray:
    """Flags as a tile of words, row 0 in the lowest bit of the first; rows beyond the end are 0."""
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


EQUALS = {np.uint8: kernel.EQUALS_8, np.int32: kernel.EQUALS_32, np.int64: kernel.EQUALS_64}
AT_LEAST = {np.int32: kernel.AT_LEAST_32, np.int64: kernel.AT_LEAST_64}


def compared(function: Any, values: np.ndarray, kind: int, bound: int, known: list[bool], first: int = 0) -> np.ndarray:
    """A matrix of four rows: row 1 is what `function` finds, row 3 the known bits."""
    matrix = np.zeros((4, WORDS), np.uint64)
    matrix[3] = bits(known)
    sources, widths = np.array([values.ctypes.data], np.int64), np.array([values.itemsize], np.int64)
    function(np.array([[kind, 0, bound, 1, 3]], np.int64), sources, widths, first, matrix)
    return matrix


@given(columns(), st.sampled_from(["=", ">=", "!="]), st.lists(st.booleans(), min_size=1, max_size=70))
@settings(deadline=None)
def test_a_comparison_sets_the_bits_of_the_known_rows_that_meet_it(column: tuple[np.ndarray, int], operator: str, some: list[bool]) -> None:
    values, bound = column
    width = values.dtype.type
    kind = kernel.DIFFERS_64 if operator == "!=" and width == np.int64 else AT_LEAST[width] if operator == ">=" and width in AT_LEAST else EQUALS[width]
    known = (some * ROWS)[:ROWS]
    meets = {kernel.DIFFERS_64: int.__ne__, **dict.fromkeys(AT_LEAST.values(), int.__ge__), **dict.fromkeys(EQUALS.values(), int.__eq__)}[kind]
    matrix = compared(kernel.compare, values, kind, bound, known)
    assert flags_of(matrix[1]) == [k and meets(int(v), bound) for v, k in zip(values, known)]
    assert not matrix[0].any() and not matrix[2].any()


def test_a_tile_begins_where_it_is_told() -> None:
    for width in WIDTHS:
        values = np.array([1] * ROWS + [7] + [1] * (ROWS - 1), width)
        assert flags_of(compared(kernel.compare, values, EQUALS[width], 7, [True] * ROWS, first=ROWS)[1]) == [True] + [False] * (ROWS - 1)


def test_a_comparison_compiled_as_greater_is_seen() -> None:
    """The fault: the vector code compares with > instead of >=."""
    compare = kernel.compare.py_func
    faulty = numba.njit(types.FunctionType(compare.__code__, {**compare.__globals__, "_at_least_32": kernel.comparison(">", 32, 32, True)}))
    values = np.array([4, 5, 6] + [0] * (ROWS - 3), np.int32)
    right, wrong = (compared(function, values, kernel.AT_LEAST_32, 5, [True] * ROWS)[1] for function in (kernel.compare, faulty))
    assert flags_of(right)[:3] == [False, True, True]
    assert flags_of(wrong)[:3] == [False, False, True]


@given(st.lists(st.booleans(), min_size=1, max_size=70).map(lambda some: (some * ROWS)[:ROWS]), st.lists(st.booleans(), min_size=1, max_size=70))
@settings(deadline=None)
def test_listing_and_counting_agree(lows: list[bool], some: list[bool]) -> None:
    highs = (some * ROWS)[:ROWS]
    low, high = bits(lows), bits(highs)
    entitled = [at for at, (one, two) in enumerate(zip(lows, highs)) if one and not two]
    listed = np.zeros(ROWS + 64, np.uint32)
    assert granting.rows_of(low, high, len(entitled), listed) == len(entitled)
    assert list(listed[: len(entitled)]) == entitled
    counts = granting.count(low.reshape(1, WORDS), high.reshape(1, WORDS))[0].tolist()
    both = list(zip(lows, highs))
    assert counts == [both.count((True, False)), both.count((False, True)), both.count((True, True))]


@pytest.mark.parametrize("density", [0, 1, 5, 30, 64])
def test_rows_are_listed_alike_where_they_are_few_and_where_they_are_many(density: int) -> None:
    flags = [at % 64 < density for at in range(ROWS)]
    listed = np.zeros(ROWS + 64, np.uint32)
    found = granting.rows_of(bits(flags), bits([False]), sum(flags), listed)
    assert list(listed[:found]) == [at for at, flag in enumerate(flags) if flag]


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, ROWS - 1, ROWS, ROWS + 1, -5])
def test_only_the_rows_that_there_are_live(rows: int) -> None:
    matrix = np.zeros((2, WORDS), np.uint64)
    kernel.mark_live(rows, 1, matrix)
    assert flags_of(matrix[1]) == [at < rows for at in range(ROWS)]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=70), st.integers(0, 3))
@settings(deadline=None)
def test_rows_of_bits_are_derived(pairs: list[tuple[bool, bool]], operation: int) -> None:
    pairs = (pairs * ROWS)[:ROWS]
    matrix = np.zeros((3, WORDS), np.uint64)
    matrix[0], matrix[1] = bits([a for a, _ in pairs]), bits([b for _, b in pairs])
    matrix[2] = ~np.uint64(0)
    kernel.derive(np.array([[operation, 2, 0, 1]], np.int64), matrix)
    assert flags_of(matrix[2]) == [(False, a, a and b, a and not b)[operation] for a, b in pairs]


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
    kernel.combine(np.array([[operation, 0, 0 if operation == 0 else 1, 2]], np.int64), matrix, np.array(known_of, np.int64))
    for (a, b), is_true, is_known in zip(pairs, flags_of(matrix[2]), flags_of(matrix[known_of[2]])):
        assert (is_true if is_known else None) is kleene(operation, a, b)
        assert is_known or not is_true


truths = st.lists(st.sampled_from([True, False, None]), min_size=4, max_size=4)


@given(st.lists(truths, min_size=1, max_size=130), st.permutations([0, 1, 2, 3]), st.integers(1, 4))
@settings(deadline=None)
def test_a_policy_counts_what_is_unmet(rows: list[list[Truth]], order: list[int], size: int) -> None:
    """Entitled: all hold. Near: exactly one does not, the rest do. Open: none fails, some are unknown. Rows beyond the end are none of these."""
    matrix = np.zeros((9, WORDS), np.uint64)
    for at in range(4):
        matrix[at], matrix[4 + at] = bits([row[at] is True for row in rows]), bits([row[at] is not None for row in rows])
    matrix[8] = bits([True] * len(rows))
    low, high = np.zeros((1, 3 * WORDS), np.uint64), np.zeros((1, 3 * WORDS), np.uint64)
    tally = np.full((1, kernel.LANES), 100, np.uint64)
    places = np.array([[node, 4 + node] for node in order], np.int64) * (WORDS * 8)
    kernel.decide(np.array([0, size], np.int64), places, 8, matrix, WORDS, low, high, tally)
    for out in (low, high):  # the second of three tiles
        assert not out[0, :WORDS].any() and not out[0, 2 * WORDS :].any()
    found = [(one and not two, two and not one, one and two) for one, two in zip(*(flags_of(out[0, WORDS : 2 * WORDS]) for out in (low, high)))]
    assert int(tally.sum()) - 100 * kernel.LANES == sum(is_entitled for is_entitled, _, _ in found)
    for at, (is_entitled, is_near, is_open) in enumerate(found):
        row = [rows[at][node] for node in order[:size]] if at < len(rows) else []
        alive = at < len(rows)
        assert is_entitled == (alive and all(row))
        assert is_near == (alive and row.count(False) == 1 and None not in row)
        assert is_open == (alive and False not in row and None in row)


ends = st.one_of(st.sampled_from([LOW, LOW + 1, HIGH, HIGH - 1, 0, 1, -1, 2**31, 2**32, -(2**32) - 1]), st.integers(LOW, HIGH), st.integers(-50, 50))


def ratio(top: int, bottom: int, numerator: int, denominator: int, equal: bool, narrow: bool) -> Truth:
    flags, defined = np.zeros(1, np.bool_), np.zeros(1, np.bool_)
    wide.compare_ratio(
        np.array([top], np.int64), np.array([bottom], np.int64), np.int64(numerator), np.int64(denominator), equal, narrow, flags, defined
    )  # fmt: skip
    return bool(flags[0]) if defined[0] else None


def exactly(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> Truth:
    if bottom == 0:
        return None
    quotient, bound = Fraction(top, bottom), Fraction(numerator, denominator)
    return quotient == bound if equal else quotient >= bound


def tile_ratio(top: int, bottom: int, a: int, b: int, equal: bool) -> bool:
    """What the vector code of a tile says of top * a / bottom >= b."""
    matrix = np.zeros((2, WORDS), np.uint64)
    matrix[1] = bits([True] * 3)
    columns = [np.full(ROWS, value, np.int64) for value in (top, bottom)]
    sources = np.array([column.ctypes.data for column in columns], np.int64)
    kernel.compare_ratios(np.array([[equal, 0, 1, a, b, 0, 1]], np.int64), sources, 0, matrix)
    first, second, third, *rest = flags_of(matrix[0])
    assert first == second == third and not any(rest)
    return first


@given(ends, ends, ends, st.one_of(st.sampled_from([1, HIGH]), st.integers(1, HIGH)), st.booleans())
@settings(deadline=None, max_examples=500)
def test_a_ratio_is_compared_exactly_up_to_the_ends_of_64_bits(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> None:
    assert ratio(top, bottom, numerator, denominator, equal, narrow=False) is exactly(top, bottom, numerator, denominator, equal)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.booleans())
@settings(deadline=None)
def test_the_vector_the_narrow_and_the_wide_comparison_of_ratios_agree(top: int, bottom: int, numerator: int, denominator: int, equal: bool) -> None:
    expected = exactly(top, bottom, numerator, denominator, equal)
    assert [ratio(top, bottom, numerator, denominator, equal, narrow) for narrow in (True, False)] == [expected] * 2
    assert tile_ratio(top, bottom, denominator, numerator, equal) == (expected is True)


@pytest.mark.parametrize("bottom", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("bound", [-1, 0, 1])
def test_a_ratio_at_its_bound_and_beside_it(bottom: int, bound: int) -> None:
    for top in range(-3, 4):
        for equal in (False, True):
            assert tile_ratio(top, bottom, 1, bound, equal) == (exactly(top, bottom, bound, 1, equal) is True)


def test_the_narrow_comparison_is_wrong_where_64_bits_overflow() -> None:
    """Why there is a wide one: the product that overflows turns its sign, and the test above would see it."""
    assert ratio(HIGH, 1, 1, 2, False, narrow=False) is True
    assert ratio(HIGH, 1, 1, 2, False, narrow=True) is False
    assert tile_ratio(HIGH, 1, 2, 1, False) is False
