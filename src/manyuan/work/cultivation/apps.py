"""Django's card of the app `cultivation` (floor 3, work)."""

from django.apps import AppConfig


class CultivationConfig(AppConfig):
    name = "manyuan.work.cultivation"
    label = "cultivation"
    default_auto_field = "django.db.models.BigAutoField"
