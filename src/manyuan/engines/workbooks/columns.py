"""What a sheet should hold: columns with their kinds and units, and the two marks for a cell without a value.

Canonical values by kind, as they leave a reading and enter a template:

    text      str                          integer   int
    decimal   str, plain decimal ("12.5")  money     int, fen (0.01 yuan)
    percent   str, percent points ("12.5" is 12.5 %)
    date      datetime.date                month     "2025-09"
    quarter   "2025Q3"                     year      "2025"
    boolean   bool                         choice    str, the choice's code
    uscc      str, 18 characters (GB 32100-2015)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, get_args

from manyuan.engines.workbooks.units import MONEY_UNITS, Unit, unit_named

Kind = Literal["text", "integer", "decimal", "money", "percent", "date", "month", "quarter", "year", "boolean", "choice", "uscc"]
Language = Literal["zh", "en"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
NUMERIC: Final = frozenset({"integer", "decimal", "money", "percent"})


class Text(NamedTuple):
    """One human text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The text in 'zh' or 'en'."""
        return self.en if language == "en" else self.zh


class Choice(NamedTuple):
    """One answer of a choice column: its code, its names, and other spellings that people write."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


class _Mark:
    """A value that is not there; false, equal only to itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return self._name


MISSING: Final = _Mark("MISSING")
"""The cell is empty or says so ('-', '无', 'N/A'): not zero."""

INVALID: Final = _Mark("INVALID")
"""The cell holds something that cannot be read; a fault names it."""


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    unit: for money one of 元, 千元, 万元, 百万元, 亿元 (default 元); for numbers any text, known units convert exactly.
    minimum, maximum: inclusive bounds in the column's unit; percent in percent points; for text the number of characters;
    date as a date, month/quarter/year as their canonical text.
    choices: Choice, or (code, zh, en), or a plain text that is code and name at once.
    Raises ValueError for an unknown kind, a money unit that is none, or a choice column without choices.
    """

    key: str
    title_zh: str
    title_en: str = ""
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | int | date | str | None = None
    maximum: Decimal | int | date | str | None = None
    note_zh: str = ""
    note_en: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: unknown kind {self.kind!r}; expected one of {', '.join(KINDS)}")
        object.__setattr__(self, "choices", tuple(_choice(item) for item in self.choices))
        object.__setattr__(self, "aliases", tuple(self.aliases))
        if self.kind == "choice" and not self.choices:
            raise ValueError(f"column {self.key}: a choice column needs choices")
        if self.kind == "money":
            known = unit_named(self.unit or "元")
            if known is None or known.family != "money":
                raise ValueError(f"column {self.key}: {self.unit!r} is no unit of money; expected one of {', '.join(MONEY_UNITS)}")
        for name in ("minimum", "maximum"):
            bound = getattr(self, name)
            if isinstance(bound, float):
                raise ValueError(f"column {self.key}: {name} is a float; give an int or a Decimal")
            if bound is not None and self.kind in NUMERIC:
                object.__setattr__(self, name, Decimal(str(bound)))

    @property
    def title(self) -> Text:
        """The names; English falls back to the Chinese name."""
        return Text(self.title_zh, self.title_en or self.title_zh)

    @property
    def note(self) -> Text:
        """The notes; English falls back to the Chinese note."""
        return Text(self.note_zh, self.note_en or self.note_zh)

    @property
    def measured_in(self) -> Unit | None:
        """The unit of the column: money always has one, a percent column has %, text has none."""
        if self.kind == "money":
            return unit_named(self.unit or "元")
        if self.kind == "percent":
            return unit_named("%")
        if self.kind in NUMERIC and self.unit:
            return unit_named(self.unit) or Unit(self.unit, self.unit, f"={self.unit}", 1)
        return None

    def heading(self, language: str) -> str:
        """The title with its unit, as it stands over the column of a template: 营业收入（万元）, Revenue (10,000 yuan)."""
        unit = self.measured_in
        title = self.title.said(language)
        if unit is None:
            return title
        return f"{title} ({unit.en})" if language == "en" else f"{title}（{unit.zh}）"


def _choice(item: object) -> Choice:
    if isinstance(item, Choice):
        return item
    if isinstance(item, str):
        return Choice(item, item, item)
    parts: tuple[Any, ...] = tuple(item)  # type: ignore[arg-type]
    code, zh = parts[0], parts[1]
    en = parts[2] if len(parts) > 2 and parts[2] else zh
    return Choice(code, zh, en, tuple(parts[3]) if len(parts) > 3 else ())


@dataclass(frozen=True)
class Sheet:
    """The columns of one form or list, and which of them together name a row (no two rows of a file may agree in all of them)."""

    code: str
    title_zh: str
    title_en: str = ""
    columns: tuple[Column, ...] = ()
    key_columns: tuple[str, ...] = ()
    _by_key: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "key_columns", tuple(self.key_columns))
        for column in self.columns:
            if column.key in self._by_key:
                raise ValueError(f"sheet {self.code}: two columns have the key {column.key}")
            self._by_key[column.key] = column
        for key in self.key_columns:
            if key not in self._by_key:
                raise ValueError(f"sheet {self.code}: the key column {key} is none of its columns")

    @property
    def title(self) -> Text:
        """The names of the sheet; English falls back to Chinese."""
        return Text(self.title_zh, self.title_en or self.title_zh)

    def column(self, key: str) -> Column:
        """The column with this key; KeyError when there is none."""
        return self._by_key[key]
