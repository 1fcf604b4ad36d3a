"""One pass over the XML of a sheet: how far its cells reach, and which cells a plain reader would silently give as blank.

The usual writers put every cell as `<c r="B7" ...>`: those sheets are searched as bytes. Anything else goes through a real XML parser,
slower, with the same answer.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from manyuan.engines.workbooks.addresses import column_number, letters
from manyuan.engines.workbooks.faults import LimitExceeded, Unreadable
from manyuan.engines.workbooks.limits import MEGABYTE, Limits

_CARRY = 64 * MEGABYTE
_STEPS = 4_000
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"')
_HIDDEN_ROW = re.compile(rb'<row r="(\d{1,7})"[^>]*? hidden="(?:1|true)"')
_COLUMN = re.compile(rb"<col ([^>]*)>")
_VALUE = rb"(?:\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>))?\s*<v>([^<]*)</v>"
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"([^>]*)>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v>([^<]*)</v>|<v\s*/>)?')
_ERROR = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*? t="e"[^>]*>' + _VALUE)
_PREFIXED = re.compile(rb":(?:c|row|v|f|is|t|col|cols|sheetData)[\s/>]")
_UNUSUAL_CELL = re.compile(rb'<c(?=[\s/>])(?! r=")|<row(?=[\s/>])(?! r=")')
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding=["']([^"']*)["']""")


@dataclass
class SheetFacts:
    """What the cells of one sheet span and hide. A place is row * 32768 + column, both from 1."""

    part: str
    rows: int = 0
    columns: int = 0
    shared_cells: int = 0
    plain: bool = True
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas_without_value: array[int] = field(default_factory=lambda: array("q"))
    errors: dict[str, array[int]] = field(default_factory=dict)

    def reach(self, row: int, column: int, limits: Limits) -> None:
        """Widen the span; LimitExceeded beyond the limits on rows and columns."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows > limits.rows:
            raise LimitExceeded("file.rows", found=self.rows, limit=limits.rows)
        if self.columns > limits.columns:
            raise LimitExceeded("file.columns", found=self.columns, limit=limits.columns)

    def without_value(self, row: int, column: int) -> None:
        """Note a formula cell that carries no value."""
        self.formulas_without_value.append(row * 32768 + column)

    def in_error(self, row: int, column: int, error: str) -> None:
        """Note a cell that shows an error such as #REF!."""
        self.errors.setdefault(error[:32], array("q")).append(row * 32768 + column)


def scan_sheet(unpack: Callable[[], Iterable[bytes]], part: str, limits: Limits, name: str) -> SheetFacts:
    """The facts of a sheet; `unpack` gives its pieces, and is called again when the sheet needs the XML parser.

    Raises LimitExceeded (rows, columns) and Unreadable.
    """
    facts = SheetFacts(part)
    first = True
    for piece in _whole_rows(unpack(), name):
        if not _is_plain(piece, first) or not _searched(piece, facts, limits, name):
            from manyuan.engines.workbooks.sheet_parse import parse_sheet  # the slow way, rarely needed

            return parse_sheet(unpack(), SheetFacts(part, plain=False), limits, name)
        first = False
    return facts


def percent_places(pieces: Iterable[bytes], facts: SheetFacts, styles: frozenset[int], columns: set[int], name: str) -> dict[int, set[int]]:
    """For each of these columns (from 1), the rows of cells in one of these styles."""
    if not facts.plain:
        from manyuan.engines.workbooks.sheet_parse import parse_percent

        return parse_percent(pieces, styles, columns, name)
    found: dict[int, list[bytes]] = {column: [] for column in columns}
    wanted, ways = ("|".join(words) for words in ([letters(column) for column in sorted(columns)], [str(style) for style in sorted(styles)]))
    cell = re.compile(f'<c r="({wanted})(\\d{{1,7}})"[^>]*? s="(?:{ways})"'.encode())
    by_letters = {letters(column).encode(): rows for column, rows in found.items()}
    for piece in _whole_rows(pieces, name):
        for name_of_column, row in cell.findall(piece):
            by_letters[name_of_column].append(row)
    return {column: set(map(int, rows)) for column, rows in found.items()}


