"""The workbook to be filled in: one row for each subject that owes the form, what is held already prefilled, last period's values as notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F

from manyuan.engines.workbooks import Identity, Language, write_template
from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.definition import Field, canonical
from manyuan.facts.filings.errors import WrongPeriod
from manyuan.facts.filings.models import Filing, FilingVersion, Form
from manyuan.facts.filings.opening import definition_for, form_of_period
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.rights import fillable

_WITH_HINTS = 500
_REGISTRY = {"registry.name": "name", "registry.uscc": "uscc", "registry.address": "address"}


def template(*, form: Form, period: str, by: Actor, language: Language, park_id: int | None = None) -> tuple[bytes, str]:
    """An xlsx of the filings that the actor may fill in, with its file name. Fields that the actor may not see are left out."""
    parse_period(period, form.period_kind)
    form = form_of_period(form, period)
    definition = definition_for(form)
    rows = fillable(by).filter(form_code=form.code, period=period).select_related("enterprise", "park", "latest").order_by("enterprise__uscc", "park__code")
    if park_id is not None:
        rows = rows.filter(park_id=park_id)
    filings = list(rows)
    before = _before(form, period, filings)
    sheet, seen = definition.sheet(by), [field for field in definition.fields if field.seen_by(by)]
    held = [_held(seen, filing, before.get(_key(filing), {})) for filing in filings]
    hints = [_hints(seen, before.get(_key(filing), {}), language) for filing in filings] if len(filings) <= _WITH_HINTS else []
    name = definition.zh if language == "zh" else definition.en
    park = filings[0].park.code if filings and park_id is not None else ""
    content = write_template(
        sheet, held, language=language, hints=hints, blank_rows=0 if filings else 50,
        identity=Identity(form.code, str(form.version), period, park), notes=[note for note in [definition.note_zh if language == "zh" else definition.note_en] if note],
    )  # fmt: skip
    return content, f"{name}-{period}.xlsx"


def _key(filing: Filing) -> int:
    return filing.enterprise_id or -filing.park_id


def _before(form: Form, period: str, filings: list[Filing]) -> dict[int, dict[str, Any]]:
    """The last period's latest values by subject."""
    try:
        last = str(parse_period(period).previous)
    except WrongPeriod:
        return {}
    rows = FilingVersion.objects.filter(filing__form_code=form.code, filing__period=last, filing__latest_id=F("pk"))
    wanted = {_key(filing) for filing in filings}
    out = {}
    for enterprise, park, values in rows.values_list("filing__enterprise_id", "filing__park_id", "values").iterator(chunk_size=2_000):
        key = enterprise or -park
        if key in wanted:
            out[key] = values
    return out


def _held(fields: Sequence[Field], filing: Filing, before: Mapping[str, Any]) -> dict[str, Any]:
    firm, park = filing.enterprise, filing.park
    row: dict[str, Any] = {"subject_code": firm.uscc if firm else park.code, "subject_name": firm.name if firm else park.name_zh}  # type: ignore[union-attr]
    values = filing.latest.values if filing.latest else _prefilled(fields, filing, before)
    for field in fields:
        if field.key in values:
            row[field.key] = canonical(field, values[field.key])
    return row


def _prefilled(fields: Sequence[Field], filing: Filing, before: Mapping[str, Any]) -> dict[str, Any]:
    out = {}
    for field in fields:
        if field.prefill == "last" and field.key in before:
            out[field.key] = before[field.key]
        elif field.prefill in _REGISTRY and filing.enterprise is not None:
            out[field.key] = getattr(filing.enterprise, _REGISTRY[field.prefill])
    return out


def _hints(fields: Sequence[Field], before: Mapping[str, Any], language: str) -> dict[str, str]:
    word = "上期" if language == "zh" else "Last period"
    return {field.key: f"{word}: {shown(field, before[field.key], language)}" for field in fields if field.key in before}


def shown(field: Field, value: Any, language: str) -> str:
    """A stored value as a person reads it, in the field's unit."""
    chinese = language.startswith("zh")
    if value is None:
        return "–"
    if field.kind == "choice":
        return {choice.code: choice.zh if chinese else choice.en for choice in field.choices}.get(value, str(value))
    if field.kind == "boolean":
        return ("是" if value else "否") if chinese else ("yes" if value else "no")
    if field.kind not in ("money", "integer", "decimal", "percent"):
        return str(value)
    unit = field.column().measured_in
    number = Decimal(value) / unit.factor if field.kind == "money" and unit else Decimal(value)
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    name = "" if unit is None else unit.zh if chinese else unit.en
    if name[:1].isdigit():
        return f"{text} × {name}"
    return f"{text}{name}" if name == "%" or not name else f"{text} {name}"
