"""The inner loops, compiled by numba: comparisons to bit vectors, Kleene logic on bit vectors, counting what is unmet.

A bit vector holds 64 rows in a word, row 0 in the lowest bit. The rows of a block are taken by tiles of TILE words, small enough for the
cache of a core to hold everything that a tile needs: `bits[tile, node]` has the true bits of a node and, further down, the known bits, which all
nodes over the same columns share. Rows beyond the end are in no way known.

What is to be done comes as tables of whole numbers (see `plan`): columns are named by their address, a source being a column or what was
computed for the block; whoever calls keeps the arrays alive and long enough. Vector instructions are numba intrinsics, a few lines for a plain
loop that is some ten times slower.

Machine code is kept on disk, and numba sees that it is stale by this file alone: what is compiled together stands in one file.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types as nt
from numba.core import cgutils
from numba.extending import intrinsic

WORD = 64
TILE = 64  # words; a multiple of LANES * GROUPS
TILE_ROWS = TILE * WORD
LANES = 8  # words that go through a register at a time
GROUPS = 4  # registers' worth of words that are judged side by side
EQUALS_8, AT_LEAST_32, EQUALS_32, AT_LEAST_64, EQUALS_64, DIFFERS_64 = range(6)
_WORD, _INDEX = ir.IntType(64), ir.IntType(32)
_GROUP = ir.VectorType(_WORD, LANES)


def _at(builder: Any, address: Any, kind: Any) -> Any:
    return builder.inttoptr(address, kind.as_pointer())


def _load(builder: Any, address: Any, kind: Any, align: int = 8) -> Any:
    value = builder.load(_at(builder, address, kind))
    value.align = align
    return value


def _store(builder: Any, value: Any, address: Any, align: int = 8) -> None:
    builder.store(value, _at(builder, address, value.type)).align = align


def _spread(builder: Any, value: Any, lanes: int) -> Any:
    """One value in every lane."""
    vector = ir.VectorType(value.type, lanes)
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(_INDEX, lanes), [0] * lanes))


def _mask_of(builder: Any, mask: Any, lanes: int, first: int) -> Any:
    bits = builder.zext(builder.bitcast(mask, ir.IntType(lanes)), _WORD)
    return builder.shl(bits, ir.Constant(_WORD, first)) if first else bits


def comparison(operator: str, width: int, lanes: int, signed: bool) -> Any:
    """An intrinsic (address, bound) -> word: which of the 64 integers of `width` bits at the address are `operator` the bound."""

    @intrinsic
    def compare(typingctx: Any, address: Any, bound: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            lane = ir.IntType(width)
            vector = ir.VectorType(lane, lanes)
            limit = arguments[1] if width == 64 else builder.trunc(arguments[1], lane)
            limit = _spread(builder, limit, lanes)
            out = None
            for first in range(0, 64, lanes):
                place = builder.add(arguments[0], ir.Constant(_WORD, first * width // 8))
                values = _load(builder, place, vector, 1)
                mask = builder.icmp_signed(operator, values, limit) if signed else builder.icmp_unsigned(operator, values, limit)
                bits = _mask_of(builder, mask, lanes, first)
                out = bits if out is None else builder.or_(out, bits)
            return out

        return nt.uint64(nt.int64, nt.int64), codegen

    return compare


def ratio_comparison(equal: bool) -> Any:
    """An intrinsic (top, bottom, a, b) -> word: for 64 pairs of 64-bit integers x at `top`, y at `bottom`, whether x * a / y >= b (or =), which
    is asked without dividing; false where y is 0. The caller knows that no product overflows."""

    @intrinsic
    def compare(typingctx: Any, top: Any, bottom: Any, a: Any, b: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            factor, bound = (_spread(builder, one, LANES) for one in arguments[2:])
            zero = ir.Constant(_GROUP, [0] * LANES)
            out = None
            for first in range(0, 64, LANES):
                step = ir.Constant(_WORD, first * 8)
                x = _load(builder, builder.add(arguments[0], step), _GROUP, 1)
                y = _load(builder, builder.add(arguments[1], step), _GROUP, 1)
                left, right = builder.mul(x, factor), builder.mul(y, bound)
                if equal:
                    mask = builder.and_(builder.icmp_signed("==", left, right), builder.icmp_signed("!=", y, zero))
                else:
                    above = builder.and_(builder.icmp_signed(">=", left, right), builder.icmp_signed(">", y, zero))
                    below = builder.and_(builder.icmp_signed("<=", left, right), builder.icmp_signed("<", y, zero))
                    mask = builder.or_(above, below)
                bits = _mask_of(builder, mask, LANES, first)
                out = bits if out is None else builder.or_(out, bits)
            return out

        return nt.uint64(nt.int64, nt.int64, nt.int64, nt.int64), codegen

    return compare


def _judge(typingctx: Any, tile: Any, places: Any, start: Any, stop: Any, live: Any, low: Any, high: Any, tally: Any) -> Any:
    """A policy on LANES * GROUPS words of rows. `places` is the address of pairs of offsets (bytes from `tile`): where a condition's true and known words lie;
    the policy's are start..stop. Two bits a row are counted over the conditions, false once and false more than once, and who is known throughout.
    Written at `low` and `high`, only for rows whose `live` bit is set: refused 00, entitled 01 (low), near 10 (high), open 11. The entitled are
    added to the LANES counters at `tally`."""
    signature = nt.void(nt.int64, nt.int64, nt.int64, nt.int64, nt.int64, nt.int64, nt.int64, nt.int64)

    def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        tile, places, start, stop, live, low, high, tally = arguments
        ones, none = ir.Constant(_GROUP, [2**64 - 1] * LANES), ir.Constant(_GROUP, [0] * LANES)
        counts = [[cgutils.alloca_once_value(builder, value) for value in (none, none, ones)] for _ in range(GROUPS)]
        with cgutils.for_range_slice(builder, start, stop, ir.Constant(_WORD, 1), _WORD) as (at, _):
            pair = builder.add(places, builder.mul(at, ir.Constant(_WORD, 16)))
            true_at = builder.add(tile, _load(builder, pair, _WORD))
            known_at = builder.add(tile, _load(builder, builder.add(pair, ir.Constant(_WORD, 8)), _WORD))
            for group, (once, more, sure) in enumerate(counts):
                step = ir.Constant(_WORD, group * LANES * 8)
                true, known = (_load(builder, builder.add(place, step), _GROUP) for place in (true_at, known_at))
                false = builder.and_(known, builder.xor(true, ones))
                before = builder.load(once)
                builder.store(builder.or_(builder.load(more), builder.and_(before, false)), more)
                builder.store(builder.or_(before, false), once)
                builder.store(builder.and_(builder.load(sure), known), sure)
        count_bits = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_GROUP, [_GROUP]), "llvm.ctpop.v8i64")
        total = _load(builder, tally, _GROUP)
        for group, (once, more, sure) in enumerate(counts):
            step = ir.Constant(_WORD, group * LANES * 8)
            around = _load(builder, builder.add(live, step), _GROUP)
            failing, certain = builder.load(once), builder.load(sure)
            holding = builder.and_(builder.xor(failing, ones), around)  # no condition is known to fail
            single = builder.and_(builder.and_(failing, builder.xor(builder.load(more), ones)), builder.and_(certain, around))
            open_ = builder.and_(holding, builder.xor(certain, ones))
            _store(builder, holding, builder.add(low, step))
            _store(builder, builder.or_(single, open_), builder.add(high, step))
            total = builder.add(total, builder.call(count_bits, [builder.and_(holding, certain)]))
        _store(builder, total, tally)
        return context.get_dummy_value()

    return signature, codegen


_equals_8 = comparison("==", 8, 64, False)
_at_least_32, _equals_32 = comparison(">=", 32, 32, True), comparison("==", 32, 32, True)
_at_least_64, _equals_64, _differs_64 = (comparison(operator, 64, 64, True) for operator in (">=", "==", "!="))
_ratio_at_least, _ratio_equals = ratio_comparison(False), ratio_comparison(True)
judge: Any = intrinsic(_judge)


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
    `first` of low[p] and high[p], and tally[p], as `judge` says. live: the row of the rows that there are."""
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
