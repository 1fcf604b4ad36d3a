"""A BIFF8 workbook in a compound file, written record by record, so that reading .xls is tested on real bytes without another library."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


def old_workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    """One sheet with these texts and numbers from A1 on; '#REF!' is an error cell, '' is left out."""
    return _compound(_stream(rows))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _beginning(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _stream(rows: Sequence[Sequence[str | float]]) -> bytes:
    cells = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value == "":
                continue
            if value == "#REF!":
                cells += _record(0x0205, struct.pack("<HHHBB", row, column, 0, 0x17, 1))
            elif isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
            else:
                cells += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    span = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    sheet = _beginning(0x0010) + span + cells + _record(0x000A, b"")
    name = "数据".encode("utf-16-le")
    start = len(_beginning(0x0005)) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", start, 0, 0, 2, 1) + name)
    return _beginning(0x0005) + bound + _record(0x000A, b"") + sheet


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_FAT, _END, *range(3, count + 2), _END]
    table += [_FREE] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    entries = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 2, len(stream)) + _entry("", 0, 0, 0) * 2
    return header + struct.pack("<128I", *table) + entries + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<III", _FREE, _FREE, child)
    return text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links + b"\0" * 36 + struct.pack("<IQ", start, size)
