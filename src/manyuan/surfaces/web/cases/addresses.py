"""Addresses of the pages of cases and demands."""

from django.urls import path

from manyuan.surfaces.web.cases import body_pages, demand_pages, open_pages, pages, slip_pages

urlpatterns = [
    path("cases/", pages.worklist, name="cases"),
    path("cases/<str:number>/", pages.case, name="case"),
    path("cases/<str:number>/alike/", pages.case_alike, name="case_alike"),
    path("cases/<str:number>/act/", pages.case_act, name="case_act"),
    path("cases/<str:number>/slip/", slip_pages.slip_make, name="slip_make"),
    path("cases/<str:number>/files/<int:pk>/", pages.case_file, name="case_file"),
    path("demands/", demand_pages.demand_list, name="demands"),
    path("demands/institutes/", body_pages.topic_bodies, name="topic_bodies"),
    path("demands/new/", demand_pages.demand_new, name="demand_new"),
    path("demands/alike/", demand_pages.demand_alike, name="demand_alike"),
    path("demands/upload/", demand_pages.demand_upload, name="demand_upload"),
    path("demands/slips/", slip_pages.slips, name="slips"),
    path("demands/template/", demand_pages.demand_template, name="demand_template"),
    path("demands/rates/", demand_pages.demand_rates, name="demand_rates"),
    path("demands/common/", demand_pages.common_list, name="commons"),
    path("demands/common/gather/", demand_pages.common_gather, name="common_gather"),
    path("parks/<str:code>/code/", demand_pages.park_code, name="park_code"),
    path("raise/", open_pages.choose, name="raise_choose"),
    path("raise/<str:park>/", open_pages.raise_demand, name="raise"),
    path("raise/<str:number>/<str:code>/", open_pages.raised, name="raised"),
    path("raise/<str:number>/<str:code>/files/<int:pk>/", open_pages.raised_file, name="raised_file"),
]
