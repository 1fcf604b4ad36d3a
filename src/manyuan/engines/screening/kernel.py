"""The inner loops, compiled by numba: comparisons to bit vectors, Kleene logic on bit vectors, counting what is unmet.

A bit vector holds 64 rows in a word, row 0 in the lowest bit. For every node there is one vector of true bits; which rows are known is a
vector of its own, shared by all nodes over the same columns. A block has a multiple of 512 rows; those beyond the end are unknown.

The comparison is written as LLVM vector code (compare 64 lanes, take the mask as a word), because the plain loop is some ten times
slower; both give the same bits, which the tests prove.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types as nt
from numba.extending import intrinsic
from numba.np import arrayobj

WORD = 64
_LANES = {8: 64, 32: 32, 64: 64}


def _comparison(operator: str) -> Any:
    @intrinsic
    def compare(typingctx: Any, array: Any, offset: Any, bound: Any) -> Any:
        signature = nt.uint64(array, nt.intp, array.dtype)
        signed, lanes = array.dtype.signed, _LANES[array.dtype.bitwidth]

        def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            data = arrayobj.make_array(sig.args[0])(context, builder, arguments[0]).data
            start = builder.gep(data, [arguments[1]])
            lane = context.get_value_type(sig.args[0].dtype)
            word, index = ir.IntType(64), ir.IntType(32)
            vector = ir.VectorType(lane, lanes)
            spread = builder.insert_element(ir.Constant(vector, ir.Undefined), arguments[2], ir.Constant(index, 0))
            spread = builder.shuffle_vector(spread, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(index, lanes), [0] * lanes))
            out = None
            for first in range(0, WORD, lanes):
                place = builder.bitcast(builder.gep(start, [ir.Constant(word, first)]), vector.as_pointer())
                values = builder.load(place)
                values.align = 1
                mask = builder.icmp_signed(operator, values, spread) if signed else builder.icmp_unsigned(operator, values, spread)
                bits = builder.zext(builder.bitcast(mask, ir.IntType(lanes)), word)
                if first:
                    bits = builder.shl(bits, ir.Constant(word, first))
                out = bits if out is None else builder.or_(out, bits)
            return out

        return signature, codegen

    return compare


@intrinsic
def _tally(typingctx: Any, count: Any, once: Any, more: Any, unknown: Any, bits: Any, true: Any, known: Any) -> Any:
    """Eight words at once: with false = known & ~true, more |= once & false, once |= false, unknown |= ~known. All are offsets."""
    signature = nt.void(count, nt.intp, nt.intp, nt.intp, bits, nt.intp, nt.intp)

    def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(64), 8)
        tally = arrayobj.make_array(sig.args[0])(context, builder, arguments[0]).data
        source = arrayobj.make_array(sig.args[4])(context, builder, arguments[4]).data

        def at(data: Any, offset: Any) -> Any:
            return builder.bitcast(builder.gep(data, [offset]), vector.as_pointer())

        def load(place: Any) -> Any:
            value = builder.load(place)
            value.align = 8
            return value

        def store(value: Any, place: Any) -> None:
            builder.store(value, place).align = 8

        ones = ir.Constant(vector, [2**64 - 1] * 8)
        t, k = load(at(source, arguments[5])), load(at(source, arguments[6]))
        false = builder.and_(k, builder.xor(t, ones))
        places = [at(tally, arguments[n]) for n in (1, 2, 3)]
        first, second, third = (load(place) for place in places)
        store(builder.or_(second, builder.and_(first, false)), places[1])
        store(builder.or_(first, false), places[0])
        store(builder.or_(third, builder.xor(k, ones)), places[2])
        return context.get_dummy_value()

    return signature, codegen


_at_least = _comparison(">=")
_equals = _comparison("==")


@numba.njit(nogil=True, cache=True)
def compare_many(values, bounds, equal, known, bits, rows):  # type: ignore[no-untyped-def]
    """For each bound k: bits[rows[k]] = the rows with (values >= bounds[k]) or, where equal[k], (values == bounds[k]); only on rows of the known vector bits[known]."""
    words = bits.shape[1]
    for first in range(0, words, 32):
        last = min(first + 32, words)
        for k in range(len(bounds)):
            bound, row = bounds[k], rows[k]
            if equal[k]:
                for w in range(first, last):
                    bits[row, w] = _equals(values, w * 64, bound) & bits[known, w]
            else:
                for w in range(first, last):
                    bits[row, w] = _at_least(values, w * 64, bound) & bits[known, w]


@numba.njit(nogil=True, cache=True)
def pack(flags, out):  # type: ignore[no-untyped-def]
    """Bytes 0 or 1 to bits."""
    one = np.uint8(1)
    for w in range(len(out)):
        out[w] = _equals(flags, w * 64, one)


@numba.njit(nogil=True, cache=True)
def combine(operation, first, second, target, bits, known_of):  # type: ignore[no-untyped-def]
    """A program of Kleene logic, in order: 0 not, 1 and, 2 or. bits holds the true vectors of the nodes and, further down, the known vectors;
    known_of[node] is the row of the node's known vector. A target has a known vector of its own unless both sides share theirs."""
    words = bits.shape[1]
    for begin in range(0, words, 256):
        end = min(begin + 256, words)
        for step in range(len(operation)):
            a, b, t = first[step], second[step], target[step]
            ka, kb, kt = known_of[a], known_of[b], known_of[t]
            if operation[step] == 0:
                for w in range(begin, end):
                    bits[t, w] = bits[ka, w] & ~bits[a, w]
            elif operation[step] == 1:
                if kt != ka or kt != kb:
                    for w in range(begin, end):
                        bits[kt, w] = (bits[a, w] & bits[b, w]) | (bits[ka, w] & ~bits[a, w]) | (bits[kb, w] & ~bits[b, w])
                for w in range(begin, end):
                    bits[t, w] = bits[a, w] & bits[b, w]
            else:
                if kt != ka or kt != kb:
                    for w in range(begin, end):
                        bits[kt, w] = bits[a, w] | bits[b, w] | (bits[ka, w] & bits[kb, w])
                for w in range(begin, end):
                    bits[t, w] = bits[a, w] | bits[b, w]


