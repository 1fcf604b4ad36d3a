"""Addresses of the scorecards and of the survey."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.environment import acts, pages, public_pages, survey_pages

urlpatterns: list[URLPattern] = [
    path("scorecards/", pages.overview, name="scorecards"),
    path("scorecards/published/", public_pages.published_list, name="scorecards_published"),
    path("scorecards/published/<int:pk>/", public_pages.published, name="scorecard_published"),
    path("scorecards/<str:code>/<str:period>/<str:place>/", pages.scorecard, name="scorecard"),
    path("scorecards/<str:code>/<str:period>/<str:place>/act/", acts.act_on, name="scorecard_act"),
    path("scorecards/<str:code>/<str:period>/<str:place>/report/<str:kind>/", acts.report, name="scorecard_report"),
    path("scorecards/<str:code>/<str:period>/<str:place>/items/<str:item>/", pages.item, name="scorecard_item"),
    path("surveys/", survey_pages.rounds, name="surveys"),
    path("surveys/<str:period>/", survey_pages.one_round, name="survey_round"),
    path("survey/<str:token>/", survey_pages.survey, name="survey"),
]
