"""Throws hostile text at the engine: expressions from a grammar, mutations of them, and noise. Nothing but the engine's own errors may come out,
and nothing may hang.

    python -m manyuan.engines.feel.fuzz --count 1000000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.feel.builtins import TABLE

LIMITS = feel.Limits(steps=2_000, seconds=2.0, size=50_000)
SCOPE = {"a": 1, "first name": "甲", "营业收入": 30000000, "list one": [1, None, "x", [2]], "c": {"d": {"e": 1}, "f g": 2}, "nothing": None, "flag": True}
_NUMBERS = ("0", "1", "-1", "2.5", "1e3", "10", "999999999999", "0.1", ".5", "1e-30", "1e6000", "9" * 40)
_STRINGS = (
    '""',
    '"a"',
    '"甲乙"',
    '"\\u0041"',
    '"\\U01F40E"',
    '"(a+)+$"',
    '"P1D"',
    '"P1Y2M"',
    '"2024-02-29"',
    '"10:00:00@Europe/Paris"',
    '"[1..5]"',
    '"x" + "y"',
)
_NAMES = ("a", "first name", "营业收入", "list one", "c", "c.d.e", "c.f g", "nothing", "flag", "missing", "item", "?", "partial")
_OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "..")
_SCRAPS = (
    *"()[]{},.:+-*/<>=!?@\"'\\ \n\t",
    "..",
    "//",
    "/*",
    "*/",
    "for",
    "in",
    "return",
    "if",
    "then",
    "else",
    "some",
    "every",
    "satisfies",
    "function",
    "external",
    "instance of",
    "between",
    "and",
    "or",
    "null",
    "\ud800",
    "\u0000",
    "\U0010ffff",
    "，",
    "（",
    "１",
)


@dataclass
class Generator:
    """Random expressions from the grammar."""

    random: random.Random

    def expression(self, depth: int) -> str:
        r = self.random
        if depth <= 0:
            return r.choice((*_NUMBERS, *_STRINGS, *_NAMES, "true", "false", "null", '@"2024-01-31"', '@"PT1H"', '@"nonsense"', "[]", "{}"))
        make = r.choice(
            (
                self.binary,
                self.binary,
                self.call,
                self.call,
                self.list,
                self.context,
                self.loop,
                self.quantified,
                self.choice,
                self.filter,
                self.path,
                self.range,
                self.test,
                self.function,
                self.negate,
            )
        )
        return make(depth - 1)

    def binary(self, depth: int) -> str:
        return f"{self.expression(depth)} {self.random.choice(_OPERATORS)} {self.expression(depth)}"

    def call(self, depth: int) -> str:
        name = self.random.choice([*TABLE, "missing", "a"])
        return f"{name}({', '.join(self.expression(depth) for _ in range(self.random.randrange(4)))})"

    def list(self, depth: int) -> str:
        return f"[{', '.join(self.expression(depth) for _ in range(self.random.randrange(4)))}]"

    def context(self, depth: int) -> str:
        return (
            "{"
            + ", ".join(f"{self.random.choice(('x', 'y z', chr(34) + 'k' + chr(34), '键'))}: {self.expression(depth)}" for _ in range(self.random.randrange(3)))
            + "}"
        )

    def loop(self, depth: int) -> str:
        domain = self.random.choice((self.expression(depth), f"1..{self.expression(depth)}", "1..1000000000", "-3..3"))
        return f"for i in {domain} return {self.random.choice(('i', 'partial', 'concatenate(partial, partial)', self.expression(depth)))}"

    def quantified(self, depth: int) -> str:
        return f"{self.random.choice(('some', 'every'))} i in {self.expression(depth)} satisfies {self.expression(depth)}"

    def choice(self, depth: int) -> str:
        return f"if {self.expression(depth)} then {self.expression(depth)} else {self.expression(depth)}"

    def filter(self, depth: int) -> str:
        return f"({self.expression(depth)})[{self.expression(depth)}]"

    def path(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self.random.choice(('year', 'start included', 'd', 'f g', 'missing'))}"

    def range(self, depth: int) -> str:
        return f"{self.random.choice('[(]')}{self.expression(depth)}..{self.expression(depth)}{self.random.choice('])[')}"

    def test(self, depth: int) -> str:
        return self.random.choice(
            (
                f"{self.expression(depth)} in ({self.expression(depth)}, < 5)",
                f"{self.expression(depth)} between 1 and {self.expression(depth)}",
                f"{self.expression(depth)} instance of list<number>",
            )
        )

    def function(self, depth: int) -> str:
        return f"(function(x, y: number) {self.expression(depth)})({self.expression(depth)}, {self.expression(depth)})"

    def negate(self, depth: int) -> str:
        return f"-({self.expression(depth)})"

    def hostile(self) -> str:
        """An expression, a mutated one, deep nesting, or noise."""
        kind = self.random.random()
        if kind < 0.45:
            return self.expression(self.random.randrange(1, 5))
        if kind < 0.9:
            return self.mutated(self.expression(self.random.randrange(1, 4)))
        if kind < 0.93:
            scrap = self.random.choice(
                ("(", "[", "{a:", "-", "not(", "if ", "1+(", "f(", "x.", "[[", "function(a) ", "a in (", "a in (1, ", "[1..", "for i in ")
            )
            return scrap * self.random.randrange(1, 3000) + self.random.choice(("1", "", "1)", "1" + ").x" * 40))
        return "".join(self.random.choice(_SCRAPS) for _ in range(self.random.randrange(1, 30)))

    def mutated(self, text: str) -> str:
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(text) + 1)
            change = self.random.randrange(3)
            if change == 0:
                text = text[:at] + self.random.choice(_SCRAPS) + text[at:]
            elif change == 1:
                text = text[:at] + text[at + self.random.randrange(1, 4) :]
            else:
                text = text[:at] + text[at:][::-1] if at > len(text) - 6 else text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
        return text


def attempt(text: str) -> str:
    """Parse, check, format and evaluate one text: 'value', 'refused' (with the engine's own error) — anything else is raised."""
    try:
        node = feel.parse(text, names=("first name", "list one", "f g"))
    except feel.FeelError as error:
        error.message("zh")
        return "refused"
    feel.check(node, {})
    feel.format_expression(node)
    try:
        evaluation = feel.Program(node, text).run_with_notes(SCOPE, limits=LIMITS)
        for note in evaluation.notes[:3]:
            note.message("zh")
    except feel.FeelLimitError as error:
        error.message("en")
        return "refused"
    return "value"


def run(count: int, seed: int, slowest: float = 10.0, show: bool = False) -> dict[str, int]:
    """Try `count` texts. Raises AssertionError with the text where anything but the engine's own error comes out, or it takes too long."""
    generator = Generator(random.Random(seed))
    tally = {"value": 0, "refused": 0}
    began = time.monotonic()
    for number in range(count):
        text = generator.hostile()
        start = time.monotonic()
        try:
            tally[attempt(text)] += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}, text {number}: {text!r}: {type(error).__name__}: {error}") from error
        taken = time.monotonic() - start
        assert taken < slowest, f"seed {seed}, text {number} took {taken:.1f} s: {text!r}"
        if show and (number + 1) % 50_000 == 0:
            print(f"{number + 1:,} texts, {time.monotonic() - began:.0f} s, {tally}", flush=True)
    return tally


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    began = time.monotonic()
    tally = run(given.count, given.seed, show=True)
    print(f"{given.count:,} texts, {tally['value']:,} with a value, {tally['refused']:,} refused, nothing else; {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
