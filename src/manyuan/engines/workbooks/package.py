"""A look into an xlsx package before any reader builds a table from it: its real size, its span, and what a plain reader does not tell.

Every part is unpacked once in a stream, counted by what really comes out and not by what the directory claims. Formula cells without a value,
error cells, hidden rows and columns and percent formats are collected on the way, because calamine gives '' or a bare number for them.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from manyuan.engines.workbooks.faults import LimitExceeded, Unreadable
from manyuan.engines.workbooks.limits import MEGABYTE, Limits
from manyuan.engines.workbooks.shared_texts import check_shared_texts
from manyuan.engines.workbooks.sheet_scan import SheetFacts, percent_places, scan_sheet

_SLICE = 256 * 1024
_PIECE = 4 * MEGABYTE
_RATIO_FROM = 10 * MEGABYTE
_SMALL_PART = 64 * MEGABYTE
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = ("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id", "{http://purl.oclc.org/ooxml/officeDocument/relationships}id")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP = 32


@dataclass
class Package:
    """What was found. sheets: facts by sheet name in the workbook's order. foreign: macros or external links are present."""

    name: str
    content: bytes
    limits: Limits
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    dates_from_1904: bool = False
    foreign: bool = False
    percent_styles: frozenset[int] = frozenset()
    _infos: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    def percent_rows(self, sheet: str, columns: set[int]) -> dict[int, set[int]]:
        """For each of these columns (from 1) the rows whose number is formatted as a percentage."""
        facts = self.sheets.get(sheet)
        if not self.percent_styles or facts is None or not columns:
            return {}
        return percent_places(_pieces(self.content, self._infos[facts.part], self.limits, self.name), facts, self.percent_styles, columns, self.name)


def inspect(content: bytes, name: str, limits: Limits) -> Package:
    """Check an xlsx package against the limits and collect its facts.

    Raises LimitExceeded (parts, sheets, unpacked_bytes, ratio, rows, columns, cells, text_bytes) and Unreadable (damaged, encrypted, entities).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, UnicodeDecodeError, EOFError, OverflowError) as error:
        raise Unreadable("file.damaged", name=name, reason=str(error)[:200]) from error
    if len(infos) > limits.parts:
        raise LimitExceeded("file.parts", found=len(infos), limit=limits.parts)
    package = Package(name, content, limits, _infos={info.filename: info for info in infos})
    if len(package._infos) != len(infos):
        raise Unreadable("file.damaged", name=name, reason="two parts have one name")
    package.foreign = any(info.filename.lower().endswith("vbaproject.bin") or "externallinks/" in info.filename.lower() for info in infos)
    parts = _sheet_parts(package)
    if not parts:
        raise Unreadable("file.no_sheet", name=name)
    if len(parts) > limits.sheets:
        raise LimitExceeded("file.sheets", found=len(parts), limit=limits.sheets)
    package.percent_styles = _percent_styles(package)
    _scan_all(package, parts)
    return package


def _scan_all(package: Package, parts: dict[str, str]) -> None:
    limits, total, cells = package.limits, 0, 0
    by_part = {part: sheet for sheet, part in parts.items()}
    strings = b""
    for info in package._infos.values():
        counted = _Counted(package, info, total)
        if info.filename in by_part:
            facts = scan_sheet(counted.pieces, info.filename, limits, package.name)
            package.sheets[by_part[info.filename]] = facts
            cells += facts.rows * facts.columns
            if cells > limits.cells:
                raise LimitExceeded("file.cells", found=cells, limit=limits.cells)
        elif info.filename.lower().endswith("sharedstrings.xml"):
            strings = b"".join(counted.pieces())
        else:
            for _ in counted.pieces():
                pass
        total = counted.total
    package.sheets = {sheet: package.sheets[sheet] for sheet in parts}
    if strings:
        used = sum(facts.shared_cells for facts in package.sheets.values())
        sheets = list(package.sheets.values())
        check_shared_texts(strings, used, lambda: (_pieces(package.content, package._infos[facts.part], limits, package.name) for facts in sheets), limits)


class _Counted:
    """The pieces of a part while the bytes of all parts so far are counted."""

    def __init__(self, package: Package, info: zipfile.ZipInfo, before: int) -> None:
        self._package, self._info, self._before, self.total = package, info, before, before

    def pieces(self) -> Iterator[bytes]:
        package, self.total = self._package, self._before
        limit = package.limits.unpacked_bytes
        for piece in _refusing_entities(_pieces(package.content, self._info, package.limits, package.name), package.name):
            self.total += len(piece)
            if self.total > limit:
                raise LimitExceeded("file.unpacked_bytes", limit=limit, found=self.total)
            yield piece


def _refusing_entities(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same pieces, in which no document type and no entity is declared; two-byte encodings are looked at without their zeros."""
    tail = b""
    wide = None
    for piece in pieces:
        if wide is None:
            wide = b"\0" in piece[:64]
        seen = (tail + piece).replace(b"\0", b"") if wide else piece
        if (b"!" in seen and _DECLARATION.search(seen)) or _DECLARATION.search(tail + piece[:_OVERLAP]):
            raise Unreadable("file.entities", name=name)
        tail = piece[-_OVERLAP:]
        yield piece


