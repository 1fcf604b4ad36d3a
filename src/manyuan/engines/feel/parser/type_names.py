"""Types as they are written: a name, or list<…>, range<…>, context<…>, function<…>-> …"""

from __future__ import annotations

from manyuan.engines.feel import tree
from manyuan.engines.feel.errors import FeelLimitError
from manyuan.engines.feel.parser.cursor import Cursor
from manyuan.engines.feel.scanner import scan


class TypeParser(Cursor):
    """Reads types where the cursor stands."""

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
