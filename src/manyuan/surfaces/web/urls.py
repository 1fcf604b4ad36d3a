"""Addresses of the pages."""

from django.urls import URLPattern, path

from manyuan.surfaces.web import enterprise_pages, filing_pages, goal_pages, home_pages, indicator_pages, language, pages, park_pages

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home_pages.home, name="home"),
    path("public/", home_pages.public, name="public"),
    path("map.json", home_pages.district_map, name="map"),
    path("goals/", goal_pages.goal_list, name="goals"),
    path("goals/<str:code>/", goal_pages.goal, name="goal"),
    path("commitments/", goal_pages.commitment_list, name="commitments"),
    path("commitments/<int:number>/", goal_pages.commitment, name="commitment"),
    path("evidence/", goal_pages.lay_evidence, name="lay_evidence"),
    path("evidence/<int:pk>/", goal_pages.evidence_file, name="evidence"),
    path("evidence/<int:pk>/review/", goal_pages.review, name="review"),
    path("parks/", park_pages.park_list, name="parks"),
    path("parks/merge/", park_pages.merge, name="park_merge"),
    path("parks/<str:code>/", park_pages.park, name="park"),
    path("parks/<str:code>/history/", park_pages.history, name="park_history"),
    path("enterprises/", enterprise_pages.enterprise_list, name="enterprises"),
    path("enterprises/<str:uscc>/", enterprise_pages.enterprise, name="enterprise"),
    path("filings/", filing_pages.filing_list, name="filings"),
    path("filings/act/", filing_pages.bulk, name="filings_act"),
    path("filings/template/", filing_pages.take_template, name="template"),
    path("filings/upload/", filing_pages.upload, name="upload"),
    path("filings/<int:pk>/", filing_pages.filing, name="filing"),
    path("filings/<int:pk>/act/", filing_pages.move, name="filing_act"),
    path("filings/<int:pk>/edit/", filing_pages.edit, name="filing_edit"),
    path("uploads/<int:pk>/", filing_pages.upload_one, name="upload_one"),
    path("uploads/<int:pk>/act/", filing_pages.upload_act, name="upload_act"),
    path("uploads/<int:pk>/marked/", filing_pages.upload_marked, name="upload_marked"),
    path("uploads/<int:pk>/file/", filing_pages.upload_file, name="upload_file"),
    path("indicators/", indicator_pages.indicator_list, name="indicators"),
    path("indicators/<str:code>/", indicator_pages.indicator, name="indicator"),
    path("indicators/<str:code>/release/", indicator_pages.release, name="release"),
    path("quality/", indicator_pages.data_quality, name="quality"),
    path("quality/findings/", indicator_pages.findings, name="quality_findings"),
    path("rules/", pages.rules, name="rules"),
    path("rules/<str:code>/", pages.rule, name="rule"),
    path("language/", language.choose, name="language"),
]
