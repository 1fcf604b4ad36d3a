"""FEEL's types (DMN 1.5, 10.3.2.9): for `instance of`, for typed parameters, for DMN's item definitions and for the checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from manyuan.engines.feel import tree
from manyuan.engines.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths


@dataclass(frozen=True)
class Type:
    """A simple type by its FEEL name; a number may carry a unit, which the checker holds apart."""

    name: str
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


def _any() -> Type:
    return SIMPLE["Any"]


@dataclass(frozen=True)
class ListType(Type):
    name: str = "list"
    item: Type = field(default_factory=_any)

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True)
class RangeType(Type):
    name: str = "range"
    item: Type = field(default_factory=_any)

    def __str__(self) -> str:
        return f"range<{self.item}>"


@dataclass(frozen=True)
class ContextType(Type):
    name: str = "context"
    entries: tuple[tuple[str, Type], ...] = ()

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{key}: {kind}" for key, kind in self.entries) + ">"

    def get(self, key: str) -> Type | None:
        return next((kind for name, kind in self.entries if name == key), None)


@dataclass(frozen=True)
class FunctionType(Type):
    name: str = "function"
    parameters: tuple[Type, ...] = ()
    result: Type = field(default_factory=_any)

    def __str__(self) -> str:
        return "function<" + ", ".join(str(p) for p in self.parameters) + f"> -> {self.result}"


@dataclass(frozen=True)
class ConstrainedType(Type):
    """A type with allowed values (an item definition of DMN). allows: value -> whether it is one of them."""

    name: str = ""
    base: Type = field(default_factory=_any)
    allows: Callable[[object], bool] = field(default=lambda value: True, compare=False)

    def __str__(self) -> str:
        return self.name


ANY, NULL = Type("Any"), Type("Null")
NUMBER, STRING, BOOLEAN = Type("number"), Type("string"), Type("boolean")
DATE, TIME, DATE_TIME = Type("date"), Type("time"), Type("date and time")
YEARS_MONTHS, DAYS_TIME = Type("years and months duration"), Type("days and time duration")
CONTEXT_ANY, LIST_ANY, RANGE_ANY = Type("context"), ListType(item=ANY), RangeType(item=ANY)
FUNCTION_ANY = Type("function")

SIMPLE: dict[str, Type] = {
    t.name: t
    for t in (
        ANY,
        NULL,
        NUMBER,
        STRING,
        BOOLEAN,
        DATE,
        TIME,
        DATE_TIME,
        YEARS_MONTHS,
        DAYS_TIME,
        CONTEXT_ANY,
        FUNCTION_ANY,
    )
} | {
    "list": LIST_ANY,
    "range": RANGE_ANY,
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_TIME,
    "yearMonthDuration": YEARS_MONTHS,
    "any": ANY,
}

_CLASSES: dict[str, type] = {
    "string": str,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "years and months duration": YearsMonths,
    "days and time duration": DaysTime,
    "boolean": bool,
    "number": Decimal,
}


class UnknownType(LookupError):
    """A type name that is neither FEEL's nor in scope."""


def resolve(reference: tree.TypeRef, known: Mapping[str, Type]) -> Type:
    """The type that a reference in the text means. UnknownType where there is none."""
    if reference.name == "list" and reference.arguments:
        return ListType(item=resolve(reference.arguments[0], known))
    if reference.name == "range" and reference.arguments:
        return RangeType(item=resolve(reference.arguments[0], known))
    if reference.name == "context" and reference.keys:
        return ContextType(entries=tuple((key, resolve(kind, known)) for key, kind in zip(reference.keys, reference.arguments)))
    if reference.name == "function" and reference.result is not None:
        return FunctionType(
            parameters=tuple(resolve(kind, known) for kind in reference.arguments),
            result=resolve(reference.result, known),
        )
    if reference.name in known:
        return known[reference.name]
    if reference.name in SIMPLE:
        return SIMPLE[reference.name]
    raise UnknownType(reference.name)


def instance_of(value: object, kind: Type) -> bool:
    """FEEL's `instance of`: null is an instance of nothing but Null; allowed values do not count, shape does."""
    if value is None:
        return kind.name == "Null"
    return _has_shape(value, kind)


