"""Clocks: working days of the Chinese calendar, and working hours."""

from manyuan.engines.clocks.calendar import Calendar, day_of
from manyuan.engines.clocks.hours import WorkingHours

__all__ = ["Calendar", "WorkingHours", "day_of"]
