"""How much a file may ask for. Checked on the packed directory and while unpacking, before any reader builds a table from it."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on a file to be read; each has an error of its own (`file.<name>`).

    file_bytes: the file as it came. unpacked_bytes: all parts of an xlsx together, as really unpacked.
    ratio: unpacked over packed, looked at once a part exceeds 10 MB. parts: entries of the zip directory.
    cells: rows times columns of the rectangle that the used cells span, all sheets together.
    columns, rows, sheets: of one file. text_bytes: cell texts as a reader would hold them, repeated ones counted each time.
    faults: how many are kept with their words; those beyond are counted.
    marked_cells: a workbook with more cells is not marked in place but answered with its wrong rows.
    """

    file_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 1024 * MEGABYTE
    ratio: int = 200
    parts: int = 2_000
    cells: int = 20_000_000
    columns: int = 1_000
    rows: int = 1_048_576
    sheets: int = 50
    text_bytes: int = 1024 * MEGABYTE
    faults: int = 1_000
    marked_cells: int = 300_000
