"""What is wrong with the files a screening is made of: file, line, column, what was found and what is expected, in Chinese and English."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyFault:
    """One fault of a policy file or of the schema of facts. line, column: from 1, in characters."""

    file: str
    line: int
    column: int
    zh: str
    en: str

    def message(self, language: str = "en") -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return where + (self.zh if language.startswith("zh") else self.en)


def unknown_keys(entry: Iterable[str], known: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The keys that are not among `known`, each with what is wrong in Chinese and in English and the nearest one that is."""
    for key in entry:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint_zh, hint_en = (f"是否指“{near[0]}”？", f" Did you mean {near[0]!r}?") if near else ("", "")
            zh = f"没有名为“{key}”的键，应为 {'、'.join(known)} 之一。{hint_zh}"
            yield key, zh, f"there is no key named {key!r}; expected one of {', '.join(known)}.{hint_en}"


class Said(ValueError):
    """A refusal in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)

    def message(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class NotUtf8:
    """Where a file stops being UTF-8: line and column from 1, in characters; the byte as 0x…."""

    line: int
    column: int
    byte: str

    @staticmethod
    def at(error: UnicodeDecodeError) -> NotUtf8:
        """The place of a refusal to decode the whole file (whose byte order mark, where it has one, is no part of it)."""
        before = error.object[: error.start].decode("utf-8")
        return NotUtf8(before.count("\n") + 1, len(before) - before.rfind("\n"), f"0x{error.object[error.start]:02x}")


class PoliciesInvalid(Exception):
    """Policy files that cannot be used. faults: all of them."""

    def __init__(self, faults: Sequence[PolicyFault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(fault.message("en") for fault in faults))

    def message(self, language: str = "en") -> str:
        return "\n".join(fault.message(language) for fault in self.faults)


class SchemaInvalid(PoliciesInvalid):
    """A facts.yaml that cannot be used. faults: all of them."""
