"""Django's card of the app `accounts` (floor 2, facts)."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "manyuan.facts.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
