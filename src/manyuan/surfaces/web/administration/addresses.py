"""Addresses of the pages of administration."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.administration import organisation_pages, people_pages, token_pages

urlpatterns: list[URLPattern] = [
    path("people/", people_pages.people, name="people"),
    path("people/new/", people_pages.person_new, name="person_new"),
    path("people/<int:pk>/", people_pages.person, name="person"),
    path("people/<int:pk>/act/", people_pages.person_act, name="person_act"),
    path("organisations/", organisation_pages.organisations, name="organisations"),
    path("organisations/new/", organisation_pages.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/", organisation_pages.organisation, name="organisation"),
    path("tokens/", token_pages.tokens, name="tokens"),
]
