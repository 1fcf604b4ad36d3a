"""Django's card of the app `evaluation` (floor 3, work)."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "manyuan.work.evaluation"
    label = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"
