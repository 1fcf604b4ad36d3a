"""Django's card of the app `meetings` (floor 3, work)."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "manyuan.work.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"
