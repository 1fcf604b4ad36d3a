"""What a downloaded template says of itself on a hidden sheet, so that an upload knows which form, version, period and park it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from manyuan.engines.workbooks.grids import IDENTITY_SHEET, OURS_MARK, Opened

_FIELDS: Final = ("form", "version", "period", "park")
_MOST: Final = 64


@dataclass(frozen=True)
class Identity:
    """Codes of the form, its version, the period and the park; others: anything else the maker of the template put in."""

    form: str
    version: str = ""
    period: str = ""
    park: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """Names and values as they stand on the hidden sheet."""
        return [(OURS_MARK, "1"), *((name, str(getattr(self, name))) for name in _FIELDS), *sorted((f"x-{name}", value) for name, value in self.others.items())]


def read_identity(opened: Opened) -> Identity | None:
    """The identity of a workbook, None when it has none. What it says is the uploader's word: check rights as with any request."""
    if opened.format == "csv" or IDENTITY_SHEET not in opened.sheet_names:
        return None
    grid = opened.grid(IDENTITY_SHEET)
    if len(grid.columns) < 2:
        return None
    found = {str(name): str(value) for name, value in list(zip(grid.columns[0], grid.columns[1], strict=True))[:_MOST]}
    if OURS_MARK not in found or not found.get("form"):
        return None
    others = {name.removeprefix("x-"): value for name, value in found.items() if name.startswith("x-")}
    return Identity(found["form"], found.get("version", ""), found.get("period", ""), found.get("park", ""), others)
