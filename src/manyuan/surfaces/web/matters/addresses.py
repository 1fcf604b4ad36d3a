"""Addresses of the pages of matters."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.matters import application_pages, catalogue_pages, mandate_pages, register_pages

urlpatterns: list[URLPattern] = [
    path("matters/", catalogue_pages.catalogue, name="matters"),
    path("matters/<str:code>/", catalogue_pages.matter, name="matter"),
    path("matters/<str:code>/apply/", catalogue_pages.apply, name="matter_apply"),
    path("applications/", application_pages.application_list, name="applications"),
    path("applications/<str:number>/", application_pages.application, name="application"),
    path("applications/<str:number>/act/", application_pages.application_act, name="application_act"),
    path("mandates/", mandate_pages.mandates, name="mandates"),
    path("mandates/<int:pk>/revoke/", mandate_pages.mandate_revoke, name="mandate_revoke"),
    path("powers/", register_pages.power_list, name="powers"),
    path("powers/act/", register_pages.power_act, name="power_act"),
    path("duties/", register_pages.duty_matrix, name="duties"),
    path("duties/act/", register_pages.duty_act, name="duty_act"),
    path("reforms/", register_pages.reform_list, name="reforms"),
    path("reforms/<str:code>/act/", register_pages.reform_act, name="reform_act"),
]
