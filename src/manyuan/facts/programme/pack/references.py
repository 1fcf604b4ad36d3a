"""Codes: each used once, each mention of one an entry that exists, parents without circles."""

from __future__ import annotations

from collections.abc import Iterable

from manyuan.facts.programme.pack.faults import nearest
from manyuan.facts.programme.pack.folder import Drafts, draft_code
from manyuan.facts.programme.pack.model import CODED
from manyuan.facts.programme.pack.records import RECORDS
from manyuan.facts.programme.pack.shapes import KIND_WORDS, Draft


def check_references(drafts: Drafts) -> None:
    """Report duplicate codes, dangling references and circles."""
    for kind in CODED:
        _unique(drafts, drafts.entries[kind], "code")
    for goal in drafts.entries["goals"]:
        _unique(drafts, goal.each("evidence"), "code")
    for commitment in drafts.entries["commitments"]:
        _unique(drafts, commitment["measure"].each("evidence") if commitment["measure"] else (), "code")
    known = _known(drafts)
    for mention in drafts.findings.mentions:
        owner = {"sections": "sources", "fields": "forms"}.get(mention.kind, mention.kind)
        if owner not in drafts.unread and mention.code not in known[mention.kind]:
            hint = nearest(mention.code, known[mention.kind])
            drafts.fault("reference.unknown", mention.at, mention.code, kind=KIND_WORDS[mention.kind], hint=hint)
    _codes_of_measures(drafts, known)
    for kind, key in (("goals", "parent"), ("goals", "includes"), ("parks", "parent")):
        _no_circle(drafts, kind, {code: [draft[key]] if draft[key] else [] for code, draft in drafts.codes(kind).items()}, key)
    uses = {code: [one["indicator"] for one in draft.each("inputs") if one["indicator"]] for code, draft in drafts.codes("indicators").items()}
    _no_circle(drafts, "indicators", uses, "inputs")


def _unique(drafts: Drafts, entries: Iterable[Draft], key: str) -> None:
    first: dict[str, Draft] = {}
    for draft in entries:
        code = draft_code(draft)
        if code is None:
            continue
        name = next(name for name in (key, "number", "adcode", "year") if draft[name] is not None)
        if code in first:
            place = first[code].place(name)
            drafts.fault("code.duplicate", draft.place(name), code, f"{place.file}:{place.line}")
        first.setdefault(code, draft)


def _known(drafts: Drafts) -> dict[str, set[str]]:
    known = {kind: set(drafts.codes(kind)) for kind in CODED}
    known["parks"] |= set()
    known["sections"] = {f"{code}.{section['code']}" for code, source in drafts.codes("sources").items() for section in source.each("sections")}
    known["fields"] = {f"{code}.{one['key']}" for code, form in drafts.codes("forms").items() for one in form.each("fields")}
    return known


def _codes_of_measures(drafts: Drafts, known: dict[str, set[str]]) -> None:
    """`of` of a measure names titles, forms or goals, as its kind of record says."""
    for commitment in drafts.entries["commitments"]:
        measure = commitment["measure"]
        if measure is None or not measure.each("of"):
            continue
        kind = RECORDS[measure["count"]].of if measure["count"] in RECORDS else ""
        if not kind:
            drafts.fault("key.apart", measure.place("of"), "of", f"count: {measure['count']}" if measure["count"] else measure.cls.__name__)
            continue
        for code in measure.each("of"):
            if kind not in drafts.unread and code not in known[kind]:
                drafts.fault("reference.unknown", measure.place("of"), code, kind=KIND_WORDS[kind], hint=nearest(code, known[kind]))


def _no_circle(drafts: Drafts, kind: str, above: dict[str, list[str]], key: str) -> None:
    """Report every circle once, at the entry of it that comes first in the file."""
    state: dict[str, int] = {}  # 1 on the way, 2 done
    for start in above:
        if start in state:
            continue
        way, waiting = [start], [iter(above[start])]
        state[start] = 1
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                state[way.pop()] = 2
                waiting.pop()
            elif state.get(step) == 1:
                circle = way[way.index(step) :]
                draft = drafts.codes(kind)[circle[0]]
                drafts.fault("reference.cycle", draft.place(key), " → ".join([*circle, step]))
            elif step in above and step not in state:
                state[step] = 1
                way.append(step)
                waiting.append(iter(above[step]))