@numba.njit(nogil=True, cache=True)
def decide(starts, nodes, bits, known_of, live, entitled, near, open_):  # type: ignore[no-untyped-def]
    """Each policy p over the condition nodes starts[p]..starts[p+1]: all true; exactly one false and the rest true; none false but some
    unknown. Counting "exactly one" keeps two bits a row: false once, and false more than once. The number of words is a multiple of 8."""
    words = bits.shape[1]
    tile = 256
    count = np.empty(3 * tile, np.uint64)  # false once, false more than once, unknown
    flat = bits.reshape(-1)
    once, more, unknown = count[:tile], count[tile : 2 * tile], count[2 * tile :]
    for begin in range(0, words, tile):
        size = min(tile, words - begin)
        for p in range(len(starts) - 1):
            count[:] = 0
            for c in range(starts[p], starts[p + 1]):
                node = nodes[c]
                true, known = node * words + begin, known_of[node] * words + begin
                for i in range(0, size, 8):
                    _tally(count, i, tile + i, 2 * tile + i, flat, true + i, known + i)  # type: ignore[call-arg]
            around = live[begin : begin + size]
            out = entitled[p, begin : begin + size]
            for i in range(size):
                out[i] = ~once[i] & ~unknown[i] & around[i]
            out = near[p, begin : begin + size]
            for i in range(size):
                out[i] = once[i] & ~more[i] & ~unknown[i] & around[i]
            out = open_[p, begin : begin + size]
            for i in range(size):
                out[i] = ~once[i] & unknown[i] & around[i]


@numba.njit(nogil=True, cache=True)
def share(values, rows, factor, constant, bottom, low, high, unit, rule, out):  # type: ignore[no-untyped-def]
    """(value * factor + constant) / bottom between low and high (numerators), to whole 1/unit by rule 0 half-up, 1 half-even, 2 down, 3 up.
    The caller knows that nothing overflows 64 bits and that nothing is negative after `low`."""
    for i in range(len(rows)):
        top = np.int64(values[rows[i]]) * factor + constant
        top = min(high, max(low, top))
        scaled = top * unit
        whole = scaled // bottom
        rest = (scaled - whole * bottom) * 2
        if rule == 0:
            whole += rest >= bottom
        elif rule == 1:
            whole += rest > bottom or (rest == bottom and whole & 1 == 1)
        elif rule == 3:
            whole += rest > 0
        out[i] = whole


@numba.njit(nogil=True, cache=True)
def rows_of(bits, out):  # type: ignore[no-untyped-def]
    """The numbers of the set bits, in order; how many."""
    found = 0
    for w in range(len(bits)):
        word = bits[w]
        base = w * 64
        while word:
            low = word & (~word + np.uint64(1))
            # the place of the lowest bit: count the bits below it
            below = low - np.uint64(1)
            below = below - ((below >> np.uint64(1)) & np.uint64(0x5555555555555555))
            below = (below & np.uint64(0x3333333333333333)) + ((below >> np.uint64(2)) & np.uint64(0x3333333333333333))
            below = (below + (below >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
            out[found] = base + np.int64((below * np.uint64(0x0101010101010101)) >> np.uint64(56))
            found += 1
            word ^= low
    return found


@numba.njit(nogil=True, cache=True)
def count(bits):  # type: ignore[no-untyped-def]
    """How many bits are set in each row of a matrix."""
    out = np.zeros(bits.shape[0], np.int64)
    for p in range(bits.shape[0]):
        total = np.uint64(0)
        for w in range(bits.shape[1]):
            x = bits[p, w]
            x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
            x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
            x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
            total += (x * np.uint64(0x0101010101010101)) >> np.uint64(56)
        out[p] = np.int64(total)
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
