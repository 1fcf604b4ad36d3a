"""What a running expression stands in: its bounds, what one evaluation shares, and the variables in scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from manyuan.engines.feel import types
from manyuan.engines.feel.errors import Note
from manyuan.engines.feel.values import DateTime


@dataclass(frozen=True)
class Limits:
    """Bounds of one evaluation. steps: loop turns, calls and compared items; seconds: wall time; size: items of a list, characters of
    a string."""

    steps: int = 5_000_000
    seconds: float = 20.0
    size: int = 2_000_000


_LIMITS = Limits()
_NO_TYPES: Mapping[str, types.Type] = {}


def _no_range(text: str) -> object:
    return None


class Runtime:
    """What one evaluation shares: the reasons for nulls, the clock, the types in scope, the bounds; trace is for engines above."""

    __slots__ = ("calls", "clock", "known_types", "language", "limits", "notes", "read_range", "trace")

    def __init__(
        self, limits: Limits = _LIMITS, clock: DateTime | None = None, language: str = "en", known_types: Mapping[str, types.Type] = _NO_TYPES,
        read_range: Callable[[str], object] = _no_range,
    ) -> None:  # fmt: skip
        self.limits = limits
        self.clock = clock
        self.language = language
        self.known_types = known_types
        self.notes: list[Note] = []
        self.calls = 0
        self.read_range = read_range
        self.trace: object = None

    def note(self, code: str, span: tuple[int, int], **data: object) -> None:
        if len(self.notes) < 200:
            self.notes.append(Note(code, span, data))


class Frame:
    """Variables, with the frame around them."""

    __slots__ = ("around", "runtime", "variables")

    def __init__(self, variables: Mapping[str, object], around: Frame | None, runtime: Runtime) -> None:
        self.variables = variables
        self.around = around
        self.runtime = runtime

    def inner(self, variables: Mapping[str, object]) -> Frame:
        return Frame(variables, self, self.runtime)
