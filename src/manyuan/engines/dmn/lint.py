"""Overlaps, gaps and rows that can never match, found exactly.

Every column is cut into pieces (`pieces`): on these a cell is a set, a row a box, and the questions become set algebra. A column with a cell that
is no constant test cannot be judged; the report says so instead of guessing.
"""

from __future__ import annotations

from dataclasses import dataclass

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.logic import typed_tables
from manyuan.engines.dmn.pieces import Axis, axes_of
from manyuan.engines.dmn.running import Model, Resolver
from manyuan.engines.feel import types

MAX_BOXES = 2_000_000  # looked at in one search
Box = tuple[int, ...]  # for each axis a set of its pieces, bit by bit


@dataclass(frozen=True)
class Finding:
    """kind: overlap | gap | never | unjudged | unfinished. rows: numbers from 1; text: what, by column, as FEEL (gap, overlap), or the column's name
    (never under FIRST: `FIRST`, the row is covered by earlier ones), or the bound that was reached (unfinished). columns: numbers of the inputs from 1
    that it stands on: where no value is left (never), that cannot be judged, in which the rows that overlap are not the same."""

    kind: str
    rows: tuple[int, ...]
    text: str
    severity: str
    columns: tuple[int, ...] = ()

    def message(self, language: str = "en") -> str:
        rows = ", ".join(map(str, self.rows))
        columns = ", ".join(map(str, self.columns))
        at_zh, at_en = (f"第 {columns} 列", f", column {columns}") if columns else ("", "")
        words = {
            "overlap": (f"第 {rows} 行重叠，例如 {self.text}", f"rows {rows} overlap, for instance at {self.text}"),
            "gap": (f"没有规则覆盖 {self.text}", f"no rule covers {self.text}"),
            "never": (f"第 {rows} 行{at_zh}永远不会命中：{self.text}", f"row {rows}{at_en} can never match: {self.text}"),
            "unjudged": (
                f"{at_zh and at_zh + '：'}列“{self.text}”含有无法静态判断的条件，未检查",
                f"{at_en and at_en[2:] + ': '}the column {self.text!r} has conditions that cannot be judged; it was not checked",
            ),
            "unfinished": (f"超过 {self.text} 个区域，已停止查找", f"the search was given up at {self.text} boxes"),
        }[self.kind]
        return words[0] if language.startswith("zh") else words[1]

    def expected(self, language: str = "en") -> str:
        """What to do about it."""
        zh, en = _EXPECTED["shadowed" if self.kind == "never" and self.text == "FIRST" else self.kind]
        return zh if language.startswith("zh") else en


_EXPECTED = {
    "overlap": ("应使每种情形只有一行命中，或改用允许多行命中的命中策略", "expected one row for each case, or a hit policy that allows several"),
    "gap": ("应补一行规则或给出缺省输出", "expected a rule for it, or a default output"),
    "never": ("应改正或删去这一行：其条件在该列允许值中无解", "expected conditions that some allowed value meets: mend the row or delete it"),
    "shadowed": ("前面的行已覆盖它：应前移或删去", "earlier rows cover it: expected it further up, or deleted"),
    "unjudged": ("应为常量条件；否则请人工核对重叠与遗漏", "expected constant conditions; else look for overlaps and gaps by eye"),
    "unfinished": ("应把表拆小", "expected a smaller table: split it"),
}


def lint_table(table: m.DecisionTable) -> list[Finding]:
    """What is doubtful about a table, worst first. Severity: error where the hit policy forbids it, else warning. The types that its columns name are
    not known here: `lint_model` counts their allowed values too."""
    return _findings(table, axes_of(table))


def lint_model(definitions: m.Definitions, *, resolve: Resolver | None = None) -> list[tuple[str, Finding]]:
    """What is doubtful about every decision table of a model, each with the path where it stands (`Tier`, or `Tier › entry` within a context). What
    the type of an input does not allow need not be covered and never matches. resolve: as for `Model`."""
    found = []
    for typed in typed_tables(Model.as_written(definitions, resolve=resolve)):
        kinds = [_base(kind) for kind in typed.kinds]
        found += [(typed.path, finding) for finding in _findings(typed.table, axes_of(typed.table, typed.allowed, kinds))]
    return found


