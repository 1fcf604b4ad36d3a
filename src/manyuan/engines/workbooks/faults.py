"""What can be wrong: a fault has a place in a file, an error refuses a whole file. Both speak Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from manyuan.engines.workbooks.columns import Text
from manyuan.engines.workbooks.messages import FILE, FRAMES

_UNTITLED = Text("", "")


@dataclass(frozen=True)
class Fault:
    """One wrong place in a file.

    code: stable dotted code. sheet: name in the workbook. row: as the spreadsheet numbers it, from 1; 0 when the whole sheet is meant.
    column: key of the column, '' when the row or sheet is meant; title: its names. cell: address such as 'C14', '' when there is none.
    found: the text that stands there. expected, next_step: in both languages.
    """

    code: str
    sheet: str
    row: int
    column: str
    cell: str
    found: str
    expected: Text
    next_step: Text
    title: Text = _UNTITLED

    def message(self, language: str = "zh") -> str:
        """The whole message in 'zh' or 'en': where, what was found, what was expected, what to do."""
        return said(
            FRAMES[frame_of(self.code)], language, sheet=self.sheet, row=self.row, title=self.title.said(language), cell=self.cell,
            found=self.found, expected=self.expected.said(language), next=self.next_step.said(language),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; `Fault.from_json` is its inverse."""
        return {
            "code": self.code, "sheet": self.sheet, "row": self.row, "column": self.column, "cell": self.cell, "found": self.found,
            "expected": list(self.expected), "next_step": list(self.next_step), "title": list(self.title),
        }  # fmt: skip

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Fault:
        """The fault that `as_json` wrote."""
        texts = {name: Text(*data[name]) for name in ("expected", "next_step", "title")}
        return Fault(**{**data, **texts})


@dataclass(frozen=True)
class Remark:
    """Something the reader did that its user should know: a total row left out, hidden rows read, a unit converted. No error."""

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def message(self, language: str = "zh") -> str:
        """The whole sentence in 'zh' or 'en'."""
        return said(FRAMES[self.code], language, **self.data)


class WorkbookError(Exception):
    """A whole file cannot be taken. code: stable dotted code; data: the fields of the message."""

    def __init__(self, code: str, **data: Any) -> None:
        self.code = code
        self.data = data
        super().__init__(code)

    def message(self, language: str = "zh") -> str:
        """The whole message in 'zh' or 'en'."""
        return said(FILE[self.code], language, **self.data)

    def __str__(self) -> str:
        return self.message("en")


class LimitExceeded(WorkbookError):
    """The file asks for more than `Limits` allows. data: limit and found."""


class Unreadable(WorkbookError):
    """The bytes are no spreadsheet that can be read: damaged, encrypted, another kind of file, an encoding that is neither UTF-8 nor GB18030."""


def said(template: tuple[str, str], language: str, **data: Any) -> str:
    """A message template filled in, in 'zh' or 'en'; values may be Text."""
    words = {name: value.said(language) if isinstance(value, Text) else value for name, value in data.items()}
    return template[1 if language == "en" else 0].format(**words)


def frame_of(code: str) -> str:
    """Which sentence a fault's code is said in: its own, or that of its group."""
    return code if code in FRAMES else "cell"
