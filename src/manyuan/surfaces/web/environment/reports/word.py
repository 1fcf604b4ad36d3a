"""A report as Word: real headings and tables that can be worked on, pictures as PNG."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from manyuan.surfaces.web.environment.reports.content import Grid, Report
from manyuan.surfaces.web.environment.reports.pictures import as_png

EAST_ASIAN, WESTERN = "微软雅黑", "Calibri"


def as_word(report: Report) -> bytes:
    """The file. Raises FontMissing (for the pictures)."""
    document, out = Document(), io.BytesIO()
    _set_up(document, report)
    document.add_heading(report.title, level=0)
    _paragraph(document, report.subtitle, soft=True)
    for section in report.sections:
        document.add_heading(section.title, level=1)
        for text in section.texts:
            _paragraph(document, text)
        if section.grid:
            _table(document, section.grid)
        for picture in section.pictures:
            document.add_picture(io.BytesIO(as_png(picture)), width=Cm(16))
            document.inline_shapes[-1]._inline.docPr.set("descr", picture.title)
    document.save(out)
    return out.getvalue()


def _set_up(document: Any, report: Report) -> None:
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = WESTERN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
        fonts.set(qn("w:eastAsia"), EAST_ASIAN)
        style.font.color.rgb = RGBColor(0x1D, 0x2B, 0x28)
    document.styles["Normal"].font.size = Pt(10.5)
    document.styles["Title"].font.size = Pt(20)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    document.core_properties.title, document.core_properties.author = report.title, "Manyuan 满园"
    document.core_properties.language = "zh-CN" if report.language == "zh" else "en"


def _paragraph(document: Any, text: str, *, soft: bool = False) -> None:
    run = document.add_paragraph().add_run(text)
    if soft:
        run.font.color.rgb = RGBColor(0x5C, 0x6B, 0x67)


def _table(document: Any, grid: Grid) -> None:
    table = document.add_table(rows=1, cols=len(grid.head), style="Light Grid Accent 1")
    for at, text in enumerate(grid.head):
        _cell(table.rows[0].cells[at], text, at in grid.numbers)
    for row in grid.rows:
        cells = table.add_row().cells
        for at, text in enumerate(row):
            _cell(cells[at], text, at in grid.numbers)
    document.add_paragraph()


def _cell(cell: Any, text: str, is_number: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).font.size = Pt(9.5)
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
