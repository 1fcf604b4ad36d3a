"""What is looked up at most once while one request is answered: small things that every part of a page asks for, such as which pack is installed.

A request opens the span (`accounts.middleware`); outside of one (worker, command line, tests of services) everything is looked up anew each time. What a
request itself changes it forgets with `forget`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_held: ContextVar[dict[str, Any] | None] = ContextVar("manyuan_held", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """The span within which a thing is looked up once."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(name: str, look: Callable[[], T]) -> T:
    """What `look` finds; within a span the first answer under this name holds."""
    held = _held.get()
    if held is None:
        return look()
    if name not in held:
        held[name] = look()
    found: T = held[name]
    return found


def forget(name: str) -> None:
    """The next who asks looks again."""
    held = _held.get()
    if held is not None:
        held.pop(name, None)
