"""Addresses of the pages of park changes."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.park_changes import pages

urlpatterns: list[URLPattern] = [
    path("parks/new/", pages.park_new, name="park_new"),
    path("parks/merge/", pages.merge, name="park_merge"),
    path("parks/<str:code>/change/<str:kind>/", pages.change, name="park_change"),
    path("parks/<str:code>/directions/", pages.directions, name="park_directions"),
]
