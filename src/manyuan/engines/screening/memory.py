"""Room for results, taken from large pieces: the system gives memory page by page, and a page costs more than the words written on it."""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np

LARGEST = 32 << 20
_ALIGN = 64
_UNUSED = 3  # references to a piece that no result refers to: the list, the loop, the question


class Memory:
    """Pieces of memory. Given to one screening after another, pieces whose results are gone are used again; kept until the Memory goes.

    >>> memory = Memory()
    >>> memory.take(3, np.int64).shape
    (3,)
    """

    def __init__(self) -> None:
        self._pieces: list[np.ndarray] = []
        self._free: list[np.ndarray] = []
        self._current: np.ndarray | None = None
        self._used = 0
        self._next = 1 << 16
        self._lock = threading.Lock()

    def take(self, count: int, dtype: Any) -> np.ndarray:
        """An array of `count` values that are not set, at an address that is a multiple of 64. May be called by many threads."""
        kind = np.dtype(dtype)
        size = -(-count * kind.itemsize // _ALIGN) * _ALIGN
        with self._lock:
            if self._current is None or self._used + size > len(self._current):
                self._current = self._piece(size)
                self._used = -self._current.ctypes.data % _ALIGN
            begin, self._used = self._used, self._used + size
            piece = self._current
        return piece[begin : begin + count * kind.itemsize].view(kind)

    def recycle(self) -> None:
        """Find the pieces that nothing uses any more. Called between screenings, never during one."""
        self._current = None
        self._free = []  # what was not needed must not look used
        self._free = [piece for piece in self._pieces if sys.getrefcount(piece) == _UNUSED]

    def _piece(self, size: int) -> np.ndarray:
        size += _ALIGN
        for at, piece in enumerate(self._free):
            if len(piece) >= size:
                return self._free.pop(at)
        made = np.empty(max(size, self._next), np.uint8)
        self._next = min(self._next * 4, LARGEST)
        self._pieces.append(made)
        return made
