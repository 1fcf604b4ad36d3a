"""Django's card of the app `factsheet` (floor 2, facts)."""

from django.apps import AppConfig


class FactsheetConfig(AppConfig):
    name = "manyuan.facts.factsheet"
    label = "factsheet"
    default_auto_field = "django.db.models.BigAutoField"
