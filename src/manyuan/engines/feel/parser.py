"""Tokens to tree: precedence climbing over the grammar of DMN 1.5, chapter 10.3.1.

    expression   for | if | some/every | function | disjunction
    disjunction  and/or < comparison, between, in < + - < * / < ** < unary minus < instance of < path, filter, invocation < primary

Names may hold spaces, so a name is the longest known one (in scope, built in, or introduced earlier in the same expression), else one word.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from manyuan.engines.feel import tree
from manyuan.engines.feel.errors import FeelLimitError, FeelSyntaxError
from manyuan.engines.feel.scanner import KEYWORDS, NameIndex, Token, is_name, scan, skip_space
from manyuan.engines.feel.values import CONTEXT

MAX_LENGTH = 100_000
MAX_DEPTH = 120
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_BINARY = {"+": 5, "-": 5, "*": 6, "/": 6, "**": 7}
_ARGUMENT_NAME = re.compile(r"\s*([^\s()\[\]{},:\"@][^()\[\]{},:\"@]*?)\s*:")
_BUILT_IN_TYPES = (
    "date and time", "years and months duration", "days and time duration", "number", "string", "boolean", "date", "time", "Any", "Null",
    "dateTime", "dayTimeDuration", "yearMonthDuration", "days and time duration",
)  # fmt: skip


# Nested expressions take some ten Python calls a level; Python 3.11 keeps these off the C stack.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 8000))


class Parser:
    """Parses one text once. names: what is known in scope, built-in functions among them."""

    def __init__(
        self,
        source: str,
        names: Iterable[str],
        builtins: NameIndex,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
    ) -> None:
        if len(source) > max_length:
            raise FeelLimitError("limit.length", source[:200], (0, 0), found=len(source), limit=max_length)
        self.source = source
        self.names = NameIndex(names)
        self.builtins = builtins
        self.types = NameIndex(_BUILT_IN_TYPES)
        self.depth = 0
        self.max_depth = max_depth
        self.no_filter = False
        self.token = scan(source, 0)

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
            if token.kind == "symbol" and token.text in _COMPARISONS:
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
        """After `in`: one test, or several in parentheses. `(1..5)` and `(x)` start alike, so the list is tried first."""
        if self._at("("):
            saved, depth, flag = self.token, self.depth, self.no_filter
            try:
                self._next()
                tests = self._tests()
                self._expect(")")
                if not (self.token.kind == "symbol" and self.token.text in (".", "[", "(")):
                    return tests
            except FeelSyntaxError:
                pass
            self.token, self.depth, self.no_filter = saved, depth, flag
        return (self._test(one=True),)

    def _tests(self) -> tuple[tree.Test, ...]:
        found = [self._test()]
        while self._at(","):
            self._next()
            found.append(self._test())
        return tuple(found)

    def _test(self, one: bool = False) -> tree.Test:
        token = self.token
        if token.kind == "symbol" and token.text in _COMPARISONS:
            self._next()
            operand = self._binary(5)
            return tree.Test(token.text, operand, span=(token.start, operand.span[1]))
        operand = self._binary(5) if one else self.expression()
        return tree.Test(None, operand, span=operand.span)

    def _binary(self, level: int) -> tree.Node:
        left = self._unary()
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

    def _instance(self) -> tree.Node:
        value = self._postfix()
        while self.token.kind == "keyword" and self.token.text == "instance":
            self._next()
            self._keyword("of")
            kind = self._type()
            value = tree.InstanceOf(value, kind, span=(value.span[0], kind.span[1]))
        return value

    def _postfix(self) -> tree.Node:
        value = self._primary()
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

    def _primary(self) -> tree.Node:
        token = self.token
        if token.kind == "number":
            self._next()
            if self.token.kind in ("name", "number") and self.token.start == token.end:
                raise FeelSyntaxError(
                    "syntax.number",
                    self.source,
                    (token.start, self.token.end),
                    found=self.source[token.start : self.token.end],
                )
            return tree.Literal(_number(token, self.source), span=(token.start, token.end))
        if token.kind == "string":
            self._next()
            return tree.Literal(token.text, span=(token.start, token.end))
        if token.kind == "name" or (token.kind == "keyword" and self._known_here()):
            known = self._known_here()
            if known:
                self.token = scan(self.source, known[1])
                return tree.Name(known[0], span=(token.start, known[1]))
            self._next()
            return tree.Name(token.text, span=(token.start, token.end))
        if token.kind == "keyword":
            return self._keyword_primary(token)
        if token.kind == "symbol":
            if token.text == "(":
                return self._parenthesis()
            if token.text in ("[", "]"):
                return self._bracket()
            if token.text == "{":
                return self._context()
            if token.text == "@":
                self._next()
                if self.token.kind != "string":
                    raise self._unexpected("expected.expression")
                text = self._next()
                return tree.At(text.text, span=(token.start, text.end))
        raise self._unexpected("expected.expression")

    def _keyword_primary(self, token: Token) -> tree.Node:
        if token.text in ("null", "true", "false"):
            self._next()
            return tree.Literal({"null": None, "true": True, "false": False}[token.text], span=(token.start, token.end))
        if token.text == "function":
            return self._function()
        if token.text in ("if", "for", "some", "every"):
            return self.expression()
        raise self._unexpected("expected.expression")

    def _parenthesis(self) -> tree.Node:
        start = self._expect("(").start
        if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            operator = self._next().text
            operand = self.expression()
            end = self._expect(")").end
            return _unary_range(operator, operand, (start, end))
        inner = self.expression()
        if self._at(".."):
            return self._range_rest(start, inner, False)
        end = self._expect(")").end
        return tree_with_span(inner, (start, end))

    def _bracket(self) -> tree.Node:
        token = self._next()
        if token.text == "]":
            return self._range_rest(token.start, self.expression(), False)
        items: list[tree.Node] = []
        if not self._at("]"):
            if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
                operator = self._next().text
                operand = self.expression()
                items.append(_unary_range(operator, operand, (token.start, operand.span[1])))
            else:
                items.append(self.expression())
            if self._at(".."):
                return self._range_rest(token.start, items[0], True)
            while self._at(","):
                self._next()
                items.append(self.expression())
        end = self._expect("]").end
        return tree.ListLiteral(tuple(items), span=(token.start, end))

    def _range_rest(self, start: int, first: tree.Node, included: bool) -> tree.Node:
        self._expect("..")
        self.depth += 1
        saved, self.no_filter = self.no_filter, True
        try:
            last = self._binary(5)
        finally:
            self.no_filter = saved
            self.depth -= 1
        closer = self.token
        if closer.kind != "symbol" or closer.text not in ("]", ")", "["):
            raise self._unexpected("]")
        self._next()
        return tree.RangeLiteral(first, last, included, closer.text == "]", span=(start, closer.end))

    def _context(self) -> tree.Node:
        start = self._expect("{").start
        entries: list[tuple[str, tree.Node]] = []
        seen: set[str] = set()
        while not self._at("}"):
            place = self.token
            if place.kind == "string":
                key = self._next().text
            else:
                key = self._new_name((":",))
            self._expect(":")
            if key in seen:
                raise FeelSyntaxError("syntax.key", self.source, (place.start, place.end), found=key)
            seen.add(key)
            self.names.add(key)
            entries.append((key, self.expression()))
            if not self._at(","):
                break
            self._next()
        end = self._expect("}").end
        return tree.ContextLiteral(tuple(entries), span=(start, end))

    def _function(self) -> tree.Node:
        start = self._next().start
        self._expect("(")
        parameters: list[tuple[str, tree.TypeRef | None]] = []
        while not self._at(")"):
            name = self._new_name((":", ",", ")"))
            kind = None
            if self._at(":"):
                self._next()
                kind = self._type()
            parameters.append((name, kind))
            if not self._at(","):
                break
            self._next()
        self._expect(")")
        external = self.token.kind == "keyword" and self.token.text == "external"
        if external:
            self._next()
        body = self.expression()
        return tree.FunctionLiteral(tuple(parameters), body, external, span=(start, body.span[1]))

    def _type(self) -> tree.TypeRef:
        self.depth += 1
        if self.depth > self.max_depth:
            raise FeelLimitError("limit.depth", self.source, (self.token.start, self.token.end), limit=self.max_depth)
        try:
            return self._type_inner()
        finally:
            self.depth -= 1

    def _type_inner(self) -> tree.TypeRef:
        token = self.token
        if token.kind not in ("name", "keyword"):
            raise self._unexpected("expected.type")
        start = token.start
        word = token.text
        follows = scan(self.source, token.end).text
        if word in ("list", "range") and follows == "<":
            self._next()
            self._expect("<")
            inner = self._type()
            return tree.TypeRef(word, (inner,), span=(start, self._close_angle()))
        if word == "context" and follows == "<":
            return self._context_type(start)
        if word == "function" and follows == "<":
            return self._function_type(start)
        known = self.types.match(self.source, start, word) or self.names.match(self.source, start, word)
        name, end = known if known else (word, token.end)
        self.token = scan(self.source, end)
        while not known and self._at(".") and self.token.start == end:  # imported types: model.type
            self._next()
            piece = self._next()
            name, end = f"{name}.{piece.text}", piece.end
        return tree.TypeRef(name, span=(start, end))

    def _context_type(self, start: int) -> tree.TypeRef:
        self._next()
        self._expect("<")
        keys: list[str] = []
        kinds: list[tree.TypeRef] = []
        while not self._at(">"):
            keys.append(self._new_name((":",)))
            self._expect(":")
            kinds.append(self._type())
            if not self._at(","):
                break
            self._next()
        return tree.TypeRef("context", tuple(kinds), tuple(keys), span=(start, self._close_angle()))

    def _function_type(self, start: int) -> tree.TypeRef:
        self._next()
        self._expect("<")
        kinds: list[tree.TypeRef] = []
        while not self._at(">"):
            kinds.append(self._type())
            if not self._at(","):
                break
            self._next()
        self._close_angle()
        self._expect("->")
        result = self._type()
        return tree.TypeRef("function", tuple(kinds), (), result, span=(start, result.span[1]))

    def _close_angle(self) -> int:
        """Take one `>`; `>=` and `>>` do not arise, but `>` may be glued to what follows."""
        token = self.token
        if token.kind == "symbol" and token.text.startswith(">"):
            self.token = scan(self.source, token.start + 1)
            return token.start + 1
        raise self._unexpected(">")

    # names
    def _known_here(self) -> tuple[str, int] | None:
        """The longest known name at the current token; a keyword counts only if the name is longer than it."""
        token = self.token
        own = self.names.match(self.source, token.start, token.text)
        built = self.builtins.match(self.source, token.start, token.text)
        best = max((found for found in (own, built) if found), key=lambda found: found[1], default=None)
        if best and token.kind == "keyword" and best[1] <= token.end:
            return None
        return best

    def _new_name(self, until: tuple[str, ...]) -> str:
        """A name being introduced: all up to one of the tokens in `until`; from here on it is known."""
        start = self.token.start
        end = start
        if self.token.kind not in ("name", "keyword"):
            raise self._unexpected("expected.name")
        while self.token.kind != "end" and not (self.token.text in until and self.token.kind in ("symbol", "keyword") and end > start):
            if (self.token.kind == "symbol" and self.token.text in "()[]{},:@") or self.token.kind == "string":
                raise self._unexpected(until[0])
            end = self.token.end
            self._next()
        name = " ".join(self.source[start:end].split())
        self.names.add(name)
        return name

    # tokens
    def _next(self) -> Token:
        token = self.token
        if token.kind == "end":
            raise self._unexpected("expected.expression")
        self.token = scan(self.source, token.end)
        return token

    def _at(self, symbol: str) -> bool:
        return self.token.kind == "symbol" and self.token.text == symbol

    def _expect(self, symbol: str) -> Token:
        if not self._at(symbol):
            raise self._unexpected(symbol)
        return self._next()

    def _keyword(self, word: str) -> None:
        if self.token.kind != "keyword" or self.token.text != word:
            raise self._unexpected(word)
        self._next()

    def _expect_end(self) -> None:
        if self.token.kind != "end":
            raise self._unexpected("expected.end")

    def _unexpected(self, expected: str) -> FeelSyntaxError:
        token = self.token
        found = "found.end" if token.kind == "end" else f"“{self.source[token.start : token.end][:40]}”"
        return FeelSyntaxError(
            "syntax.unexpected",
            self.source,
            (token.start, max(token.end, token.start + 1)),
            found=found,
            expected=expected,
        )


def tree_with_span(node: tree.Node, span: tree.Span) -> tree.Node:
    """The same node with a wider span (parentheses belong to what they hold)."""
    from dataclasses import replace

    return replace(node, span=span)


def _unary_range(operator: str, operand: tree.Node, span: tree.Span) -> tree.Node:
    upper = operator in ("<", "<=")
    point = operator in ("=", "!=")
    return tree.RangeLiteral(
        None if upper else operand,
        operand if upper or point else None,
        operator in (">=", "=", "!="),
        operator in ("<=", "=", "!="),
        operator,
        span=span,
    )


def _number(token: Token, source: str) -> Decimal:
    try:
        return CONTEXT.create_decimal(token.text)
    except (InvalidOperation, ArithmeticError):
        raise FeelSyntaxError("syntax.number", source, (token.start, token.end), found=token.text) from None


__all__ = ["KEYWORDS", "MAX_DEPTH", "MAX_LENGTH", "Parser", "is_name"]
