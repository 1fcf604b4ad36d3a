"""Changing parks over the API. Each operation answers with what it did; with `dry_run=true` it says the same and writes nothing.

The router is the one of `parks`: reading and founding share an address.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Schema
from pydantic import Field

from manyuan.facts.accounts.queries import without_park
from manyuan.facts.audit.actors import NotAllowed, Role
from manyuan.facts.enterprises.park_orders import Order
from manyuan.facts.enterprises.rehearsing import Act, Rehearsal, carry_out, perform, rehearse
from manyuan.facts.enterprises.sharing_out import Share
from manyuan.facts.filings.following import would_follow_moves
from manyuan.facts.parks.geometry import checked_geometry
from manyuan.facts.parks.services import CHANGE_DIRECTIONS, CHANGE_PARKS, NewDirection, NewPark
from manyuan.surfaces.api.parks import DirectionOut, park_named, router
from manyuan.surfaces.api.shapes import Body

__all__ = ["router"]
DryRun = Query(False, description="Say what would change, and write nothing")


class ChangeIn(Body):
    """What every change needs. effective_on: not ahead; today when left out. shown: `digest` of a dry run: refused if something else would happen now."""

    effective_on: date | None = None
    reason: str = Field(max_length=500)
    shown: str | None = Field(None, min_length=64, max_length=64)


class NewParkIn(Body):
    """A park that is founded. code: small letters, digits and hyphens; it never changes. Without an English name the Chinese stands for both."""

    code: str = Field(max_length=40)
    name_zh: str = Field(max_length=100)
    name_en: str = Field("", max_length=160)
    level: Literal["national", "provincial", "municipal", "unknown"] = "unknown"
    kind: Literal["park", "subpark", "park-in-park"] = "park"

    def read(self) -> NewPark:
        return NewPark(self.code, self.name_zh, self.name_en or self.name_zh, self.level, self.kind)


class FoundIn(ChangeIn):
    """parent: a park's code; district: its adcode."""

    new: NewParkIn
    parent: str | None = Field(None, max_length=40)
    district: str | None = Field(None, max_length=6)


class RenameIn(ChangeIn):
    name_zh: str = Field(max_length=100)
    name_en: str = Field("", max_length=160)


class MoveIn(ChangeIn):
    """parent: the code of the park above; null: at the top."""

    parent: str | None = Field(max_length=40)


class BoundaryIn(ChangeIn):
    """outline: a GeoJSON Polygon or MultiPolygon; point: longitude and latitude. At least one of the three."""

    outline: dict[str, Any] | None = None
    area_m2: Decimal | None = Field(None, max_digits=16, decimal_places=2)
    point: tuple[Decimal, Decimal] | None = None


class DirectionsIn(ChangeIn):
    """The whole list as it holds from the day on."""

    directions: list[DirectionOut] = Field(max_length=40)


class MergeIn(ChangeIn):
    """sources: codes of the parks that close. Into `into`, a park's code, or into `new`: one of the two."""

    sources: list[str] = Field(min_length=1, max_length=100)
    into: str | None = Field(None, max_length=40)
    new: NewParkIn | None = None


class SplitPart(Body):
    """One new park of a split. industries: codes of GB/T 4754-2017, their beginnings, or letters of sections; firms: credit codes or exact names."""

    new: NewParkIn
    industries: list[str] = Field([], max_length=200)
    firms: list[str] = Field([], max_length=20_000)


class SplitIn(ChangeIn):
    """rest: code of the new park for firms named nowhere; keep: the old park goes on; below: parks under it to codes of new parks."""

    parts: list[SplitPart] = Field(min_length=1, max_length=20)
    rest: str | None = Field(None, max_length=40)
    keep: bool = False
    below: dict[str, str] = {}


class CloseIn(ChangeIn):
    """Closed for good, without a successor."""


class StateOut(Schema):
    """How a park stands. firms: that sit in it itself; directions: their codes."""

    name_zh: str
    name_en: str
    parent: str | None
    closed_on: date | None
    firms: int
    area_m2: Decimal | None
    drawn: bool
    directions: list[str]


class ChangedPark(Schema):
    """before is null for a park that is founded."""

    code: str
    before: StateOut | None
    after: StateOut


class MoveOut(Schema):
    """How many firms go from one park to another."""

    origin: str
    goal: str
    firms: int


class OutcomeOut(Schema):
    """What a change did, or with written=false would do. without_seat: firms that sit in no park afterwards; filings: that go along;
    without_park: names of organisations that have no park to answer for any more; digest: a fingerprint of all of this, for `shown`."""

    written: bool
    digest: str
    parks: list[ChangedPark]
    moves: list[MoveOut]
    without_seat: int
    filings: int
    without_park: list[str]


