"""FEEL, the expression language of DMN 1.5: parse, check, compile, evaluate, format.

    >>> from manyuan.engines import feel
    >>> feel.evaluate("if 营业收入 >= 20000000 then \\"规上\\" else \\"规下\\"", {"营业收入": 30000000})
    '规上'

No eval, no import, no I/O; depth, size, steps and time are bounded (`Limits`). A null carries its reasons: see `evaluate_with_notes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from manyuan.engines.feel import budget, properties, tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.builtins.conversion import text_of
from manyuan.engines.feel.checker import Checker
from manyuan.engines.feel.errors import Fault, FeelError, FeelInputError, FeelLimitError, FeelSyntaxError, Note
from manyuan.engines.feel.formatter import format_expression
from manyuan.engines.feel.interpreter import _LIMITS, _NO_TYPES, Frame, Limits, Runtime, build, build_tests
from manyuan.engines.feel.parser import MAX_DEPTH, MAX_LENGTH, Parser
from manyuan.engines.feel.scanner import NameIndex
from manyuan.engines.feel.values import (
    Date,
    DateTime,
    DaysTime,
    Function,
    Range,
    Time,
    YearsMonths,
    from_python,
    kind_of,
    to_python,
)

__all__ = [
    "Date", "DateTime", "DaysTime", "Evaluation", "Fault", "FeelError", "FeelInputError", "FeelLimitError", "FeelSyntaxError", "Function", "Limits", "Note",
    "Program", "Range", "TestProgram", "Time", "YearsMonths", "check", "compile", "compile_tests", "evaluate", "evaluate_unary_tests", "evaluate_with_notes",
    "format_expression", "from_python", "kind_of", "parse", "parse_unary_tests", "text_of", "to_python", "tree", "types",
]  # fmt: skip

_BUILTIN_NAMES = NameIndex([*TABLE, *(name for name in properties.NAMES if " " in name)])


@dataclass(frozen=True)
class Evaluation:
    """A value and the reasons for the nulls on the way to it."""

    value: object
    notes: tuple[Note, ...]


def parse(text: str, *, names: Iterable[str] = (), max_depth: int = MAX_DEPTH, max_length: int = MAX_LENGTH) -> tree.Node:
    """The tree of an expression. names: variables and property names in scope, so that those with spaces are found.
    Raises FeelSyntaxError or FeelLimitError."""
    return Parser(text, names, _BUILTIN_NAMES, max_depth, max_length).expression_only()


def parse_unary_tests(text: str, *, names: Iterable[str] = (), max_depth: int = MAX_DEPTH) -> tree.UnaryTests:
    """The tree of unary tests (a cell of a decision table). Raises FeelSyntaxError or FeelLimitError."""
    return Parser(text, [*names, "?"], _BUILTIN_NAMES, max_depth).unary_tests_only()


def _names(scope: Mapping[str, object]) -> set[str]:
    """All names of a scope, those of nested contexts among them."""
    found: set[str] = set()
    waiting: list[object] = [scope]
    while waiting and len(found) < 100_000:
        value = waiting.pop()
        if isinstance(value, Mapping):
            found.update(str(key) for key in value)
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value[:100])
    return found


class Program:
    """A compiled expression. `run` may be called as often as wanted and from several threads."""

    def __init__(self, node: tree.Node, source: str = "") -> None:
        self.node = node
        self.source = source
        self._code = build(node)

    def run(
        self, scope: Mapping[str, object] | None = None, *, limits: Limits | None = None, clock: DateTime | None = None,
        known_types: Mapping[str, types.Type] | None = None, language: str = "en",
    ) -> object:  # fmt: skip
        """The value in a scope (values of Python or FEEL)."""
        converted = {str(name): from_python(value, str(name)) for name, value in scope.items()} if scope else {}
        return self.run_in(Frame(converted, None, new_runtime(limits=limits, clock=clock, known_types=known_types, language=language)))

    def run_with_notes(
        self, scope: Mapping[str, object] | None = None, *, limits: Limits | None = None, clock: DateTime | None = None,
        known_types: Mapping[str, types.Type] | None = None, language: str = "en",
    ) -> Evaluation:  # fmt: skip
        """The value, and why what became null became null."""
        converted = {str(name): from_python(value, str(name)) for name, value in (scope or {}).items()}
        runtime = new_runtime(limits=limits, clock=clock, known_types=known_types, language=language)
        value = self.run_in(Frame(converted, None, runtime))
        return Evaluation(value, tuple(runtime.notes))

    def run_in(self, frame: Frame) -> object:
        """The value in a frame that holds FEEL values already (for engines built on this one)."""
        limits = frame.runtime.limits
        thread = budget.THREAD
        before = thread.now
        thread.now = budget.Allowance(limits.steps, limits.seconds)
        try:
            return self._code(frame)
        except (RecursionError, MemoryError):
            raise FeelLimitError("limit.depth", limit=MAX_DEPTH) from None
        finally:
            thread.now = before


class TestProgram:
    """Compiled unary tests."""

    __test__ = False

    def __init__(self, node: tree.UnaryTests, source: str = "") -> None:
        self.node = node
        self.source = source
        self._code = build_tests(node)

    def run_in(self, value: object, frame: Frame) -> bool | None:
        """Whether the input meets the tests; None where that cannot be told."""
        return _bounded(lambda: self._code(value, frame), frame.runtime.limits)  # type: ignore[return-value]


def _bounded(action: Callable[[], object], limits: Limits) -> object:
    before = budget.begin(limits.steps, limits.seconds)
    try:
        return action()
    except (RecursionError, MemoryError):
        raise FeelLimitError("limit.depth", limit=MAX_DEPTH) from None
    finally:
        budget.restore(before)


def new_runtime(
    *,
    limits: Limits | None = None,
    clock: DateTime | None = None,
    known_types: Mapping[str, types.Type] | None = None,
    language: str = "en",
) -> Runtime:
    """A runtime for one evaluation."""
    moment = from_python(clock) if clock is not None else None
    return Runtime(limits or _LIMITS, moment if isinstance(moment, DateTime) else None, language, known_types or _NO_TYPES, _read_range)


def _read_range(text: str) -> object:
    """range("[1..5)"): only literals may stand in the text."""
    try:
        node = parse(text, max_length=1000)
    except FeelError:
        return None
    allowed = (tree.RangeLiteral, tree.Literal, tree.Negate, tree.At, tree.Call, tree.Name)
    nodes = tree.walk(node)
    literal = all(isinstance(argument, tree.Literal) for one in nodes if isinstance(one, tree.Call) for argument in one.arguments)
    if not isinstance(node, tree.RangeLiteral) or not literal or not all(isinstance(one, allowed) for one in nodes):
        return None
    return Program(node, text).run()


def compile(text: str, *, names: Iterable[str] = ()) -> Program:
    """Parse and compile an expression."""
    return Program(parse(text, names=names), text)


def compile_tests(text: str, *, names: Iterable[str] = ()) -> TestProgram:
    """Parse and compile unary tests."""
    return TestProgram(parse_unary_tests(text, names=names), text)


def evaluate(
    expression: str | tree.Node,
    scope: Mapping[str, object] | None = None,
    *,
    limits: Limits | None = None,
    clock: DateTime | None = None,
    language: str = "en",
) -> object:
    """The value of an expression in a scope. Raises FeelError only."""
    if not scope and clock is None and isinstance(expression, str):
        return _compiled(expression, _NO_NAMES).run_in(Frame({}, None, Runtime(limits or _LIMITS, None, language, _NO_TYPES, _read_range)))
    return _program(expression, scope).run(scope, limits=limits, clock=clock, language=language)


def evaluate_with_notes(
    expression: str | tree.Node,
    scope: Mapping[str, object] | None = None,
    *,
    limits: Limits | None = None,
    clock: DateTime | None = None,
    language: str = "en",
) -> Evaluation:
    """The value of an expression, and why what became null became null."""
    return _program(expression, scope).run_with_notes(scope, limits=limits, clock=clock, language=language)


_NO_NAMES: frozenset[str] = frozenset()


def _program(expression: str | tree.Node, scope: Mapping[str, object] | None) -> Program:
    if isinstance(expression, str):
        return _compiled(expression, frozenset(_names(scope)) if scope else _NO_NAMES)
    return Program(expression)


@lru_cache(maxsize=2048)
def _compiled(text: str, names: frozenset[str]) -> Program:
    """A text compiled for the names in scope; the same text is parsed once."""
    return Program(parse(text, names=names), text)


def evaluate_unary_tests(
    tests: str | tree.UnaryTests,
    value: object,
    scope: Mapping[str, object] | None = None,
    *,
    limits: Limits | None = None,
) -> bool | None:
    """Whether an input value meets unary tests; None where that cannot be told."""
    node = parse_unary_tests(tests, names=_names(scope or {})) if isinstance(tests, str) else tests
    frame = Frame({str(k): from_python(v, str(k)) for k, v in (scope or {}).items()}, None, new_runtime(limits=limits))
    return TestProgram(node).run_in(from_python(value, "?"), frame)


def check(expression: str | tree.Node, scope: Mapping[str, types.Type], *, known_types: Mapping[str, types.Type] | None = None) -> list[Fault]:
    """Every fault of an expression, found before it runs: scope gives the types of the names it may use (types.NUMBER, Type("number", "fen")
    …). A syntax error is the one fault of a text that cannot be parsed."""
    source = expression if isinstance(expression, str) else ""
    try:
        node = parse(expression, names=scope) if isinstance(expression, str) else expression
    except FeelSyntaxError as error:
        return [Fault(error.code, error.source, error.span, error.data)]
    except FeelLimitError as error:
        return [Fault(error.code, error.source, error.span, error.data)]
    checker = Checker(source, scope, known_types)
    if isinstance(node, tree.UnaryTests):
        checker.tests(node, scope.get("?", types.ANY))
    else:
        checker.visit(node)
    return checker.faults


def builtin_names() -> frozenset[str]:
    """Names of the built-in functions."""
    return frozenset(TABLE)
