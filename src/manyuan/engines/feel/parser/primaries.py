"""What an expression is made of at its ends: literals, names, brackets of every kind, contexts, functions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from manyuan.engines.feel import tree
from manyuan.engines.feel.errors import FeelSyntaxError
from manyuan.engines.feel.parser.type_names import TypeParser
from manyuan.engines.feel.scanner import Token, scan
from manyuan.engines.feel.values import CONTEXT

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


class PrimaryParser(TypeParser):
    """Reads primaries; what stands within them is read by the parser built on it."""

    def expression(self) -> tree.Node:
        raise NotImplementedError

    def _binary(self, level: int, first: tree.Node | None = None) -> tree.Node:
        raise NotImplementedError

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
        if self.token.kind == "symbol" and self.token.text in COMPARISONS:
            operator = self._next().text
            operand = self.expression()
            end = self._expect(")").end
            return unary_range(operator, operand, (start, end))
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
            if self.token.kind == "symbol" and self.token.text in COMPARISONS:
                operator = self._next().text
                operand = self.expression()
                items.append(unary_range(operator, operand, (token.start, operand.span[1])))
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


def tree_with_span(node: tree.Node, span: tree.Span) -> tree.Node:
    """The same node with a wider span (parentheses belong to what they hold)."""
    return replace(node, span=span)


def unary_range(operator: str, operand: tree.Node, span: tree.Span) -> tree.Node:
    """The range that `(< b)` and its kin stand for."""
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
