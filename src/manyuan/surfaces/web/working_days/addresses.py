"""Addresses of the pages of the working-day calendar."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.working_days import pages

urlpatterns: list[URLPattern] = [
    path("working-days/", pages.working_days, name="working_days"),
    path("working-days/<int:year>/template/", pages.holiday_template, name="holiday_template"),
]
