"""What is paid when policies meet: requirements, then groups ("the higher one, not both"), then yearly ceilings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manyuan.engines.screening.policy import Policy, PolicySet


def settle(listed: Sequence[Policy], policies: PolicySet, row: np.ndarray, policy: np.ndarray, gross: np.ndarray, net: np.ndarray, status: np.ndarray) -> None:
    """Requirements, then groups, then ceilings, in place. In a group the highest amount stays, at equal amounts the lower code; a ceiling is
    spent in the order of the codes."""
    position = {one.code: at for at, one in enumerate(listed)}
    for code in _in_order(listed):
        one = listed[position[code]]
        if one.requires:
            mine = np.flatnonzero(policy == position[code])
            for other in one.requires:
                holders = row[(policy == position.get(other, -1)) & (status != 4)]
                missing = mine[~np.isin(row[mine], holders)]
                status[missing], net[missing] = 4, 0
    for name in sorted({one.group for one in listed if one.group}):
        members = np.array([at for at, one in enumerate(listed) if one.group == name])
        mine = np.flatnonzero(np.isin(policy, members) & (status == 0))
        order = mine[np.lexsort((policy[mine], -gross[mine], row[mine]))]
        later = np.zeros(len(order), np.bool_)
        later[1:] = row[order[1:]] == row[order[:-1]]
        status[order[later]], net[order[later]] = 1, 0
    for ceiling in policies.ceilings:
        members = np.array([at for at, one in enumerate(listed) if one.ceiling == ceiling.name] or [-1])
        mine = np.flatnonzero(np.isin(policy, members) & (status == 0))
        order = mine[np.lexsort((policy[mine], row[mine]))]
        if not len(order):
            continue
        limit = min(int(ceiling.amount * 100), 2**53)
        own = np.minimum(net[order], limit)  # no more can count towards it, and sums stay small
        sums = np.cumsum(own) - own
        begins = np.r_[True, row[order[1:]] != row[order[:-1]]]
        first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
        before = sums - sums[first]
        left = np.clip(limit - before, 0, None)
        cut = net[order] > left
        status[order[cut]] = np.where(left[cut] > 0, 2, 3)
        net[order] = np.minimum(net[order], left)


def _in_order(listed: Sequence[Policy]) -> list[str]:
    """Codes, required ones first; a cycle (which the checker refuses) leaves the given order."""
    out: list[str] = []
    by_code = {one.code: one for one in listed}

    def visit(code: str, path: tuple[str, ...]) -> None:
        if code in out or code in path or code not in by_code:
            return
        for other in by_code[code].requires:
            visit(other, (*path, code))
        out.append(code)

    for one in listed:
        visit(one.code, ())
    return out
