"""Django's card of the app `audit` (floor 2, facts)."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "manyuan.facts.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
