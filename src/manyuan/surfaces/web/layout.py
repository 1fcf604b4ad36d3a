"""What every page has: who is here, the menu for their role, the language switch, and the marks that must be shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.programme.rights import is_insider
from manyuan.work.notices.queries import unread_count


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu; `is_here` when the page shown lies under it."""

    title: str
    url: str
    is_here: bool


def _menu(request: HttpRequest) -> list[MenuItem]:
    match = getattr(request, "resolver_match", None)
    area = getattr(match, "url_name", "") or ""
    who = getattr(request, "actor", None)
    insider = who is not None and is_insider(who)
    member = who is not None and who.role is not Role.PUBLIC
    items: list[tuple[str, str, tuple[str, ...], bool]] = [
        ("home", gettext("Overview"), (), member),
        ("public", gettext("Overview"), (), not member),
        ("goals", gettext("Goals"), ("goal",), insider),
        ("commitments", gettext("Commitments"), ("commitment",), insider),
        ("parks", gettext("Parks"), ("park",), insider),
        ("enterprises", gettext("Enterprises"), ("enterprise",), member),
        ("filings", gettext("Filings"), ("filing", "upload", "period"), member),
        ("policies", gettext("Policies"), ("policy", "entitlement", "mine", "what_if", "facts"), member),
        ("money", gettext("Funds"), ("fund", "batch", "claim", "account"), who is not None and who.sees_all),
        (
            "claims",
            gettext("Payments"),
            ("claim", "account", "park_account"),
            member and who is not None and who.role in (Role.COMMITTEE, Role.COMPANY, Role.ENTERPRISE),
        ),
        ("indicators", gettext("Indicators"), ("indicator",), insider),
        ("quality", gettext("Data quality"), (), insider),
        ("public_lists", gettext("Public lists"), ("public_list",), not member),
        ("rules", gettext("Standard rule sets"), ("rule",), not member),
    ]
    return [
        MenuItem(title, reverse(f"web:{name}"), area == name or any(area.startswith(stem) for stem in stems)) for name, title, stems, shown in items if shown
    ]


def context(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    return {
        "menu": _menu(request) if hasattr(request, "user") else [],
        "demo": settings.DEMO,
        "unread_notices": unread_count(who) if (who := getattr(request, "actor", None)) is not None and who.id is not None else 0,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
        "is_chinese": (get_language() or "zh").startswith("zh"),
    }
