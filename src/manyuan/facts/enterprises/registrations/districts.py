"""Which district a registration lies in: by its address, else its name, else the division code in its credit code; old names and codes too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from manyuan.facts.parks.models import District

_BEGINNING = r"(?:^|省|市|成都|四川)"


@dataclass(frozen=True)
class Found:
    """The district, and by what: address | name | code. agrees: whether the credit code's division is the same one (None: it names none)."""

    district_id: int
    basis: str
    agrees: bool | None


class Districts:
    """The districts of the city, ready to be looked for in texts."""

    def __init__(self) -> None:
        self._rows = list(District.objects.all())

    @cached_property
    def _full(self) -> dict[str, int]:
        """Full names, today's and former ones."""
        return {name: row.pk for row in self._rows for name in (row.name_zh, *row.former_names)}

    @cached_property
    def _short(self) -> dict[str, int]:
        """Names without 区, 县, 市; only those of two characters or more."""
        out = {}
        for name, pk in self._full.items():
            short = re.sub(r"[区县市]$", "", name)
            if len(short) >= 2:
                out[short] = pk
        return out

    @cached_property
    def _full_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(map(re.escape, self._full), key=len, reverse=True)) or r"(?!)")

    @cached_property
    def _short_pattern(self) -> re.Pattern[str]:
        return re.compile(_BEGINNING + "(" + ("|".join(sorted(map(re.escape, self._short), key=len, reverse=True)) or r"(?!)") + ")")

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {code: row.pk for row in self._rows for code in (row.adcode, *row.former_codes)}

    def of(self, address: str, name: str, uscc: str) -> Found | None:
        """The district of a registration, None when nothing names one."""
        by_code = self._codes.get(uscc[2:8])
        for basis, text in (("address", address), ("name", name)):
            found = self._in(text)
            if found is not None:
                return Found(found, basis, None if by_code is None else by_code == found)
        return None if by_code is None else Found(by_code, "code", True)

    def _in(self, text: str) -> int | None:
        full = self._full_pattern.search(text)
        if full is not None:
            return self._full[full[0]]
        short = self._short_pattern.search(text)
        return self._short[short[1]] if short is not None else None
