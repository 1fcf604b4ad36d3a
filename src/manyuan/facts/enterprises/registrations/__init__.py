"""Business registrations come in: dirty rows are read, judged one by one, and entered; the same file again changes nothing."""

from manyuan.facts.enterprises.registrations.importing import ImportCounts, import_registrations

__all__ = ["ImportCounts", "import_registrations"]
