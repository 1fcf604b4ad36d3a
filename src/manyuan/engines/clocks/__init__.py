"""Clocks: working days of the Chinese calendar."""

from manyuan.engines.clocks.calendar import Calendar

__all__ = ["Calendar"]
