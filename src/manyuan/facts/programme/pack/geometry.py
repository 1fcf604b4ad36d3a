"""The district map: GeoJSON (RFC 7946) with an attribution, one feature for each district of the pack, closed rings, positions on the Earth."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from manyuan.facts.programme.pack.folder import Drafts
from manyuan.facts.programme.pack.model import At
from manyuan.facts.programme.pack.shapes import KIND_WORDS

FILE: Final = "districts.geojson"
_MAX_POSITIONS: Final = 200_000


def check_map(drafts: Drafts) -> dict[str, Any]:
    """The map as read (numbers as Decimal), {} where it cannot be used; what is wrong is reported."""
    if drafts.map_text is None:
        return {}
    try:
        found = json.loads(drafts.map_text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        drafts.fault("map.json", At(FILE, error.lineno, error.colno), error.msg)
        return {}
    except (ValueError, RecursionError) as error:
        drafts.fault("map.json", At(FILE), str(error)[:80])
        return {}
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection" or not isinstance(found.get("features"), list):
        drafts.fault("map.shape", At(FILE), ("别的内容", "something else"), "FeatureCollection")
        return {}
    if not isinstance(found.get("attribution"), str) or not found["attribution"].strip():
        drafts.fault("map.attribution", At(FILE))
    before = len(drafts.faults)
    codes = _features(drafts, found["features"])
    if "districts" not in drafts.unread:
        for code in drafts.codes("districts"):
            if code not in codes:
                drafts.fault("map.district", At(FILE), "", code)
    return found if len(drafts.faults) == before else {}


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _features(drafts: Drafts, features: list[Any]) -> set[str]:
    codes: set[str] = set()
    for index, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        code = properties.get("adcode") if isinstance(properties, dict) else None
        at = At(FILE, _line(drafts, code), 1, ("features", index))
        if not isinstance(code, str):
            drafts.fault("map.shape", at, ("没有 properties.adcode 的要素", "a feature without properties.adcode"), "properties.adcode")
            continue
        if code in codes:
            drafts.fault("code.duplicate", at, code, FILE)
        elif "districts" not in drafts.unread and code not in drafts.codes("districts"):
            drafts.fault("reference.unknown", at, code, kind=KIND_WORDS["districts"])
        codes.add(code)
        _geometry(drafts, feature.get("geometry"), at)
    return codes


def _line(drafts: Drafts, code: Any) -> int:
    place = (drafts.map_text or "").find(f'"{code}"') if isinstance(code, str) else -1
    return (drafts.map_text or "").count("\n", 0, place) + 1 if place >= 0 else 1


def _geometry(drafts: Drafts, geometry: Any, at: At) -> None:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    parts = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list) or not parts:
        drafts.fault("map.shape", at, str(kind), "Polygon, MultiPolygon")
        return
    for polygon in parts if kind == "MultiPolygon" else [parts]:
        if not isinstance(polygon, list) or not polygon:
            drafts.fault("map.shape", at, ("空的多边形", "an empty polygon"), "Polygon")
            continue
        for ring in polygon:
            _ring(drafts, ring, at)


def _ring(drafts: Drafts, ring: Any, at: At) -> None:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        drafts.fault("map.ring", at)
        return
    for position in ring[:_MAX_POSITIONS]:
        if not isinstance(position, list) or len(position) != 2 or not all(isinstance(one, (int, Decimal)) and not isinstance(one, bool) for one in position):
            drafts.fault("map.shape", at, str(position)[:60], ("[经度, 纬度]", "[longitude, latitude]"))
            return
        if not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
            drafts.fault("map.place", at, f"{position[0]}, {position[1]}", ("经度 ±180、纬度 ±90", "longitude ±180, latitude ±90"))
            return
