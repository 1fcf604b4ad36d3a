"""Addresses of the pages. Each area brings its own list."""

from django.urls import URLPattern, path

from manyuan.surfaces.web import language

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("language/", language.choose, name="language"),
]
