"""Policies as readable YAML, one file or a folder of them; and the checker that names every fault with file, line and column.

policies:
  - code: NS-M-03
    name: {zh: 落户奖, en: Settling award}
    source: nansha-2017-manufacturing        # a source of the pack
    mark: V                                   # V | C | GK | example
    start: 2017-01-01
    end: 2020-01-01                           # left out: open
    delivery: application                     # no-application | short-form | application
    group: settling                           # of one group the highest only
    ceiling: yearly                           # the name of a ceiling below
    requires: [NS-M-02]
    judged: [经专家评审]                        # what no rule can decide
    score: {above: 70, clause: …, text: {…}, items: [{id: ip, points: 30, least: FEEL, most: FEEL, text: {…}}]}   # what experts judge in points
    conditions:
      - {id: sector, clause: 第三条, when: 'sector in ("制造业", "建筑业")', text: {zh: …, en: …}}
    amount: {value: 'min(revenue * 0.05, 5000000)', rounding: half-up, scale: 2, cap: 5000000, clause: 第三条}
ceilings:
  yearly: 10000000                            # yuan for one enterprise and year
tables: {Pays: {…}}                           # decision tables (`written_tables`), named by `table: "#Pays"` where a condition has its `when`, an amount its `value`
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from manyuan.engines import dmn, feel
from manyuan.engines.feel import tree, types
from manyuan.engines.feel.checker import Checker
from manyuan.engines.screening.amounts import ROUNDINGS
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.places import Document, read_yaml
from manyuan.engines.screening.policy import Amount, Ceiling, Condition, Policy, PolicySet, Score, ScoreItem, Text
from manyuan.engines.screening.scoring import reachable
from manyuan.engines.screening.written_tables import read_table

MARKS = ("V", "C", "GK", "example", "synthetic")
DELIVERIES = ("no-application", "short-form", "application")
_FILE_KEYS = ("policies", "ceilings", "facts", "title", "tables")
_POLICY_KEYS = (
    "code", "name", "source", "mark", "start", "end", "conditions", "amount", "group", "ceiling", "delivery", "kind", "requires", "judged", "score", "note",
)  # fmt: skip
_CONDITION_KEYS = ("id", "when", "table", "is", "clause", "text")
_SCORE_KEYS = ("above", "clause", "text", "items")
_ITEM_KEYS = ("id", "points", "least", "most", "text")
_AMOUNT_KEYS = ("value", "table", "rounding", "scale", "cap", "floor", "clause")


@dataclass(frozen=True)
class PolicyFault:
    """One fault of a policy file."""

    file: str
    line: int
    column: int
    zh: str
    en: str

    def message(self, language: str = "en") -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return where + (self.zh if language.startswith("zh") else self.en)


class PoliciesInvalid(Exception):
    """Policy files that cannot be used. faults: all of them."""

    def __init__(self, faults: Sequence[PolicyFault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(fault.message("en") for fault in faults))

    def message(self, language: str = "en") -> str:
        return "\n".join(fault.message(language) for fault in self.faults)


def files_of(paths: Iterable[str | Path]) -> list[Path]:
    """The YAML files among paths and under folders, in order."""
    found: list[Path] = []
    for path in map(Path, paths):
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return [path for path in found if path.name not in ("facts.yaml", "sources.yaml", "cases.yaml", "table.yaml")]


def read_policies(paths: Iterable[str | Path], schema: Schema | None = None) -> PolicySet:
    """Read policies; with a schema, conditions and amounts are checked too. Raises PoliciesInvalid with every fault."""
    policies, faults = _read(paths, schema)
    if faults:
        raise PoliciesInvalid(faults)
    return policies


def check_policies(paths: Iterable[str | Path], schema: Schema | None = None) -> list[PolicyFault]:
    """Every fault of policy files."""
    return _read(paths, schema)[1]


def read_policy_text(text: str, schema: Schema | None = None, name: str = "policy.yaml") -> tuple[PolicySet, list[PolicyFault]]:
    """The policies in a text of the same shape, and every fault of it; tables beside it are not to be had."""
    reader = _Reader(read_yaml(name, text), schema, Path(name).parent)
    policies = reader.policies()
    ceilings = reader.ceilings()
    known = {policy.code for policy in policies}
    faults = reader.faults + _references([replace(p, requires=tuple(c for c in p.requires if c in known)) for p in policies], ceilings)
    return PolicySet(tuple(policies), tuple(ceilings[one] for one in sorted(ceilings))), faults


def _read(paths: Iterable[str | Path], schema: Schema | None) -> tuple[PolicySet, list[PolicyFault]]:
    policies: list[Policy] = []
    ceilings: dict[str, Ceiling] = {}
    faults: list[PolicyFault] = []
    codes: dict[str, str] = {}
    readers = []
    for file in files_of(paths):
        if not file.is_file():
            faults.append(PolicyFault(str(file), 1, 1, "没有这个文件", "there is no such file"))
            continue
        reader = _Reader(read_yaml(file), schema, file.parent)
        readers.append(reader)
        for policy in reader.policies():
            if policy.code in codes:
                reader.fault((), f"编号“{policy.code}”与 {codes[policy.code]} 重复", f"the code {policy.code!r} is also in {codes[policy.code]}", policy.line)
            codes[policy.code] = f"{policy.file}:{policy.line}"
            policies.append(policy)
        ceilings |= reader.ceilings()
        faults += reader.faults
    policies.sort(key=lambda policy: policy.code)
    faults += _references(policies, ceilings)
    return PolicySet(tuple(policies), tuple(ceilings[name] for name in sorted(ceilings))), sorted(faults, key=lambda f: (f.file, f.line, f.column))


def _per_unit(node: tree.Node) -> bool:
    """Whether an amount is so many yuan for each unit of something: a quantity times a plain number (`staff * 2000`)."""
    if not (isinstance(node, tree.Arithmetic) and node.operator == "*"):
        return False
    return any(isinstance(side, tree.Literal) and isinstance(side.value, Decimal) for side in (node.left, node.right))


def _references(policies: list[Policy], ceilings: dict[str, Ceiling]) -> list[PolicyFault]:
    faults = []
    by_code = {policy.code: policy for policy in policies}
    for policy in policies:
        for other in policy.requires:
            if other not in by_code:
                faults.append(
                    PolicyFault(
                        policy.file, policy.line, 1, f"“{policy.code}”要求的政策“{other}”不存在", f"{policy.code!r} requires {other!r}, which does not exist"
                    )
                )
        if policy.ceiling and policy.ceiling not in ceilings:
            faults.append(PolicyFault(policy.file, policy.line, 1, f"没有名为“{policy.ceiling}”的年度上限", f"there is no ceiling named {policy.ceiling!r}"))
        seen, waiting = set(), list(policy.requires)
        while waiting:
            code = waiting.pop()
            if code == policy.code:
                faults.append(PolicyFault(policy.file, policy.line, 1, f"“{policy.code}”的前置要求成环", f"the requirements of {policy.code!r} form a cycle"))
                break
            if code not in seen and code in by_code:
                seen.add(code)
                waiting += by_code[code].requires
    return faults


class _Reader:
    """One file."""

    def __init__(self, document: Document, schema: Schema | None, folder: Path) -> None:
        self.folder = folder
        self.document = document
        self.schema = schema
        self.faults = [PolicyFault(document.file, line, column, zh, en) for (line, column), zh, en in document.problems]
        if document.data is not None and not isinstance(document.data, dict):
            self.fault((), "文件应以 policies: 开头", "the file should begin with policies:")
            document.data = None
        for key in document.data or {}:
            if key not in _FILE_KEYS:
                self.unknown((key,), key, _FILE_KEYS)
        self.tables = self._tables((document.data or {}).get("tables"))

    def _tables(self, given: Any) -> dict[str, dmn.DecisionTable | None]:
        """The tables written into the file; None for one with a fault, which is told here."""
        if not isinstance(given or {}, dict):
            self.fault(("tables",), "tables 应为 {名称: {…}}", "tables should be {name: {…}}")
            return {}
        return {str(name): self._one_table(str(name), entry) for name, entry in (given or {}).items()}

    def _one_table(self, name: str, entry: Any) -> dmn.DecisionTable | None:
        def wrong(path: tuple[str | int, ...], zh: str, en: str) -> None:
            self.fault(("tables", name, *path), f"决策表“{name}”：{zh}", f"table {name!r}: {en}")

        table = read_table(entry, self.schema.names if self.schema else (), wrong)
        if table is None or self.schema is None:
            return table
        faults = [(at, fault) for at, one in enumerate(table.inputs) for fault in feel.check(one.expression, self.schema.feel_types)]
        for at, fault in faults:
            wrong(("inputs", at), *(fault.message(language).split("\n")[0] for language in ("zh", "en")))
        return None if faults else table

    def fault(self, path: tuple[str | int, ...], zh: str, en: str, line: int | None = None) -> None:
        place = self.document.place(path)
        self.faults.append(PolicyFault(self.document.file, line or place[0], place[1], zh, en))

    def unknown(self, path: tuple[str | int, ...], key: str, known: Sequence[str]) -> None:
        near = difflib.get_close_matches(key, known, n=1)
        hint_zh, hint_en = (f"，是否指“{near[0]}”？", f"; did you mean {near[0]!r}?") if near else ("", "")
        self.fault(path, f"没有名为“{key}”的键{hint_zh}", f"there is no key named {key!r}{hint_en}")

    def ceilings(self) -> dict[str, Ceiling]:
        out = {}
        for name, value in ((self.document.data or {}).get("ceilings") or {}).items():
            amount = self.money(("ceilings", name), value)
            if amount is not None:
                out[name] = Ceiling(name, amount)
        return out

    def policies(self) -> list[Policy]:
        entries = (self.document.data or {}).get("policies") or []
        if not isinstance(entries, list):
            self.fault(("policies",), "policies 应为列表", "policies should be a list")
            return []
        found = (self.policy(("policies", at), entry) for at, entry in enumerate(entries))
        return [policy for policy in found if policy is not None]

    def policy(self, path: tuple[str | int, ...], entry: Any) -> Policy | None:
        if not isinstance(entry, dict):
            self.fault(path, "政策应为一组键值", "a policy should be a mapping")
            return None
        for key in entry:
            if key not in _POLICY_KEYS:
                self.unknown((*path, key), key, _POLICY_KEYS)
        for key in ("code", "name", "source", "mark", "start", "conditions"):
            if key not in entry:
                self.fault(path, f"缺少“{key}”", f"{key!r} is missing")
        start, end = self.day(path, entry, "start"), self.day(path, entry, "end")
        if start and end and end <= start:
            self.fault((*path, "end"), f"政策在开始（{start}）之前就结束（{end}）", f"the policy ends ({end}) before it begins ({start})")
        for key, known in (("mark", MARKS), ("delivery", DELIVERIES)):
            if key in entry and entry[key] not in known:
                self.fault((*path, key), f"“{entry[key]}”应为 {'、'.join(known)} 之一", f"{entry[key]!r} should be one of {', '.join(known)}")
        conditions = entry.get("conditions") or []
        if not isinstance(conditions, list) or not conditions:
            self.fault((*path, "conditions"), "至少要有一个条件", "there should be at least one condition")
            conditions = []
        score = self.score((*path, "score"), entry.get("score"))
        listed = [self.condition((*path, "conditions", at), one, at) for at, one in enumerate(conditions)]
        return Policy(
            str(entry.get("code", "")), self.text((*path, "name"), entry.get("name")), str(entry.get("source", "")), str(entry.get("mark", "")),
            start or date(1, 1, 1), end, (*listed, *([reachable(score)] if score else [])),
            self.amount((*path, "amount"), entry.get("amount")), str(entry.get("group", "")), str(entry.get("ceiling", "")),
            str(entry.get("delivery", "application")), str(entry.get("kind", "money")), tuple(map(str, entry.get("requires") or ())),
            tuple(map(str, entry.get("judged") or ())), self.document.file, self.document.place(path)[0], score,
        )  # fmt: skip

    def score(self, path: tuple[str | int, ...], entry: Any) -> Score | None:
        if entry is None:
            return None
        items = entry.get("items") if isinstance(entry, dict) else None
        above = self.money((*path, "above"), entry.get("above")) if isinstance(entry, dict) else None
        if above is None or not isinstance(items, list) or not items:
            self.fault(path, "评分应有 above（须高于的分数）和 items（评分项列表）", "a score should have above (the mark to be passed) and items (a list)")
            return None
        for key in entry:
            if key not in _SCORE_KEYS:
                self.unknown((*path, key), key, _SCORE_KEYS)
        found = [self.item((*path, "items", at), one) for at, one in enumerate(items)]
        return Score(above, str(entry.get("clause", "")), self.text((*path, "text"), entry.get("text")), tuple(one for one in found if one is not None))

    def item(self, path: tuple[str | int, ...], entry: Any) -> ScoreItem | None:
        missing = [key for key in ("points", "least", "most") if not isinstance(entry, dict) or entry.get(key) is None]
        if missing:
            self.fault(path, f"评分项缺少 {'、'.join(missing)}", f"an item of a score lacks {', '.join(missing)}")
            return None
        for key in entry:
            if key not in _ITEM_KEYS:
                self.unknown((*path, key), key, _ITEM_KEYS)
        for key in ("least", "most"):
            self.expression((*path, key), str(entry[key]), types.NUMBER)
        points = self.money((*path, "points"), entry["points"]) or Decimal(0)
        return ScoreItem(str(entry.get("id", "")), self.text((*path, "text"), entry.get("text")), points, str(entry["least"]), str(entry["most"]))

    def text(self, path: tuple[str | int, ...], value: Any) -> Text:
        if isinstance(value, dict) and set(value) <= {"zh", "en"} and value:
            return Text(str(value.get("zh", "")), str(value.get("en", "")))
        if value is not None and not isinstance(value, str):
            self.fault(path, "应为 {zh: …, en: …}", "should be {zh: …, en: …}")
        return Text(str(value or ""), str(value or ""))

    def day(self, path: tuple[str | int, ...], entry: dict[str, Any], key: str) -> date | None:
        value = entry.get(key)
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fault((*path, key), f"“{value}”不是日期，应如 2024-01-31", f"{value!r} is not a date such as 2024-01-31")
            return None

    def money(self, path: tuple[str | int, ...], value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fault(path, f"“{value}”不是金额", f"{value!r} is not an amount")
            return None
        if amount < 0:
            self.fault(path, f"金额不能为负：{value}", f"an amount cannot be negative: {value}")
            return None
        return amount

    def condition(self, path: tuple[str | int, ...], entry: Any, at: int) -> Condition:
        if isinstance(entry, dict) and "table" in entry and "when" not in entry:
            text = self.table((*path, "table"), entry["table"])
            entry = {**entry, "when": text if "is" not in entry else f"({text}) = {entry['is']}"}
        if not isinstance(entry, dict) or "when" not in entry:
            self.fault(path, "条件应有 when 或 table", "a condition should have a when or a table")
            return Condition(str(at + 1), "true", "", Text("", ""))
        for key in entry:
            if key not in _CONDITION_KEYS:
                self.unknown((*path, key), key, _CONDITION_KEYS)
        if not entry.get("clause"):
            self.fault(path, "条件应注明条款（clause）", "a condition should cite its clause")
        when = str(entry["when"]) if not isinstance(entry["when"], bool) else str(entry["when"]).lower()
        self.expression((*path, "when"), when, types.BOOLEAN)
        return Condition(str(entry.get("id", at + 1)), when, str(entry.get("clause", "")), self.text((*path, "text"), entry.get("text", when)))

    def amount(self, path: tuple[str | int, ...], entry: Any) -> Amount:
        if entry is None:
            return Amount()
        if not isinstance(entry, dict):
            entry = {"value": entry}
        for key in entry:
            if key not in _AMOUNT_KEYS:
                self.unknown((*path, key), key, _AMOUNT_KEYS)
        if "table" in entry and "value" not in entry:
            entry = {**entry, "value": self.table((*path, "table"), entry["table"])}
        rounding = str(entry.get("rounding", "half-up"))
        if rounding not in ROUNDINGS:
            self.fault((*path, "rounding"), f"“{rounding}”应为 {'、'.join(ROUNDINGS)} 之一", f"{rounding!r} should be one of {', '.join(ROUNDINGS)}")
        cap, floor = self.money((*path, "cap"), entry.get("cap")), self.money((*path, "floor"), entry.get("floor"))
        if cap is not None and floor is not None and floor > cap:
            self.fault((*path, "floor"), f"下限 {floor} 高于上限 {cap}", f"the floor {floor} is above the cap {cap}")
        value = None if entry.get("value") is None else str(entry["value"])
        if value is not None:
            self.expression((*path, "value"), value, types.NUMBER)
        return Amount(value, rounding, int(entry.get("scale", 2)), cap, floor, str(entry.get("clause", "")))

    def table(self, path: tuple[str | int, ...], entry: Any) -> str:
        """The decision table `#Name` of this file, or `file.dmn#Decision` or `file.xlsx#Decision` beside it, as FEEL; `null` where it has faults."""
        name, _, decision = str(entry).partition("#")
        if not name and decision:
            return self._written(path, decision)
        file = (self.folder / name).resolve()
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            self.fault(path, f"没有文件“{name}”", f"there is no file {name!r} beside this one")
            return "null"
        try:
            if file.suffix == ".xlsx":
                tables: dict[str, Any] = dict(dmn.read_tables(file, names=self.schema.names if self.schema else ()))
            else:
                tables = {d.name: d.expression for d in dmn.read_dmn(file).decisions}
            found = tables.get(decision)
            if not isinstance(found, dmn.DecisionTable):
                known = ", ".join(key for key, value in tables.items() if isinstance(value, dmn.DecisionTable))
                self.fault(path, f"没有决策表“{decision}”，有：{known}", f"there is no decision table {decision!r}; there are: {known}")
                return "null"
            return dmn.table_as_feel(found)
        except dmn.NoExpression as error:
            self.fault(path, error.zh, error.en)
        except (dmn.ModelInvalid, dmn.SheetInvalid) as error:
            self.fault(path, error.message("zh"), error.message("en"))
        except feel.FeelError as error:
            self.fault(path, error.message("zh").split("\n")[0], error.message("en").split("\n")[0])
        return "null"

    def _written(self, path: tuple[str | int, ...], name: str) -> str:
        if name not in self.tables:
            known = ", ".join(self.tables) or "–"
            self.fault(path, f"本文件没有决策表“{name}”，有：{known}", f"there is no table {name!r} in this file; there are: {known}")
            return "null"
        found = self.tables[name]
        return "null" if found is None else dmn.table_as_feel(found)

    def expression(self, path: tuple[str | int, ...], text: str, wanted: types.Type) -> None:
        """FEEL in a file: the place of a fault is the place of the text, moved by the fault's own place in it."""
        line, column = self.document.place(path)
        scope = self.schema.feel_types if self.schema is not None else None
        if scope is None:
            try:
                feel.parse(text)
            except feel.FeelError:
                pass  # names with spaces need the schema
            return
        faults = feel.check(text, scope)
        for fault in faults:
            inner = fault.place
            piece = text[fault.span[0] : max(fault.span[1], fault.span[0] + 1)] or text[-20:]
            piece = piece if len(piece) <= 60 else f"{piece[:57]}…"
            zh, en = (fault.message(language).split("\n")[0] for language in ("zh", "en"))
            place = (line + inner.line - 1, column + (inner.column - 1 if inner.line == 1 else 0))
            self.faults.append(PolicyFault(self.document.file, *place, f"“{piece}”：{zh}", f"{piece!r}: {en}"))
        if not faults:
            node = feel.parse(text, names=scope)
            kind = Checker(text, scope).visit(node)
            if kind.name not in (wanted.name, "Any", "Null"):
                self.fault(path, f"{text}：结果是 {kind}，应为 {wanted}", f"{text}: the result is {kind}, expected {wanted}")
            elif wanted.name == "number" and kind.unit not in (None, "yuan") and not _per_unit(node):
                self.fault(path, f"{text}：单位是 {kind.unit}，应为元", f"{text}: its unit is {kind.unit}, expected yuan")
