"""A score that experts give in part: never one number but a range, from the least to the most that the known facts allow.

An item whose facts are known narrows the range; one that is not known, or not judged yet, has all its points open. Who cannot reach the mark
even with the most fails a condition like any other; who reaches it may pass, and passes for certain only where the least reaches it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from manyuan.engines import feel
from manyuan.engines.screening.policy import Condition, Policy, Score, ScoreItem, Text

CERTAIN, MAY, CANNOT = "certain", "may", "cannot"
VERDICTS = {
    CERTAIN: Text("必定通过", "certainly passes"),
    MAY: Text("可能通过，取决于专家评分", "may pass, as the experts judge"),
    CANNOT: Text("不可能通过", "cannot pass"),
}
CONDITION = "score"
"""The id of the condition that the most possible points reach the mark."""


@dataclass(frozen=True)
class ItemRange:
    """What one item may bring. open: its facts are not known, so all of its points are possible."""

    item: ScoreItem
    least: Decimal
    most: Decimal
    open: bool


@dataclass(frozen=True)
class Range:
    """The least and the most points, over which mark, what that means, and the items it is made of."""

    score: Score
    items: tuple[ItemRange, ...]

    @property
    def least(self) -> Decimal:
        return sum((one.least for one in self.items), Decimal(0))

    @property
    def most(self) -> Decimal:
        return sum((one.most for one in self.items), Decimal(0))

    @property
    def verdict(self) -> str:
        """CERTAIN, MAY or CANNOT."""
        return CERTAIN if self.least > self.score.above else MAY if self.most > self.score.above else CANNOT

    def lines(self, language: str) -> list[str]:
        """In words: the range, the mark and what follows, then each item."""
        zh = language.startswith("zh")
        text, verdict = self.score.text.in_language(language), VERDICTS[self.verdict].in_language(language)
        head = (
            f"{text}（{self.score.clause}）：{self.least}–{self.most} 分，须高于 {self.score.above} 分：{verdict}"
            if zh
            else f"{text} ({self.score.clause}): {self.least}–{self.most} points, more than {self.score.above} are needed: {verdict}"
        )
        return [head, *(self._line(one, language, zh) for one in self.items)]

    def _line(self, one: ItemRange, language: str, zh: bool) -> str:
        span = f"{one.least}" if one.least == one.most else f"{one.least}–{one.most}"
        why = "" if not one.open else "，尚不可知" if zh else ", not known yet"
        name = one.item.text.in_language(language)
        return f"  · {name}：{span}（满分 {one.item.points}{why}）" if zh else f"  · {name}: {span} (of {one.item.points}{why})"


def range_of(policy: Policy, row: Mapping[str, object]) -> Range | None:
    """The range of a policy's score for a row of FEEL values (None: not known); None for a policy without a score."""
    if policy.score is None:
        return None
    found = []
    for item in policy.score.items:
        least, most = (feel.Program(feel.parse(text, names=list(row)), text).run(row) for text in (item.least, item.most))
        known = isinstance(least, Decimal) and isinstance(most, Decimal)
        found.append(ItemRange(item, least if isinstance(least, Decimal) else Decimal(0), most if isinstance(most, Decimal) else item.points, not known))
    return Range(policy.score, tuple(found))


def reachable(score: Score) -> Condition:
    """The condition that the mark can be reached: the most of every item, all its points where that is not known."""
    most = " + ".join(f"(if ({one.most}) = null then {one.points} else ({one.most}))" for one in score.items)
    text = Text(f"{score.text.zh}可能高于 {score.above} 分", f"{score.text.en}: more than {score.above} can be reached")
    return Condition(CONDITION, f"{most} > {score.above}", score.clause, text)
