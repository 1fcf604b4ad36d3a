"""How a built-in function is declared and called.

    @builtin("substring(string: string, start position: number, length: number?)")
    def _substring(text, start, length=None): ...

A declaration names the parameters and their types; `?` marks an optional one, `...` one that takes the rest. Several declarations under
one name are tried in order. Where none fits, the result is null with a reason, as the standard asks. Singleton lists and their one
element stand in for each other (DMN 1.5, 10.3.2.9.4).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from manyuan.engines.feel import budget
from manyuan.engines.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths, kind_of

CLASSES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (Date,),
    "time": (Time,),
    "date and time": (DateTime,),
    "years and months duration": (YearsMonths,),
    "days and time duration": (DaysTime,),
    "duration": (YearsMonths, DaysTime),
    "range": (Range,),
    "function": (Function,),
    "point": (Decimal, str, Date, Time, DateTime, YearsMonths, DaysTime),
    "any": (object,),
}
_ANY = CLASSES["any"]


class Unfit(Exception):
    """Raised inside a built-in whose arguments have the right types but no result; the reason becomes a note."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in function: its name in calls with names, and its type, one of CLASSES."""

    name: str
    type: str
    optional: bool
    rest: bool


@dataclass(frozen=True)
class Overload:
    """One way to call a built-in function. The first `required` parameters must be given."""

    parameters: tuple[Parameter, ...]
    body: Callable[..., Any]
    needs_runtime: bool

    @cached_property
    def required(self) -> int:
        return sum(1 for p in self.parameters if not p.optional and not p.rest)

    @cached_property
    def _exact(self) -> tuple[tuple[type, ...], ...]:
        """The classes whose values each parameter takes as they are; empty where the arguments have to be looked at one by one."""
        return () if any(p.rest for p in self.parameters) else tuple(CLASSES[p.type] for p in self.parameters)

    def bind(self, arguments: Sequence[object], names: Sequence[str]) -> list[object] | None:
        """The arguments in the order of the parameters, converted; None where they do not fit."""
        exact = self._exact
        if exact and not names and self.required <= len(arguments) <= len(exact):
            for value, classes in zip(arguments, exact):
                if type(value) not in classes and (classes is not _ANY or value is None):
                    break
            else:
                return list(arguments)
        if names:
            if any(p.rest for p in self.parameters):
                return None
            order = [p.name for p in self.parameters]
            given = dict(zip(names, arguments))
            if len(given) != len(names) or any(name not in order for name in names):
                return None
            if any(p.name not in given and not p.optional for p in self.parameters):
                return None
            ordered: list[object] = []
            for p in self.parameters:
                ordered.append(given.get(p.name))
            while ordered and self.parameters[len(ordered) - 1].name not in given:
                ordered.pop()
            arguments = ordered
        if len(arguments) < self.required:
            return None
        rest = bool(self.parameters) and self.parameters[-1].rest
        if rest and not arguments:
            return None
        if not rest and len(arguments) > len(self.parameters):
            return None
        bound: list[object] = []
        for index, value in enumerate(arguments):
            parameter = self.parameters[min(index, len(self.parameters) - 1)]
            fits, converted = _convert(value, parameter)
            if not fits:
                return None
            bound.append(converted)
        return bound


def _convert(value: object, parameter: Parameter) -> tuple[bool, object]:
    if value is None:
        return parameter.optional or parameter.type == "any", None
    if parameter.type == "any":
        return True, value
    wanted = CLASSES[parameter.type]
    if isinstance(value, wanted) and not (isinstance(value, bool) and bool not in wanted):
        return True, value
    if isinstance(value, list) and len(value) == 1 and list not in wanted and isinstance(value[0], wanted):
        return not (isinstance(value[0], bool) and bool not in wanted), value[0]
    if wanted == (list,) and not isinstance(value, list):
        return True, [value]
    return False, None


TABLE: dict[str, list[Overload]] = {}
_SIGNATURE = re.compile(r"([^(]+)\((.*)\)")


def builtin(signature: str, runtime: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a built-in function by its signature."""
    found = _SIGNATURE.fullmatch(signature)
    assert found is not None, signature
    parameters = []
    for piece in filter(None, (part.strip() for part in found.group(2).split(","))):
        name, _, kind = piece.partition(":")
        kind = kind.strip()
        rest, optional = kind.endswith("..."), kind.endswith("?")
        kind = kind.removesuffix("...").removesuffix("?")
        assert kind in CLASSES, signature
        parameters.append(Parameter(name.strip(), kind, optional, rest))

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        TABLE.setdefault(found.group(1).strip(), []).append(Overload(tuple(parameters), body, runtime))
        return body

    return declare


def call(name: str, arguments: Sequence[object], names: Sequence[str], runtime: Any, span: tuple[int, int]) -> object:
    """Call a built-in: the first declaration that fits; null with a note where none does or the function has no result."""
    for overload in TABLE[name]:
        bound = overload.bind(arguments, names)
        if bound is None:
            continue
        size = 0
        for value in bound:
            if isinstance(value, (list, str)):
                size += len(value)
        budget.spend(1 + size // 8)
        try:
            return overload.body(runtime, *bound) if overload.needs_runtime else overload.body(*bound)
        except Unfit as reason:
            runtime.note("null.value", span, name=name, reason=reason.zh if runtime.language == "zh" else reason.en)
            return None
        except ArithmeticError:
            runtime.note("null.number", span)
            return None
    runtime.note("null.arguments", span, name=name, found=", ".join(kind_of(a) for a in arguments) or "()")
    return None


def signatures(name: str) -> list[Overload]:
    """The declarations of a built-in (for the checker and the documentation)."""
    return TABLE[name]


def documentation(name: str) -> str:
    """What the function does, from its body's docstring."""
    return next((inspect.getdoc(overload.body) or "" for overload in TABLE[name]), "")
