"""Django's card of the app `demands` (floor 3, work)."""

from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "manyuan.work.demands"
    label = "demands"
    default_auto_field = "django.db.models.BigAutoField"
