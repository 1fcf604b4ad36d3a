"""Meetings: meetings of three levels, from the agenda to the last open item."""
