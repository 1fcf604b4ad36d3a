"""facts.yaml: what each column of a fact sheet means. Every fault of it is named with file, line and column.

key: id                                  # the column that identifies a row
columns:
  revenue: {kind: money, unit: yuan, zh: 营业收入, en: Revenue, source: filing 2025}
  rate of growth: {kind: rate, scale: 4}
  sector: {kind: category, values: [软件, 医药], source: {zh: 登记信息, en: registration}}
  grade: {kind: category, values: {A: {zh: A 类, en: grade A}, B: {zh: B 类, en: grade B}}}      # codes with their names

`from`, `note` and `mark` of a column are the business of who builds the sheet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manyuan.engines.screening.factsheet import KINDS, Column, Schema, categories
from manyuan.engines.screening.faults import PolicyFault, SchemaInvalid, unknown_keys
from manyuan.engines.screening.places import Document, Path_, read_yaml

_KEYS = ("kind", "zh", "en", "unit", "scale", "source", "values", "from", "note", "mark")
_MOST_DECIMALS = 18


def read_schema(path: str | Path) -> Schema:
    """The schema in a file. Raises SchemaInvalid with every fault, OSError where the file cannot be read."""
    document = read_yaml(path)
    reader = _Reader(document)
    schema = reader.schema()
    if reader.faults or schema is None:
        raise SchemaInvalid(sorted(reader.faults, key=lambda fault: (fault.line, fault.column)))
    return schema


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults = [PolicyFault(document.file, line, column, zh, en) for (line, column), zh, en in document.problems]

    def fault(self, path: Path_, zh: str, en: str) -> None:
        self.faults.append(PolicyFault(self.document.file, *self.document.place(path), zh, en))

    def schema(self) -> Schema | None:
        if self.faults:
            return None
        data = self.document.data
        columns = data.get("columns") if isinstance(data, dict) else None
        if not isinstance(columns, dict) or not columns:
            self.fault(("columns",), "没有 columns，应为列名到 {kind: …} 的键值", "there are no columns; expected a mapping of names to {kind: …}")
            return None
        found = [self.column(("columns", name), name, entry) for name, entry in columns.items()]
        return Schema(tuple(one for one in found if one is not None), str(data.get("key", "id")))

    def column(self, path: Path_, name: str, entry: Any) -> Column | None:
        if not isinstance(entry, dict):
            self.fault(path, f"列“{name}”得到“{entry}”，应为 {{kind: …}}", f"the column {name!r} is {entry!r}, expected {{kind: …}}")
            return None
        for key, zh, en in unknown_keys(entry, _KEYS):
            self.fault((*path, key), zh, en)
        kind, scale, values = entry.get("kind"), entry.get("scale", 0), entry.get("values") or []
        if kind not in KINDS:
            shown = "" if kind is None else kind
            self.fault(
                (*path, "kind"),
                f"列“{name}”的 kind 是“{shown}”，应为 {'、'.join(KINDS)} 之一",
                f"the kind of {name!r} is {shown!r}, expected one of {', '.join(KINDS)}",
            )
        if isinstance(scale, bool) or not isinstance(scale, int) or not 0 <= scale <= _MOST_DECIMALS:
            zh = f"列“{name}”的 scale 是“{scale}”，应为 0 至 {_MOST_DECIMALS} 的整数"
            self.fault((*path, "scale"), zh, f"the scale of {name!r} is {scale!r}, expected a whole number from 0 to {_MOST_DECIMALS}")
            scale = 0
        if not isinstance(values, list | dict):
            self.fault((*path, "values"), f"列“{name}”的 values 是“{values}”，应为列表", f"the values of {name!r} are {values!r}, expected a list")
            values = []
        for code, called in values.items() if isinstance(values, dict) else ():
            if not isinstance(called, dict) or not set(called) & {"zh", "en"} or set(called) - {"zh", "en"}:
                zh = f"列“{name}”的取值“{code}”得到“{called}”，应为 {{zh: …, en: …}}"
                self.fault((*path, "values", code), zh, f"the category {code!r} of {name!r} is {called!r}, expected {{zh: …, en: …}}")
        texts = {key: str(entry.get(key) or "") for key in ("zh", "en", "unit")}
        source = entry.get("source") or ""
        zh, en = (str(source.get("zh", "")), str(source.get("en", ""))) if isinstance(source, dict) else ("", str(source))
        held, names = categories(values)
        return Column(name, str(kind), scale=scale, values=held, names=names, source=en or zh, source_zh=zh, **texts)