@router.post("parks", response=OutcomeOut, operation_id="parks_found", summary="Found a park")
def found(request: HttpRequest, body: FoundIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    return _done(order.found(new=body.new.read(), parent=body.parent, district=body.district), body, dry_run)


@router.post("park-merges", response=OutcomeOut, operation_id="parks_merge", summary="Merge parks; whoever sits there moves along")
def merge(request: HttpRequest, body: MergeIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    into: str | NewPark = body.new.read() if body.new and not body.into else body.into or ""
    return _done(order.merge(sources=body.sources, into=into), body, dry_run)


@router.post("parks/{code}/rename", response=OutcomeOut, operation_id="parks_rename", summary="Give a park a new name")
def rename(request: HttpRequest, code: str, body: RenameIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    return _done(order.rename(park=park_named(code), name_zh=body.name_zh, name_en=body.name_en), body, dry_run)


@router.post("parks/{code}/move", response=OutcomeOut, operation_id="parks_move", summary="Put a park under another one, or at the top")
def move(request: HttpRequest, code: str, body: MoveIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    return _done(order.move(park=park_named(code), parent=body.parent), body, dry_run)


@router.post("parks/{code}/boundary", response=OutcomeOut, operation_id="parks_boundary", summary="Redraw a park")
def boundary(request: HttpRequest, code: str, body: BoundaryIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    outline = None if body.outline is None else checked_geometry(body.outline)
    return _done(order.redraw(park=park_named(code), geometry=outline, area_m2=body.area_m2, point=body.point), body, dry_run)


@router.post("parks/{code}/directions", response=OutcomeOut, operation_id="parks_directions", summary="State the primary directions; also the park's committee")
def directions(request: HttpRequest, code: str, body: DirectionsIn, dry_run: bool = DryRun) -> dict[str, Any]:
    one, who = park_named(code), request.actor
    if not (who.sees_all or (who.role is Role.COMMITTEE and one.pk in who.park_ids)):
        raise NotAllowed(CHANGE_DIRECTIONS, who)
    wanted = [NewDirection(d.code, d.name_zh, d.name_en or d.name_zh, tuple(d.industries)) for d in body.directions]
    return _done(_read(request, body).direct(park=one, directions=wanted), body, dry_run)


@router.post("parks/{code}/split", response=OutcomeOut, operation_id="parks_split", summary="Found new parks out of one; say who goes where")
def split(request: HttpRequest, code: str, body: SplitIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    shares = [Share(part.new.code, tuple(part.industries), tuple(part.firms)) for part in body.parts]
    into = [part.new.read() for part in body.parts]
    return _done(order.split(park=park_named(code), into=into, shares=shares, rest=body.rest, keep=body.keep, children=body.below), body, dry_run)


@router.post("parks/{code}/close", response=OutcomeOut, operation_id="parks_close", summary="Close a park without a successor")
def close(request: HttpRequest, code: str, body: CloseIn, dry_run: bool = DryRun) -> dict[str, Any]:
    order = _order(request, body)
    return _done(order.close(park=park_named(code)), body, dry_run)


def _order(request: HttpRequest, body: ChangeIn) -> Order:
    if not request.actor.sees_all:
        raise NotAllowed(CHANGE_PARKS, request.actor)
    return _read(request, body)


def _read(request: HttpRequest, body: ChangeIn) -> Order:
    return Order(body.effective_on or timezone.localdate(), body.reason, request.actor, timezone.now())


def _done(act: Act, body: ChangeIn, dry_run: bool) -> dict[str, Any]:
    if dry_run:
        return outcome(rehearse(act), written=False)
    return outcome(perform(act, body.shown) if body.shown is not None else carry_out(act), written=True)


def outcome(found: Rehearsal, *, written: bool) -> dict[str, Any]:
    """What a change does, in plain values with parks by code (the shape of OutcomeOut)."""
    return {
        "written": written, "digest": found.digest(),
        "parks": [{"code": after.code, "before": vars(before) if before else None, "after": vars(after)} for before, after in found.parks],
        "moves": [{"origin": origin, "goal": goal, "firms": firms} for (origin, goal), firms in sorted(found.counts().items())],
        "without_seat": found.without_seat(), "filings": would_follow_moves(found.moves),
        "without_park": [body.name_zh for body in without_park(found.closing())],
    }  # fmt: skip
