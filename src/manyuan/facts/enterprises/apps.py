"""Django's card of the app `enterprises` (floor 2, facts)."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "manyuan.facts.enterprises"
    label = "enterprises"
    default_auto_field = "django.db.models.BigAutoField"
