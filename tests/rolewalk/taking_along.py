"""What every page owes its reader: each table can be taken along as xlsx, each chart has its figures as a table and can be saved as a picture."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NO_DATA = {
    "preview": "what a form or file would do, before it is done; the file itself or the record afterwards is what is taken along",
    "form": "cells to type into, or the check of what was typed",
    "secret": "codes shown once, to be printed and handed over",
}
WAYS = {"data-list": "export={}", "data-exported": "export={}", "data-export": "export=t-{}"}  # how a table says where its export is


def faults(page: str) -> list[str]:
    """Tables of the page without an export, and charts without a table or a picture."""
    reader = _Reader()
    reader.feed(page)
    return reader.faults()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[dict[str, str | None]] = []
        self.charts: list[str] = []
        self.links: list[str] = []
        self.pictures: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.tables.append(given)
        if "data-chart" in given:
            self.charts.append(given.get("id") or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.pictures.add(given.get("data-chart-picture") or "")

    def faults(self) -> list[str]:
        out = [said for table in self.tables if (said := self._table(table))]
        behind = {table.get("data-export") for table in self.tables}
        for chart in self.charts:
            out += [f"{chart}: no table behind it"] if chart not in behind else []
            out += [f"{chart}: cannot be saved as a picture"] if chart not in self.pictures else []
        return out

    def _table(self, given: dict[str, str | None]) -> str:
        if "data-no-export" in given:
            return "" if given["data-no-export"] in NO_DATA else f"a table says data-no-export={given['data-no-export']}, which is no reason"
        for mark, way in WAYS.items():
            if mark in given:
                wanted = re.compile(rf"[?&]{re.escape(way.format(given[mark]))}(&|$)")
                return "" if any(wanted.search(link) for link in self.links) else f"the table {mark}={given[mark]} has no link {way.format(given[mark])}"
        return f"a table {given} says nothing of its export"
