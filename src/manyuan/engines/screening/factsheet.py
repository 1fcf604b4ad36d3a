"""The fact sheet: an Arrow table, one row per enterprise, with a schema that says what each column means.

Every number is an integer with a stated number of decimals: money is fen (yuan with 2), a rate has as many as its schema says, a count none.
In FEEL a number stands in its natural unit (yuan, not fen). Null means not known, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyuan.engines import feel
from manyuan.engines.feel import types

KINDS = ("money", "rate", "count", "date", "category", "boolean")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column. kind: one of KINDS; scale: decimals of a rate (money 2, count 0); unit: yuan, m2 …; source: where its values come from, source_zh: the
    same in Chinese (empty: as source); values: the categories it may hold (empty: any); names: what each of them is called in Chinese and in English."""

    name: str
    kind: str
    zh: str = ""
    en: str = ""
    unit: str = ""
    scale: int = 0
    source: str = ""
    values: tuple[str, ...] = ()
    source_zh: str = ""
    names: tuple[tuple[str, str, str], ...] = ()

    @property
    def decimals(self) -> int:
        return 2 if self.kind == "money" else self.scale if self.kind == "rate" else 0

    @property
    def feel_type(self) -> types.Type:
        if self.kind in ("money", "rate", "count"):
            unit = "yuan" if self.kind == "money" else self.unit or None
            return types.Type("number", None if unit in ("", "1", "ratio", "percent", None) else unit)
        return {"date": types.DATE, "category": types.STRING, "boolean": types.BOOLEAN}[self.kind]

    def label(self, language: str) -> str:
        return ((self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)) or self.name

    def called(self, category: str, language: str) -> str:
        """What a category is called in the language; itself where it has no name."""
        found = next(((zh, en) for code, zh, en in self.names if code == category), ("", ""))
        return ((found[0] or found[1]) if language.startswith("zh") else (found[1] or found[0])) or category


def categories(values: Any) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """What `values` of a column says: the categories as a list, or as a mapping of each to what it is called, {zh, en}."""
    names = values if isinstance(values, Mapping) else {}
    called = tuple((str(code), str(one.get("zh") or ""), str(one.get("en") or "")) for code, one in names.items() if isinstance(one, Mapping))
    return tuple(map(str, values or ())), called


