"""The records behind a figure as a table, by their kind, each with a link to its own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext

from manyuan.surfaces.web import figures, policy_words, words
from manyuan.surfaces.web.acting import language
from manyuan.surfaces.web.tables import Column, Table
from manyuan.surfaces.web.templatetags.manyuan import status


def table(kind: str, rows: QuerySet[Any]) -> Table:
    """Those that bring the figure down come first."""
    return _TABLES[kind](rows)


def link(name: str, *args: object) -> str | None:
    """The address of a page; None where this deployment has no such page."""
    try:
        return reverse(f"web:{name}", args=args)
    except NoReverseMatch:
        return None


def _entitlements(rows: QuerySet[Any]) -> Table:
    lang = language()
    return Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda e: e.enterprise.name, url=lambda e: link("entitlement", e.pk), wrap=True),
            Column("policy", gettext("Policy"), lambda e: e.version.name(lang), wrap=True),
            Column("state", gettext("State"), lambda e: policy_words.state(e.state)[1], cell=lambda e: status(*policy_words.state(e.state))),
            Column("promised", gettext("Promised for"), lambda e: e.promised_on),
            Column("changed", gettext("Last step"), lambda e: e.changed_at.date()),
        ],
        rows.select_related("enterprise", "version__policy"),
        search_fields=("enterprise__name", "enterprise__uscc"),
    )


def _filings(rows: QuerySet[Any]) -> Table:
    return Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda f: f.enterprise.name, url=lambda f: link("filing", f.pk), wrap=True),
            Column("form", gettext("Form"), lambda f: figures.pick(f.form), wrap=True),
            Column("period", gettext("Period"), lambda f: words.period(f.period)),
            Column("due", gettext("Due"), lambda f: f.due_on),
            Column("state", gettext("Timeliness"), lambda f: _timely(f)[1], cell=lambda f: status(*_timely(f))),
        ],
        rows,
        search_fields=("enterprise__name", "enterprise__uscc"),
    )


def _timely(filing: Any) -> tuple[str, str]:
    return words.due_state("in-time" if filing.in_time else "overdue" if filing.in_time is None else "late")


def _cases(rows: QuerySet[Any]) -> Table:
    phases = {
        "new": ("risk", pgettext("record", "Waiting")),
        "open": ("accent", pgettext("record", "In hand")),
        "answered": ("accent", pgettext("record", "Answered")),
        "closed": ("good", pgettext("record", "Closed")),
    }
    return Table(
        "",
        [
            Column("number", pgettext("record", "Number"), lambda c: c.number, url=lambda c: link("case", c.number), nowrap=True),
            Column("title", gettext("What it is about"), lambda c: c.title, wrap=True),
            Column("enterprise", gettext("Enterprise"), lambda c: c.enterprise.name if c.enterprise else None, wrap=True),
            Column("park", gettext("Park"), lambda c: figures.pick(c.park) if c.park else None, wrap=True),
            Column("phase", gettext("State"), lambda c: phases[c.phase][1], cell=lambda c: status(*phases[c.phase])),
            Column("opened", pgettext("record", "Received"), lambda c: c.opened_at),
        ],
        rows.select_related("enterprise", "park"),
        search_fields=("number", "title", "enterprise__name"),
    )


def _applications(rows: QuerySet[Any]) -> Table:
    lang = language()
    return Table(
        "",
        [
            Column("number", pgettext("record", "Number"), lambda a: a.number, url=lambda a: link("application", a.number), nowrap=True),
            Column("matter", gettext("Matter"), lambda a: a.version.name(lang), wrap=True),
            Column("enterprise", gettext("Enterprise"), lambda a: a.enterprise.name, wrap=True),
            Column("trips", gettext("Trips"), lambda a: a.trips, unit="count"),
            Column("left", gettext("Steps outside the park"), lambda a: a.left_park, unit="count"),
            Column("due", gettext("Due"), lambda a: a.due_on),
            Column("ended", gettext("Ended"), lambda a: a.ended_at),
        ],
        rows,
        search_fields=("number", "enterprise__name"),
    )


def _visits(rows: QuerySet[Any]) -> Table:
    return Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda v: v.enterprise.name, url=lambda v: link("visit", v.pk), wrap=True),
            Column("officer", gettext("Officer"), lambda v: v.officer.display_name or v.officer.username),
            Column("planned", gettext("Planned for"), lambda v: v.planned_on),
            Column("done", gettext("Made on"), lambda v: v.done_on),
        ],
        rows,
        search_fields=("enterprise__name",),
    )


_TABLES: dict[str, Callable[[QuerySet[Any]], Table]] = {
    "entitlement": _entitlements,
    "filing": _filings,
    "case": _cases,
    "application": _applications,
    "visit": _visits,
}
