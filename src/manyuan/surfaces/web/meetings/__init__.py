"""Meetings, the calendar and information campaigns: pages."""
