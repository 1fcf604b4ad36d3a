"""Notices: what concerns somebody, in the application and by mail or messenger, in working hours, each once, none as a flood."""
