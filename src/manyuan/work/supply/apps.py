"""Django's card of the app `supply` (floor 3, work)."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    name = "manyuan.work.supply"
    label = "supply"
    default_auto_field = "django.db.models.BigAutoField"
