"""Addresses of the pages of supply and demand."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.supply import introduction_pages, pages

urlpatterns: list[URLPattern] = [
    path("supply/", pages.market, name="supply"),
    path("supply/new/", pages.posting_new, name="supply_new"),
    path("supply/template/", pages.posting_template, name="supply_template"),
    path("supply/upload/", pages.posting_upload, name="supply_upload"),
    path("supply/figures/", introduction_pages.figure_page, name="supply_figures"),
    path("supply/introductions/", introduction_pages.introduction_list, name="supply_introductions"),
    path("supply/introductions/<int:pk>/", introduction_pages.introduction, name="supply_introduction"),
    path("supply/introductions/<int:pk>/act/", introduction_pages.introduction_act, name="supply_introduction_act"),
    path("supply/<int:pk>/", pages.posting, name="supply_posting"),
    path("supply/<int:pk>/edit/", pages.posting_edit, name="supply_edit"),
    path("supply/<int:pk>/act/", pages.posting_act, name="supply_act"),
]
