"""Whether two sides fit: types and units of arithmetic and comparisons, of ranges and of tests."""

from __future__ import annotations

from manyuan.engines.feel import tree, types
from manyuan.engines.feel.checker.scopes import Scopes, is_constant, plain
from manyuan.engines.feel.types import ANY, BOOLEAN, NUMBER, ListType, RangeType, Type

_ARITHMETIC = {
    ("+", "number", "number"), ("-", "number", "number"), ("*", "number", "number"), ("/", "number", "number"), ("**", "number", "number"),
    ("+", "string", "string"), ("-", "date", "date"), ("-", "date and time", "date and time"), ("-", "time", "time"), ("-", "date", "date and time"),
    ("-", "date and time", "date"),
}  # fmt: skip
DURATIONS = ("years and months duration", "days and time duration")
TEMPORAL = ("date", "date and time", "time")


class Operands(Scopes):
    """Operators and tests."""

    def _negate(self, node: tree.Negate) -> Type:
        kind = plain(self.visit(node.operand))
        if kind.name not in ("number", *DURATIONS, "Any", "Null"):
            self.fault("null.unary", node.span, found=str(kind))
            return ANY
        return kind

    def _arithmetic(self, node: tree.Arithmetic) -> Type:
        left, right, sign = plain(self.visit(node.left)), plain(self.visit(node.right)), node.operator
        a, b = left.name, right.name
        if "Any" in (a, b) or "Null" in (a, b):
            return NUMBER if sign in "*/**" and "number" in (a, b) and "Any" not in (a, b) else ANY
        if (sign, a, b) in _ARITHMETIC:
            if a == "number":
                return self._number(node, left, right)
            return types.STRING if a == "string" else types.DAYS_TIME
        if sign in "+-" and a in TEMPORAL and b in DURATIONS:
            return left
        if sign == "+" and b in TEMPORAL and a in DURATIONS:
            return right
        if a in DURATIONS and ((a == b and sign in "+-/") or (b == "number" and sign in "*/")):
            return NUMBER if sign == "/" and a == b else left
        if b in DURATIONS and a == "number" and sign == "*":
            return right
        self.fault("check.operands", node.span, operator=sign, left=str(left), right=str(right))
        return ANY

    def _number(self, node: tree.Arithmetic, left: Type, right: Type) -> Type:
        """Units: sums need the same one; products and quotients combine them (a pure number has none)."""
        sign = node.operator
        if sign in ("+", "-"):
            zero = any(isinstance(side, tree.Literal) for side in (node.left, node.right))
            if left.unit != right.unit and not zero:
                self.fault("check.units", node.span, operator=sign, left=left.unit or "–", right=right.unit or "–")
            return Type("number", left.unit or right.unit)
        if sign == "*":
            return Type(
                "number",
                left.unit if right.unit is None else right.unit if left.unit is None else f"{left.unit}*{right.unit}",
            )
        if sign == "/":
            if left.unit == right.unit:
                return NUMBER
            return Type("number", left.unit if right.unit is None else f"{left.unit or '1'}/{right.unit}")
        return Type("number", left.unit)

    def _comparable(self, sign: str, left: Type, right: Type, span: tuple[int, int], literal: bool = False) -> None:
        left, right = plain(left), plain(right)
        if "Any" in (left.name, right.name) or "Null" in (left.name, right.name):
            return
        if left.name != right.name:
            self.fault("check.operands", span, operator=sign, left=str(left), right=str(right))
        elif left.unit != right.unit and not literal:
            self.fault("check.units", span, operator=sign, left=left.unit or "–", right=right.unit or "–")
        elif sign not in ("=", "!=", "..", "in") and left.name in ("boolean", "list", "context", "function"):
            self.fault("check.operands", span, operator=sign, left=str(left), right=str(right))

    def _comparison(self, node: tree.Comparison) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        self._comparable(node.operator, left, right, node.span, any(is_constant(side) for side in (node.left, node.right)))
        return BOOLEAN

    def _between(self, node: tree.Between) -> Type:
        value = self.visit(node.value)
        for end in (node.low, node.high):
            self._comparable("between", value, self.visit(end), end.span, is_constant(end))
        return BOOLEAN

    def _logic(self, node: tree.Logic) -> Type:
        for side in (node.left, node.right):
            self._condition(side)
        return BOOLEAN

    def _condition(self, node: tree.Node) -> None:
        kind = plain(self.visit(node))
        if kind.name not in ("boolean", "Any", "Null"):
            self.fault("check.condition", node.span, found=str(kind))

    def _in(self, node: tree.In) -> Type:
        value = self.visit(node.value)
        for test in node.tests:
            self._test(test, value)
        return BOOLEAN

    def tests(self, node: tree.UnaryTests, value: Type) -> None:
        """Check unary tests against the type of their input."""
        for test in node.tests:
            self._test(test, value)

    def _test(self, node: tree.Test, value: Type) -> None:
        self.scopes.append({"?": value})
        kind = plain(self.visit(node.operand))
        self.scopes.pop()
        if node.operator is not None:
            self._comparable(node.operator, value, kind, node.span, is_constant(node.operand))
        elif isinstance(kind, (ListType, RangeType)):
            self._held(value, kind, node.span)
        elif kind.name != "boolean" or not any(isinstance(n, tree.Name) and n.name == "?" for n in tree.walk(node.operand)):
            self._comparable("in", value, kind, node.span, True)

    def _held(self, value: Type, kind: Type, span: tuple[int, int]) -> None:
        """A value in a list or range: a range holds it, or an item equals it or holds it in turn; a list may equal the whole list."""
        value, kind = plain(value), plain(kind)
        if isinstance(kind, ListType):
            if not isinstance(value, ListType):
                self._held(value, kind.item, span)
        elif isinstance(kind, RangeType) and not isinstance(value, RangeType):
            self._comparable("in", value, kind.item, span, True)
        else:
            self._comparable("in", value, kind, span, True)

    def _rangeliteral(self, node: tree.RangeLiteral) -> Type:
        kinds = [self.visit(end) for end in (node.start, node.end) if end is not None]
        if len(kinds) == 2:
            self._comparable("..", kinds[0], kinds[1], node.span)
        return RangeType(item=kinds[0]) if kinds else types.RANGE_ANY
