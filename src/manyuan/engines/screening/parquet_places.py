"""Where in a Parquet file of facts a column does not fit its schema: row group and row of the first value that is wrong."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from manyuan.engines.screening.factsheet import Column, Schema

Fault = tuple[str, str, str]
_WHOLE = re.compile(r"-?\d+")


def placed(faults: list[Fault], file: Path, schema: Schema) -> list[Fault]:
    """Faults (column, Chinese, English) with the row group and the row, both from 1, and the value found there; as they are where the file has no such
    column or nothing in it."""
    return [_placed(fault, file, schema) for fault in faults]


def _placed(fault: Fault, file: Path, schema: Schema) -> Fault:
    name, zh, en = fault
    found = place_of(file, schema[name]) if name in schema else None
    if found is None:
        return fault
    group, row, value = found
    return name, f"第 {group} 行组第 {row} 行得到“{value}”；{zh}", f"row group {group}, row {row}: found {value!r}; {en}"


def place_of(file: Path, column: Column) -> tuple[int, int, str] | None:
    """Row group, row (both from 1, rows over the whole file) and text of the first value that is not of the column's kind; of the first there is where
    each by itself would do. None where there is none."""
    with pq.ParquetFile(file) as opened:
        if column.name not in opened.schema_arrow.names:
            return None
        before, first = 0, None
        for group in range(opened.metadata.num_row_groups):
            values = opened.read_row_group(group, columns=[column.name]).column(0).to_pylist()
            for at, value in enumerate(values):
                if value is None:
                    continue
                here = (group + 1, before + at + 1, str(value)[:60])
                if not _fits(column, value):
                    return here
                first = first or here
            before += len(values)
    return first


def _fits(column: Column, value: object) -> bool:
    if column.kind == "category":
        return isinstance(value, str)
    if column.kind == "boolean":
        return isinstance(value, bool)
    if column.kind == "date":
        return hasattr(value, "toordinal")
    if isinstance(value, Decimal):
        scaled = value.scaleb(column.decimals)
        return scaled == scaled.to_integral_value() and abs(scaled) < 2**63
    if isinstance(value, float):
        return value.is_integer()
    return _WHOLE.fullmatch(str(value)) is not None and not isinstance(value, bool)
