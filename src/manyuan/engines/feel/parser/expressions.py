"""Expressions by precedence climbing, and unary tests.

expression   for | if | some/every | function | disjunction
disjunction  and/or < comparison, between, in < + - < * / < ** < unary minus < instance of < path, filter, invocation < primary
"""

from __future__ import annotations

import re

from manyuan.engines.feel import tree
from manyuan.engines.feel.errors import FeelLimitError, FeelSyntaxError
from manyuan.engines.feel.parser.primaries import COMPARISONS, PrimaryParser, tree_with_span, unary_range
from manyuan.engines.feel.scanner import scan, skip_space

_BINARY = {"+": 5, "-": 5, "*": 6, "/": 6, "**": 7}
_ARGUMENT_NAME = re.compile(r"\s*([^\s()\[\]{},:\"@][^()\[\]{},:\"@]*?)\s*:")


class Parser(PrimaryParser):
    """Parses one text once. names: what is known in scope, built-in functions among them."""

    # entry points
    def expression_only(self) -> tree.Node:
        found = self.expression()
        self._expect_end()
        return found

    def unary_tests_only(self) -> tree.UnaryTests:
        start = self.token.start
        if self._at("-") and skip_space(self.source, self.token.end) >= len(self.source):
            self._next()
            return tree.UnaryTests((), span=(start, self.token.start))
        negated = False
        if self.token.kind == "name" and self.token.text == "not" and scan(self.source, self.token.end).text == "(":
            saved = self.token
            self._next()
            self._next()
            try:
                tests = self._tests()
                self._expect(")")
                self._expect_end()
                return tree.UnaryTests(tests, True, span=(start, self.token.start))
            except FeelSyntaxError:
                self.token, negated = saved, False
        tests = self._tests()
        self._expect_end()
        return tree.UnaryTests(tests, negated, span=(start, self.token.start))

    # expressions
    def expression(self) -> tree.Node:
        self.depth += 1
        if self.depth > self.max_depth:
            raise FeelLimitError("limit.depth", self.source, (self.token.start, self.token.end), limit=self.max_depth)
        saved, self.no_filter = self.no_filter, False
        try:
            return self._expression()
        finally:
            self.depth -= 1
            self.no_filter = saved

    def _expression(self) -> tree.Node:
        token = self.token
        if token.kind == "keyword" and self._known_here() is None:
            if token.text == "if":
                return self._if()
            if token.text == "for":
                return self._for()
            if token.text in ("some", "every"):
                return self._quantified()
        return self._or()

    def _if(self) -> tree.Node:
        start = self._next().start
        condition = self.expression()
        self._keyword("then")
        then = self.expression()
        self._keyword("else")
        otherwise = self.expression()
        return tree.If(condition, then, otherwise, span=(start, otherwise.span[1]))

    def _for(self) -> tree.Node:
        start = self._next().start
        iterators = self._iterators()
        self.names.add("partial")
        self._keyword("return")
        body = self.expression()
        return tree.For(iterators, body, span=(start, body.span[1]))

    def _quantified(self) -> tree.Node:
        token = self._next()
        iterators = self._iterators()
        self._keyword("satisfies")
        condition = self.expression()
        return tree.Quantified(token.text, iterators, condition, span=(token.start, condition.span[1]))

    def _iterators(self) -> tuple[tree.Iterator, ...]:
        found = []
        while True:
            start = self.token.start
            name = self._new_name(("in",))
            self._keyword("in")
            domain = self.expression()
            end = None
            if self._at(".."):
                self._next()
                end = self.expression()
            found.append(tree.Iterator(name, domain, end, span=(start, (end or domain).span[1])))
            if not self._at(","):
                return tuple(found)
            self._next()

    def _or(self) -> tree.Node:
        left = self._and()
        while self.token.kind == "keyword" and self.token.text == "or":
            self._next()
            right = self._and()
            left = tree.Logic("or", left, right, span=(left.span[0], right.span[1]))
        return left

    def _and(self) -> tree.Node:
        left = self._comparison()
        while self.token.kind == "keyword" and self.token.text == "and":
            self._next()
            right = self._comparison()
            left = tree.Logic("and", left, right, span=(left.span[0], right.span[1]))
        return left

    def _comparison(self) -> tree.Node:
        left = self._binary(5)
        while True:
            token = self.token
            if token.kind == "symbol" and token.text in COMPARISONS:
                self._next()
                right = self._binary(5)
                left = tree.Comparison(token.text, left, right, span=(left.span[0], right.span[1]))
            elif token.kind == "keyword" and token.text == "between":
                self._next()
                low = self._binary(5)
                self._keyword("and")
                high = self._binary(5)
                left = tree.Between(left, low, high, span=(left.span[0], high.span[1]))
            elif token.kind == "keyword" and token.text == "in":
                self._next()
                tests = self._in_tests()
                left = tree.In(left, tests, span=(left.span[0], tests[-1].span[1]))
            else:
                return left

    def _in_tests(self) -> tuple[tree.Test, ...]:
        """After `in`: one test, or several in parentheses. `(1..5)`, `(x)` and `(x).y` start alike, so what is in the parentheses is read once and then seen for
        what it was: reading it anew would double the work at every level of nesting."""
        if not self._at("("):
            return (self._test(one=True),)
        start = self._expect("(").start
        first = self._test()
        if self._at("..") and first.operator is None:
            value = self._range_rest(start, first.operand, False)
        else:
            tests = self._tests(first)
            span = (start, self._expect(")").end)
            if len(tests) > 1 or not (self.token.kind == "symbol" and self.token.text in (".", "[", "(")):
                return tests
            value = tree_with_span(first.operand, span) if first.operator is None else unary_range(first.operator, first.operand, span)
        whole = self._binary(5, value)
        return (tree.Test(None, whole, span=whole.span),)

    def _tests(self, first: tree.Test | None = None) -> tuple[tree.Test, ...]:
        found = [first or self._test()]
        while self._at(","):
            self._next()
            found.append(self._test())
        return tuple(found)

    def _test(self, one: bool = False) -> tree.Test:
        token = self.token
        if token.kind == "symbol" and token.text in COMPARISONS:
            self._next()
            operand = self._binary(5)
            return tree.Test(token.text, operand, span=(token.start, operand.span[1]))
        operand = self._binary(5) if one else self.expression()
        return tree.Test(None, operand, span=operand.span)

    def _binary(self, level: int, first: tree.Node | None = None) -> tree.Node:
        """Operators of a level and above. first: the primary that it begins with, where that has been read."""
        left = self._unary() if first is None else self._instance(first)
        while self.token.kind == "symbol" and _BINARY.get(self.token.text, 0) >= level:
            token = self._next()
            power = _BINARY[token.text]
            right = self._binary(power + 1)
            left = tree.Arithmetic(token.text, left, right, span=(left.span[0], right.span[1]))
        return left

    def _unary(self) -> tree.Node:
        if self._at("-"):
            self.depth += 1
            if self.depth > self.max_depth:
                raise FeelLimitError("limit.depth", self.source, (self.token.start, self.token.end), limit=self.max_depth)
            start = self._next().start
            operand = self._unary()
            self.depth -= 1
            return tree.Negate(operand, span=(start, operand.span[1]))
        return self._instance()

    def _instance(self, first: tree.Node | None = None) -> tree.Node:
        value = self._postfix(first)
        while self.token.kind == "keyword" and self.token.text == "instance":
            self._next()
            self._keyword("of")
            kind = self._type()
            value = tree.InstanceOf(value, kind, span=(value.span[0], kind.span[1]))
        return value

    def _postfix(self, first: tree.Node | None = None) -> tree.Node:
        value = self._primary() if first is None else first
        while self.token.kind == "symbol":
            if self.token.text == ".":
                self._next()
                name, end = self._property()
                value = tree.Path(value, name, span=(value.span[0], end))
            elif self.token.text == "[" and not self.no_filter:
                self._next()
                self.names.add("item")
                condition = self.expression()
                end = self._expect("]").end
                value = tree.Filter(value, condition, span=(value.span[0], end))
            elif self.token.text == "(":
                value = self._invocation(value)
            else:
                break
        return value

    def _property(self) -> tuple[str, int]:
        token = self.token
        if token.kind not in ("name", "keyword"):
            raise self._unexpected("expected.name")
        known = self._known_here()
        if known:
            self.token = scan(self.source, known[1])
            return known
        self._next()
        return token.text, token.end

    def _invocation(self, function: tree.Node) -> tree.Node:
        self._expect("(")
        arguments: list[tree.Node] = []
        names: list[str] = []
        while not self._at(")"):
            found = _ARGUMENT_NAME.match(self.source, self.token.start)
            if found and (names or not arguments) and self.token.kind in ("name", "keyword"):
                names.append(" ".join(found.group(1).split()))
                self.token = scan(self.source, found.end())
            elif names:
                raise self._unexpected("expected.name")
            arguments.append(self.expression())
            if not self._at(","):
                break
            self._next()
            if self._at(")"):
                raise self._unexpected("expected.expression")
        end = self._expect(")").end
        return tree.Call(function, tuple(arguments), tuple(names), span=(function.span[0], end))
