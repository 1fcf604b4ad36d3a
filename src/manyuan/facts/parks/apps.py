"""Django's card of the app `parks` (floor 2, facts)."""

from django.apps import AppConfig


class ParksConfig(AppConfig):
    name = "manyuan.facts.parks"
    label = "parks"
    default_auto_field = "django.db.models.BigAutoField"
