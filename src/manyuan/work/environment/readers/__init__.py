"""Where the items of a scorecard come from: one small function a source, by its name. A source that no app has yet is not here, and no pack can name it."""

from __future__ import annotations

from manyuan.work.environment.readers import cases, filings, indicators, matters, policies, surveys, visits
from manyuan.work.environment.readers.shapes import ByPark, Counted, Reader, Span

__all__ = ["READERS", "ROLLED", "UNITS", "ByPark", "Counted", "Reader", "Span", "reader_named"]

READERS: dict[str, Reader] = {**policies.READERS, **filings.READERS, **cases.READERS, **matters.READERS, **visits.READERS}
"""Sources that count records by the park that they stand under; they are rolled up."""
ROLLED = {surveys.PREFIX: surveys.reader, indicators.PREFIX: indicators.reader}
"""Sources by what their name begins with, whose figures are rolled up already."""
UNITS: dict[str, str] = {name: reader.unit for name, reader in READERS.items()} | {surveys.PREFIX: "grade", indicators.PREFIX: "number"}
"""Name -> unit of what it counts."""


def reader_named(name: str) -> tuple[Reader, bool]:
    """The reader, and whether its figures must be rolled up. Raises KeyError."""
    if name in READERS:
        return READERS[name], True
    for prefix, made in ROLLED.items():
        if name.startswith(prefix):
            return made(name.removeprefix(prefix)), False
    raise KeyError(name)
