"""What a kind of case is: states, moves, clocks, levels. Read from the pack with every fault at its place; run by `transitions`, which knows what may follow what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transitions import Machine, MachineError

from manyuan.facts.programme.pack.faults import Fault, nearest
from manyuan.facts.programme.pack.model import At
from manyuan.facts.programme.pack.nodes import read_nodes
from manyuan.facts.programme.pack.shapes import BAD, CODE, Both, Draft, Findings, Key, ListOf, OneOf, Pattern, Plain, Record, Whole

PHASES = ("new", "open", "answered", "closed")
PARTIES = ("reporter", "unit", "handler", "park", "city", "system")
"""Who may move a case: who raised it, the unit that has it, its handler, the park it lies in, the city, the product itself."""


@dataclass(frozen=True)
class State:
    """Where a case can stand. outcome: of a closed one, what came of it."""

    code: str
    name: Mapping[str, str]
    phase: str
    outcome: str = ""


@dataclass(frozen=True)
class Move:
    """What can be done. by: whose it is; needs: `note` where a sentence is asked for; main: offered first; counts: `reopened` where it undoes an answer."""

    code: str
    name: Mapping[str, str]
    sources: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    needs: tuple[str, ...] = ()
    main: bool = False
    counts: str = ""


@dataclass(frozen=True)
class ClockRule:
    """A clock that begins when the case comes into one of `starts` and ends when it comes into one of `stops`.

    minutes or days: working ones. escalates: working days between two steps up after the deadline (0: it never goes up).
    extensions: how often, by how many days each, asked how many working days before.
    """

    code: str
    name: Mapping[str, str]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    minutes: int = 0
    days: int = 0
    escalates: int = 0
    extensions: int = 0
    extend_days: int = 0
    ask_before: int = 1


@dataclass(frozen=True)
class Template:
    """A text to begin a note with. moves: those that it is for; what stands in ［ ］ is filled in by whoever writes."""

    code: str
    name: Mapping[str, str]
    moves: tuple[str, ...]
    text: Mapping[str, str]


@dataclass(frozen=True)
class CaseKind:
    """A kind of case as it runs. levels: names of how far up, from the unit. transfer_days, transfers: until when and how often it may be handed on."""

    code: str
    name: Mapping[str, str]
    prefix: str
    start: str
    states: Mapping[str, State]
    moves: Mapping[str, Move]
    clocks: tuple[ClockRule, ...]
    levels: tuple[Mapping[str, str], ...]
    transfer_days: int
    transfers: int
    source: str
    machine: Machine
    templates: tuple[Template, ...] = ()

    def may_follow(self, state: str) -> tuple[Move, ...]:
        """The moves from a state, the main one first."""
        found = [one for one in self.moves.values() if state in one.sources]
        return tuple(sorted(found, key=lambda one: not one.main))


class _Subject:
    """What the machine moves."""

    state: str


def follow(kind: CaseKind, state: str, move: str) -> str | None:
    """The state after a move; None where it is not open from here."""
    if move not in kind.moves:
        return None
    subject = _Subject()
    kind.machine.add_model(subject, initial=state)
    try:
        subject.trigger(move)  # type: ignore[attr-defined]
    except MachineError:
        return None
    finally:
        kind.machine.remove_model(subject)
    return subject.state


def kind_of(definition: Mapping[str, Any]) -> CaseKind:
    """A kind from its plain form, as the database keeps it."""
    states = {one["code"]: State(one["code"], one["name"], one["phase"], one.get("outcome", "")) for one in definition["states"]}
    moves = {
        one["code"]: Move(
            one["code"], one["name"], tuple(one["from"]), one["to"], tuple(one["by"]), tuple(one.get("needs", ())), one.get("main") == "yes", one.get("counts", "")
        )
        for one in definition["moves"]
    }  # fmt: skip
    clocks = tuple(
        ClockRule(
            one["code"], one["name"], tuple(one["starts"]), tuple(one["stops"]), one.get("minutes", 0) + 60 * one.get("hours", 0), one.get("days", 0),
            one.get("escalates", 0), one.get("extensions", 0), one.get("extend_days", 0), one.get("ask_before", 1),
        )
        for one in definition.get("clocks", ())
    )  # fmt: skip
    ways = [{"trigger": one.code, "source": list(one.sources), "dest": one.to} for one in moves.values()]
    machine = Machine(model=None, states=list(states), transitions=ways, initial=definition["start"], auto_transitions=False)
    return CaseKind(
        definition["code"], definition["name"], definition["prefix"], definition["start"], states, moves, clocks, tuple(definition.get("levels", ())),
        definition.get("transfer_days", 1), definition.get("transfers", 2), definition.get("source", ""), machine,
        tuple(Template(one["code"], one["name"], tuple(one["moves"]), one["text"]) for one in definition.get("templates", ())),
    )  # fmt: skip


_NAME = Both(60, 120)
_STATE = Record(
    State,
    {"code": Key(CODE, "code", True), "name": Key(_NAME, "name", True), "phase": Key(OneOf(*PHASES), "phase", True), "outcome": Key(CODE, "what came of it")},
)
_MOVE = Record(
    Move,
    {
        "code": Key(CODE, "code", True), "name": Key(_NAME, "what the button says", True), "from": Key(ListOf(CODE, 1), "states", True), "to": Key(CODE, "state", True),
        "by": Key(ListOf(OneOf(*PARTIES), 1), "whose it is", True), "needs": Key(ListOf(OneOf("note")), "what is asked for"),
        "main": Key(OneOf("yes"), "offered first"), "counts": Key(OneOf("reopened"), "what it counts as"),
    },
)  # fmt: skip
_CLOCK = Record(
    ClockRule,
    {
        "code": Key(CODE, "code", True), "name": Key(_NAME, "name", True), "starts": Key(ListOf(CODE, 1), "states that begin it", True),
        "stops": Key(ListOf(CODE, 1), "states that end it", True), "minutes": Key(Whole(1, 10_000), "working minutes"), "hours": Key(Whole(1, 500), "working hours"),
        "days": Key(Whole(1, 500), "working days"), "escalates": Key(Whole(1, 60), "working days between two steps up"),
        "extensions": Key(Whole(0, 5), "how often it may be extended"), "extend_days": Key(Whole(1, 120), "working days of an extension"),
        "ask_before": Key(Whole(0, 30), "working days before the deadline"),
    },
    one_of=("minutes", "hours", "days"),
)  # fmt: skip
_TEMPLATE = Record(
    Template,
    {
        "code": Key(CODE, "code", True), "name": Key(_NAME, "name", True), "moves": Key(ListOf(CODE, 1), "moves that it is for", True),
        "text": Key(Both(1000, 2000), "text", True),
    },
)  # fmt: skip
KIND = Record(
    CaseKind,
    {
        "code": Key(CODE, "code", True), "name": Key(_NAME, "name", True), "prefix": Key(Pattern(r"[A-Z]{2,4}", "二至四个大写字母", "two to four capital letters"), "of numbers", True),
        "start": Key(CODE, "first state", True), "states": Key(ListOf(_STATE, 2), "states", True), "moves": Key(ListOf(_MOVE, 1), "moves", True),
        "clocks": Key(ListOf(_CLOCK), "clocks"), "levels": Key(ListOf(_NAME), "names of the levels, from the unit up"), "transfer_days": Key(Whole(0, 30), "working days"),
        "transfers": Key(Whole(0, 9), "how often before it goes up"), "source": Key(Plain(300), "where the clocks come from"), "templates": Key(ListOf(_TEMPLATE), "texts to begin a note with"),
    },
)  # fmt: skip


def read_kinds(folder: Path) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The kinds in a folder of the pack, in plain form, and every fault."""
    out: list[dict[str, Any]] = []
    findings = Findings()
    codes: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        name = f"{folder.name}/{path.name}"
        node = read_nodes(path.read_bytes(), name, findings.faults)
        if node is None:
            continue
        draft = KIND.read(node, At(name, node.line, node.column), findings)
        if draft is BAD:
            continue
        if (code := draft["code"]) in codes:
            findings.faults.append(Fault("value.choice", draft.place("code"), code, f"≠ {codes[code]}"))
        codes.setdefault(code, name)
        _judge(draft, findings)
        out.append(_plain(draft))
    return out, findings.faults