def _pieces(content: bytes, info: zipfile.ZipInfo, limits: Limits, name: str) -> Iterator[bytes]:
    """The part unpacked, in pieces of about 4 MB; what comes out is counted against the ratio."""
    if info.flag_bits & 1:
        raise Unreadable("file.encrypted", name=name)
    start = info.header_offset
    if content[start : start + 4] != b"PK\x03\x04":
        raise Unreadable("file.damaged", name=name, reason=f"no part {info.filename}")
    start += 30 + int.from_bytes(content[start + 26 : start + 28], "little") + int.from_bytes(content[start + 28 : start + 30], "little")
    end = start + info.compress_size
    if end > len(content) or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("file.damaged", name=name, reason=f"part {info.filename} is cut off or packed in an unknown way")
    count = 0
    for piece in _stored(content, start, end) if info.compress_type == zipfile.ZIP_STORED else _inflated(content, start, end, name):
        count += len(piece)
        if count > _RATIO_FROM and count > limits.ratio * max(1, info.compress_size):
            raise LimitExceeded("file.ratio", part=info.filename, limit=limits.ratio, found=count // max(1, info.compress_size))
        yield piece
    if count != info.file_size:
        raise Unreadable("file.damaged", name=name, reason=f"part {info.filename} is not as long as the directory says")


def _stored(content: bytes, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _PIECE):
        yield content[at : min(end, at + _PIECE)]


def _inflated(content: bytes, start: int, end: int, name: str) -> Iterator[bytes]:
    machine = zlib.decompressobj(-15)
    gathered: list[bytes] = []
    size = 0
    at, data = start, b""
    while not machine.eof:
        if not data:
            if at >= end:
                break
            data = content[at : min(end, at + _SLICE)]
            at += len(data)
        try:
            out = machine.decompress(data, _PIECE)
        except zlib.error as error:
            raise Unreadable("file.damaged", name=name, reason=str(error)) from error
        data = machine.unconsumed_tail
        gathered.append(out)
        size += len(out)
        if size >= _PIECE:
            yield b"".join(gathered)
            gathered, size = [], 0
    if size:
        yield b"".join(gathered)


def _small_part(package: Package, part: str) -> etree._Element | None:
    info = package._infos.get(part)
    if info is None:
        return None
    pieces, size = [], 0
    for piece in _refusing_entities(_pieces(package.content, info, package.limits, package.name), package.name):
        size += len(piece)
        if size > min(_SMALL_PART, package.limits.unpacked_bytes):
            raise LimitExceeded("file.unpacked_bytes", limit=min(_SMALL_PART, package.limits.unpacked_bytes), found=size)
        pieces.append(piece)
    try:
        return etree.fromstring(b"".join(pieces), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("file.damaged", name=package.name, reason=f"{part}: {error}"[:200]) from error


def _sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name to the part that holds its cells, in the workbook's order; chart sheets have no cells and are left out."""
    workbook = _small_part(package, "xl/workbook.xml")
    links = _small_part(package, "xl/_rels/workbook.xml.rels")
    if workbook is None or links is None:
        raise Unreadable("file.kind", name=package.name)
    targets = {}
    for link in links:
        if isinstance(link.tag, str) and link.get("TargetMode") != "External":
            target = link.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            targets[link.get("Id")] = path
    for settings in (*workbook.iter(f"{_MAIN}workbookPr"), *workbook.iter(f"{_STRICT}workbookPr")):
        package.dates_from_1904 = settings.get("date1904") in ("1", "true")
    parts: dict[str, str] = {}
    for sheet in (*workbook.iter(f"{_MAIN}sheet"), *workbook.iter(f"{_STRICT}sheet")):
        identifier = next((sheet.get(name) for name in _RELATION if sheet.get(name)), None)
        part = targets.get(identifier, "")
        if part in package._infos and "chartsheets/" not in part and part not in parts.values():
            parts[sheet.get("name", "")] = part
    return parts


def _percent_styles(package: Package) -> frozenset[int]:
    styles = _small_part(package, "xl/styles.xml")
    if styles is None:
        return frozenset()
    formats = {9, 10}
    for space in (_MAIN, _STRICT):
        for item in styles.iter(f"{space}numFmt"):
            if "%" in _outside_quotes(item.get("formatCode", "")) and item.get("numFmtId", "").isdigit():
                formats.add(int(item.get("numFmtId", "0")))
    found: set[int] = set()
    for space in (_MAIN, _STRICT):
        for block in styles.iter(f"{space}cellXfs"):
            found |= {index for index, item in enumerate(block) if item.get("numFmtId", "").isdigit() and int(item.get("numFmtId", "0")) in formats}
    return frozenset(found)


def _outside_quotes(format_code: str) -> str:
    return "".join(format_code.split('"')[::2]).replace("\\%", "")
