"""What a form asks for: its fields and checks, read from the pack's form as it was installed, and the sheet that carries it.

Stored values by kind: money integer fen, integer integer, decimal and percent text, date ISO text, boolean, choice its code, text.
In a formula or check: money in yuan, percentages in percent points, units of ten thousand in the plain unit, a missing value null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from manyuan.engines import feel
from manyuan.engines.workbooks import Choice, Column, Sheet, Text
from manyuan.facts.audit.actors import Actor

SUBJECT_KEYS = ("subject_code", "subject_name")
_FACTORS = {"万平方米": 10_000, "万千瓦时": 10_000}


@dataclass(frozen=True)
class Field:
    """A field of a form, as the pack defines it."""

    key: str
    zh: str
    en: str
    kind: str
    unit: str
    required: bool
    minimum: Decimal | None
    maximum: Decimal | None
    choices: tuple[Choice, ...]
    prefill: str
    aliases: tuple[str, ...]
    visible_to: tuple[str, ...]
    note_zh: str
    note_en: str

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def seen_by(self, actor: Actor) -> bool:
        """Whether the actor may see the values of this field (in rows that they see)."""
        return not self.visible_to or actor.is_system or str(actor.role) in self.visible_to

    def column(self) -> Column:
        """The field as a column of a workbook."""
        return Column(
            key=self.key, title_zh=self.zh, title_en=self.en, kind=self.kind, unit=self.unit, required=self.required, choices=self.choices,  # type: ignore[arg-type]
            minimum=self.minimum, maximum=self.maximum, note_zh=self.note_zh, note_en=self.note_en, aliases=self.aliases,
        )  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A check across fields. level: error (refuses the row) or warning (is shown)."""

    code: str
    holds: str
    level: str
    zh: str
    en: str


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with the values of one filing. keys: the fields concerned."""

    code: str
    keys: tuple[str, ...]
    level: str
    zh: str
    en: str

    def message(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Definition:
    """A form in one version."""

    code: str
    version: int
    zh: str
    en: str
    subject: str
    period: str
    due_days: int
    fields: tuple[Field, ...]
    checks: tuple[Check, ...]
    owed_by: tuple[str, ...]
    note_zh: str
    note_en: str

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""
        return self._keyed()[key]

    def _keyed(self) -> dict[str, Field]:
        return {field.key: field for field in self.fields}

    def sheet(self, actor: Actor) -> Sheet:
        """The workbook sheet of the form: who it is about, then the fields that the actor may see; one row for each subject."""
        if self.subject == "enterprise":
            code = Column(
                "subject_code",
                "统一社会信用代码",
                "Unified social credit code",
                kind="uscc",
                required=True,
                aliases=("信用代码", "社会信用代码", "uscc", "税号"),
            )
            name = Column("subject_name", "企业名称", "Enterprise", aliases=("单位名称", "公司名称", "名称", "enterprise name"))
        else:
            code = Column("subject_code", "园区代码", "Park code", required=True, aliases=("代码", "园区编码"))
            name = Column("subject_name", "园区名称", "Park", aliases=("园区", "名称"))
        return Sheet(self.code, self.zh, self.en, (code, name, *(field.column() for field in self.fields if field.seen_by(actor))), ("subject_code",))

    def scope(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values under the fields' names as formulas see them."""
        return {field.key: in_formula(field, values.get(field.key)) for field in self.fields}

    def faults(self, values: Mapping[str, Any]) -> list[FieldFault]:
        """Required values that are missing and cross-field checks that fail, errors first."""
        out = [
            FieldFault("required", (field.key,), "error", f"{field.zh}：必填，现在是空的。", f"{field.en}: required, and empty now.")
            for field in self.fields
            if field.required and field.key not in values
        ]
        scope = self.scope(values)
        for check in self.checks:
            if _program(check.holds, tuple(scope)).run(scope) is False:
                keys = tuple(field.key for field in self.fields if field.key in _names(check.holds))
                out.append(FieldFault(check.code, keys, check.level, check.zh, check.en))
        return sorted(out, key=lambda fault: fault.level)


def in_formula(field: Field, value: Any) -> Any:
    """A stored value as formulas see it; None stays None."""
    if value is None:
        return None
    if field.kind == "money":
        return Decimal(value) / 100
    if field.kind in ("decimal", "percent"):
        return Decimal(value) * _FACTORS.get(field.unit, 1)
    if field.kind == "integer":
        return Decimal(value) * _FACTORS.get(field.unit, 1)
    if field.kind == "date":
        return date.fromisoformat(value)
    return value


def stored(value: Any) -> Any:
    """A canonical value of the workbook engine as it is kept in JSON."""
    return value.isoformat() if isinstance(value, date) else value


def canonical(field: Field, value: Any) -> Any:
    """A stored value as the workbook engine wants it."""
    return date.fromisoformat(value) if field.kind == "date" and isinstance(value, str) else value


@lru_cache(maxsize=64)
def _parsed(code: str, version: int, fingerprint: str) -> Definition:
    import json

    data = json.loads(fingerprint)
    return Definition(
        code=code, version=version, zh=data["name"]["zh"], en=data["name"]["en"], subject=data["subject"], period=data["period"],
        due_days=int(data["due_days"]), fields=tuple(_field(one) for one in data["fields"]),
        checks=tuple(Check(c["code"], c["holds"], c["level"], c["message"]["zh"], c["message"]["en"]) for c in data.get("checks") or ()),
        owed_by=tuple(data.get("owed_by") or ()), note_zh=(data.get("note") or {}).get("zh", ""), note_en=(data.get("note") or {}).get("en", ""),
    )  # fmt: skip


def definition_of(code: str, version: int, definition: Mapping[str, Any]) -> Definition:
    """The form as it was installed. `definition`: the pack's form as JSON."""
    import json

    return _parsed(code, version, json.dumps(definition, sort_keys=True, ensure_ascii=False))


def _field(data: Mapping[str, Any]) -> Field:
    note = data.get("note") or {}
    return Field(
        key=data["key"], zh=data["name"]["zh"], en=data["name"]["en"], kind=data["kind"], unit=data.get("unit") or "", required=bool(data.get("required")),
        minimum=_number(data.get("minimum")), maximum=_number(data.get("maximum")),
        choices=tuple(Choice(c["code"], c["name"]["zh"], c["name"]["en"], tuple(c.get("aliases") or ())) for c in data.get("choices") or ()),
        prefill=data.get("prefill") or "", aliases=tuple(data.get("aliases") or ()), visible_to=tuple(data.get("visible_to") or ()),
        note_zh=note.get("zh", ""), note_en=note.get("en", ""),
    )  # fmt: skip


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@lru_cache(maxsize=512)
def _program(formula: str, names: tuple[str, ...]) -> feel.Program:
    return feel.Program(feel.parse(formula, names=names), formula)


@lru_cache(maxsize=512)
def _names(formula: str) -> frozenset[str]:
    nodes = feel.tree.walk(feel.parse(formula))
    return frozenset(node.name for node in nodes if isinstance(node, feel.tree.Name))


def heading(field: Field) -> Text:
    """The field's name with its unit, in both languages."""
    column = field.column()
    return Text(column.heading("zh"), column.heading("en"))
