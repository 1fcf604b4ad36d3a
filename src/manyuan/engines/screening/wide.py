"""Ratios whose products do not fit into 64 bits, compared in 128; compiled by numba."""

from __future__ import annotations

import numba
import numpy as np


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
