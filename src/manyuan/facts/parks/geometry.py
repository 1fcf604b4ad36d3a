"""A park's outline as GeoJSON: taken apart and checked point by point, its middle and its area. Degrees of CGCS2000 / WGS 84, longitude first."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.facts.parks.errors import WrongValue

MOST_POINTS = 20_000
_RADIUS_M = 6_371_008.8  # mean radius of the Earth (IUGG)
FIELD = gettext_noop("Boundary")


def read_geometry(text: str) -> dict[str, Any] | None:
    """A Polygon or MultiPolygon from GeoJSON text; also from a Feature, or a collection of one. None for an empty text. Raises WrongValue."""
    if not text.strip():
        return None
    try:
        found = json.loads(text, parse_constant=lambda word: float("nan"))
    except ValueError as error:
        raise WrongValue(field=FIELD, found=text.strip()[:40], expected=gettext_noop("GeoJSON text")) from error
    if isinstance(found, dict) and found.get("type") == "FeatureCollection" and isinstance(found.get("features"), list) and len(found["features"]) == 1:
        found = found["features"][0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    return checked_geometry(found)


def checked_geometry(found: Any) -> dict[str, Any]:
    """The geometry with nothing but its type and coordinates. Raises WrongValue naming the ring and the point."""
    kind = found.get("type") if isinstance(found, Mapping) else type(found).__name__
    if not isinstance(found, Mapping) or kind not in ("Polygon", "MultiPolygon") or not found.get("coordinates"):
        raise WrongValue(field=FIELD, found=kind, expected=gettext_noop("a GeoJSON Polygon or MultiPolygon"))
    points = 0
    for place, ring in _rings(found):
        points += _check(place, ring)
    if points > MOST_POINTS:
        raise WrongValue(field=FIELD, found=points, expected=gettext_noop("at most 20,000 points"))
    return {"type": kind, "coordinates": found["coordinates"]}


def middle_of(geometry: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Longitude and latitude of the middle of the box around the outline, to six decimals."""
    points = [point for _, ring in _rings(geometry) for point in ring]
    middles = [(min(p[at] for p in points) + max(p[at] for p in points)) / 2 for at in (0, 1)]
    return Decimal(f"{middles[0]:.6f}"), Decimal(f"{middles[1]:.6f}")


def area_of(geometry: Mapping[str, Any]) -> Decimal:
    """The area within the outline in m2, holes taken out, on the sphere (within about 0.5 % of the ellipsoid): to hold against a stated area."""
    total = 0.0
    for place, ring in _rings(geometry):
        total += _ring_area(ring) * (1 if place.endswith(".1") else -1)
    return Decimal(round(total))


def _rings(geometry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each ring with its place, as 1.1 (first polygon, outline) or 1.2 (its first hole)."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for number, polygon in enumerate(polygons if isinstance(polygons, list) else [polygons], 1):
        for at, ring in enumerate(polygon if isinstance(polygon, list) and polygon else [None], 1):
            yield f"{number}.{at}", ring


def _check(place: str, ring: Any) -> int:
    if not isinstance(ring, list) or len(ring) < 4:
        raise WrongValue(
            field=FIELD, found=f"{place}: {len(ring) if isinstance(ring, list) else 0}", expected=gettext_noop("at least four points in each ring")
        )
    for at, point in enumerate(ring, 1):
        numbers = isinstance(point, list) and len(point) >= 2 and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in point[:2])
        if not numbers or not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            raise WrongValue(field=FIELD, found=f"{place}.{at}: {str(point)[:40]}", expected=gettext_noop("longitude and latitude in degrees"))
    if ring[0][:2] != ring[-1][:2]:
        raise WrongValue(field=FIELD, found=f"{place}: {ring[-1]}", expected=gettext_noop("a ring that ends where it begins"))
    return len(ring)


def _ring_area(ring: list[list[float]]) -> float:
    total = 0.0
    for (x1, y1), (x2, y2) in zip((p[:2] for p in ring), (p[:2] for p in ring[1:]), strict=False):
        total += math.radians(x2 - x1) * (2 + math.sin(math.radians(y1)) + math.sin(math.radians(y2)))
    return abs(total * _RADIUS_M**2 / 2)
