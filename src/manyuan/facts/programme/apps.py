"""Django's card of the app `programme` (floor 2, facts)."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "manyuan.facts.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"
