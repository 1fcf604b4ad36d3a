"""Django's card of the app `notices` (floor 3, work)."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "manyuan.work.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
