"""Finding cases by words, pinyin initials and numbers: terms are kept with the case, and the database's own full-text index finds them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from manyuan.engines.matching.words import query_terms, search_terms
from manyuan.work.cases.models import Case

MOST = 500
"""Cases that a search looks at, the newest first."""


def terms_of(case: Case) -> list[str]:
    """What a case is found by beside its number: title, text, the enterprise's name, who raised it."""
    return search_terms("\n".join([case.title, case.text[:4_000], case.enterprise.name if case.enterprise else "", case.reporter_label]))


def with_number(number: str, terms: list[str]) -> str:
    """All terms of a case, each once, as they are kept."""
    return " ".join(dict.fromkeys([*search_terms(number), *terms]))


def search(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Those of the rows that hold every term of the text; nothing found where nothing can be asked."""
    exact = rows.filter(number__iexact=text.strip())
    asked = query_terms(text)
    if not asked:
        return exact if text.strip() else rows
    if connection.vendor == "postgresql":
        # one array, not five hundred values, each of which would be written out anew for every statement
        return rows.filter(RawSQL("cases_case.id = ANY(%s)", (_newest(asked),), output_field=BooleanField()))
    wanted = " ".join('"' + term.replace('"', "") + '"' for term in asked)
    return rows.filter(pk__in=RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s ORDER BY rowid DESC LIMIT %s", (wanted, MOST)))


_STRETCHES = (("a", 13), ("b", 15), ("c", 17), ("d", 19))
"""Stretches of keys by which cases are indexed beside their terms: of 2 to that power cases each."""
_PARTS = ", ".join(f"'#{letter}' || ((id >> {bits})::text)" for letter, bits in _STRETCHES)
_INDEXED = f"(string_to_array(terms, ' ') || ARRAY[{_PARTS}])"


def _newest(asked: list[str]) -> list[int]:
    """The newest cases that hold every term. A common word stands in a hundred thousand of them: so first the last two stretches of keys are looked
    through, then ever longer ones until there are enough; a rare word is soon looked up everywhere."""
    found: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM cases_case")
        top = cursor.fetchone()[0] or 0
        for letter, bits in _STRETCHES:
            last = top >> bits
            found = _holding(cursor, [[*asked, f"#{letter}{last}"], [*asked, f"#{letter}{last - 1}"]])
            if len(found) == MOST or last <= 1:  # enough, or these two are all there are
                return found
        return _holding(cursor, [asked])


def _holding(cursor: Any, either: list[list[str]]) -> list[int]:
    where = " OR ".join(f"{_INDEXED} @> %s" for _ in either)
    # materialised: else the planner may walk all cases from the newest on
    cursor.execute(f"WITH found AS MATERIALIZED (SELECT id FROM cases_case WHERE {where}) SELECT id FROM found ORDER BY id DESC LIMIT {MOST}", either)  # noqa: S608
    return [row[0] for row in cursor.fetchall()]
