"""One policy file read: policies and ceilings with their places, and every fault with line, column, what was found and what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from manyuan.engines import dmn, feel
from manyuan.engines.feel import tree, types
from manyuan.engines.feel.checker import Checker
from manyuan.engines.screening.amounts import ROUNDINGS
from manyuan.engines.screening.constants import wrong_constants
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.faults import PolicyFault, unknown_keys
from manyuan.engines.screening.places import Document, Path_
from manyuan.engines.screening.policy import Amount, Ceiling, Condition, Policy, Score, ScoreItem, Text
from manyuan.engines.screening.scoring import reachable
from manyuan.engines.screening.written_tables import read_table

MARKS = ("V", "C", "GK", "example", "synthetic")
DELIVERIES = ("no-application", "short-form", "application")
_FILE_KEYS = ("policies", "ceilings", "facts", "title", "tables")
_POLICY_KEYS = (
    "code", "name", "source", "mark", "start", "end", "conditions", "amount", "group", "ceiling", "delivery", "kind", "requires", "judged", "score", "note",
)  # fmt: skip
_NEEDED = {
    "code": ("如 RD-1 的编号", "a code such as RD-1"),
    "name": ("名称 {zh: …, en: …}", "a name {zh: …, en: …}"),
    "source": ("所依据的文件", "the document it comes from"),
    "mark": ("核实程度", "how far it is verified"),
    "start": ("开始日期", "the day it begins"),
    "conditions": ("条件列表", "a list of conditions"),
}
_CONDITION_KEYS = ("id", "when", "table", "is", "clause", "text")
_SCORE_KEYS = ("above", "clause", "text", "items")
_ITEM_KEYS = ("id", "points", "least", "most", "text")
_AMOUNT_KEYS = ("value", "table", "rounding", "scale", "cap", "floor", "clause")
_SCALES = range(-8, 3)


@dataclass(frozen=True)
class Placed:
    """A policy and where it stands."""

    policy: Policy
    path: Path_
    document: Document

    def fault(self, path: Path_, zh: str, en: str) -> PolicyFault:
        """A fault at a path of its file."""
        return PolicyFault(self.document.file, *self.document.place(path), zh, en)


def _parsable(entry: Any, names: Sequence[str]) -> list[str]:
    """The input expressions of a table with faults, so that what they name is checked all the same; `null` for one that cannot be read."""
    given = entry.get("inputs") if isinstance(entry, dict) else None
    out = []
    for one in given if isinstance(given, list) else ():
        text = str(one.get("expression", "null") if isinstance(one, dict) else one)
        try:
            feel.parse(text, names=names)
        except feel.FeelError:
            text = "null"
        out.append(text)
    return out


def _shown(value: object) -> str:
    """What was found, short."""
    text = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _per_unit(node: tree.Node) -> bool:
    """Whether an amount is so many yuan for each unit of something: a quantity times a plain number (`staff * 2000`)."""
    if not (isinstance(node, tree.Arithmetic) and node.operator == "*"):
        return False
    return any(isinstance(side, tree.Literal) and isinstance(side.value, Decimal) for side in (node.left, node.right))


class PolicyReader:
    """Reads one file: `policies`, `ceilings`; faults: every one that was found."""

    def __init__(self, document: Document, schema: Schema | None, folder: Path) -> None:
        self.folder = folder
        self.document = document
        self.schema = schema
        self.faults = [PolicyFault(document.file, line, column, zh, en) for (line, column), zh, en in document.problems]
        if not isinstance(document.data, dict) and not document.problems:
            self.found((), document.data, "以 policies: 开头的键值", "a mapping that begins with policies:")
            document.data = None
        self.keys((), document.data or {}, _FILE_KEYS)
        self.tables = self._tables((document.data or {}).get("tables"))

    def _tables(self, given: Any) -> dict[str, dmn.DecisionTable | None]:
        """The tables written into the file; None for one with a fault, which is told here."""
        if not isinstance(given or {}, dict):
            self.found(("tables",), given, " {名称: {…}}", "{name: {…}}")
            return {}
        return {str(name): self._one_table(str(name), entry) for name, entry in (given or {}).items()}

    def _one_table(self, name: str, entry: Any) -> dmn.DecisionTable | None:
        def wrong(path: Path_, zh: str, en: str) -> None:
            self.fault(("tables", name, *path), f"决策表“{name}”：{zh}", f"table {name!r}: {en}")

        table = read_table(entry, self.schema.names if self.schema else (), wrong)
        if self.schema is None:
            return table
        inputs = [one.expression for one in table.inputs] if table is not None else _parsable(entry, self.schema.names)
        faults = [(at, fault) for at, text in enumerate(inputs) for fault in feel.check(text, self.schema.feel_types)]
        for at, fault in faults:
            wrong(("inputs", at), fault.reason("zh"), fault.reason("en"))
        return None if faults else table

    def fault(self, path: Path_, zh: str, en: str) -> None:
        self.faults.append(PolicyFault(self.document.file, *self.document.place(path), zh, en))

    def found(self, path: Path_, value: object, zh: str, en: str) -> None:
        """A fault in the words "found … expected …"; None is nothing found."""
        if value is None:
            self.fault(path, f"这里没有内容，应为{zh}", f"found nothing, expected {en}")
        else:
            self.fault(path, f"得到“{_shown(value)}”，应为{zh}", f"found {_shown(value)!r}, expected {en}")

    def keys(self, path: Path_, entry: dict[str, Any], known: Sequence[str]) -> None:
        for key, zh, en in unknown_keys(entry, known):
            self.fault((*path, key), zh, en)

    def one_of(self, path: Path_, value: object, known: Sequence[str]) -> None:
        if value not in known:
            self.found(path, value, f" {'、'.join(known)} 之一", f"one of {', '.join(known)}")

    def words(self, path: Path_, value: object) -> tuple[str, ...]:
        """A list of texts."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.found(path, value, "列表 […]", "a list […]")
            return ()
        return tuple(map(str, value))

    def ceilings(self) -> dict[str, Ceiling]:
        listed = (self.document.data or {}).get("ceilings") or {}
        if not isinstance(listed, dict):
            self.found(("ceilings",), listed, "键值，如 yearly: 1000000", "a mapping such as yearly: 1000000")
            return {}
        out = {}
        for name, value in listed.items():
            amount = self.money(("ceilings", name), value)
            if value is None:
                self.found(("ceilings", name), value, "以元计的金额", "an amount in yuan")
            elif amount is not None:
                out[name] = Ceiling(name, amount)
        return out

    def policies(self) -> list[Placed]:
        entries = (self.document.data or {}).get("policies") or []
        if not isinstance(entries, list):
            self.found(("policies",), entries, "列表：每条政策以 - 开头", "a list: each policy begins with -")
            return []
        found = ((("policies", at), self.policy(("policies", at), entry)) for at, entry in enumerate(entries))
        return [Placed(policy, path, self.document) for path, policy in found if policy is not None]

    def policy(self, path: Path_, entry: Any) -> Policy | None:
        if not isinstance(entry, dict):
            self.found(path, entry, "一组键值", "a mapping")
            return None
        self.keys(path, entry, _POLICY_KEYS)
        for key, (zh, en) in _NEEDED.items():
            if entry.get(key) is None or not str(entry[key]).strip():
                self.fault((*path, key), f"缺少“{key}”，应有{zh}", f"{key!r} is missing; expected {en}")
        start, end = self.day(path, entry, "start"), self.day(path, entry, "end")
        if start and end and end <= start:
            zh = f"政策在开始（{start}）之前就结束（{end}），应晚于 {start}"
            self.fault((*path, "end"), zh, f"the policy ends ({end}) before it begins ({start}); expected a day after {start}")
        for key, known in (("mark", MARKS), ("delivery", DELIVERIES)):
            if entry.get(key) is not None:
                self.one_of((*path, key), entry[key], known)
        conditions = entry.get("conditions")
        if conditions is not None and (not isinstance(conditions, list) or not conditions):
            self.found((*path, "conditions"), conditions, "至少有一个条件的列表", "a list of at least one condition")
        listed = [self.condition((*path, "conditions", at), one, at) for at, one in enumerate(conditions if isinstance(conditions, list) else [])]
        score = self.score((*path, "score"), entry.get("score"))
        return Policy(
            str(entry.get("code", "")), self.text((*path, "name"), entry.get("name")), str(entry.get("source", "")), str(entry.get("mark", "")),
            start or date(1, 1, 1), end, (*listed, *([reachable(score)] if score else [])),
            self.amount((*path, "amount"), entry.get("amount")), str(entry.get("group", "")), str(entry.get("ceiling", "")),
            str(entry.get("delivery", "application")), str(entry.get("kind", "money")), self.words((*path, "requires"), entry.get("requires")),
            self.words((*path, "judged"), entry.get("judged")), self.document.file, self.document.place(path)[0], score,
        )  # fmt: skip

    def score(self, path: tuple[str | int, ...], entry: Any) -> Score | None:
        if entry is None:
            return None
        items = entry.get("items") if isinstance(entry, dict) else None
        above = self.money((*path, "above"), entry.get("above")) if isinstance(entry, dict) else None
        if above is None or not isinstance(items, list) or not items:
            self.found(path, entry, "有 above（须高于的分数）和 items（评分项列表）的评分", "a score with above (the mark to be passed) and items (a list)")
            return None
        self.keys(path, entry, _SCORE_KEYS)
        found = [self.item((*path, "items", at), one) for at, one in enumerate(items)]
        return Score(above, str(entry.get("clause", "")), self.text((*path, "text"), entry.get("text")), tuple(one for one in found if one is not None))

    def item(self, path: tuple[str | int, ...], entry: Any) -> ScoreItem | None:
        missing = [key for key in ("points", "least", "most") if not isinstance(entry, dict) or entry.get(key) is None]
        if missing:
            self.fault(
                path,
                f"评分项缺少 {'、'.join(missing)}，应有 points、least 和 most",
                f"an item of a score lacks {', '.join(missing)}; expected points, least and most",
            )
            return None
        self.keys(path, entry, _ITEM_KEYS)
        for key in ("least", "most"):
            self.expression((*path, key), str(entry[key]), types.NUMBER)
        points = self.money((*path, "points"), entry["points"]) or Decimal(0)
        return ScoreItem(str(entry.get("id", "")), self.text((*path, "text"), entry.get("text")), points, str(entry["least"]), str(entry["most"]))

    def text(self, path: tuple[str | int, ...], value: Any) -> Text:
        if isinstance(value, dict) and set(value) <= {"zh", "en"} and value:
            return Text(str(value.get("zh", "")), str(value.get("en", "")))
        if value is not None and not isinstance(value, str):
            self.found(path, value, " {zh: …, en: …} 或一段文字", "{zh: …, en: …} or a text")
        return Text(str(value or ""), str(value or ""))

    def day(self, path: tuple[str | int, ...], entry: dict[str, Any], key: str) -> date | None:
        value = entry.get(key)
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.found((*path, key), value, "日期，如 2024-01-31", "a date such as 2024-01-31")
            return None

    def money(self, path: tuple[str | int, ...], value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.found(path, value, "不小于 0 的金额（元）", "an amount of 0 or more, in yuan")
            return None
        return amount

    def condition(self, path: tuple[str | int, ...], entry: Any, at: int) -> Condition:
        if isinstance(entry, dict) and "table" in entry and "when" not in entry:
            text = self.table((*path, "table"), entry["table"])
            entry = {**entry, "when": text if "is" not in entry else f"({text}) = {entry['is']}"}
        if not isinstance(entry, dict) or "when" not in entry:
            self.found(path, entry, "有 when（FEEL）或 table（决策表）的条件", "a condition with when (FEEL) or table (a decision table)")
            return Condition(str(at + 1), "true", "", Text("", ""))
        self.keys(path, entry, _CONDITION_KEYS)
        if not entry.get("clause"):
            self.fault(path, "条件没有条款，应有 clause，如“第三条”", "the condition has no clause; expected clause, such as art. 3")
        when = str(entry["when"]) if not isinstance(entry["when"], bool) else str(entry["when"]).lower()
        self.expression((*path, "when"), when, types.BOOLEAN)
        return Condition(str(entry.get("id", at + 1)), when, str(entry.get("clause", "")), self.text((*path, "text"), entry.get("text", when)))

    def amount(self, path: tuple[str | int, ...], entry: Any) -> Amount:
        if entry is None:
            return Amount()
        if not isinstance(entry, dict):
            entry = {"value": entry}
        self.keys(path, entry, _AMOUNT_KEYS)
        if "table" in entry and "value" not in entry:
            entry = {**entry, "value": self.table((*path, "table"), entry["table"])}
        rounding = str(entry.get("rounding", "half-up"))
        self.one_of((*path, "rounding"), rounding, list(ROUNDINGS))
        scale = entry.get("scale", 2)
        if isinstance(scale, bool) or not isinstance(scale, int) or scale not in _SCALES:
            self.found(
                (*path, "scale"),
                scale,
                f" {_SCALES[0]} 至 {_SCALES[-1]} 的整数（元的小数位）",
                f"a whole number from {_SCALES[0]} to {_SCALES[-1]} (decimals of a yuan)",
            )
            scale = 2
        cap, floor = self.money((*path, "cap"), entry.get("cap")), self.money((*path, "floor"), entry.get("floor"))
        if cap is not None and floor is not None and floor > cap:
            self.fault((*path, "floor"), f"下限 {floor} 高于上限 {cap}，应不高于上限", f"the floor {floor} is above the cap {cap}; expected at most the cap")
        value = None if entry.get("value") is None else str(entry["value"])
        if value is not None:
            self.expression((*path, "value"), value, types.NUMBER)
        return Amount(value, rounding, scale, cap, floor, str(entry.get("clause", "")))

    def table(self, path: tuple[str | int, ...], entry: Any) -> str:
        """The decision table `#Name` of this file, or `file.dmn#Decision` or `file.xlsx#Decision` beside it, as FEEL; `null` where it has faults."""
        name, _, decision = str(entry).partition("#")
        if not name and decision:
            return self._written(path, decision)
        file = (self.folder / name).resolve()
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            zh = f"没有文件“{name}”，应为本文件旁的决策表，如 grades.dmn#Grade"
            self.fault(path, zh, f"there is no file {name!r} beside this one; expected a decision table such as grades.dmn#Grade")
            return "null"
        try:
            if file.suffix == ".xlsx":
                tables: dict[str, Any] = dict(dmn.read_tables(file, names=self.schema.names if self.schema else ()))
            else:
                tables = {d.name: d.expression for d in dmn.read_dmn(file).decisions}
            found = tables.get(decision)
            if not isinstance(found, dmn.DecisionTable):
                known = ", ".join(key for key, value in tables.items() if isinstance(value, dmn.DecisionTable))
                self.fault(path, f"没有决策表“{decision}”，应为：{known}", f"there is no decision table {decision!r}; expected one of: {known}")
                return "null"
            return dmn.table_as_feel(found)
        except dmn.NoExpression as error:
            self.fault(path, error.zh, error.en)
        except (dmn.ModelInvalid, dmn.SheetInvalid) as error:
            self.fault(path, error.message("zh"), error.message("en"))
        except feel.FeelError as error:
            self.fault(path, error.message("zh").split("\n")[0], error.message("en").split("\n")[0])
        return "null"

    def _written(self, path: Path_, name: str) -> str:
        if name not in self.tables:
            known = ", ".join(self.tables) or "–"
            self.fault(path, f"本文件没有决策表“{name}”，应为：{known}", f"there is no table {name!r} in this file; expected one of: {known}")
            return "null"
        found = self.tables[name]
        return "null" if found is None else dmn.table_as_feel(found)

    def expression(self, path: tuple[str | int, ...], text: str, wanted: types.Type) -> None:
        """FEEL in a file: every fault at its own place."""
        scope = self.schema.feel_types if self.schema is not None else None
        if scope is None:
            return  # names with spaces, and so where a text ends, are known only with the schema
        faults = feel.check(text, scope)
        for fault in faults:
            piece = text[fault.span[0] : max(fault.span[1], fault.span[0] + 1)] or text[-20:]
            place = self.document.place_in(path, fault.span[0])
            self.faults.append(PolicyFault(self.document.file, *place, f"“{_shown(piece)}”：{fault.reason('zh')}", f"{_shown(piece)!r}: {fault.reason('en')}"))
        if not faults and self.schema is not None:
            node = feel.parse(text, names=scope)
            for span, zh, en in wrong_constants(node, self.schema):
                self.faults.append(PolicyFault(self.document.file, *self.document.place_in(path, span[0]), zh, en))
            kind = Checker(text, scope).visit(node)
            place = self.document.place_in(path, 0)
            if kind.name not in (wanted.name, "Any", "Null"):
                zh, en = f"“{_shown(text)}”：结果是 {kind}，应为 {wanted}", f"{_shown(text)!r}: the result is {kind}, expected {wanted}"
                self.faults.append(PolicyFault(self.document.file, *place, zh, en))
            elif wanted.name == "number" and kind.unit not in (None, "yuan") and not _per_unit(node):
                zh, en = f"“{_shown(text)}”：单位是 {kind.unit}，应为元（yuan）", f"{_shown(text)!r}: its unit is {kind.unit}, expected yuan"
                self.faults.append(PolicyFault(self.document.file, *place, zh, en))
