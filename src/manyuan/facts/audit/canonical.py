"""One spelling for a value as JSON, so that what was digested is what both databases give back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def plain(value: Any) -> Any:
    """The value in JSON's own types. Decimals, dates and other numbers with a fraction become text (PostgreSQL respells floats);
    a null character, which PostgreSQL refuses, becomes U+2400; sets are sorted. Raises TypeError for what has no plain form."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int():
            return value
        case str():
            return value.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")
        case float():
            return repr(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return moment(value)
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case Set():
            return sorted((plain(item) for item in value), key=str)
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"cannot be recorded: {type(value).__name__} {value!r}; expected plain values, not objects")


def moment(at: datetime) -> str:
    """A moment as ISO 8601 in UTC with microseconds. Raises ValueError for one without a time zone."""
    if at.tzinfo is None:
        raise ValueError(f"a moment without time zone cannot be recorded: {at!r}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256, as 64 hex digits, over the previous digest and the fields as JSON with sorted keys and no spaces."""
    return hashlib.sha256(f"{previous}\n{_spelt(fields)}".encode()).hexdigest()


def around(fields: Mapping[str, Any], number: str) -> tuple[str, str]:
    """What `digest` spells before and after the value of a field that is a whole number, from the other fields (some of which come before it, some after)."""
    first = _spelt({name: value for name, value in fields.items() if name < number})
    last = _spelt({name: value for name, value in fields.items() if name > number})
    return f'{first[:-1]},"{number}":', f",{last[1:]}"


def _spelt(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
