"""What a scorecard and the survey consist of, read from a pack's scorecard.yaml and survey.yaml. Every fault is found, not the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from manyuan.engines.analytics import ScoreItem

PERIODS = ("month", "quarter", "year")
LEVELS = ("national", "provincial", "municipal", "unknown")
MARKS = ("V", "C", "GK", "example", "synthetic", "reported")
Said = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """An item as the pack has it. source: the reader that counts it; unit: of floor, target and value."""

    code: str
    pillar: str
    name: Said
    source: str
    unit: str
    floor: Decimal
    target: Decimal
    weight: Decimal
    meaning: Said

    @property
    def less_is_better(self) -> bool:
        return self.floor > self.target

    @property
    def is_counted(self) -> bool:
        """Whether it is counted from cases, so that a minimum number of them applies; an indicator is computed elsewhere."""
        return not self.source.startswith("indicators.")

    @property
    def scoring(self) -> ScoreItem:
        return ScoreItem(self.code, self.pillar, self.floor, self.target, self.weight)


@dataclass(frozen=True)
class Pillar:
    code: str
    name: Said
    weight: Decimal


@dataclass(frozen=True)
class Sheet:
    """A scorecard's definition. minimum: fewer cases than this are not ranked; least: the share of the weight that must be known (and be solid)."""

    code: str
    name: Said
    note: Said
    mark: str
    source: str
    periods: tuple[str, ...]
    levels: tuple[str, ...]
    minimum: int
    least: Decimal
    pillars: tuple[Pillar, ...]
    items: tuple[Item, ...]

    @property
    def weights(self) -> dict[str, Decimal]:
        return {pillar.code: pillar.weight for pillar in self.pillars}

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)


@dataclass(frozen=True)
class Survey:
    """sample: firms asked of each park and month; rest: months for which a firm is left in peace; days: how long a link may be answered;
    minimum: fewer answers than this are not shown."""

    sample: int
    rest: int
    days: int
    minimum: int
    questions: tuple[tuple[str, Said], ...]
    open_question: Said

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.questions)


def read_sheets(content: Any, known: Mapping[str, str]) -> tuple[list[Sheet], list[str]]:
    """Scorecards and every fault. known: name of a reader -> unit of what it counts; a name that ends in `.` stands for all that begin with it."""
    rows = content.get("scorecards") if isinstance(content, Mapping) else None
    if not isinstance(rows, list) or not rows:
        return [], ["expected {scorecards: [...]}"]
    sheets, faults = [], []
    for number, row in enumerate(rows, 1):
        found = _Reading(f"scorecards[{number}]", row, faults)
        sheets.append(_sheet(found, known))
    codes = [sheet.code for sheet in sheets]
    faults += [f"scorecards: the code {code!r} stands more than once" for code in sorted({code for code in codes if codes.count(code) > 1})]
    return sheets, faults


def read_survey(content: Any) -> tuple[Survey | None, list[str]]:
    """The survey and every fault."""
    faults: list[str] = []
    found = _Reading("survey", content, faults)
    questions = []
    for number, row in enumerate(found.rows("questions"), 1):
        one = _Reading(f"questions[{number}]", row, faults)
        questions.append((one.text("code"), one.said("text")))
    if len(questions) != 3 or len({code for code, _ in questions}) != 3:
        faults.append(f"questions: found {len(questions)}, expected three of different codes: it takes a minute")
    survey = Survey(
        found.whole("sample", 1, 1000),
        found.whole("rest", 0, 24),
        found.whole("days", 1, 60),
        found.whole("minimum", 3, 100),
        tuple(questions),
        found.said("open"),
    )
    return (None if faults else survey), faults


