"""Addresses of applications."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.assessing import pages

urlpatterns: list[URLPattern] = [
    path("applications/", pages.application_list, name="applications"),
    path("applications/<int:pk>/", pages.application, name="application"),
    path("applications/<int:pk>/act/", pages.application_act, name="application_act"),
    path("applications/papers/<int:pk>/", pages.paper, name="application_paper"),
    path("entitlements/<int:pk>/papers/", pages.papers, name="entitlement_papers"),
]
