"""The inner loops, compiled by numba: comparisons to bit vectors, Kleene logic on bit vectors, counting what is unmet, amounts in fen.

A bit vector holds 64 rows in a word, row 0 in the lowest bit. The rows of a block are taken by tiles of TILE words, small enough for the
cache of a core to hold everything that a tile needs: `bits[tile, node]` has the true bits of a node and, further down, the known bits, which all
nodes over the same columns share. Rows beyond the end are in no way known.

What is to be done comes as tables of whole numbers (see `plan`): columns are named by their address, a source being a column or what was
computed for the block.
"""

from __future__ import annotations

import numba
import numpy as np

from manyuan.engines.screening.vectors import GROUPS, LANES, comparison, judge, lowest, ones_in, ratio_comparison, read_8, read_32, read_64

WORD = 64
TILE = 64  # words; a multiple of LANES * GROUPS
TILE_ROWS = TILE * WORD
EQUALS_8, AT_LEAST_32, EQUALS_32, AT_LEAST_64, EQUALS_64, DIFFERS_64 = range(6)
PAYS_OTHERWISE, PAYS_CONSTANT, PAYS_SHARE = range(3)

_equals_8 = comparison("==", 8, 64, False)
_at_least_32, _equals_32 = comparison(">=", 32, 32, True), comparison("==", 32, 32, True)
_at_least_64, _equals_64, _differs_64 = (comparison(operator, 64, 64, True) for operator in (">=", "==", "!="))
_ratio_at_least, _ratio_equals = ratio_comparison(False), ratio_comparison(True)


@numba.njit(nogil=True, cache=True)
def mark_live(rows, row, bits):  # type: ignore[no-untyped-def]
    """bits[row] = the first `rows` rows of the tile."""
    for w in range(bits.shape[1]):
        inside = rows - w * 64
        bits[row, w] = ~np.uint64(0) if inside >= 64 else (np.uint64(1) << np.uint64(inside)) - np.uint64(1) if inside > 0 else np.uint64(0)


@numba.njit(nogil=True, cache=True)
def compare(steps, sources, widths, first, bits):  # type: ignore[no-untyped-def]
    """Each step (kind, source, bound, row, known): bits[row] = where the source compares so with the bound, only on rows of bits[known]. first:
    where the tile begins, in rows from the source's address."""
    words = bits.shape[1]
    for s in range(len(steps)):
        kind, source, bound, row, known = steps[s, 0], steps[s, 1], steps[s, 2], steps[s, 3], steps[s, 4]
        address = sources[source] + first * widths[source]
        if kind == AT_LEAST_64:
            for w in range(words):
                bits[row, w] = _at_least_64(address + w * 512, bound) & bits[known, w]
        elif kind == AT_LEAST_32:
            for w in range(words):
                bits[row, w] = _at_least_32(address + w * 256, bound) & bits[known, w]
        elif kind == EQUALS_8:
            for w in range(words):
                bits[row, w] = _equals_8(address + w * 64, bound) & bits[known, w]
        elif kind == EQUALS_32:
            for w in range(words):
                bits[row, w] = _equals_32(address + w * 256, bound) & bits[known, w]
        elif kind == EQUALS_64:
            for w in range(words):
                bits[row, w] = _equals_64(address + w * 512, bound) & bits[known, w]
        else:
            for w in range(words):
                bits[row, w] = _differs_64(address + w * 512, bound) & bits[known, w]


@numba.njit(nogil=True, cache=True)
def compare_ratios(steps, sources, first, bits):  # type: ignore[no-untyped-def]
    """Each step (equal, top, bottom, a, b, row, known): bits[row] = where top * a / bottom >= b, or = b where `equal`; 64-bit sources."""
    words = bits.shape[1]
    for s in range(len(steps)):
        top, bottom = sources[steps[s, 1]] + first * 8, sources[steps[s, 2]] + first * 8
        a, b, row, known = steps[s, 3], steps[s, 4], steps[s, 5], steps[s, 6]
        if steps[s, 0]:
            for w in range(words):
                bits[row, w] = _ratio_equals(top + w * 512, bottom + w * 512, a, b) & bits[known, w]
        else:
            for w in range(words):
                bits[row, w] = _ratio_at_least(top + w * 512, bottom + w * 512, a, b) & bits[known, w]


@numba.njit(nogil=True, cache=True)
def derive(steps, bits):  # type: ignore[no-untyped-def]
    """Each step (operation, row, a, b): bits[row] = 0 nothing, 1 a, 2 a and b, 3 a and not b."""
    for s in range(len(steps)):
        operation, row, a, b = steps[s, 0], steps[s, 1], steps[s, 2], steps[s, 3]
        for w in range(bits.shape[1]):
            if operation == 0:
                bits[row, w] = 0
            elif operation == 1:
                bits[row, w] = bits[a, w]
            elif operation == 2:
                bits[row, w] = bits[a, w] & bits[b, w]
            else:
                bits[row, w] = bits[a, w] & ~bits[b, w]


