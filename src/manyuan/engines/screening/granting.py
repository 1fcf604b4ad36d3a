"""The entitled rows of each policy and what they get, in whole fen: inner loops compiled by numba. As for `kernel`, what is compiled together
stands in one file."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types as nt
from numba.extending import intrinsic

PAYS_OTHERWISE, PAYS_CONSTANT, PAYS_SHARE = range(3)
SPARE = 64  # how much longer than needed the room for rows has to be
_WORD = ir.IntType(64)


def _lowest(typingctx: Any, word: Any) -> Any:
    """The place of the lowest set bit; 64 where there is none."""

    def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return builder.call(
            builder.module.declare_intrinsic("llvm.cttz", [_WORD], ir.FunctionType(_WORD, [_WORD, ir.IntType(1)])),
            [arguments[0], ir.Constant(ir.IntType(1), 0)],
        )

    return nt.int64(nt.uint64), codegen


def _ones_in(typingctx: Any, word: Any) -> Any:
    """How many bits of a word are set."""

    def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return nt.int64(nt.uint64), codegen


def _reader(width: int, signed: bool) -> Any:
    @intrinsic
    def read(typingctx: Any, address: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            lane = ir.IntType(width)
            place = builder.gep(builder.inttoptr(arguments[0], lane.as_pointer()), [arguments[1]])
            value = builder.load(place)
            if width == 64:
                return value
            return builder.sext(value, _WORD) if signed else builder.zext(value, _WORD)

        return nt.int64(nt.int64, nt.int64), codegen

    return read


lowest: Any = intrinsic(_lowest)
ones_in: Any = intrinsic(_ones_in)
read_8, read_32, read_64 = _reader(8, False), _reader(32, True), _reader(64, True)


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
    quotient by floating point, within a relative 2**-52, is then never above the true one's whole and at most one below, which the remainder tells."""
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
