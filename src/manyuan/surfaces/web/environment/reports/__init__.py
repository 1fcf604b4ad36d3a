"""The report of a scorecard: one content, written as Word and as PDF, with the figures of the page."""

from __future__ import annotations

from manyuan.surfaces.web.environment.reports.content import Report, report_of

__all__ = ["MEDIA", "Report", "report_of", "written"]

MEDIA = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf"}


def written(report: Report, kind: str) -> bytes:
    """The report as a file. kind: docx or pdf. Raises FontMissing where the font was not built."""
    if kind == "docx":
        from manyuan.surfaces.web.environment.reports.word import as_word  # heavy imports, needed only here

        return as_word(report)
    from manyuan.surfaces.web.environment.reports.pdf import as_pdf

    return as_pdf(report)