@numba.njit(nogil=True, cache=True)
def combine(steps, bits, known_of):  # type: ignore[no-untyped-def]
    """A program of Kleene logic, in order, steps (operation, first, second, target): 0 not, 1 and, 2 or. known_of[node] is the row of the node's
    known bits; a target has some of its own unless both sides share theirs."""
    words = bits.shape[1]
    for s in range(len(steps)):
        a, b, t = steps[s, 1], steps[s, 2], steps[s, 3]
        ka, kb, kt = known_of[a], known_of[b], known_of[t]
        if steps[s, 0] == 0:
            for w in range(words):
                bits[t, w] = bits[ka, w] & ~bits[a, w]
        elif steps[s, 0] == 1:
            if kt != ka or kt != kb:
                for w in range(words):
                    bits[kt, w] = (bits[a, w] & bits[b, w]) | (bits[ka, w] & ~bits[a, w]) | (bits[kb, w] & ~bits[b, w])
            for w in range(words):
                bits[t, w] = bits[a, w] & bits[b, w]
        else:
            if kt != ka or kt != kb:
                for w in range(words):
                    bits[kt, w] = bits[a, w] | bits[b, w] | (bits[ka, w] & bits[kb, w])
            for w in range(words):
                bits[t, w] = bits[a, w] | bits[b, w]


@numba.njit(nogil=True, cache=True)
def decide(starts, places, live, bits, first, low, high, tally):  # type: ignore[no-untyped-def]
    """Each policy p over its conditions starts[p]..starts[p+1], whose true and known rows in `bits` are at places[c] (in bytes): the words from
    `first` of low[p] and high[p], and tally[p], as `vectors.judge` says. live: the row of the rows that there are."""
    tile, listed = np.int64(bits.ctypes.data), np.int64(places.ctypes.data)
    around = tile + live * TILE * 8
    low_at, high_at, tally_at = np.int64(low.ctypes.data) + first * 8, np.int64(high.ctypes.data) + first * 8, np.int64(tally.ctypes.data)
    for p in range(len(starts) - 1):
        for w in range(0, TILE * 8, LANES * GROUPS * 8):
            judge(
                tile + w, listed, starts[p], starts[p + 1], around + w, low_at + p * low.strides[0] + w, high_at + p * high.strides[0] + w,
                tally_at + p * LANES * 8,
            )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def screen_tiles(begin, end, rows, live, sources, widths, packs, sets, compares, ratios, logic, known_of, starts, places, bits, low, high, tally):  # type: ignore[no-untyped-def]
    """The tiles begin..end of a block of `rows` rows, from columns to outcomes; see the functions above."""
    for tile in range(begin, end):
        first = tile * TILE_ROWS
        here = bits[tile]
        mark_live(rows - first, live, here)
        compare(packs, sources, widths, first, here)
        derive(sets, here)
        compare(compares, sources, widths, first, here)
        compare_ratios(ratios, sources, first, here)
        combine(logic, here, known_of)
        decide(starts, places, live, here, tile * TILE, low, high, tally)


@numba.njit(nogil=True, cache=True)
def rows_of(low, high, found, out):  # type: ignore[no-untyped-def]
    """The numbers of the `found` rows whose low bit is set and whose high one is not, in order. `out` has room for 64 more, which are spoilt."""
    position = 0
    dense = found * 4 > len(low)
    for w in range(len(low)):
        word = low[w] & ~high[w]
        base = w * 64
        if dense:  # some are written whether they are there or not: no branch to guess wrong
            size = ones_in(word)
            for k in range(4):
                out[position + k] = base + lowest(word)
                word &= word - np.uint64(1)
            k = 4
            while word:
                out[position + k] = base + lowest(word)
                word &= word - np.uint64(1)
                k += 1
            position += size
        else:
            while word:
                out[position] = base + lowest(word)
                word &= word - np.uint64(1)
                position += 1
    return position


