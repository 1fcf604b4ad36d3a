"""A rehearsed change in words: for every park that changes, what was and what will be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from manyuan.facts.enterprises.rehearsing import ParkState, Rehearsal
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures


def said(found: Rehearsal) -> list[dict[str, Any]]:
    """The parks that change, with a line for each thing that changes of them."""
    names = names_of(found)
    return [
        {"code": after.code, "name": _name(after if before is None else before), "new": before is None, "lines": _lines(before, after, names)}
        for before, after in found.parks
    ]


def names_of(found: Rehearsal) -> dict[str, str]:
    """Parks by code as they are called after the change."""
    return {park.code: figures.pick(park) for park in Park.objects.all()} | {after.code: _name(after) for _, after in found.parks}


def _name(state: ParkState) -> str:
    return state.name_zh if figures.chinese() else state.name_en


def _lines(before: ParkState | None, after: ParkState, names: dict[str, str]) -> list[tuple[str, str, str]]:
    """(what, was, will be) for each thing that differs."""
    top, none = gettext("at the top"), figures.NOTHING

    def told(state: ParkState) -> list[tuple[str, str]]:
        return [
            (gettext("Name"), _name(state)),
            (gettext("Under"), names.get(state.parent, state.parent) if state.parent else top),
            (gettext("Enterprises"), str(state.firms)),
            (gettext("Area"), str(figures.figure(Decimal(state.area_m2), "m2")) if state.area_m2 else none),
            (gettext("Outline"), gettext("drawn") if state.drawn else none),
            (gettext("Primary directions"), ("、" if figures.chinese() else ", ").join(state.directions) or none),
            (gettext("Closed on"), figures.day(state.closed_on) if state.closed_on else none),
        ]

    now_ = told(after)
    was = told(before) if before is not None else [(title, none) for title, _ in now_]
    return [(title, old, new) for (title, old), (_, new) in zip(was, now_, strict=True) if old != new and not (before is None and title == gettext("Name"))]
