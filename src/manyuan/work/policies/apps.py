"""Django's card of the app `policies` (floor 3, work)."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "manyuan.work.policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"
