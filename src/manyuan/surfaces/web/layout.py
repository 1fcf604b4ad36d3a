"""What every page has: who is here, the menu for their role, the language switch, and the marks that must be shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.programme.rights import is_insider
from manyuan.work.notices.queries import unread_count


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu: a page, or a head with pages under it; `is_here` when the page shown lies under it."""

    title: str
    url: str
    is_here: bool
    under: tuple[MenuItem, ...] = ()


@dataclass(frozen=True)
class _Entry:
    """A page of the menu. name: of its address; stems: how the names of the pages under it begin; shown: to whom."""

    name: str
    title: str
    stems: tuple[str, ...]
    shown: bool


def _menu(request: HttpRequest) -> SafeString:
    """The menu as markup."""
    match = getattr(request, "resolver_match", None)
    area = getattr(match, "url_name", "") or ""
    who = getattr(request, "actor", None)
    role = who.role if who is not None else Role.PUBLIC
    return _markup(area, role, who is not None and is_insider(who), who is not None and who.sees_all, get_language() or "", get_script_prefix())


@lru_cache(maxsize=2048)
def _markup(area: str, role: Role, insider: bool, city: bool, language: str, prefix: str) -> SafeString:
    """The same for all such readers on all pages of one name, so written once."""
    items = _items(area, _of_role(role, insider, city, language, prefix))
    return render_to_string("web/components/menu.html", {"menu": items})


def _items(area: str, heads: _Shown) -> list[MenuItem]:
    out: list[MenuItem] = []
    for title, entries in heads:
        items = tuple(MenuItem(name, url, area == page or any(area.startswith(stem) for stem in stems)) for page, name, url, stems in entries)
        if len(items) == 1:
            out.append(items[0])
        elif items:
            out.append(MenuItem(title, "", any(one.is_here for one in items), items))
    return out


_Shown = tuple[tuple[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]], ...]


@lru_cache(maxsize=64)
def _of_role(role: Role, insider: bool, city: bool, language: str, prefix: str) -> _Shown:
    """(head, (page, title, address, stems) …) of what such readers see: the same on every page, so worked out once."""
    heads = _heads(role, insider, city)
    return tuple((title, tuple((one.name, one.title, reverse(f"web:{one.name}"), one.stems) for one in entries if one.shown)) for title, entries in heads)


def _heads(role: Role, insider: bool, city: bool) -> list[tuple[str, list[_Entry]]]:
    """The heads of the menu with their pages, for such a reader."""
    member = role is not Role.PUBLIC
    firm = role is Role.ENTERPRISE
    keeper = city or role is Role.COMMITTEE
    paid = role in (Role.COMMITTEE, Role.COMPANY, Role.ENTERPRISE)
    return [
        ("", [_Entry("home", gettext("Overview"), (), member), _Entry("public", gettext("Overview"), (), not member)]),
        ("", [_Entry("cases", gettext("To do"), ("case",), member and not firm)]),
        (
            gettext("Programme"),
            [
                _Entry("goals", gettext("Goals"), ("goal",), insider),
                _Entry("commitments", gettext("Commitments"), ("commitment",), insider),
                _Entry("indicators", gettext("Indicators"), ("indicator",), insider),
                _Entry("quality", gettext("Data quality"), ("quality",), insider),
            ],
        ),
        (
            pgettext("menu head", "Parks"),
            [
                _Entry("parks", gettext("Parks"), ("park",), insider),
                _Entry("enterprises", gettext("Enterprises"), ("enterprise",), member),
                _Entry("tiers", gettext("Tiers of enterprises"), ("tier", "growth", "pool"), insider or firm),
                _Entry("plans", gettext("One firm, one plan"), ("plan",), insider or firm),
                _Entry("anchors", gettext("Anchor enterprises"), ("anchor",), insider),
                _Entry("per_mu_runs", gettext("Output per mu"), ("per_mu",), True),
                _Entry("titles", gettext("Titles of enterprises"), ("title",), keeper),
                _Entry("organisations", gettext("Organisations"), ("organisation",), keeper),
                _Entry("people", gettext("People"), ("person",), keeper),
            ],
        ),
        ("", [_Entry("filings", gettext("Filings"), ("filing", "upload", "period", "template"), member)]),
        (
            pgettext("menu head", "Policies"),
            [
                _Entry("policies", gettext("Policies"), ("policy", "entitlement", "mine", "what_if", "facts", "why"), member),
                _Entry("policy_applications", gettext("Policy applications"), (), member and not firm),
                _Entry("money", gettext("Funds"), ("fund", "batch"), city),
                _Entry("claims", gettext("Payments"), ("claim", "account", "park_account"), paid),
            ],
        ),
        (
            gettext("Services"),
            [
                _Entry("demands", gettext("Demands"), ("demand", "common", "topic_bod", *(("case",) if firm else ())), member),
                _Entry("visits", gettext("Visits"), ("visit", "space"), insider),
                _Entry("visit_list", gettext("Visits"), ("visit",), member and not insider),
                _Entry("officers", gettext("Officers"), ("officer",), insider),
                _Entry("meetings", gettext("Meetings"), ("meeting",), member),
                _Entry("calendar", gettext("Calendar"), (), member),
                _Entry("working_days", gettext("Working-day calendar"), ("holiday",), insider),
                _Entry("outreach_list", gettext("Information campaigns"), ("outreach",), member),
                _Entry("supply", gettext("Supply and demand"), ("supply",), member),
            ],
        ),
        (
            gettext("Matters"),
            [
                _Entry("matters", gettext("Catalogue of matters"), ("matter",), True),
                _Entry("applications", gettext("Applications"), ("application",), member),
                _Entry("mandates", gettext("Agents"), ("mandate",), member),
                _Entry("powers", gettext("Delegated powers"), ("power",), insider),
                _Entry("duties", gettext("Committee and company"), ("dut",), insider),
                _Entry("reforms", gettext("Reform items"), ("reform",), insider),
            ],
        ),
        (
            gettext("Environment"),
            [
                _Entry("scorecards", gettext("Scorecards"), ("scorecard",), insider),
                _Entry("scorecards_published", gettext("Published scorecards"), (), True),
                _Entry("surveys", gettext("Surveys"), ("survey",), city),
            ],
        ),
        ("", [_Entry("raise_choose", gettext("Say what is wrong"), ("raise",), not member)]),
        ("", [_Entry("public_lists", gettext("Public lists"), ("public_list",), not member)]),
        ("", [_Entry("rules", gettext("Standard rule sets"), ("rule",), not member)]),
    ]


def context(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    return {
        "menu": _menu(request) if hasattr(request, "user") else "",
        "demo": settings.DEMO,
        "unread_notices": unread_count(who) if (who := getattr(request, "actor", None)) is not None and who.id is not None else 0,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
        "is_chinese": (get_language() or "zh").startswith("zh"),
    }
