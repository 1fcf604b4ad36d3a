"""From drafts without faults to the frozen Pack."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from manyuan.facts.programme.pack import model
from manyuan.facts.programme.pack.folder import Drafts
from manyuan.facts.programme.pack.model import Pack, Place
from manyuan.facts.programme.pack.shapes import Draft


def build_pack(drafts: Drafts, district_map: dict[str, Any]) -> Pack:
    """The pack that the drafts describe; they must be without faults."""
    sections = {
        f"{code}.{section['code']}": (code, section["name"])
        for code, source in drafts.codes("sources").items()
        for section in source.each("sections")
    }  # fmt: skip
    build = _Builder(sections)
    entries = {kind: tuple(build.value(draft) for draft in drafts.entries[kind]) for kind in model.CODED}
    pack = build.draft(drafts.pack, extra={**entries, "district_map": district_map})
    return _filled(pack)


class _Builder:
    def __init__(self, sections: dict[str, tuple[str, Any]]) -> None:
        self.sections = sections

    def value(self, value: Any) -> Any:
        if isinstance(value, Draft):
            return self.draft(value)
        return tuple(self.value(item) for item in value) if isinstance(value, tuple) else value

    def draft(self, draft: Draft, extra: dict[str, Any] | None = None) -> Any:
        if draft.cls is Place:
            source, section = self.sections[draft["section"]]
            return Place(source=source, section=section, near=draft["near"] or "", at=draft.at)
        known = {one.name for one in fields(draft.cls)}
        values = {key: self.value(value) for key, value in draft.values.items() if key in known}
        return draft.cls(**values, **(extra or {}), at=draft.at)


def _filled(pack: Pack) -> Pack:
    """What follows from elsewhere in the pack: order, units of goals, first day in the register."""
    indicators = {one.code: one for one in pack.indicators}
    changes: dict[str, tuple[Any, ...]] = {
        "campaigns": tuple(replace(one, order=at) for at, one in enumerate(pack.campaigns, 1)),
        "indicators": tuple(replace(one, order=at) for at, one in enumerate(pack.indicators, 1)),
        "goals": tuple(replace(one, unit=one.unit or indicators[one.indicator].unit) if one.indicator else one for one in pack.goals),
        "parks": tuple(replace(one, known_from=one.known_from or pack.register_starts) for one in pack.parks),
        "commitments": tuple(sorted(pack.commitments, key=lambda one: one.number)),
        "districts": tuple(sorted(pack.districts, key=lambda one: one.adcode)),
        "forms": tuple(sorted(pack.forms, key=lambda one: one.code)),
        "calendar": tuple(sorted(pack.calendar, key=lambda one: one.year)),
    }
    return replace(pack, **changes)
