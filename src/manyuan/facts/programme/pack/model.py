"""A programme as data: what a pack says, as frozen values. No Django, no database, no city.

A pack is a folder of YAML files (docs/packs.md). `read_pack` makes a `Pack` of it. Every entry knows where it was written (`at`).
Amounts: `Decimal`, never float. Money enters a formula in yuan, a percentage in percent points.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class At:
    """Where an entry stands: file (relative to the pack), line and column from 1, path of keys."""

    file: str = ""
    line: int = 1
    column: int = 1
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Text:
    """One human text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The text in a language: anything that begins with 'zh', or else English."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something of the pack with a place in a file."""

    at: At = field(default=At(), repr=False, compare=False)

    def plain(self) -> dict[str, Any]:
        """The entry as JSON: texts {zh, en}, amounts and dates as text; places in the files are left out."""
        result = plain(self)
        assert isinstance(result, dict)
        return result


@dataclass(frozen=True, kw_only=True)
class Section(Entry):
    """A part of a source that places point at."""

    code: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class Source(Entry):
    """Where a figure or a sentence comes from. mark: V (official text read) | C (secondary copy) | GK (general knowledge) | example | synthetic | reported.

    date_is says what the date is the date of."""

    code: str
    title: Text
    mark: str
    publisher: Text | None = None
    date: date | None = None
    date_is: Text | None = None
    number: str = ""
    licence: str = ""
    sections: tuple[Section, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Place(Entry):
    """A place in a source: the section or headline, and the figure or phrase that stands nearest."""

    source: str
    section: Text
    near: str = ""


@dataclass(frozen=True, kw_only=True)
class EvidenceItem(Entry):
    """One piece of evidence that a qualitative goal or a commitment asks for."""

    code: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class Target(Entry):
    """What a goal is to reach by the end of a day."""

    due_on: date
    value: Decimal
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Goal(Entry):
    """A goal. Quantitative with an indicator and targets; qualitative with evidence, a sign-off role and a date; else a heading of others.

    includes: the goal whose count is part of this one's (a cumulative band: parks of 500 include those of 1000)."""

    code: str
    name: Text
    parent: str | None = None
    indicator: str | None = None
    unit: str | None = None
    direction: str = "more"
    targets: tuple[Target, ...] = ()
    includes: str | None = None
    due_on: date | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    sign_off: str | None = None
    levels: tuple[str, ...] = ()  # park levels it speaks of; empty: all
    place: Place | None = None
    note: Text | None = None

    @property
    def kind(self) -> str:
        """quantitative | qualitative | heading."""
        return "quantitative" if self.indicator else "qualitative" if self.evidence else "heading"


@dataclass(frozen=True, kw_only=True)
class Campaign(Entry):
    """The head under which commitments stand: the goals, a campaign or a guarantee (kind: goals | campaign | guarantee)."""

    code: str
    kind: str
    name: Text
    summary: Text
    place: Place | None = None
    order: int = 0  # as in the file, from 1


@dataclass(frozen=True, kw_only=True)
class Measure(Entry):
    """How a commitment is measured: exactly one of an indicator, a count of records (perhaps only of some codes), or evidence with a sign-off."""

    indicator: str | None = None
    count: str | None = None
    of: tuple[str, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    sign_off: str | None = None

    @property
    def kind(self) -> str:
        """indicator | count | evidence."""
        return "indicator" if self.indicator else "count" if self.count else "evidence"


@dataclass(frozen=True, kw_only=True)
class Commitment(Entry):
    """One thing the programme says will exist or happen. term: the official Chinese term; name: in the pack's own words.

    parks: codes, empty when it concerns all. machinery: built | not-yet (then arrives_with says with what it comes)."""

    number: int
    campaign: str
    term: str
    name: Text
    place: Place
    owners: tuple[str, ...]
    measure: Measure
    machinery: str
    also: tuple[str, ...] = ()  # further campaigns or guarantees it stands under
    parks: tuple[str, ...] = ()
    arrives_with: Text | None = None
    goal: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReportedFigure(Entry):
    """A figure that a source reports of a park. comparison: = | > | >= | ~ (as 余, 超, 突破 in the text); period: 2023, 2024-10-24 …"""

    key: str
    name: Text
    value: Decimal
    unit: str
    period: str
    place: Place
    mark: str
    comparison: str = "="
    is_target: bool = False
    basis: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ParkEntry(Entry):
    """A park of the register. kind: park | subpark | park-in-park. level_mark and point_mark say how sure the level and the point are.

    longitude, latitude: degrees (WGS 84 / CGCS2000); area_m2 only where known. known_from: first day in the register, not the founding."""

    code: str
    name: Text
    level: str
    level_mark: str
    districts: tuple[str, ...]
    mark: str
    source: str
    kind: str = "park"
    parent: str | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    point_mark: str = "GK"
    area_m2: Decimal | None = None
    known_from: date | None = None  # the reader fills in the pack's register_starts
    directions: tuple[str, ...] = ()
    positioning: Text | None = None
    facts: tuple[ReportedFigure, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class DemoPark(Entry):
    """An invented park for the demo city; its name says so."""

    code: str
    name: Text
    level: str
    district: str
    scale: str  # over-100bn | over-50bn | over-10bn | small: how large the demo generator makes it
    directions: tuple[str, ...] = ()
    subparks: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Input(Entry):
    """What a formula may use, under a name. Exactly one of:

    field: form.field — one value per filing in the period, so a list;
    title: number of enterprises present that hold the title on the last day of the period;
    enterprises: present — number of distinct enterprises in the park on the last day;
    indicator: another indicator of the same park and period (each: park — a list, one value per park at the top);
    park: an attribute of the park (area_m2) — a list, one value per park at the top;
    filings: a form, with count: owed | submitted | in-time | locked — a number.
    when: same | previous | year-ago period."""

    name: str
    field: str | None = None
    title: str | None = None
    enterprises: str | None = None
    indicator: str | None = None
    park: str | None = None
    filings: str | None = None
    count: str | None = None
    each: str | None = None
    when: str = "same"

    @property
    def kind(self) -> str:
        """field | title | enterprises | indicator | park | filings."""
        return next(kind for kind in INPUT_KINDS if getattr(self, kind))

    @property
    def form_and_field(self) -> tuple[str, str]:
        """The form's code and the field's key of a field input."""
        form, _, key = (self.field or "").partition(".")
        return form, key


INPUT_KINDS = ("field", "title", "enterprises", "indicator", "park", "filings")


@dataclass(frozen=True, kw_only=True)
class Indicator(Entry):
    """A measured quantity. formula: FEEL over the names of `inputs`.

    over_parks: sum | distinct | recompute | none; over_time: last | sum | mean | recompute; direction: more | less | none;
    lowest: park (has a value for each park) | city (only for the whole city)."""

    code: str
    name: Text
    unit: str
    direction: str
    period: str
    over_parks: str
    over_time: str
    formula: str
    inputs: tuple[Input, ...] = ()
    group: str = ""
    lowest: str = "park"
    decimals: int = 0
    meaning: Text | None = None
    source: str | None = None
    order: int = 0

    def input(self, name: str) -> Input:
        """The input of this name; KeyError when there is none."""
        for one in self.inputs:
            if one.name == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, kw_only=True)
class Choice(Entry):
    """One answer of a choice field."""

    code: str
    name: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Field(Entry):
    """A field of a form; kinds are those of manyuan.engines.workbooks. prefill: '' | last (from the last filing) | registry.<attribute>.

    unit: as filers see it (万元, 亩, 人, %). minimum, maximum: numbers in that unit. visible_to: roles that see it; empty: all who see the filing."""

    key: str
    name: Text
    kind: str
    unit: str = ""
    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    prefill: str = ""
    aliases: tuple[str, ...] = ()
    visible_to: tuple[str, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Check(Entry):
    """A cross-field check: `holds` is a FEEL expression over field keys that must not be false. level: error | warning."""

    code: str
    holds: str
    level: str
    message: Text


@dataclass(frozen=True, kw_only=True)
class Form(Entry):
    """What is reported. subject: enterprise | park. period: month | quarter | year. due_days: calendar days after the period's end.

    owed_by: titles of which a firm must hold one on the period's last day to owe the form; empty: every firm that sits in a park."""

    code: str
    version: int
    name: Text
    subject: str
    period: str
    due_days: int
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    owed_by: tuple[str, ...] = ()
    note: Text | None = None
    source: str | None = None

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True)
class TitleKind(Entry):
    """A kind of title that an enterprise holds. months: usual validity; group: titles that form one ladder; rank: rung in it."""

    code: str
    name: Text
    months: int | None = None
    group: str = ""
    rank: int | None = None
    source: str | None = None
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Role(Entry):
    """A kind of user. sign: the one-character sign of the commitment table (市 管 司 企 校 众)."""

    code: str
    sign: str
    name: Text
    owns: Text


@dataclass(frozen=True, kw_only=True)
class IndustryLayer(Entry):
    """A layer of the three-layer industry tag (特色优势 / 战略性新兴 / 未来产业)."""

    code: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class IndustryDirection(Entry):
    """An industrial direction; industry_prefixes: GB/T 4754-2017 codes that count as it, by their beginning."""

    code: str
    name: Text
    layer: str
    industry_prefixes: tuple[str, ...] = ()
    mark: str = "example"


@dataclass(frozen=True, kw_only=True)
class DistrictEntry(Entry):
    """A district. former_names, former_codes: those it had before."""

    adcode: str
    name: Text
    former_names: tuple[str, ...] = ()
    former_codes: tuple[str, ...] = ()
    longitude: Decimal | None = None
    latitude: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Holiday(Entry):
    """Days off in a row, both ends included, and the make-up working days that go with them."""

    name: Text
    first: date
    last: date
    make_up: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalendarYear(Entry):
    """The working-day arrangement of a year."""

    year: int
    source: str
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, kw_only=True)
class MapNote(Entry):
    """What must be shown with the map. setting: the name of the deployment's setting that holds the approval number."""

    setting: str
    note: Text
    attribution: Text
    source: str


@dataclass(frozen=True, kw_only=True)
class Pack(Entry):
    """A whole pack. starts, ends: first and last day of the programme. register_starts: first day the park register speaks of."""

    code: str
    version: str
    name: Text
    city: Text
    timezone: str
    starts: date
    ends: date
    register_starts: date
    notice: str  # the source that announces the programme
    map: MapNote
    sources: tuple[Source, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    goals: tuple[Goal, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    parks: tuple[ParkEntry, ...] = ()
    demo_parks: tuple[DemoPark, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    forms: tuple[Form, ...] = ()
    titles: tuple[TitleKind, ...] = ()
    roles: tuple[Role, ...] = ()
    layers: tuple[IndustryLayer, ...] = ()
    directions: tuple[IndustryDirection, ...] = ()
    districts: tuple[DistrictEntry, ...] = ()
    calendar: tuple[CalendarYear, ...] = ()
    district_map: Mapping[str, Any] = field(default_factory=dict)  # GeoJSON FeatureCollection, coordinates as Decimal

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], Any]:
        return {(kind, code_of(entry)): entry for kind in CODED for entry in getattr(self, kind)}

    def find(self, kind: str, code: str | int) -> Any:
        """The entry of a kind ('goals', 'indicators', 'forms', 'districts' …) by its code; KeyError when there is none."""
        return self._by_code[kind, str(code)]

    def goal(self, code: str) -> Goal:
        return self.find("goals", code)

    def indicator(self, code: str) -> Indicator:
        return self.find("indicators", code)

    def form(self, code: str) -> Form:
        return self.find("forms", code)

    def commitment(self, number: int) -> Commitment:
        return self.find("commitments", number)

    def park(self, code: str) -> ParkEntry:
        return self.find("parks", code)

    def source(self, code: str) -> Source:
        return self.find("sources", code)

    def content_hash(self) -> str:
        """SHA-256 (hex) of what the pack says: the same for any layout, order of keys or comments of its files."""
        text = json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


CODED = (
    "sources",
    "campaigns",
    "goals",
    "commitments",
    "parks",
    "demo_parks",
    "indicators",
    "forms",
    "titles",
    "roles",
    "layers",
    "directions",
    "districts",
    "calendar",
)


def code_of(entry: Any) -> str:
    """What an entry is called by: its code, number, adcode or year."""
    for name in ("code", "number", "adcode", "year"):
        if hasattr(entry, name):
            return str(getattr(entry, name))
    raise TypeError(f"{type(entry).__name__} has no code")


def plain(value: Any) -> Any:
    """A value of the pack as JSON. Amounts become text without exponent or needless zeros, so that equal amounts look equal."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value) if one.name != "at"}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value
