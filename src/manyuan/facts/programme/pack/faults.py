"""What can be wrong with a pack: a fault names the file, line and column, the path of keys, what was found and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from manyuan.facts.programme.pack.messages import SENTENCES
from manyuan.facts.programme.pack.model import At

Words = str | tuple[str, str]
"""Something said: the same in both languages, or (Chinese, English)."""


@dataclass(frozen=True)
class Fault:
    """One fault. code: stable, dotted (the keys of messages.SENTENCES). found and expected are plain words for the reader;
    more: further words of the sentence."""

    code: str
    at: At
    found: Words = ""
    expected: Words = ""
    more: dict[str, Words] = field(default_factory=dict, hash=False)

    @property
    def file(self) -> str:
        return self.at.file

    @property
    def line(self) -> int:
        return self.at.line

    @property
    def column(self) -> int:
        return self.at.column

    @property
    def path(self) -> str:
        """The path of keys as people write it: goals[2].targets[0].value"""
        text = ""
        for step in self.at.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text

    def message(self, language: str = "en") -> str:
        """One whole sentence with its place, in 'zh' or 'en'."""
        chinese = language.startswith("zh")
        sentence = SENTENCES[self.code][0 if chinese else 1]
        words = {"found": self.found, "expected": self.expected, "hint": "", **self.more}
        said = {name: value if isinstance(value, str) else value[0 if chinese else 1] for name, value in words.items()}
        text = sentence.format(**said).strip()
        where = f"{self.file}:{self.line}:{self.column}: "
        return f"{where}{self.path}：{text}" if chinese and self.path else f"{where}{self.path}: {text}" if self.path else where + text


def nearest(word: str, known: Iterable[str]) -> Words:
    """A hint at the known word that is spelled most like this one; empty when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return (f"是否指“{near[0]}”？", f"Did you mean {near[0]!r}?") if near else ""


class PackInvalid(Exception):
    """A pack that cannot be used. faults: all of them, in the order of files and lines."""

    code = "pack.invalid"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.message("en") for fault in self.faults))

    def message(self, language: str = "en") -> str:
        """Every fault on a line of its own."""
        return "\n".join(fault.message(language) for fault in self.faults)
