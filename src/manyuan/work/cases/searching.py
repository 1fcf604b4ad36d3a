"""Finding cases by words, pinyin initials and numbers: terms are kept with the case, and the database's own full-text index finds them."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from manyuan.engines.matching.words import query_terms, search_terms
from manyuan.work.cases.models import Case

MOST = 500
"""Cases that a search looks at, the newest first."""


def terms_of(case: Case) -> str:
    """What a case is found by: number, title, text, the enterprise's name."""
    parts = [case.number, case.title, case.text[:4_000], case.enterprise.name if case.enterprise else "", case.reporter_label]
    return " ".join(dict.fromkeys(search_terms("\n".join(parts))))


def search(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Those of the rows that hold every term of the text; nothing found where nothing can be asked."""
    exact = rows.filter(number__iexact=text.strip())
    asked = query_terms(text)
    if not asked:
        return exact if text.strip() else rows
    if connection.vendor == "postgresql":
        found = RawSQL("SELECT id FROM cases_case WHERE string_to_array(terms, ' ') @> %s ORDER BY id DESC LIMIT %s", (asked, MOST))
    else:
        wanted = " ".join('"' + term.replace('"', "") + '"' for term in asked)
        found = RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s ORDER BY rowid DESC LIMIT %s", (wanted, MOST))
    return rows.filter(pk__in=found)