class _Reading:
    """A mapping of a pack as it is read; what is wrong is added to the faults and stands in as something harmless."""

    def __init__(self, where: str, row: Any, faults: list[str]) -> None:
        self.where, self.faults = where, faults
        self.row: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
        if not isinstance(row, Mapping):
            faults.append(f"{where}: expected a mapping")

    def fault(self, key: str, said: str) -> None:
        self.faults.append(f"{self.where}.{key}: {said}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.row.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.fault(key, f"found {value!r}, expected a text")
            return ""
        return value.strip()

    def said(self, key: str, *, needed: bool = True) -> Said:
        value = self.row.get(key)
        if value is None and not needed:
            return {"zh": "", "en": ""}
        if not isinstance(value, Mapping) or not all(isinstance(value.get(one), str) and value[one].strip() for one in ("zh", "en")):
            self.fault(key, f"found {value!r}, expected {{zh: …, en: …}}")
            return {"zh": "", "en": ""}
        return {"zh": value["zh"].strip(), "en": value["en"].strip()}

    def number(self, key: str, default: str = "") -> Decimal:
        try:
            value = Decimal(str(self.row.get(key, default)))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.fault(key, f"found {self.row.get(key)!r}, expected a number")
            return Decimal(1)
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        value = self.row.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fault(key, f"found {value!r}, expected a whole number from {low} to {high}")
            return low
        return value

    def some(self, key: str, among: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
        value = self.row.get(key, list(default))
        if not isinstance(value, list) or not value or any(one not in among for one in value):
            self.fault(key, f"found {value!r}, expected some of {', '.join(among)}")
            return tuple(default)
        return tuple(value)

    def rows(self, key: str) -> list[Any]:
        value = self.row.get(key)
        if not isinstance(value, list) or not value:
            self.fault(key, "expected a list")
            return []
        return value


def _sheet(found: _Reading, known: Mapping[str, str]) -> Sheet:
    pillars = []
    for number, row in enumerate(found.rows("pillars"), 1):
        one = _Reading(f"{found.where}.pillars[{number}]", row, found.faults)
        pillars.append(Pillar(one.text("code"), one.said("name"), _positive(one, "weight")))
    codes = [pillar.code for pillar in pillars]
    items = [_item(_Reading(f"{found.where}.items[{number}]", row, found.faults), codes, known) for number, row in enumerate(found.rows("items"), 1)]
    named = [item.code for item in items]
    found.faults += [f"{found.where}.items: the code {code!r} stands more than once" for code in sorted({code for code in named if named.count(code) > 1})]
    found.faults += [f"{found.where}.pillars: {code!r} has no item" for code in codes if code not in {item.pillar for item in items}]
    mark = found.text("mark")
    if mark not in MARKS:
        found.fault("mark", f"found {mark!r}, expected one of {', '.join(MARKS)}")
    least = found.number("least", "0.5")
    if not 0 < least <= 1:
        found.fault("least", f"found {least}, expected more than 0 and at most 1")
    return Sheet(
        found.text("code"), found.said("name"), found.said("note", needed=False), mark, found.text("source", ""), found.some("periods", PERIODS, ("month", "quarter")),
        found.some("levels", LEVELS, LEVELS), found.whole("minimum", 1, 10_000), least, tuple(pillars), tuple(items),
    )  # fmt: skip


def _item(found: _Reading, pillars: Sequence[str], known: Mapping[str, str]) -> Item:
    source, pillar = found.text("source"), found.text("pillar")
    if pillar not in pillars:
        found.fault("pillar", f"found {pillar!r}, expected one of {', '.join(pillars)}")
    unit = known.get(source) or next((unit for name, unit in known.items() if name.endswith(".") and source.startswith(name)), None)
    if unit is None:
        found.fault("source", f"found {source!r}, expected one of {', '.join(sorted(known))}")
    floor, target = found.number("floor"), found.number("target")
    if floor == target:
        found.fault("target", f"found {target}, the same as the floor")
    return Item(
        found.text("code"), pillar, found.said("name"), source, found.text("unit", unit or "number"), floor, target, _positive(found, "weight"),
        found.said("meaning", needed=False),
    )  # fmt: skip


def _positive(found: _Reading, key: str) -> Decimal:
    value = found.number(key, "1")
    if value <= 0:
        found.fault(key, f"found {value}, expected more than 0")
        return Decimal(1)
    return value