def _base(kind: types.Type) -> str:
    while isinstance(kind, types.ConstrainedType):
        kind = kind.base
    return kind.name


def _findings(table: m.DecisionTable, columns: list[Axis]) -> list[Finding]:
    findings = [Finding("unjudged", (), column.name, "warning", column.columns) for column in columns if not column.judged]
    judged = [column for column in columns if column.judged]
    rows = [tuple(column.cells[at] for column in judged) for at in range(len(table.rules))]
    findings += _empty(judged, rows)
    if len(judged) < len(columns):
        return findings
    live = [at for at, row in enumerate(rows) if all(row)]
    findings += _overlaps(table, judged, rows, live)
    findings += _covered(table, rows, live)
    if not any(output.default for output in table.outputs) and table.hit_policy != "COLLECT":
        findings += _gaps(judged, rows)
    return sorted(findings, key=lambda f: (f.severity != "error", f.kind, f.rows))


def _empty(columns: list[Axis], rows: list[Box]) -> list[Finding]:
    found = []
    for at, row in enumerate(rows):
        empty = [column for column, cell in zip(columns, row) if not cell]
        if empty:
            places = tuple(number for column in empty for number in column.columns)
            found.append(Finding("never", (at + 1,), ", ".join(column.name for column in empty), "error", places))
    return found


def _overlaps(table: m.DecisionTable, columns: list[Axis], rows: list[Box], live: list[int]) -> list[Finding]:
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return []
    found = []
    for index, a in enumerate(live):
        for b in live[index + 1 :]:
            shared = tuple(x & y for x, y in zip(rows[a], rows[b]))
            if not all(shared):
                continue
            if table.hit_policy == "ANY" and table.rules[a].outputs == table.rules[b].outputs:
                continue
            differing = tuple(number for column, x, y in zip(columns, rows[a], rows[b]) if x != y for number in column.columns)
            found.append(Finding("overlap", (a + 1, b + 1), _words(columns, shared), "error", differing))
    return found


def _covered(table: m.DecisionTable, rows: list[Box], live: list[int]) -> list[Finding]:
    """FIRST: a row that earlier rows cover whole is never reached."""
    if table.hit_policy != "FIRST":
        return []
    found: list[Finding] = []
    for at in live:
        rest = _without([rows[at]], [rows[earlier] for earlier in live if earlier < at])
        if rest is None:
            found.append(Finding("unfinished", (at + 1,), str(MAX_BOXES), "warning"))
        elif not rest:
            found.append(Finding("never", (at + 1,), "FIRST", "error"))
    return found


def _gaps(columns: list[Axis], rows: list[Box]) -> list[Finding]:
    whole = tuple(column.whole for column in columns)
    rest = _without([whole] if all(whole) else [], [row for row in rows if all(row)])
    if rest is None:
        return [Finding("unfinished", (), str(MAX_BOXES), "warning")]
    return [Finding("gap", (), _words(columns, box), "warning") for box in rest[:20]]


def _without(boxes: list[Box], others: list[Box]) -> list[Box] | None:
    """Disjoint boxes without some others; None where the search grows too large."""
    looked_at = 0
    for other in others:
        looked_at += len(boxes)
        if looked_at > MAX_BOXES:
            return None
        boxes = [piece for box in boxes for piece in _minus(box, other)]
        if not boxes:
            break
    return boxes


def _minus(box: Box, other: Box) -> list[Box]:
    """A box without another, as disjoint boxes."""
    for a, b in zip(box, other):
        if not a & b:
            return [box]
    out = []
    for at, (a, b) in enumerate(zip(box, other)):
        outside = a & ~b
        if outside:
            out.append((*(x & y for x, y in zip(box[:at], other[:at])), outside, *box[at + 1 :]))
    return out


def _words(columns: list[Axis], box: Box) -> str:
    return " · ".join(f"{column.name}: {column.text_at(pieces)}" for column, pieces in zip(columns, box))
