"""What of a survey may be shown without showing what few people said: not by itself, and not as the difference of what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def shown(counts: Mapping[Any, int], parts: Mapping[Any, Iterable[Any]], minimum: int) -> set[Any]:
    """Keys whose figures may be shown. counts: key -> how many answered, with all that lies below; parts: key -> the keys that it is the sum of.

    A figure is shown from `minimum` answers on, and only where what is left of it, after taking away its shown parts, is nothing or `minimum` again.
    """
    found: set[Any] = set()

    def look(key: Any) -> bool:
        below = [part for part in parts.get(key, ()) if look(part)]
        rest = counts.get(key, 0) - sum(counts.get(part, 0) for part in below)
        if counts.get(key, 0) < minimum or 0 < rest < minimum:
            return False
        found.add(key)
        return True

    whole = {part for below in parts.values() for part in below}
    for key in counts:
        if key not in whole:
            look(key)
    return found
