"""Django's card of the app `cases` (floor 3, work)."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "manyuan.work.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
