"""Addresses of the pages. Each area brings its own list."""

from django.urls import URLPattern, path

from manyuan.surfaces.web import language, pages

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("rules/", pages.rules, name="rules"),
    path("rules/<str:code>/", pages.rule, name="rule"),
    path("language/", language.choose, name="language"),
]
