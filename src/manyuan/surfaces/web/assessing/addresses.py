"""Addresses of applications."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.assessing import pages

urlpatterns: list[URLPattern] = [
    path("policies-applied/", pages.application_list, name="policy_applications"),
    path("policies-applied/<int:pk>/", pages.application, name="policy_application"),
    path("policies-applied/<int:pk>/act/", pages.application_act, name="policy_application_act"),
    path("policies-applied/papers/<int:pk>/", pages.paper, name="policy_paper"),
    path("entitlements/<int:pk>/papers/", pages.papers, name="entitlement_papers"),
]
