"""Addresses of officers and visits."""

from django.urls import path

from manyuan.surfaces.web.visits import capture_pages, due_pages, officer_pages, visit_pages

urlpatterns = [
    path("visits/", due_pages.due, name="visits"),
    path("visits/list/", due_pages.visit_list, name="visit_list"),
    path("visits/plan/", due_pages.plan, name="visit_plan"),
    path("visits/space/", due_pages.space_needs, name="space_needs"),
    path("visits/capture/", capture_pages.capture, name="visit_capture"),
    path("visits/capture/data/", capture_pages.data, name="visit_capture_data"),
    path("visits/capture/take/", capture_pages.take, name="visit_capture_take"),
    path("visits/worker.js", capture_pages.worker, name="visit_worker"),
    path("visits/<int:pk>/", visit_pages.visit, name="visit"),
    path("visits/<int:pk>/act/", visit_pages.visit_act, name="visit_act"),
    path("visits/<int:pk>/survey/<str:form>/", visit_pages.survey, name="visit_survey"),
    path("visits/<int:pk>/photos/<int:number>/", visit_pages.photo, name="visit_photo"),
    path("officers/", officer_pages.officers, name="officers"),
    path("officers/assign/", officer_pages.assign, name="officer_assign"),
    path("officers/<int:pk>/", officer_pages.officer, name="officer"),
    path("officers/<int:pk>/act/", officer_pages.officer_act, name="officer_act"),
    path("officers/<int:pk>/hand-over/", officer_pages.officer_hand_over, name="officer_hand_over"),
]
