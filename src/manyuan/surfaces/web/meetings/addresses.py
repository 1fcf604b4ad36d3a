"""Addresses of meetings, the calendar and information campaigns."""

from django.urls import path

from manyuan.surfaces.web.meetings import calendar_pages, meeting_pages, outreach_pages

urlpatterns = [
    path("meetings/", meeting_pages.meetings, name="meetings"),
    path("meetings/<int:pk>/", meeting_pages.meeting, name="meeting"),
    path("meetings/<int:pk>/act/", meeting_pages.meeting_act, name="meeting_act"),
    path("meetings/<int:pk>/minutes/", meeting_pages.minutes, name="meeting_minutes"),
    path("calendar/", calendar_pages.calendar, name="calendar"),
    path("calendar/address/", calendar_pages.subscribe, name="calendar_address"),
    path("calendar/<str:secret>.ics", calendar_pages.feed, name="calendar_feed"),
    path("outreach/", outreach_pages.outreach_list, name="outreach_list"),
    path("outreach/new/", outreach_pages.outreach_new, name="outreach_new"),
    path("outreach/<int:pk>/", outreach_pages.outreach, name="outreach"),
    path("outreach/<int:pk>/act/", outreach_pages.outreach_act, name="outreach_act"),
]
