"""Django's card of the app `scanning` (floor 2, facts)."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "manyuan.facts.scanning"
    label = "scanning"