def _judge(draft: Draft, out: Findings) -> None:
    """Codes that mean nothing, states that nobody reaches or leaves, a closed state without an outcome."""
    states = {one["code"]: one for one in draft.each("states") if one["code"]}
    if not states:
        return

    def known(code: str | None, at: At) -> None:
        if code is not None and code not in states:
            out.faults.append(Fault("value.choice", at, code, ", ".join(states), {"hint": nearest(code, states)}))

    known(draft["start"], draft.place("start"))
    edges: dict[str, set[str]] = {code: set() for code in states}
    for move in draft.each("moves"):
        for code in move.each("from"):
            known(code, move.place("from"))
            edges.setdefault(code, set()).add(move["to"])
        known(move["to"], move.place("to"))
    for clock in draft.each("clocks"):
        for key in ("starts", "stops"):
            for code in clock.each(key):
                known(code, clock.place(key))
    moves = {move["code"] for move in draft.each("moves") if move["code"]}
    for template in draft.each("templates"):
        for code in template.each("moves"):
            if code not in moves:
                out.faults.append(Fault("value.choice", template.place("moves"), code, ", ".join(moves), {"hint": nearest(code, moves)}))
    reached = _reach(edges, {draft["start"]})
    closed = {code for code, one in states.items() if one["phase"] == "closed"}
    back = {code: {one for one, to in edges.items() if code in to} for code in states}
    leads_out = _reach(back, closed)
    for code, one in states.items():
        if code not in reached:
            out.faults.append(
                Fault("value.type", one.at, (f"“{code}”：从起始状态到不了", f"{code!r}: no way leads to it"), ("可以到达的状态", "a state that can be reached"))
            )
        elif code not in leads_out:
            out.faults.append(
                Fault(
                    "value.type",
                    one.at,
                    (f"“{code}”：到不了任何办结状态", f"{code!r}: no way leads to an end"),
                    ("能够办结的状态", "a state that can come to an end"),
                )
            )
        if (one["phase"] == "closed") != bool(one["outcome"]):
            out.faults.append(Fault("key.missing" if one["phase"] == "closed" else "key.unknown", one.at, "outcome", "outcome", {"hint": ""}))


def _reach(edges: Mapping[str, Iterable[str]], start: set[str | None]) -> set[str]:
    seen: set[str] = set()
    waiting = [one for one in start if one is not None]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += [to for to in edges.get(one, ()) if to is not None]
    return seen


def _plain(value: Any) -> Any:
    if isinstance(value, Draft):
        return {key: _plain(one) for key, one in value.values.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if hasattr(value, "zh") and hasattr(value, "en"):
        return {"zh": value.zh, "en": value.en}
    return value
