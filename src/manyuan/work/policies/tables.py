"""The decision tables of a policy as files, both ways: Excel and DMN out, and back in with every fault named and every change shown before it counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.utils.translation import get_language

from manyuan.engines import dmn
from manyuan.engines.screening.written_tables import read_table, written
from manyuan.facts.scanning import refuse_infected
from manyuan.work.policies.composing import Told, compose, fields_of
from manyuan.work.policies.errors import TablesFaulty

Table = Mapping[str, Any]
_FILE = re.compile(r"([^\s#\"]+\.(?:xlsx|dmn))#(.+?)(?: = (.*))?")
KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "dmn": "application/xml"}


@dataclass(frozen=True)
class Change:
    """What a file changes in one table. what: new | same | changed; rows: (number, cells before, cells after), a side empty where there is none;
    columns: whether its columns are others."""

    name: str
    what: str
    rows: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = ()
    columns: bool = False


def tables_file(tables: Sequence[Table], kind: str, names: Iterable[str]) -> bytes:
    """Tables as a workbook or a DMN model. Raises TablesFaulty for one with a fault: a file holds only what can be read back."""
    found, faults = {}, []
    for one in tables:
        table = _read(one, names, faults)
        if table is not None:
            found[str(one.get("name", ""))] = table
    if faults:
        raise TablesFaulty(name=kind, faults="\n".join(faults))
    if kind == "xlsx":
        return dmn.write_tables(found)
    decisions = tuple(dmn.model.Decision(name=name, id=f"_{at}", expression=table) for at, (name, table) in enumerate(found.items(), 1))
    return dmn.write_dmn(dmn.Definitions(name="policy", id="_definitions", namespace="urn:manyuan:policy", decisions=decisions))


def read_tables_file(*, name: str, content: bytes, names: Iterable[str]) -> list[dict[str, Any]]:
    """The tables of a workbook (.xlsx) or a DMN model (.dmn) as a policy file writes them. Raises TablesFaulty with every fault and its place, Infected."""
    refuse_infected(name, content)
    faults: list[str] = []
    out = []
    for title, table in _tables(name, content, names).items():
        try:
            entry = {"name": title, **written(table)}
        except dmn.NoExpression as error:
            faults.append(f"{title}: {error.zh if _chinese() else error.en}")
            continue
        _read(entry, names, faults)
        out.append(entry)
    if faults:
        raise TablesFaulty(name=name, faults="\n".join(faults))
    return out


def _tables(name: str, content: bytes, names: Iterable[str]) -> dict[str, dmn.DecisionTable]:
    ending = PurePath(name).suffix.lower()
    try:
        if ending == ".dmn":
            return {one.name: one.expression for one in dmn.read_dmn(content, file=name).decisions if isinstance(one.expression, dmn.DecisionTable)}
        if ending == ".xlsx":
            return dict(dmn.read_tables(content, names=names))
    except (dmn.ModelInvalid, dmn.SheetInvalid) as error:
        raise TablesFaulty(name=name, faults=error.message(get_language() or "zh")) from error
    raise TablesFaulty(name=name, faults=f"{ending or '–'}: .xlsx, .dmn")


def with_tables(text: str, folder: Path, names: Iterable[str]) -> str:
    """A pack's policy with the tables of the files beside it written into it, so that it is one text; a policy that names no file is left word for word.

    Raises TablesFaulty for a file or a table that is not there, and for what `read_tables_file` refuses.
    """
    try:
        fields = fields_of(text)
    except ValueError:
        return text  # the checker says what is wrong with it
    places = [(one, "when") for one in fields["conditions"]] + [(fields["amount"], "value")]
    found = False
    for holder, key in places:
        named = _FILE.fullmatch(str(holder.get(key, "")).strip())
        if named is None:
            continue
        found, (file, title, value) = True, named.groups()
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise TablesFaulty(name=file, faults="–")
        read = read_tables_file(name=path.name, content=path.read_bytes(), names=names)
        table = next((one for one in read if one["name"] == title), None)
        if table is None:
            raise TablesFaulty(name=file, faults=f"{title}: {', '.join(one['name'] for one in read) or '–'}")
        same = next((one for one in fields["tables"] if one["name"] == title), None)
        if same is not None and same != table:
            raise TablesFaulty(name=file, faults=f"{title} ×2")
        if same is None:
            fields["tables"].append(table)
        holder[key] = f"#{title}" + (f" = {value}" if value else "")
    return compose(fields).text if found else text


def merged(tables: Sequence[Table], incoming: Sequence[Table]) -> list[Table]:
    """What stands in the editor with the tables of a file in it: of the same name instead, others added; what the file does not hold stays."""
    new = {one["name"]: one for one in incoming}
    kept = [new.pop(one.get("name"), one) for one in tables]
    return [*kept, *new.values()]


def changes_of(tables: Sequence[Table], incoming: Sequence[Table]) -> list[Change]:
    """What the tables of a file change, table by table, row by row."""
    before = {one.get("name"): one for one in tables}
    out = []
    for one in incoming:
        old = before.get(one["name"])
        if old is None:
            out.append(Change(one["name"], "new", tuple((at, (), _cells(row)) for at, row in enumerate(one["rules"], 1))))
            continue
        columns = any(_named(old, key) != _named(one, key) for key in ("hit", "inputs", "output", "notes"))
        was, now = [_cells(row) for row in old.get("rules") or ()], [_cells(row) for row in one["rules"]]
        rows = [
            (at + 1, was[at] if at < len(was) else (), now[at] if at < len(now) else ())
            for at in range(max(len(was), len(now)))
            if (was[at : at + 1] != now[at : at + 1])
        ]
        out.append(Change(one["name"], "changed" if rows or columns else "same", tuple(rows), columns))
    return out


def _cells(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in row)


def _named(table: Table, key: str) -> Any:
    found = table.get(key)
    if key == "hit":
        return found or "UNIQUE"
    if key == "output":
        return {"name": found} if isinstance(found, str) else found or {}
    return [one if isinstance(one, Mapping) else {"expression": one} for one in found or ()] if key == "inputs" else list(found or ())


def doubts_of(tables: Sequence[Table], names: Iterable[str]) -> list[Told]:
    """What the linter finds doubtful in tables that can be read: overlaps, gaps, rows that never match. Each at its table or row."""
    language, out = get_language() or "zh", []
    for number, one in enumerate(tables):
        table = _read(one, names, [])
        for finding in dmn.lint_table(table) if table is not None else ():
            place = f"tables.{number}" + (f".{finding.rows[-1] - 1}" if finding.rows else "")
            out.append(Told(place, f"{finding.message(language)}{'；' if _chinese() else '; '}{finding.expected(language)}"))
    return out


def _read(entry: Table, names: Iterable[str], faults: list[str]) -> dmn.DecisionTable | None:
    title = entry.get("name") or "–"

    def wrong(path: tuple[str | int, ...], zh: str, en: str) -> None:
        faults.append(f"{title}: {zh if _chinese() else en}")

    return read_table({key: value for key, value in entry.items() if key != "name"}, names, wrong)


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")
