"""Django's card of the app `environment` (floor 3, work)."""

from django.apps import AppConfig


class EnvironmentConfig(AppConfig):
    name = "manyuan.work.environment"
    label = "environment"
    default_auto_field = "django.db.models.BigAutoField"
