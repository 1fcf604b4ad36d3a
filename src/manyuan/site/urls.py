"""Every address of the product."""

from django.urls import include, path

handler404 = "manyuan.surfaces.web.pages.not_found"
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("manyuan.surfaces.api.urls")),
    path("", include("manyuan.surfaces.web.urls")),
]
