"""Django's card of the app `matters` (floor 3, work)."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "manyuan.work.matters"
    label = "matters"
    default_auto_field = "django.db.models.BigAutoField"