def _has_shape(value: object, kind: Type) -> bool:
    if isinstance(kind, ConstrainedType):
        return _has_shape(value, kind.base)
    if value is None or kind.name == "Any":
        return True
    if isinstance(kind, ListType):
        return isinstance(value, list) and (kind.item.name == "Any" or all(_has_shape(item, kind.item) for item in value))
    if isinstance(kind, ContextType):
        return isinstance(value, dict) and all(key in value and _has_shape(value[key], inner) for key, inner in kind.entries)
    if isinstance(kind, RangeType):
        return isinstance(value, Range) and all(end is None or _has_shape(end, kind.item) for end in (value.start, value.end))
    if isinstance(kind, FunctionType):
        return isinstance(value, Function) and _function_fits(value, kind)
    if kind.name == "context":
        return isinstance(value, dict)
    if kind.name == "function":
        return isinstance(value, Function)
    wanted = _CLASSES.get(kind.name)
    return wanted is not None and isinstance(value, wanted)


def _function_fits(value: Function, kind: FunctionType) -> bool:
    """A function fits if it takes as many parameters, accepts at least what is passed, and gives no more than what is expected."""
    if len(value.parameters) != len(kind.parameters):
        return False
    for given, wanted in zip(value.types, kind.parameters):
        if isinstance(given, Type) and not conforms(wanted, given):
            return False
    return value.result is None or not isinstance(value.result, Type) or conforms(value.result, kind.result)


def conforms(one: Type, other: Type) -> bool:
    """Whether every value of `one` is a value of `other` (DMN 1.5, 10.3.2.9.2)."""
    if other.name == "Any" or one.name == "Null" or one == other:
        return True
    if isinstance(one, ConstrainedType):
        return conforms(one.base, other)
    if isinstance(other, ConstrainedType):
        return conforms(one, other.base)
    if isinstance(one, ListType) and isinstance(other, ListType):
        return conforms(one.item, other.item)
    if isinstance(one, RangeType) and isinstance(other, RangeType):
        return conforms(one.item, other.item)
    if isinstance(one, ContextType) and isinstance(other, ContextType):
        return all((found := one.get(key)) is not None and conforms(found, kind) for key, kind in other.entries)
    if isinstance(one, ContextType) and other.name == "context":
        return True
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return (
            len(one.parameters) == len(other.parameters)
            and all(conforms(b, a) for a, b in zip(one.parameters, other.parameters))
            and conforms(one.result, other.result)
        )
    if isinstance(one, FunctionType) and other.name == "function":
        return True
    return type(one) is type(other) and one.name == other.name


def allowed(value: object, kind: Type) -> bool:
    """Whether a value has the shape of the type and, all the way down, is among the allowed values. Null is always allowed here."""
    if value is None:
        return True
    if isinstance(kind, ConstrainedType):
        return allowed(value, kind.base) and kind.allows(value)
    if isinstance(kind, ListType):
        return isinstance(value, list) and all(allowed(item, kind.item) for item in value)
    if isinstance(kind, ContextType):
        return isinstance(value, dict) and all(key in value and allowed(value[key], inner) for key, inner in kind.entries)
    return _has_shape(value, kind)


def is_list(kind: Type) -> bool:
    """Whether the type is a list, allowed values aside."""
    return isinstance(kind.base, ListType) if isinstance(kind, ConstrainedType) else isinstance(kind, ListType)


def coerce(value: object, kind: Type) -> tuple[bool, object]:
    """The implicit conversions of DMN 1.5, 10.3.2.9.4: to and from singleton lists, and date to date and time. (fits, value)."""
    if value is None or (kind.name == "Any" and not isinstance(kind, ConstrainedType)):
        return True, value
    if allowed(value, kind):
        return True, value
    if isinstance(value, list) and len(value) == 1 and not is_list(kind) and allowed(value[0], kind):
        return True, value[0]
    if is_list(kind) and not isinstance(value, list) and allowed([value], kind):
        return True, [value]
    if isinstance(value, Date) and kind.name == "date and time":
        return True, DateTime(value, Time(0, 0, 0, 0, 0))
    return False, None
