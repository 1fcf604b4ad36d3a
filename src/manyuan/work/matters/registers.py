"""Powers, duties and reforms as a pack's files give them: read with every fault at its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from manyuan.facts.programme.pack.faults import Fault
from manyuan.facts.programme.pack.model import At
from manyuan.facts.programme.pack.nodes import read_nodes
from manyuan.facts.programme.pack.shapes import BAD, CODE, Both, Day, Draft, Findings, Key, ListOf, OneOf, Plain, Record, Shape, Whole
from manyuan.work.matters.definition import plain

LETTERS: Final = ("R", "A", "C", "I", "RA")
BODIES: Final = ("committee", "company", "city")
STAGES: Final = ("attract", "invest", "finance", "build", "manage", "operate")
REFORM_STATES: Final = ("planned", "pilot", "in-force", "dropped")
_LINE, _TEXT, _MARK = Both(120, 300), Both(), OneOf("example", "V", "C")


@dataclass(frozen=True)
class _Entry:
    """An entry as its file gives it."""


POWER: Final = Record(
    _Entry,
    {
        "code": Key(CODE, "code; steps of matters name it", True),
        "name": Key(_LINE, "name", True),
        "from": Key(_LINE, "who delegated it", True),
        "document": Key(_LINE, "the document that delegates it", True),
        "granted_on": Key(Day(), "day of the document", True),
        "unused_months": Key(Whole(1, 60), "after so many months without use it is flagged; default 6"),
        "mark": Key(_MARK, "example, or how sure it is", True),
    },
)
DUTY: Final = Record(
    _Entry,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "kind": Key(OneOf("regulatory", "service", "market"), "regulatory work is the committee's alone", True),
        "roles": Key(
            Record(_Entry, {body: Key(OneOf(*LETTERS), "R does it, A answers for it, C is asked, I is told; RA both") for body in BODIES}), "who", True
        ),
        "mark": Key(_MARK, "example, or how sure it is", True),
    },
)
_KPI = Record(
    _Entry,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "indicator": Key(Plain(60), "an indicator of the pack"),
        "mark": Key(_MARK, "mark", True),
    },
)
DUTIES: Final = Record(
    _Entry,
    {
        "duties": Key(ListOf(DUTY, 1), "duties", True),
        "kpis": Key(Record(_Entry, {body: Key(ListOf(_KPI), "measures of the body") for body in ("committee", "company")}), "what each is measured by", True),
    },
)
REFORM: Final = Record(
    _Entry,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "about": Key(_TEXT, "what changes", True),
        "state": Key(OneOf(*REFORM_STATES), "state", True),
        "since": Key(Day(), "since when in this state", True),
        "due_on": Key(Day(), "by when it is to be in force"),
        "mark": Key(_MARK, "example, or how sure it is", True),
    },
)


@dataclass
class Registers:
    """What the files hold, as plain values."""

    powers: list[dict[str, Any]] = field(default_factory=list)
    duties: list[dict[str, Any]] = field(default_factory=list)
    kpis: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    reforms: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_registers(pack: Path, indicators: frozenset[str] | None = None) -> Registers:
    """powers.yaml, duties.yaml and reforms.yaml of a pack; each may be left out. indicators: codes that measures may name (None: not looked at)."""
    out, found = Findings(), Registers()
    powers = _read(pack, "powers.yaml", ListOf(POWER), out)
    duties = _read(pack, "duties.yaml", DUTIES, out)
    reforms = _read(pack, "reforms.yaml", ListOf(REFORM), out)
    _once(powers or (), out)
    _once(reforms or (), out)
    found.powers, found.reforms = plain(powers or ()), plain(reforms or ())
    if isinstance(duties, Draft):
        _once(duties.each("duties"), out)
        kpis = duties["kpis"]
        for body in ("committee", "company"):
            entries = kpis.each(body) if isinstance(kpis, Draft) else []
            _once(entries, out)
            for one in entries:
                if one["indicator"] and indicators is not None and one["indicator"] not in indicators:
                    more = {"kind": ("指标", "indicator"), "hint": ""}
                    out.faults.append(Fault("reference.unknown", one.place("indicator"), one["indicator"], "", more))
            found.kpis[body] = plain(tuple(entries))
        found.duties = plain(tuple(duties.each("duties")))
    found.faults = out.faults
    return found


def _read(pack: Path, name: str, shape: Shape, out: Findings) -> Any:
    path = pack / name
    if not path.is_file():
        return None
    node = read_nodes(path.read_bytes(), name, out.faults)
    value = None if node is None else shape.read(node, At(name, node.line, node.column), out)
    return None if value is BAD else value


def _once(drafts: Any, out: Findings) -> None:
    seen: dict[str, At] = {}
    for one in drafts:
        if one["code"] in seen:
            out.faults.append(Fault("code.duplicate", one.place("code"), one["code"], f"{seen[one['code']].file}:{seen[one['code']].line}"))
        elif one["code"]:
            seen[one["code"]] = one.place("code")
