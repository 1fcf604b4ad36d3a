"""What happens when money runs short: a rule of the policy. Pure arithmetic in fen."""

from __future__ import annotations

from collections.abc import Sequence

RULES = ("refuse", "pro-rata", "queue", "priority")


def settle(asked: Sequence[int], left: int, rule: str) -> list[int]:
    """What each is given, in the order asked; never more in sum than left, never more each than asked.

    refuse: all of them in full or nobody anything. pro-rata: the same share of each, floored to the fen; what flooring leaves over goes fen by fen
    to the largest fractions, the earlier first. queue and priority: in full one after the other until one no longer fits; the rest waits (for
    priority the caller puts the most important first).
    """
    if rule not in RULES:
        raise ValueError(f"rule {rule!r}; expected one of {', '.join(RULES)}")
    if any(one < 0 for one in asked):
        raise ValueError("nobody asks for less than nothing")
    total = sum(asked)
    if total <= left:
        return list(asked)
    if rule == "refuse" or left <= 0:
        return [0] * len(asked)
    if rule == "pro-rata":
        given = [one * left // total for one in asked]
        rest = left - sum(given)
        for at in sorted(range(len(asked)), key=lambda at: (-(asked[at] * left % total), at))[:rest]:
            given[at] += 1
        return given
    given = []
    for one in asked:
        if one > left:
            break
        given.append(one)
        left -= one
    return given + [0] * (len(asked) - len(given))
