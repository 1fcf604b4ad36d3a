"""Values given by a program: checked against the form, field by field, in the shapes in which filings store them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.definition import Field
from manyuan.facts.filings.errors import UnknownField, WrongFieldValue
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.queries import shown_fields

_EXPECTED = {
    "money": gettext_noop("an integer: fen (0.01 yuan)"),
    "integer": gettext_noop("an integer"),
    "decimal": gettext_noop("a decimal number as text"),
    "percent": gettext_noop("percent points as text"),
    "date": gettext_noop("a date as 2026-11-23"),
    "boolean": gettext_noop("true or false"),
    "choice": gettext_noop("one of the field's codes"),
}


def read_values(filing: Filing, given: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """The filing's values after the change: those given replace, null empties, others stay. Raises UnknownField, WrongFieldValue."""
    _, fields = shown_fields(filing, by)
    by_key = {field.key: field for field in fields}
    values = dict(filing.latest.values) if filing.latest else {}
    for key, value in given.items():
        field = by_key.get(key)
        if field is None:
            raise UnknownField(found=key[:60], expected=", ".join(by_key))
        if value is None:
            values.pop(key, None)
        else:
            values[key] = _checked(field, value)
    return values


def _checked(field: Field, value: Any) -> Any:
    read = _read(field, value)
    if read is None:
        raise WrongFieldValue(field=field.key, found=repr(value)[:60], expected=_EXPECTED.get(field.kind, gettext_noop("a text")))
    if (isinstance(read, int) and not isinstance(read, bool)) or field.kind in ("decimal", "percent"):
        unit = field.column().measured_in
        shown = Decimal(read) / unit.factor if field.kind == "money" and unit else Decimal(read)
        if (field.minimum is not None and shown < field.minimum) or (field.maximum is not None and shown > field.maximum):
            bounds = f"{field.minimum if field.minimum is not None else '…'} – {field.maximum if field.maximum is not None else '…'} {field.unit}"
            raise WrongFieldValue(field=field.key, found=str(shown), expected=bounds)
    return read


def _read(field: Field, value: Any) -> Any:
    """The value in its stored shape, None when it cannot be read."""
    kind = field.kind
    if kind in ("money", "integer"):
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if kind in ("decimal", "percent"):
        try:
            number = Decimal(str(value)) if not isinstance(value, bool | float) else None
        except InvalidOperation:
            return None
        return format(number, "f") if number is not None and number.is_finite() else None
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "choice":
        return value if value in {choice.code for choice in field.choices} else None
    if kind == "date":
        try:
            return date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            return None
    return value.strip() if isinstance(value, str) and 0 < len(value.strip()) <= 2_000 else None
