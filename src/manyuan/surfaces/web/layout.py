"""What every page has: who is here, the menu for their role, the language switch, and the marks that must be shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu; `is_here` when the page shown lies under it."""

    title: str
    url: str
    is_here: bool


def _menu(request: HttpRequest) -> list[MenuItem]:
    match = getattr(request, "resolver_match", None)
    area = getattr(match, "url_name", "") or ""
    items = [("home", gettext("Overview"), ("home",)), ("rules", gettext("Standard rule sets"), ("rule",))]
    out = []
    for name, title, areas in items:
        try:
            url = reverse(f"web:{name}")
        except NoReverseMatch:
            continue
        here = area == name or any(area.startswith(stem) for stem in areas)
        out.append(MenuItem(title, url, here))
    return out


def context(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    return {
        "menu": _menu(request) if hasattr(request, "user") else [],
        "demo": settings.DEMO,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
        "is_chinese": (get_language() or "zh").startswith("zh"),
    }
