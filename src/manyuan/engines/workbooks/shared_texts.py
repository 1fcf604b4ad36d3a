"""How many bytes of text the cells of a workbook hold once every repeated text is written out: what a reader would build in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from manyuan.engines.workbooks.faults import LimitExceeded
from manyuan.engines.workbooks.limits import Limits

_SHARED = re.compile(rb't="s"[^>]*>(?:\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>))?\s*<v>\s*(\d{1,9})\s*</v>')


def check_shared_texts(strings: bytes, cells: int, sheets: Callable[[], Iterable[Iterable[bytes]]], limits: Limits) -> None:
    """Refuse a small table of long texts that many cells repeat. strings: the shared strings part; cells: how many cells refer to it.

    A rough bound first; only where that is too high are the references counted one by one. Raises LimitExceeded text_bytes.
    """
    lengths = np.fromiter((len(item) for item in re.split(rb"<(?:\w+:)?si\b", strings)[1:]), dtype=np.int64)
    if not len(lengths) or int(lengths.max()) * cells <= limits.text_bytes:
        return
    used = 0
    for pieces in sheets():
        tail = b""
        for piece in pieces:
            joined = tail + piece
            cut = joined.rfind(b"<c ") if b"<c " in joined else 0
            used += _used(joined[:cut], lengths)
            tail = joined[cut:]
            if used > limits.text_bytes:
                raise LimitExceeded("file.text_bytes", found=used, limit=limits.text_bytes)
        used += _used(tail, lengths)
    if used > limits.text_bytes:
        raise LimitExceeded("file.text_bytes", found=used, limit=limits.text_bytes)


def _used(piece: bytes, lengths: np.ndarray) -> int:
    found = np.array([int(index) for index in _SHARED.findall(piece)], dtype=np.int64)
    return int(lengths[found[found < len(lengths)]].sum()) if len(found) else 0
