"""Addresses of the API: version 1, and one honest answer for everything else."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from manyuan.surfaces.api.api import patterns
from manyuan.surfaces.api.problems import no_such_address

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((patterns(), "api"))),
    re_path(r"^.*$", no_such_address, name="api-unknown"),
]
