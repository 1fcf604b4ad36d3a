"""What of a survey may be shown without showing what few people said: not by itself, and not as the difference of what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def shown(counts: Mapping[Any, int], parts: Mapping[Any, Iterable[Any]], minimum: int) -> set[Any]:
    """Keys whose figures may be shown. counts: key -> how many answered, with all that lies below; parts: key -> the keys that it is the sum of.

    A figure is shown from `minimum` answers on, and only where what is left of it, after taking away every shown piece of it, is nothing or `minimum` again.
    """
    found: set[Any] = set()

    def look(key: Any) -> list[Any]:
        """The largest shown pieces that the key is known to hold: itself where it is shown."""
        pieces = [piece for part in parts.get(key, ()) for piece in look(part)]
        rest = counts.get(key, 0) - sum(counts[piece] for piece in pieces)
        if counts.get(key, 0) < minimum or 0 < rest < minimum:
            return pieces
        found.add(key)
        return [key]

    whole = {part for below in parts.values() for part in below}
    for key in counts:
        if key not in whole:
            look(key)
    return found
