"""A report as PDF: vector pictures, the font embedded, page numbers."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from manyuan.surfaces.web.environment.reports.content import Grid, Report
from manyuan.surfaces.web.environment.reports.fonts import register
from manyuan.surfaces.web.environment.reports.pictures import drawn

_INK, _SOFT, _LINE, _HEAD = (HexColor(one) for one in ("#1d2b28", "#5c6b67", "#dfe5e0", "#f5f7f4"))
_WIDTH = A4[0] - 40 * mm


def as_pdf(report: Report) -> bytes:
    """The file. Raises FontMissing."""
    font, out = register(), io.BytesIO()
    wrap = {"wordWrap": "CJK"} if report.language == "zh" else {}
    style = {
        "title": ParagraphStyle("title", fontName=font, fontSize=17, leading=24, textColor=_INK, **wrap),
        "sub": ParagraphStyle("sub", fontName=font, fontSize=9.5, leading=15, textColor=_SOFT, spaceAfter=8, **wrap),
        "h": ParagraphStyle("h", fontName=font, fontSize=12.5, leading=18, textColor=_INK, spaceBefore=12, spaceAfter=4, keepWithNext=1, **wrap),
        "p": ParagraphStyle("p", fontName=font, fontSize=9.5, leading=15.5, textColor=_INK, spaceAfter=3, **wrap),
        "cell": ParagraphStyle("cell", fontName=font, fontSize=8.5, leading=12.5, textColor=_INK, **wrap),
        "num": ParagraphStyle("num", fontName=font, fontSize=8.5, leading=12.5, textColor=_INK, alignment=TA_RIGHT),
    }
    story: list[Any] = [Paragraph(escape(report.title), style["title"]), Paragraph(escape(report.subtitle), style["sub"])]
    for section in report.sections:
        story.append(Paragraph(escape(section.title), style["h"]))
        story += [Paragraph(escape(text), style["p"]) for text in section.texts]
        if section.grid:
            story.append(_table(section.grid, style))
        for picture in section.pictures:
            story.append(KeepTogether([Spacer(1, 4), drawn(picture), Spacer(1, 4)]))

    def numbered(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8)
        canvas.setFillColor(_SOFT)
        canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, str(document.page))

    margins = {"leftMargin": 20 * mm, "rightMargin": 20 * mm, "topMargin": 18 * mm, "bottomMargin": 18 * mm}
    document = SimpleDocTemplate(
        out, pagesize=A4, title=report.title, author="Manyuan 满园", lang="zh-CN" if report.language == "zh" else "en", invariant=1, **margins
    )
    document.build(story, onFirstPage=numbered, onLaterPages=numbered)
    return out.getvalue()


def _table(grid: Grid, style: dict[str, ParagraphStyle]) -> Table:
    def cell(text: str, at: int) -> Paragraph:
        return Paragraph(escape(text), style["num" if at in grid.numbers else "cell"])

    rows = [[cell(text, at) for at, text in enumerate(row)] for row in (grid.head, *grid.rows)]
    wide = [at for at in range(len(grid.head)) if at not in grid.numbers]
    slim = _WIDTH * 0.6 / max(1, len(grid.numbers)) if len(grid.numbers) else 0
    first = 16 * mm if len(wide) > 1 else 0
    rest = (_WIDTH - slim * len(grid.numbers) - first) / max(1, len(wide) - (1 if first else 0))
    widths = [slim if at in grid.numbers else first if first and at == wide[0] else rest for at in range(len(grid.head))]
    look = [("BACKGROUND", (0, 0), (-1, 0), _HEAD), ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)]  # fmt: skip
    return Table(rows, colWidths=widths, repeatRows=1, style=TableStyle(look))