@numba.njit(nogil=True, cache=True)
def share(terms, address, width, rows, out):  # type: ignore[no-untyped-def]
    """(value * factor + constant) / bottom between low and high (numerators), to whole 1/unit by rule 0 half-up, 1 half-even, 2 down, 3 up, then
    times `coarse` and at most `cap`. terms: (factor, constant, bottom, low, high, unit, rule, coarse, cap, narrow). The caller knows that nothing
    overflows 64 bits, that nothing is negative after `low`, and, where `narrow`, that the clipped numerator times unit is below 2**52: its
    quotient by floating point is then at most one off, and is put right by the remainder."""
    factor, constant, bottom, low, high, unit = terms[0], terms[1], terms[2], terms[3], terms[4], terms[5]
    rule, coarse, cap, narrow = terms[6], terms[7], terms[8], terms[9]
    size = len(rows)
    if width == 8:
        for i in range(size):
            out[i] = read_64(address, np.int64(rows[i]))
    elif width == 4:
        for i in range(size):
            out[i] = read_32(address, np.int64(rows[i]))
    else:
        for i in range(size):
            out[i] = read_8(address, np.int64(rows[i]))
    inverse = 1.0 / bottom
    for i in range(size):
        scaled = min(high, max(low, out[i] * factor + constant)) * unit
        if narrow:
            whole = np.int64(np.float64(scaled) * inverse)
            rest = scaled - whole * bottom
            whole -= np.int64(rest < 0)
            rest += bottom * np.int64(rest < 0)
            whole += np.int64(rest >= bottom)
            rest -= bottom * np.int64(rest >= bottom)
        else:
            whole = scaled // bottom
            rest = scaled - whole * bottom
        if rule == 0:
            whole += np.int64(rest >= bottom - rest)
        elif rule == 1:
            whole += np.int64(rest > bottom - rest) | (np.int64(rest == bottom - rest) & whole & 1)
        elif rule == 3:
            whole += np.int64(rest > 0)
        out[i] = min(cap, whole * coarse)


@numba.njit(nogil=True, cache=True)
def grant(low, high, sizes, pays, sources, widths, inside, gross):  # type: ignore[no-untyped-def]
    """The entitled rows of each policy one after another, and what it pays. pays[p]: (kind, source, terms…); PAYS_CONSTANT has its fen as the
    first term, PAYS_SHARE is `share`; of PAYS_OTHERWISE only the rows are listed. inside and gross have room for 64 more."""
    position = 0
    for p in range(len(sizes)):
        size = sizes[p]
        if size == 0:
            continue
        rows_of(low[p], high[p], size, inside[position:])
        if pays[p, 0] == PAYS_CONSTANT:
            gross[position : position + size] = pays[p, 2]
        elif pays[p, 0] == PAYS_SHARE:
            source = pays[p, 1]
            share(pays[p, 2:], sources[source], widths[source], inside[position : position + size], gross[position : position + size])
        position += size


@numba.njit(nogil=True, cache=True)
def count(low, high):  # type: ignore[no-untyped-def]
    """How many rows of each policy are entitled, near, open."""
    out = np.zeros((low.shape[0], 3), np.int64)
    for p in range(low.shape[0]):
        for w in range(low.shape[1]):
            one, two = low[p, w], high[p, w]
            out[p, 0] += ones_in(one & ~two)
            out[p, 1] += ones_in(two & ~one)
            out[p, 2] += ones_in(one & two)
    return out


@numba.njit(nogil=True, cache=True, inline="always")
def _wide_product(a, b):  # type: ignore[no-untyped-def]
    """The 128-bit product of two unsigned 64-bit numbers: (high, low)."""
    mask = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    al, ah, bl, bh = a & mask, a >> half, b & mask, b >> half
    ll, lh, hl, hh = al * bl, al * bh, ah * bl, ah * bh
    middle = (ll >> half) + (lh & mask) + (hl & mask)
    low = (ll & mask) | (middle << half)
    high = hh + (lh >> half) + (hl >> half) + (middle >> half)
    return high, low


@numba.njit(nogil=True, cache=True, inline="always")
def _compare_products(a, b, c, d):  # type: ignore[no-untyped-def]
    """The sign of a*b - c*d for signed 64-bit numbers, exact."""
    left = 0 if a == 0 or b == 0 else (1 if (a < 0) == (b < 0) else -1)
    right = 0 if c == 0 or d == 0 else (1 if (c < 0) == (d < 0) else -1)
    if left != right:
        return 1 if left > right else -1
    if left == 0:
        return 0
    zero = np.uint64(0)
    ua = zero - np.uint64(a) if a < 0 else np.uint64(a)
    ub = zero - np.uint64(b) if b < 0 else np.uint64(b)
    uc = zero - np.uint64(c) if c < 0 else np.uint64(c)
    ud = zero - np.uint64(d) if d < 0 else np.uint64(d)
    h1, l1 = _wide_product(ua, ub)
    h2, l2 = _wide_product(uc, ud)
    if h1 == h2 and l1 == l2:
        return 0
    greater = h1 > h2 or (h1 == h2 and l1 > l2)
    return left if greater else -left


@numba.njit(nogil=True, cache=True)
def compare_ratio(top, bottom, numerator, denominator, equal, narrow, flags, defined):  # type: ignore[no-untyped-def]
    """flags: top/bottom >= numerator/denominator (or equal); defined: bottom is not 0. denominator > 0. narrow: the products are known to fit
    into 64 bits; else they are taken in 128."""
    for i in range(len(top)):
        b = bottom[i]
        defined[i] = b != 0
        if narrow:
            left, right = top[i] * denominator, b * numerator
            sign = 1 if left > right else (-1 if left < right else 0)
        else:
            sign = _compare_products(top[i], denominator, b, numerator)
        if b < 0:
            sign = -sign
        flags[i] = (sign == 0 if equal else sign >= 0) and b != 0
