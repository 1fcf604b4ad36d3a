"""Django's card of the app `money` (floor 3, work)."""

from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "manyuan.work.money"
    label = "money"
    default_auto_field = "django.db.models.BigAutoField"
