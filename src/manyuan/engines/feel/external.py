"""External functions. Nothing foreign is ever executed: a small table holds the pure arithmetic and text functions of the Java library that
models in circulation name, written here in Python; every other class and method is refused with a reason."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

_RANGES = {"byte": 2**7, "short": 2**15, "int": 2**31, "long": 2**63}
_WHOLE = {"Byte": "byte", "Short": "short", "Integer": "int", "Long": "long"}


class Refused(Exception):
    """Not in the table, or the arguments do not fit the signature."""


def _number(value: object, kind: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise Refused
    if kind in _RANGES and (value != value.to_integral_value() or not -_RANGES[kind] <= value < _RANGES[kind]):
        raise Refused
    return value


def _real(function: Callable[[float], float]) -> Callable[[Decimal], Decimal]:
    def run(value: Decimal) -> Decimal:
        try:
            return Decimal(repr(function(float(value))))
        except (ValueError, OverflowError):
            raise Refused from None

    return run


_UNARY = {name: _real(getattr(math, name)) for name in ("cos", "sin", "tan", "acos", "asin", "atan", "exp", "log", "log10", "sqrt", "floor", "ceil")}
_BINARY: dict[str, Callable[[Decimal, Decimal], Decimal]] = {"max": max, "min": min}


def external(mapping: object) -> Callable[[list[object]], object]:
    """The function that a mapping {java: {class, method signature}} names. Refused where the table has none."""
    java = mapping.get("java") if isinstance(mapping, dict) else None
    if not isinstance(java, dict):
        raise Refused
    owner, signature = java.get("class"), java.get("method signature")
    if not isinstance(owner, str) or not isinstance(signature, str) or not owner.startswith("java.lang."):
        raise Refused
    name, _, rest = signature.partition("(")
    return _find(
        owner.removeprefix("java.lang."),
        name.strip(),
        [part.strip() for part in rest.rstrip(") ").split(",") if part.strip()],
    )


def _find(owner: str, name: str, kinds: list[str]) -> Callable[[list[object]], object]:
    numeric = all(kind in (*_RANGES, "float", "double") for kind in kinds)
    if owner == "Math" and numeric:
        if name in _UNARY and kinds == ["double"]:
            return lambda values: _UNARY[name](_number(values[0], "double"))
        if name in _BINARY and len(kinds) == 2:
            return lambda values: _BINARY[name](_number(values[0], kinds[0]), _number(values[1], kinds[1]))
        if name == "abs" and len(kinds) == 1:
            return lambda values: _number(values[0], kinds[0]).copy_abs()
    if name == "valueOf" and len(kinds) == 1:
        if owner in (*_WHOLE, "Float", "Double"):
            kind = _WHOLE.get(owner, "double")
            if kinds[0] == "java.lang.String":
                return lambda values: _number(_read(values[0]), kind)
            if kinds[0] in (kind, owner.lower()):
                return lambda values: _number(values[0], kind)
        if owner == "String" and kinds[0] == "char":
            return lambda values: _char(values[0])
    if owner == "String" and name == "format" and kinds == ["java.lang.String", "[Ljava.lang.Object;"]:
        return _format
    raise Refused


def _read(value: object) -> Decimal:
    try:
        return Decimal(str(value)) if isinstance(value, str) else _number(None, "")
    except ArithmeticError:
        raise Refused from None


def _char(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise Refused
    return value


def _format(values: list[object]) -> str:
    """Only %s is known."""
    if not values or not isinstance(values[0], str):
        raise Refused
    pieces = values[0].split("%s")
    given = [item for value in values[1:] for item in (value if isinstance(value, list) else [value])]
    if "%" in "".join(pieces) or len(given) < len(pieces) - 1 or not all(isinstance(item, str) for item in given):
        raise Refused
    return "".join(text + (str(given[at]) if at < len(pieces) - 1 else "") for at, text in enumerate(pieces))
