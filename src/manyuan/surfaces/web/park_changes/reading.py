"""A form of a park change read into the act that it asks for; nothing is done here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises import park_changes
from manyuan.facts.enterprises.errors import ReasonMissing
from manyuan.facts.enterprises.sharing_out import Share, share_out
from manyuan.facts.parks import services
from manyuan.facts.parks.geometry import read_geometry
from manyuan.facts.parks.models import District, Park
from manyuan.facts.parks.services import NewDirection, NewPark
from manyuan.surfaces.web.administration.asking import day_of, number_of
from manyuan.surfaces.web.administration.errors import UnknownChoice

MOST_NEW = 5
Act = Callable[[], Any]


@dataclass(frozen=True)
class Asked:
    """Who asks for a change, of which park (None for a new one or a merge), with what typed into the form, and when."""

    park: Park | None
    post: QueryDict
    by: Actor
    now: datetime
    today: date

    def text(self, name: str) -> str:
        return str(self.post.get(name, "")).strip()

    @property
    def on(self) -> date:
        return day_of(self.text("effective_on"), gettext("Effective on"), self.today) or self.today

    @property
    def reason(self) -> str:
        found = self.text("reason")
        if not found:
            raise ReasonMissing()
        return found

    @property
    def common(self) -> dict[str, Any]:
        return {"effective_on": self.on, "reason": self.reason, "by": self.by, "now": self.now}

    @property
    def one(self) -> Park:
        if self.park is None:
            raise ValueError("this change is of one park")
        return self.park


def found_park(asked: Asked) -> Act:
    """A new park, under another or at the top."""
    parent = _open_park(asked.text("parent"), gettext("Under"))
    district = District.objects.filter(adcode=asked.text("district")).first()
    new = _new(asked.text("code"), asked.text("name_zh"), asked.text("name_en"), asked.text("level"), asked.text("kind"))
    on, reason = asked.on, asked.reason
    return lambda: services.found_park(
        new=new, opened_on=on, source="given", mark="reported", by=asked.by, now=asked.now, parent=parent, district_id=district.pk if district else None, reason=reason
    )  # fmt: skip


def rename(asked: Asked) -> Act:
    """A new name."""
    name_zh = asked.text("name_zh")
    given = {**asked.common, "name_zh": name_zh, "name_en": asked.text("name_en") or name_zh}
    return lambda: services.rename_park(park=asked.one, **given)


def move(asked: Asked) -> Act:
    """Another park above, or none."""
    parent, given = _open_park(asked.text("parent"), gettext("Under")), asked.common
    return lambda: services.move_park(park=asked.one, parent=parent, **given)


def boundary(asked: Asked) -> Act:
    """An outline as GeoJSON, or a point; an area."""
    geometry = read_geometry(asked.text("geometry"))
    area = number_of(asked.text("area"), gettext("Area"))
    unit = {"m2": Decimal(1), "mu": Decimal(10000) / 15, "hm2": Decimal(10_000), "km2": Decimal(1_000_000)}.get(asked.text("area_unit"), Decimal(1))
    longitude, latitude = number_of(asked.text("longitude"), gettext("Longitude")), number_of(asked.text("latitude"), gettext("Latitude"))
    point = (round(longitude, 6), round(latitude, 6)) if longitude is not None and latitude is not None else None
    if geometry is None and area is None and point is None:
        raise UnknownChoice(field=gettext("An outline, a point or an area"), found="-")
    area_m2 = None if area is None else round(area * unit, 2)
    given = asked.common
    return lambda: services.set_boundary(park=asked.one, geometry=geometry, area_m2=area_m2, point=point, **given)


def directions(asked: Asked) -> Act:
    """The primary directions, one a line of the form; empty lines are left out."""
    lists = [asked.post.getlist(name) for name in ("direction_code", "direction_zh", "direction_en", "direction_industries")]
    wanted = []
    for code, zh, en, industries in zip(*lists, strict=False):
        if zh.strip():
            wanted.append(NewDirection(code.strip()[:40] or zh.strip()[:40], zh.strip()[:80], (en.strip() or zh.strip())[:120], codes_of(industries)))
    on = asked.on
    return lambda: services.set_directions(park=asked.one, directions=wanted, effective_on=on, by=asked.by, now=asked.now, source=asked.text("reason")[:60])


def close(asked: Asked) -> Act:
    """Closed for good, without a successor."""
    given = asked.common
    return lambda: park_changes.close_park(park=asked.one, **given)


def merge(asked: Asked) -> Act:
    """Several parks into one of them, another, or a new one."""
    open_parks = Park.objects.filter(closed_on=None)
    into: Park | NewPark | None = _open_park(asked.text("into"), gettext("Into an existing park"))
    if into is None:
        into = _new(asked.text("new_code"), asked.text("new_name_zh"), asked.text("new_name_en"), "", "")
    sources = [one for one in open_parks.filter(code__in=asked.post.getlist("sources")).order_by("code") if not isinstance(into, Park) or one.pk != into.pk]
    given = asked.common
    return lambda: park_changes.merge_parks(sources=sources, into=into, **given)


def split(asked: Asked) -> Act:
    """New parks out of one: who goes where by name, by industry, and the rest."""
    lists = [asked.post.getlist(name) for name in ("new_code", "new_zh", "new_en", "new_industries", "new_firms")]
    rows = [row for row in zip(*lists, strict=False) if row[0].strip() or row[1].strip()][:MOST_NEW]
    new = [_new(code, zh, en, "", "") for code, zh, en, _, _ in rows]
    keep = asked.text("keep") == "yes"
    chosen = {name.removeprefix("goes-"): asked.text(name) for name in asked.post if name.startswith("goes-")}
    shares = []
    for one, (_, _, _, industries, firms) in zip(new, rows, strict=True):
        listed = [text for text in lines_of(firms) if text not in chosen]
        shares.append(Share(one.code, codes_of(industries), (*listed, *(uscc for uscc, code in chosen.items() if code == one.code))))
    rest = _nth(new, asked.text("rest"))
    children = {name.removeprefix("child-"): code for name in asked.post if name.startswith("child-") and (code := _nth(new, asked.text(name)))}
    given = asked.common
    stay = {uscc for uscc, code in chosen.items() if code == ""} if keep else set()

    def act() -> Any:
        tenants = share_out(park=asked.one, shares=shares, rest=rest)
        if stay:
            ids = set(asked.one.tenancies.filter(valid_to=None, superseded_at=None, enterprise__uscc__in=stay).values_list("enterprise_id", flat=True))
            tenants = {firm: code for firm, code in tenants.items() if firm not in ids}
        return park_changes.split_park(park=asked.one, into=new, tenants=tenants, keep=keep, children=children, **given)

    return act


def codes_of(text: str) -> tuple[str, ...]:
    """Codes of industries, with commas, spaces or lines between them."""
    for sign in "，、;；\r\n\t":
        text = text.replace(sign, ",")
    return tuple(dict.fromkeys(part.strip().upper() for part in text.replace(" ", ",").split(",") if part.strip()))


def lines_of(text: str) -> list[str]:
    """Credit codes or names, one a line (or with commas); a code in any case."""
    parts = [part.strip() for part in text.replace("，", "\n").replace(",", "\n").splitlines()]
    return list(dict.fromkeys(part.upper() if part.isascii() else part for part in parts if part))


def _nth(new: list[NewPark], text: str) -> str | None:
    return new[int(text) - 1].code if text in {str(at) for at in range(1, len(new) + 1)} else None


def _new(code: str, name_zh: str, name_en: str, level: str, kind: str) -> NewPark:
    level = level if level in Park.Level.values else Park.Level.UNKNOWN
    kind = kind if kind in Park.Kind.values else Park.Kind.PARK
    return NewPark(code.strip().lower(), name_zh.strip(), name_en.strip() or name_zh.strip(), level, kind)


def _open_park(code: str, title: str) -> Park | None:
    if not code:
        return None
    found = Park.objects.filter(code=code, closed_on=None).first()
    if found is None:
        raise UnknownChoice(field=title, found=code[:40])
    return found
