"""Vector instructions as numba intrinsics: 64 lanes compared at a time, the mask taken as a word; bit vectors counted in registers.

Each stands for a few lines of a plain loop that numba compiles some ten times slower; tests hold each to plain Python. Memory is named by its
address, so that one call may use columns of any number and width: whoever calls keeps the arrays alive and long enough.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types as nt
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8  # words that go through a register at a time
GROUPS = 4  # registers' worth of words that are judged side by side
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
            place = builder.gep(_at(builder, arguments[0], lane), [arguments[1]])
            value = builder.load(place)
            if width == 64:
                return value
            return builder.sext(value, _WORD) if signed else builder.zext(value, _WORD)

        return nt.int64(nt.int64, nt.int64), codegen

    return read


judge: Any = intrinsic(_judge)
lowest: Any = intrinsic(_lowest)
ones_in: Any = intrinsic(_ones_in)
read_8, read_32, read_64 = _reader(8, False), _reader(32, True), _reader(64, True)
