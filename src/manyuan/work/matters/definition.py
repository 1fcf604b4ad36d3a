"""What a matter is: fields, materials, steps, days and trips, before the reform and after; read from a pack's folder with every fault at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from manyuan.engines.feel import types
from manyuan.facts.programme.pack.faults import Fault, nearest
from manyuan.facts.programme.pack.model import At, Text
from manyuan.facts.programme.pack.nodes import MAX_BYTES, read_nodes
from manyuan.facts.programme.pack.shapes import CODE, KEY, Both, Draft, Findings, Key, ListOf, Named, OneOf, Pattern, Plain, Record, Whole, YesNo
from manyuan.work.matters.process import Graph, ProcessFault, check_graph, compiles, longest, read_graph, usual

FIELD_TYPES: Final = ("text", "number", "date", "yes-no", "choice")
ENTERPRISE: Final = ("name", "credit_code", "address", "registered_on", "capital", "park")
BODIES: Final = ("committee", "company", "city", "enterprise")
_LINE, _TEXT = Both(120, 300), Both()
_FEEL_TYPE: Final = {"text": "string", "choice": "string", "date": "date", "yes-no": "boolean", "number": "number"}


@dataclass(frozen=True)
class _Part:
    """A part of a matter as its file gives it."""


_FROM = Record(
    _Part,
    {
        "fact": Key(Plain(60), "a column of the fact sheet"),
        "enterprise": Key(OneOf(*ENTERPRISE), "a line of the enterprise register"),
        "earlier": Key(YesNo(), "true: what the same enterprise gave with an earlier application"),
    },
    one_of=("fact", "enterprise", "earlier"),
)
_HELD = Record(
    _Part,
    {
        "register": Key(YesNo(), "true: the enterprise register stands for it"),
        "filing": Key(CODE, "a form of which a filing is in force"),
        "title": Key(CODE, "a title that the enterprise holds"),
        "earlier": Key(YesNo(), "true: what was handed in with an earlier application"),
    },
    one_of=("register", "filing", "title", "earlier"),
)
_FIELD = Record(
    _Part,
    {
        "key": Key(KEY, "key; conditions of the process call it so", True),
        "name": Key(_LINE, "name", True),
        "type": Key(OneOf(*FIELD_TYPES), "what it holds; default text"),
        "choices": Key(ListOf(Record(_Part, {"code": Key(CODE, "code", True), "name": Key(_LINE, "name", True)}), 2), "the choices"),
        "required": Key(YesNo(), "default true"),
        "from": Key(_FROM, "where it is held already, so that it is not asked"),
    },
)
_MATERIAL = Record(
    _Part,
    {
        "code": Key(CODE, "code; the same paper has the same code in every matter", True),
        "name": Key(_LINE, "name", True),
        "required": Key(YesNo(), "default true"),
        "keep_months": Key(Whole(1, 120), "how long one that was handed in stays good; default 12"),
        "from": Key(_HELD, "where it is held already, so that it is not asked"),
    },
)
_STEP = Record(
    _Part,
    {
        "name": Key(_LINE, "name", True),
        "by": Key(OneOf(*BODIES), "who does it: committee | company | city | enterprise", True),
        "days": Key(Whole(0, 250), "working days", True),
        "green_days": Key(Whole(0, 250), "working days in the green channel; default the same"),
        "power": Key(CODE, "the delegated power it needs: a park that holds it does the step itself, else it goes to the city"),
        "trip": Key(YesNo(), "true: outside the park the enterprise must go there itself"),
        "outcomes": Key(ListOf(OneOf("ok", "mend", "refuse"), 1), "how it can end; default ok"),
    },
)
_SERVICE = Record(
    _Part,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "by": Key(_LINE, "who offers it", True),
        "free": Key(YesNo(), "whether it is free", True),
        "price": Key(_LINE, "what it costs, where it is not free"),
        "about": Key(_TEXT, "what the enterprise gets"),
    },
)
_BEFORE = Record(
    _Part,
    {
        "fields": Key(Whole(0, 1000), "fields that were asked", True),
        "days": Key(Whole(1, 1000), "working days promised", True),
        "materials": Key(ListOf(_LINE), "papers that were asked", True),
        "steps": Key(ListOf(Record(_Part, {"name": Key(_LINE, "name", True), "trips": Key(Whole(0, 20), "trips of the enterprise")}), 1), "steps", True),
    },
)
MATTER: Final = Record(
    _Part,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "group": Key(Pattern(r"[a-z]{2,20}", "组别（小写字母）", "a group (lower-case letters)"), "group in the catalogue", True),
        "about": Key(_TEXT, "what it is for", True),
        "basis": Key(_TEXT, "the rule that asks for it", True),
        "mark": Key(OneOf("example", "V"), "example, or V where verified", True),
        "process": Key(Plain(80), "the BPMN file beside it", True),
        "days": Key(Whole(1, 250), "working days promised", True),
        "green_days": Key(Whole(1, 250), "working days promised in the green channel"),
        "fields": Key(ListOf(_FIELD), "fields", True),
        "materials": Key(ListOf(_MATERIAL), "materials", True),
        "steps": Key(Named(_STEP, KEY), "the process's user tasks by id", True),
        "before": Key(_BEFORE, "what was asked before the reform", True),
        "services": Key(ListOf(_SERVICE), "value-added services beside the basic one"),
    },
)


@dataclass(frozen=True)
class Step:
    """A step as a version has it. by: whose work it is where no power says otherwise."""

    code: str
    name: Mapping[str, str]
    by: str
    days: int
    green_days: int
    power: str = ""
    trip: bool = False
    outcomes: tuple[str, ...] = ("ok",)


@dataclass(frozen=True)
class Counts:
    """What a matter asks of an enterprise."""

    materials: int
    fields: int
    steps: int
    days: int
    trips: int


@dataclass(frozen=True)
class Definition:
    """A version of a matter. content: the file as plain values; process: its BPMN."""

    content: Mapping[str, Any]
    process: bytes = field(repr=False)

    @cached_property
    def graph(self) -> Graph:
        return read_graph(self.process)[0]

    @cached_property
    def steps(self) -> dict[str, Step]:
        return {one["code"]: _step(one) for one in self.content["steps"]}

    @property
    def fields(self) -> list[Mapping[str, Any]]:
        return list(self.content["fields"])

    @property
    def materials(self) -> list[Mapping[str, Any]]:
        return list(self.content["materials"])

    @property
    def services(self) -> list[Mapping[str, Any]]:
        return list(self.content.get("services") or ())

    def days(self, green: bool) -> int:
        """Working days promised."""
        return int(self.content.get("green_days") or self.content["days"]) if green else int(self.content["days"])

    @cached_property
    def before(self) -> Counts:
        """Counted from what the file lists."""
        was = self.content["before"]
        return Counts(len(was["materials"]), was["fields"], len(was["steps"]), was["days"], sum(one.get("trips") or 0 for one in was["steps"]))

    def after(self, held: frozenset[str] = frozenset()) -> Counts:
        """What is asked now, in a park that holds these powers: papers and fields that are held already are not counted, nor are steps off the usual way."""
        ways = usual(self.graph)
        asked = [one for one in self.fields if not one.get("from")]
        papers = [one for one in self.materials if not one.get("from")]
        trips = sum(one.trip and self.outside(one, held) for one in (self.steps[code] for code in ways))
        return Counts(len(papers), len(asked), len(ways), self.content["days"], trips)

    @staticmethod
    def outside(step: Step, held: frozenset[str]) -> bool:
        """Whether the step leaves a park that holds these powers."""
        return step.power not in held if step.power else step.by == "city"


def _step(content: Mapping[str, Any]) -> Step:
    days = int(content["days"])
    return Step(
        content["code"], content["name"], content["by"], days, int(content["green_days"]) if content.get("green_days") is not None else days,
        content.get("power") or "", bool(content.get("trip")), tuple(content.get("outcomes") or ("ok",)),
    )  # fmt: skip


@dataclass
class Catalogue:
    """Matters as read. faults: every one, with its place; with any of them nothing may be installed."""

    matters: list[Definition] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_matters(folder: Path, powers: frozenset[str], facts: frozenset[str] | None = None) -> Catalogue:
    """The matters of `folder` (a pack's `matters/`). powers: the codes that steps may name; facts: columns of the fact sheet (None: not looked at)."""
    found, out = Catalogue(), Findings()
    seen: dict[str, At] = {}
    for path in sorted(folder.glob("*.yaml")):
        name = f"{folder.name}/{path.name}"
        if path.stat().st_size > MAX_BYTES:
            out.faults.append(Fault("file.size", At(name), str(path.stat().st_size), str(MAX_BYTES)))
            continue
        node = read_nodes(path.read_bytes(), name, out.faults)
        if node is None:
            continue
        draft = MATTER.read(node, At(name, node.line, node.column), out)
        if not isinstance(draft, Draft):
            continue
        if draft["code"] in seen:
            out.faults.append(Fault("code.duplicate", draft.place("code"), draft["code"], seen[draft["code"]].file))
        seen[draft["code"]] = draft.place("code")
        process = _process(draft, folder, out)
        _judge(draft, powers, facts, out)
        content = plain(draft)
        if process is not None and all(key in content for key, one in MATTER.keys.items() if one.required):
            found.matters.append(Definition(content, process))
            _fits(found.matters[-1], draft, out)
    used = {one.content["process"] for one in found.matters}
    for path in sorted(folder.glob("*.bpmn")):
        if path.name not in used and not out.faults:
            out.faults.append(Fault("file.unknown", At(f"{folder.name}/{path.name}"), path.name, "", {"hint": ""}))
    found.faults = sorted(out.faults, key=lambda one: (one.file, one.line, one.column))
    return found


def _process(draft: Draft, folder: Path, out: Findings) -> bytes | None:
    """The BPMN file that a matter names, where its shape is right."""
    name = draft["process"]
    if not name:
        return None
    path = folder / name
    if Path(name).name != name or path.suffix != ".bpmn" or not path.is_file():
        hint = nearest(name, [one.name for one in folder.glob("*.bpmn")])
        out.faults.append(Fault("reference.unknown", draft.place("process"), name, "", {"kind": ("流程文件", "process file"), "hint": hint}))
        return None
    content = path.read_bytes()
    _, faults = read_graph(content)
    _say(faults, f"{folder.name}/{name}", out)
    return None if faults else content


def _say(faults: list[ProcessFault], file: str, out: Findings) -> None:
    known = {(one.file, one.line, one.found) for one in out.faults}
    out.faults += [Fault("value.type", At(file, one.line), one.found, one.expected) for one in faults if (file, one.line, one.found) not in known]


def _judge(draft: Draft, powers: frozenset[str], facts: frozenset[str] | None, out: Findings) -> None:
    """Codes used twice, powers and facts that are not there, choices and prices that are missing."""
    for key, name in (("fields", "key"), ("materials", "code"), ("services", "code")):
        seen: set[str] = set()
        for one in draft.each(key):
            if one[name] in seen:
                out.faults.append(Fault("code.duplicate", one.place(name), one[name], draft.at.file))
            seen.add(one[name])
    for one in draft.each("fields"):
        fact = one["from"]["fact"] if isinstance(one["from"], Draft) else None
        if fact and facts is not None and fact not in facts:
            more = {"kind": ("事实表列", "column of the fact sheet"), "hint": nearest(fact, facts)}
            out.faults.append(Fault("reference.unknown", one["from"].place("fact"), fact, "", more))
        if one["type"] == "choice" and not one["choices"]:
            out.faults.append(Fault("key.together", one.at, "type: choice", "choices"))
    for one in draft.each("steps"):
        if one["power"] and one["power"] not in powers:
            more = {"kind": ("赋权事项", "delegated power"), "hint": nearest(one["power"], powers)}
            out.faults.append(Fault("reference.unknown", one.place("power"), one["power"], "", more))
    for one in draft.each("services"):
        if one["free"] is False and one["price"] is None:
            out.faults.append(Fault("key.together", one.at, "free: false", "price"))


def _fits(matter: Definition, draft: Draft, out: Findings) -> None:
    """The steps of the file are those of the drawing; the drawing can be run; the days of the steps fit what is promised."""
    graph, file = matter.graph, f"{draft.at.file.rpartition('/')[0]}/{matter.content['process']}"
    drawn, given = set(graph.codes), set(matter.steps)
    for code in sorted(given - drawn):
        place = next(one for one in draft.each("steps") if one["code"] == code).place("code")
        more = {"kind": ("流程步骤", "user task of the process"), "hint": nearest(code, drawn)}
        out.faults.append(Fault("reference.unknown", place, code, "", more))
    for node in graph.steps:
        if node.id.partition(".")[0] not in given:
            found = (f"步骤 {node.id}", f"the step {node.id}")
            _say([ProcessFault(node.line, found, (f"{draft.at.file} 的 steps 中有它", f"an entry of `steps` in {draft.at.file}"))], file, out)
    faults = check_graph(graph, scope(matter))
    _say(faults or compiles(matter.process, graph.process_id), file, out)
    if faults or given != drawn:
        return
    for green in (False, True):
        need = longest(graph, {code: one.green_days if green else one.days for code, one in matter.steps.items()}, green)
        if need > matter.days(green):
            key = "green_days" if green else "days"
            found = (f"{matter.days(green)} 个工作日", f"{matter.days(green)} working days")
            out.faults.append(
                Fault("value.range", draft.place(key), found, (f"不少于各步骤所需的 {need} 个工作日", f"at least the {need} that the steps need"))
            )


def scope(matter: Definition) -> dict[str, types.Type]:
    """The names that conditions of the process may use: its fields, `green`, and `outcomes` of steps."""
    names: dict[str, types.Type] = {one["key"]: types.SIMPLE[_FEEL_TYPE[one.get("type") or "text"]] for one in matter.fields}
    outcomes = types.ContextType(entries=tuple((code, types.SIMPLE["string"]) for code in matter.graph.codes))
    return {**names, "green": types.SIMPLE["boolean"], "outcomes": outcomes}


def plain(value: Any) -> Any:
    """What was read, as plain values that JSON can hold."""
    if isinstance(value, Draft):
        return {key: plain(one) for key, one in value.values.items()}
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
