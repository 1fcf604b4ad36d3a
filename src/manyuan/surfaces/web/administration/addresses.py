"""Addresses of the pages of administration."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.administration import enterprise_pages, organisation_pages, people_pages, title_pages, token_pages

urlpatterns: list[URLPattern] = [
    path("people/", people_pages.people, name="people"),
    path("people/new/", people_pages.person_new, name="person_new"),
    path("people/<int:pk>/", people_pages.person, name="person"),
    path("people/<int:pk>/act/", people_pages.person_act, name="person_act"),
    path("organisations/", organisation_pages.organisations, name="organisations"),
    path("organisations/new/", organisation_pages.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/", organisation_pages.organisation, name="organisation"),
    path("enterprises/new/", enterprise_pages.enterprise_new, name="enterprise_new"),
    path("enterprises/<str:uscc>/change/", enterprise_pages.enterprise_change, name="enterprise_change"),
    path("enterprises/<str:uscc>/act/", enterprise_pages.enterprise_act, name="enterprise_act"),
    path("titles/", title_pages.titles, name="titles"),
    path("tokens/", token_pages.tokens, name="tokens"),
]
