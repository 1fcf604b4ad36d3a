"""Where a document says something, as readers of English write it: 第三条第（二）项 is art. 3 (2). In Chinese a clause stays as the document has it."""

from __future__ import annotations

import re

from manyuan.surfaces.web import figures

_DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = "([零〇一二三四五六七八九十百\\d]+)"
_PARTS = (
    (re.compile(f"第{_NUMBER}章"), "ch. {}"), (re.compile(f"第{_NUMBER}条(?:之{_NUMBER})?"), "art. {}"), (re.compile(f"第{_NUMBER}款"), "para. {}"),
    (re.compile(f"第[（(]{_NUMBER}[）)]项"), "({})"), (re.compile(f"第{_NUMBER}项"), "({})"), (re.compile(f"第{_NUMBER}目"), "item {}"),
    (re.compile(f"附件{_NUMBER}"), "annex {}"), (re.compile(f"[（(]{_NUMBER}[）)]"), "({})"), (re.compile(f"{_NUMBER}号"), "no. {}"),
)  # fmt: skip
_WORDS = (("修订办法", "revised rules"), ("示例", "example"), ("、", ", "), ("，", ", "), ("；", "; "), ("（", " ("), ("）", ") "))


def clause(text: str) -> str:
    """The clause for the reader at this moment."""
    return text if figures.chinese() else in_english(text)


def in_english(text: str) -> str:
    """Chapters, articles, paragraphs, items and annexes in English; what else the text says stays."""
    for pattern, shape in _PARTS:
        text = pattern.sub(lambda found, shape=shape: f" {shape.format('-'.join(str(number(one)) for one in found.groups() if one))} ", text)  # type: ignore[misc]
    for chinese, english in _WORDS:
        text = text.replace(chinese, english)
    return re.sub(r"\s+([,;)])", r"\1", " ".join(text.split()))


def number(text: str) -> int:
    """二十四 is 24; figures as they are."""
    if text.isdigit() and text.isascii():
        return int(text)
    total = digit = 0
    for one in text:
        if one in "十百":
            total += (digit or 1) * (10 if one == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + (_DIGITS[one] if one in _DIGITS else int(one))
    return total + digit
