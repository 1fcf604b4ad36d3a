"""A change of parks as programs and the command line order it: parks, districts and firms by code; read into the act that does it.

Nothing is done here: the act is rehearsed or carried out by `rehearsing`. The pages read their forms themselves, into the same acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises import park_changes
from manyuan.facts.enterprises.errors import ReasonMissing
from manyuan.facts.enterprises.rehearsing import Act
from manyuan.facts.enterprises.sharing_out import Share, share_out
from manyuan.facts.parks import services
from manyuan.facts.parks.errors import UnknownPark, WrongValue
from manyuan.facts.parks.models import District, Park
from manyuan.facts.parks.services import NewDirection, NewPark


@dataclass(frozen=True)
class Order:
    """Who orders a change, when it takes effect, and why. Raises ReasonMissing."""

    effective_on: date
    reason: str
    by: Actor
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ReasonMissing()

    @property
    def _common(self) -> dict[str, Any]:
        return {"effective_on": self.effective_on, "reason": self.reason.strip(), "by": self.by, "now": self.now}

    def found(self, *, new: NewPark, parent: str | None, district: str | None) -> Act:
        """A new park, under another (by code) or at the top; district: its adcode. Raises UnknownPark, WrongValue."""
        above = open_park(parent, gettext_noop("Under")) if parent else None
        seat = District.objects.filter(adcode=district).first() if district else None
        if district and seat is None:
            expected = ", ".join(District.objects.order_by("adcode").values_list("adcode", flat=True)) or "–"
            raise WrongValue(field=gettext_noop("District"), found=district[:40], expected=expected)
        return lambda: services.found_park(
            new=new, opened_on=self.effective_on, source="given", mark="reported", by=self.by, now=self.now, parent=above,
            district_id=seat.pk if seat else None, reason=self.reason.strip(),
        )  # fmt: skip

    def rename(self, *, park: Park, name_zh: str, name_en: str) -> Act:
        """A new name; without an English one the Chinese stands for both."""
        return lambda: services.rename_park(park=park, name_zh=name_zh, name_en=name_en.strip() or name_zh, **self._common)

    def move(self, *, park: Park, parent: str | None) -> Act:
        """Another park above (by code), or none."""
        above = open_park(parent, gettext_noop("Under")) if parent else None
        return lambda: services.move_park(park=park, parent=above, **self._common)

    def redraw(self, *, park: Park, geometry: Mapping[str, Any] | None, area_m2: Decimal | None, point: tuple[Decimal, Decimal] | None) -> Act:
        """An outline, a point, an area; at least one of them. Raises WrongValue."""
        if geometry is None and area_m2 is None and point is None:
            raise WrongValue(field=gettext_noop("Boundary"), found="–", expected=gettext_noop("an outline, a point or an area"))
        return lambda: services.set_boundary(park=park, geometry=geometry, area_m2=area_m2, point=point, **self._common)

    def direct(self, *, park: Park, directions: Sequence[NewDirection]) -> Act:
        """The whole list of primary directions."""
        return lambda: services.set_directions(
            park=park, directions=directions, effective_on=self.effective_on, by=self.by, now=self.now, source=self.reason.strip()[:60]
        )

    def close(self, *, park: Park) -> Act:
        """Closed for good, without a successor."""
        return lambda: park_changes.close_park(park=park, **self._common)

    def merge(self, *, sources: Sequence[str], into: str | NewPark) -> Act:
        """Several parks (by code) into one that exists (by code) or a new one. Raises UnknownPark."""
        old = [open_park(code, gettext_noop("Parks that merge")) for code in sources]
        target = into if isinstance(into, NewPark) else open_park(into, gettext_noop("Into an existing park"))
        return lambda: park_changes.merge_parks(sources=old, into=target, **self._common)

    def split(self, *, park: Park, into: Sequence[NewPark], shares: Sequence[Share], rest: str | None, keep: bool, children: Mapping[str, str]) -> Act:
        """New parks out of one. shares: who goes where; rest: code of the new park for those named nowhere; children: parks below to new ones."""

        def act() -> Any:
            tenants = share_out(park=park, shares=shares, rest=rest)
            return park_changes.split_park(park=park, into=into, tenants=tenants, keep=keep, children=children, **self._common)

        return act


def open_park(code: str, field: str) -> Park:
    """An open park by its code. field: as an English msgid, for what to look at. Raises UnknownPark."""
    found = Park.objects.filter(code=code, closed_on=None).first()
    if found is None:
        raise UnknownPark(field=field, found=code[:40])
    return found
