"""Django's card of the web surface (floor 4)."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "manyuan.surfaces.web"
    label = "web"
