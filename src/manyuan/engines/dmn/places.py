"""Where the texts of a file stand, to the character: line and column of anything within an expression, entities and CDATA counted as written."""

from __future__ import annotations

import bisect
from xml.parsers import expat

Mark = tuple[int, int, int]  # offset in the text, line and column (both from 1) in the file


class Text(str):
    """A text of a file that knows where it stood. It is equal to the same text from anywhere."""

    marks: tuple[Mark, ...] = ()
    lead: int = 0

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file (from 1, in characters) of an offset in this text."""
        wanted = offset + self.lead
        start, line, column = self.marks[max(0, bisect.bisect_right(self.marks, wanted, key=lambda mark: mark[0]) - 1)]
        return line, column + wanted - start


def placed(raw: str, marks: tuple[Mark, ...]) -> Text:
    """The text of an element without the blanks around it. marks: where the pieces of `raw` begin."""
    found = Text(raw.strip())
    found.marks = marks
    found.lead = len(raw) - len(raw.lstrip())
    return found


def marks_of(content: bytes, encoding: str, element: str) -> list[tuple[str, tuple[Mark, ...]]]:
    """For every element of a name (without its prefix), in order: the text directly in it and the marks of its pieces. The content must be
    well-formed and without a DOCTYPE. An encoding that Python does not know gives none."""
    try:
        source = content.decode(encoding).encode("utf-8")
    except (LookupError, UnicodeError):
        return []
    found: list[tuple[list[str], list[Mark]]] = []
    open_elements: list[int | None] = []
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == element:
            open_elements.append(len(found))
            found.append(([], []))
        else:
            open_elements.append(None)

    def end(name: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        at = open_elements[-1] if open_elements else None
        if at is not None:
            pieces, marks = found[at]
            offset = marks[-1][0] + len(pieces[-1]) if marks else 0
            pieces.append(data)
            marks.append((offset, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(source, True)
    return [("".join(pieces), tuple(marks)) for pieces, marks in found]
