"""While one request is answered a thing is looked up once; outside of it, and once it was forgotten, anew."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.once import forget, once, one_look


class Looked:
    """Something that changes with every look."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_outside_of_a_request_every_look_is_a_new_one() -> None:
    look = Looked()
    assert [once("pack", look), once("pack", look)] == [1, 2]
    forget("pack")  # nothing is held: nothing to forget


def test_within_a_request_the_first_look_holds_for_its_name() -> None:
    look, other = Looked(), Looked()
    with one_look():
        assert [once("pack", look), once("pack", look), once("topics", other)] == [1, 1, 1]
    assert once("pack", look) == 2


def test_what_was_changed_is_looked_up_again() -> None:
    look = Looked()
    with one_look():
        once("pack", look)
        forget("pack")
        assert once("pack", look) == 2


def test_the_next_request_looks_again_also_after_one_that_failed() -> None:
    look = Looked()
    with pytest.raises(ValueError, match="broken"), one_look():
        once("pack", look)
        raise ValueError("broken")
    with one_look():
        assert once("pack", look) == 2


def test_nothing_found_is_held_too() -> None:
    looks: list[None] = []
    with one_look():
        assert once("pack", lambda: looks.append(None)) is None
        assert once("pack", lambda: looks.append(None)) is None
    assert len(looks) == 1
