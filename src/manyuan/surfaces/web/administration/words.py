"""How organisations are called by kind."""

from __future__ import annotations

from django.utils.translation import gettext


def body_kind(code: str) -> str:
    """The kind of an organisation."""
    return {
        "city": gettext("City department"),
        "committee": gettext("Park committee"),
        "company": gettext("Park company"),
        "enterprise": gettext("Enterprise"),
        "institute": gettext("Institute or service body"),
        "public": gettext("The public"),
    }[code]
