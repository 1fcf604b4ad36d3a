"""Django's card of the app `visits` (floor 3, work)."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "manyuan.work.visits"
    label = "visits"
    default_auto_field = "django.db.models.BigAutoField"
