"""Text tables: which encoding, which separator, and the cells. A wrong guess would be silent, so what cannot be told is refused."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import Final

from manyuan.engines.workbooks.faults import LimitExceeded, Unreadable
from manyuan.engines.workbooks.limits import Limits

_SEPARATORS: Final = (",", "\t", ";", "|", "，")
_PRIVATE = re.compile("[\ue000-\uf8ff\x00-\x08\x0e-\x1f\ufffd]")
_QUOTED_NUMBER = re.compile(r'="([^"]*)"')


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8 (with or without mark), UTF-16 with mark, else GB18030. Raises Unreadable encoding."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _strict(content, encoding, name), {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}[encoding]
    if b"\0" in content:
        raise Unreadable("file.kind", name=name)
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        if len(re.findall(r"[^\x00-\x7f]", content[: error.start].decode("utf-8", "ignore"))) >= 8:
            raise Unreadable("file.encoding", name=name, line=content.count(b"\n", 0, error.start) + 1) from error
    return _strict(content, "gb18030", name), "GB18030"


def _strict(content: bytes, encoding: str, name: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("file.encoding", name=name, line=content.count(b"\n", 0, error.start) + 1) from error
    strange = _PRIVATE.search(text)
    if strange:
        raise Unreadable("file.encoding", name=name, line=text.count("\n", 0, strange.start()) + 1)
    return text


def separator_of(text: str) -> str:
    """The separator under which most of the first lines fall into most fields; a comma when none does."""
    lines = [line for line in itertools.islice(io.StringIO(text), 200) if line.strip()][:40]
    best, most = ",", 0
    for candidate in _SEPARATORS:
        try:
            counts = sorted(len(fields) for fields in csv.reader(lines, delimiter=candidate))
        except csv.Error:
            continue
        score = counts[len(counts) // 2] + counts[-1] if counts and counts[-1] > 1 else 0
        if score > most:
            best, most = candidate, score
    return best


def read_separated(content: bytes, name: str, limits: Limits) -> tuple[list[list[str]], str]:
    """Rows of cells of a text table, and its encoding. Raises Unreadable (kind, encoding, separated) and LimitExceeded (rows, columns, cells)."""
    text, encoding = decoded(content, name)
    start = text.lstrip()[:200].lower()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml", "%pdf", "{\\rtf")):
        raise Unreadable("file.kind", name=name)
    declared = re.match(r"sep=(.)\r?\n", text)
    if declared:
        text = "\n" + text[declared.end() :]
    separator = declared[1] if declared else separator_of(text)
    rows = _rows(text, separator, name, limits)
    width = max(map(len, rows), default=0)
    for row in rows:
        if len(row) < width:
            row.extend([""] * (width - len(row)))
    if '="' in text:
        rows = [[_QUOTED_NUMBER.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row] for row in rows]
    return rows, encoding


def _rows(text: str, separator: str, name: str, limits: Limits) -> list[list[str]]:
    """Strictly first; loose quotes inside a cell are forgiven, a quotation mark that is never closed is not."""
    for strict in (True, False):
        rows: list[list[str]] = []
        width = cells = 0
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
        try:
            for row in reader:
                width = max(width, len(row))
                cells += width
                _check(len(rows) + 1, width, cells, limits)
                rows.append(row)
        except csv.Error as error:
            if strict and "end of data" not in str(error):
                continue
            raise Unreadable("file.separated", name=name, line=len(rows) + 1 if strict else reader.line_num, reason=str(error)) from error
        break
    return rows


def _check(rows: int, columns: int, cells: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise LimitExceeded("file.rows", found=rows, limit=limits.rows)
    if columns > limits.columns:
        raise LimitExceeded("file.columns", found=columns, limit=limits.columns)
    if cells > limits.cells:
        raise LimitExceeded("file.cells", found=cells, limit=limits.cells)
