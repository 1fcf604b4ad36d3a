"""Django's card of the app `filings` (floor 2, facts)."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "manyuan.facts.filings"
    label = "filings"
    default_auto_field = "django.db.models.BigAutoField"
