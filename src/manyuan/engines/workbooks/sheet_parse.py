"""The slow way to a sheet's facts: a real XML parser, for sheets that are not written the usual way (prefixes, other encodings, cells without addresses)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.parsers import expat

from manyuan.engines.workbooks.addresses import place
from manyuan.engines.workbooks.faults import Unreadable
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.sheet_scan import SheetFacts


def parse_sheet(pieces: Iterable[bytes], facts: SheetFacts, limits: Limits, name: str) -> SheetFacts:
    """Fill `facts` from the sheet's XML. Raises LimitExceeded, Unreadable (damaged, entities)."""
    reader = _Reader(facts, limits, name)
    _fed(reader, pieces, name)
    return facts


def parse_percent(pieces: Iterable[bytes], styles: frozenset[int], columns: set[int], name: str) -> dict[int, set[int]]:
    """For each of these columns (from 1), the rows of cells in one of these styles."""
    reader = _Reader(SheetFacts("", plain=False), Limits(), name)
    reader.styles, reader.percent = styles, {column: set() for column in columns}
    _fed(reader, pieces, name)
    return reader.percent


def _fed(reader: _Reader, pieces: Iterable[bytes], name: str) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.declared
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable("file.damaged", name=name, reason=str(error)) from error


class _Reader:
    def __init__(self, facts: SheetFacts, limits: Limits, name: str) -> None:
        self._facts, self._limits, self._name = facts, limits, name
        self._row = self._column = 0
        self._kind = ""
        self._formula = False
        self._in_value = False
        self._value: list[str] = []
        self.styles: frozenset[int] = frozenset()
        self.percent: dict[int, set[int]] = {}

    def declared(self, *_: object) -> None:
        raise Unreadable("file.entities", name=self._name)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            self._facts.reach(self._row, self._facts.columns, self._limits)
            if attributes.get("hidden") in ("1", "true"):
                self._facts.hidden_rows.append(self._row)
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._in_value = True
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            last = min(int(attributes.get("max", "1")), self._limits.columns)
            self._facts.hidden_columns.extend(range(int(attributes.get("min", "1")), last + 1))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        row, column = place(attributes["r"].upper()) if "r" in attributes else (self._row, self._column + 1)
        self._row, self._column = row, column
        self._facts.reach(row, column, self._limits)
        self._kind, self._formula, self._value = attributes.get("t", "n"), False, []
        if self._kind == "s":
            self._facts.shared_cells += 1
        style = attributes.get("s", "0")
        if column in self.percent and style.isdigit() and int(style) in self.styles:
            self.percent[column].add(row)

    def text(self, text: str) -> None:
        if self._in_value:
            self._value.append(text)

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self._in_value = False
        elif tag == "c":
            value = "".join(self._value)
            if self._formula and not value and self._kind != "str":
                self._facts.without_value(self._row, self._column)
            elif self._kind == "e" and value:
                self._facts.in_error(self._row, self._column, value)