@dataclass(frozen=True)
class Schema:
    """The columns of a fact sheet; `key` names the column that identifies a row."""

    columns: tuple[Column, ...]
    key: str = "id"

    def __getitem__(self, name: str) -> Column:
        """A column. Raises KeyError."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in reversed(self.columns)}

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @cached_property
    def feel_types(self) -> dict[str, types.Type]:
        return {column.name: column.feel_type for column in self.columns}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Schema:
        """From plain data: {key: id, columns: {name: {kind, zh, en, unit, scale, source, values}}}; source is a text or {zh, en}, values a list or {code: {zh, en}}.

        `from`, `note` and `mark` of a column are the business of who builds the sheet and are left aside.
        """
        columns = []
        for name, entry in data["columns"].items():
            given = {key: value for key, value in entry.items() if key not in ("values", "from", "note", "mark")}
            source = given.pop("source", "")
            zh, en = (source.get("zh", ""), source.get("en", "")) if isinstance(source, dict) else ("", source)
            values, names = categories(entry.get("values"))
            columns.append(Column(name, values=values, names=names, source=en or zh, source_zh=zh, **given))
        return Schema(tuple(columns), data.get("key", "id"))


class FactSheetInvalid(Exception):
    """A table that does not fit its schema. faults: (column, Chinese, English), all of them; file: where it came from."""

    def __init__(self, faults: list[tuple[str, str, str]], file: str = "") -> None:
        self.faults, self.file = faults, file
        super().__init__("; ".join(f"{name}: {en}" for name, _, en in faults))

    def message(self, language: str = "en") -> str:
        where = f"{self.file}: " if self.file else ""
        return "\n".join(where + (f"“{name}”：{zh}" if language.startswith("zh") else f"{name!r}: {en}") for name, zh, en in self.faults)


@dataclass(frozen=True)
class Data:
    """A column as the kernel takes it: values (int64, int32 or uint8 codes, zero where unknown), which rows are known, its categories."""

    column: Column
    values: np.ndarray
    known: np.ndarray
    categories: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


class FactSheet:
    """A checked table. Raises FactSheetInvalid with every column that does not fit."""

    def __init__(self, table: pa.Table, schema: Schema) -> None:
        faults: list[tuple[str, str, str]] = []
        self.schema = schema
        self.rows = table.num_rows
        self.columns: dict[str, Data] = {}
        there = set(table.column_names)
        for column in schema.columns:
            if column.name not in there:
                faults.append((column.name, f"表中没有这一列，应有（{column.kind}）", f"the table has no such column; expected it ({column.kind})"))
                continue
            try:
                self.columns[column.name] = _data(column, table.column(column.name))
            except _WrongType as error:
                faults.append((column.name, f"类型为 {error.found}，应为{error.zh}", f"its type is {error.found}, expected {error.expected}"))
        if schema.key in there:
            self.keys = table.column(schema.key)
        else:
            self.keys = pa.chunked_array([pa.array(range(table.num_rows), pa.int64())])
        if faults:
            raise FactSheetInvalid(faults)

    def row(self, at: int) -> dict[str, object]:
        """One row as FEEL values by column name; None where unknown."""
        return {name: value_of(data, at) for name, data in self.columns.items()}

    @staticmethod
    def of_data(columns: Mapping[str, Data], schema: Schema, rows: int) -> FactSheet:
        """A sheet straight from columns as the kernel takes them, without a table; its keys are the numbers of the rows."""
        made = object.__new__(FactSheet)
        made.schema, made.rows, made.columns = schema, rows, dict(columns)
        made.keys = pa.chunked_array([pa.array(np.arange(rows))])
        return made

    def chosen(self, rows: np.ndarray, instead: Mapping[str, np.ndarray] | None = None) -> FactSheet:
        """Some rows as a sheet of their own, in that order; instead: other raw values (whole units of the column's scale) for columns."""
        out: dict[str, Data] = {}
        for name, data in self.columns.items():
            if instead and name in instead:
                out[name] = ranged(data.column, instead[name], np.ones(len(rows), np.bool_))
            else:
                out[name] = replace(data, values=data.values[rows], known=data.known[rows])
        return FactSheet.of_data(out, self.schema, len(rows))


class _WrongType(Exception):
    def __init__(self, found: object, expected: str, zh: str) -> None:
        self.found, self.expected, self.zh = found, expected, zh


def value_of(data: Data, at: int) -> object:
    """One cell as a FEEL value."""
    if not data.known[at]:
        return None
    raw = int(data.values[at])
    kind = data.column.kind
    if kind == "date":
        return feel.Date.from_days(raw)
    if kind == "category":
        return data.categories[raw]
    if kind == "boolean":
        return bool(raw)
    return Decimal(raw).scaleb(-data.column.decimals)


def _data(column: Column, array: pa.ChunkedArray) -> Data:
    found = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)
    if pa.types.is_null(found.type):  # nothing of it is known, so nothing can be of the wrong type
        found = found.cast({"category": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}.get(column.kind, pa.int64()))
    known = np.asarray(found.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
    kind, arrow = column.kind, found.type
    if kind == "category":
        if not pa.types.is_dictionary(arrow):
            if not (pa.types.is_string(arrow) or pa.types.is_large_string(arrow)):
                raise _WrongType(arrow, "string or dictionary", " string 或 dictionary")
            found = found.dictionary_encode()
        categories = tuple(str(item) for item in found.dictionary.to_pylist())
        if len(set(categories)) < len(categories):  # a dictionary may list a value twice
            found = pc.cast(found, pa.string()).dictionary_encode()
            categories = tuple(str(item) for item in found.dictionary.to_pylist())
        codes = found.indices.fill_null(0).to_numpy(zero_copy_only=False)
        width: Any = np.uint8 if len(categories) <= 256 else np.int32
        return Data(column, codes.astype(width), known, categories, 0, max(0, len(categories) - 1))
    if kind == "boolean":
        if not pa.types.is_boolean(arrow):
            raise _WrongType(arrow, "bool", " bool")
        return Data(column, found.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint8), known, (), 0, 1)
    if kind == "date":
        if pa.types.is_timestamp(arrow):
            found = pc.cast(found, pa.date32(), safe=False)
        elif not pa.types.is_date32(arrow):
            raise _WrongType(arrow, "date32", " date32")
        values = found.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
        return ranged(column, values, known)
    return ranged(column, _integers(column, found), known)


def _integers(column: Column, array: pa.Array) -> np.ndarray:
    """Whole units of the column's scale. Floats are refused: money is never a float."""
    arrow = array.type
    if pa.types.is_integer(arrow):
        return array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(arrow):
        if arrow.scale > column.decimals:
            raise _WrongType(arrow, f"at most {column.decimals} decimals", f"至多 {column.decimals} 位小数")
        scaled = array.cast(pa.decimal128(38, column.decimals))
        factor = Decimal(10) ** column.decimals
        out = [0 if value is None else int(value * factor) for value in scaled.to_pylist()]
        if any(abs(value) >= 2**63 for value in out):
            raise _WrongType(arrow, "64-bit integers after scaling", "换算后不超过 64 位的整数")
        return np.array(out, dtype=np.int64)
    raise _WrongType(arrow, "an integer", "整数") if column.kind == "count" else _WrongType(arrow, "int64 or decimal128", " int64 或 decimal128")


def ranged(column: Column, values: np.ndarray, known: np.ndarray) -> Data:
    """A column of numbers or dates: in 32 bits where they fit, with the least and the greatest value."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if values.dtype != np.int32 and low >= -(2**31) and high < 2**31:
        values = values.astype(np.int32)
    return Data(column, np.ascontiguousarray(values), known, (), low, high)