def _whole_rows(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The same bytes cut where a row or a cell begins, so that no cell is in two pieces."""
    kept = b""
    for piece in pieces:
        kept += piece
        cut = max(kept.rfind(b"<row "), kept.rfind(b"<c "))
        if cut > 0:
            yield kept[:cut]
            kept = kept[cut:]
        elif len(kept) > _CARRY:
            raise Unreadable("file.damaged", name=name, reason="a cell is longer than any cell may be")
    if kept:
        yield kept


def _is_plain(piece: bytes, first: bool) -> bool:
    if first:
        declared = _DECLARED.match(piece[:300])
        if b"<worksheet" not in piece[:4096] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
            return False
    if b"!" in piece and b"<!" in piece:
        return False
    if b":" in piece and _PREFIXED.search(piece):
        return False
    if piece.count(b"<c") != piece.count(b'<c r="') or piece.count(b"<row") != piece.count(b'<row r="'):
        return _UNUSUAL_CELL.search(piece) is None  # <cols> and <conditionalFormatting> begin alike
    return True


def _searched(piece: bytes, facts: SheetFacts, limits: Limits, name: str) -> bool:
    """Add a piece's facts; False when a cell's address is not of the usual shape."""
    rows = _ROW.findall(piece)
    if rows:
        facts.reach(max(map(int, rows)), facts.columns, limits)
    if not _spanned(piece, facts, limits, name):
        return False
    facts.shared_cells += piece.count(b' t="s"')
    if b"hidden=" in piece:
        facts.hidden_rows.extend(int(match[1]) for match in _HIDDEN_ROW.finditer(piece))
        for match in _COLUMN.finditer(piece):
            attributes = dict(re.findall(rb'(\w+)="([^"]*)"', match[1]))
            if attributes.get(b"hidden") in (b"1", b"true"):
                first = int(attributes.get(b"min", b"1"))
                last = min(int(attributes.get(b"max", b"1")), limits.columns)
                facts.hidden_columns.extend(range(first, last + 1))
    if b"<f" in piece:
        for match in _FORMULA.finditer(piece):
            if not match[4] and b't="str"' not in match[3]:
                facts.without_value(int(match[2]), column_number(match[1].decode()))
    if b't="e"' in piece:
        for match in filter(lambda found: found[3], _ERROR.finditer(piece)):
            facts.in_error(int(match[2]), column_number(match[1].decode()), match[3].decode("utf-8", "replace"))
    return True


def _spanned(piece: bytes, facts: SheetFacts, limits: Limits, name: str) -> bool:
    """Widen the span until no cell of the piece lies outside it: one search per widening, none per cell.

    Row numbers are bounded roughly (less than twice the highest) while twice the span is within the limit on cells: that search is the quick one.
    """
    at, steps = 0, 0
    if b'<c r="' in piece:
        facts.reach(max(1, facts.rows), max(1, facts.columns), limits)
    while True:
        rows, columns = max(1, facts.rows), letters(max(1, facts.columns))
        rough = 2 * facts.rows * facts.columns <= limits.cells
        digits = _digits_about(str(rows)) if rough else _digits_up_to(str(rows))
        ways = "|".join(f"{across}{down}" for across in _letters_up_to(columns) for down in digits)
        outside = re.compile(f'<c r="(?!(?:{ways})")'.encode()).search(piece, at)
        if outside is None:
            return True
        cell = _CELL.match(piece, outside.start())
        if cell is None:
            return False
        facts.reach(int(cell[2]), column_number(cell[1].decode()), limits)
        at, steps = outside.start(), steps + 1
        if steps > _STEPS:
            raise Unreadable("file.damaged", name=name, reason="cells stand outside their rows")


def _letters_up_to(bound: str) -> list[str]:
    """Patterns for column letters up to and including this one."""
    ways = ["[A-Z]" * size for size in range(1, len(bound))]
    if len(bound) > 1:
        ways += [f"{bound[:at]}[A-{chr(ord(letter) - 1)}]{'[A-Z]' * (len(bound) - at - 1)}" for at, letter in enumerate(bound[:-1]) if letter > "A"]
    return [*ways, f"{bound[:-1]}[A-{bound[-1]}]"]


def _digits_up_to(bound: str) -> list[str]:
    """Patterns for row numbers from 1 up to and including this one, without leading zeros."""
    ways = [rf"[1-9]\d{{0,{len(bound) - 2}}}"] if len(bound) > 1 else []
    for at, digit in enumerate(bound):
        low = "1" if at == 0 else "0"
        if digit > low:
            ways.append(rf"{bound[:at]}[{low}-{chr(ord(digit) - 1)}]\d{{{len(bound) - at - 1}}}")
    return [*ways, bound]


def _digits_about(bound: str) -> list[str]:
    """The same, with the last leading digit's numbers all in."""
    ways = [rf"[1-9]\d{{0,{len(bound) - 2}}}"] if len(bound) > 1 else []
    return [*ways, rf"[1-{bound[0]}]\d{{{len(bound) - 1}}}"]
