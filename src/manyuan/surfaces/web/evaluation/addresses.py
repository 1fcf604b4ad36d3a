"""Addresses of the per-mu evaluation."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.evaluation import excuse_pages, firm_pages, pages

urlpatterns: list[URLPattern] = [
    path("per-mu/", pages.run_list, name="per_mu_runs"),
    path("per-mu/excuses/", excuse_pages.excuses, name="per_mu_excuses"),
    path("per-mu/objections/<int:pk>/", firm_pages.decide, name="per_mu_objection"),
    path("per-mu/<int:pk>/", pages.run, name="per_mu_run"),
    path("per-mu/<int:pk>/act/", pages.run_act, name="per_mu_act"),
    path("per-mu/<int:pk>/xlsx/", pages.run_xlsx, name="per_mu_xlsx"),
    path("enterprises/<str:uscc>/per-mu/", firm_pages.firm, name="per_mu_firm"),
]
