"""Pictures of a report as vector drawings, and the same as PNG for a file that takes no vectors."""

from __future__ import annotations

import io
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

from manyuan.surfaces.web.environment.reports.content import Bars, Series
from manyuan.surfaces.web.environment.reports.fonts import register

WIDTH = 460
INK, SOFT, LINE, ACCENT, LIMIT, SIGNAL = (HexColor(one) for one in ("#1d2b28", "#5c6b67", "#dfe5e0", "#0f6b58", "#9a5b84", "#b3261e"))
_LABELS = 8


def drawn(picture: Series | Bars) -> Drawing:
    """The picture, WIDTH points wide."""
    return _bars(picture) if isinstance(picture, Bars) else _series(picture)


def as_png(picture: Series | Bars, scale: float = 3.0) -> bytes:
    """The same drawing as a picture of pixels."""
    import pypdfium2

    document = pypdfium2.PdfDocument(renderPDF.drawToString(drawn(picture)))
    out = io.BytesIO()
    document[0].render(scale=scale).to_pil().save(out, "PNG")
    document.close()
    return out.getvalue()


def _text(x: float, y: float, text: str, size: float = 8, anchor: str = "start", colour: Any = SOFT) -> String:
    return String(x, y, text, fontName=register(), fontSize=size, textAnchor=anchor, fillColor=colour)


def _bars(picture: Bars) -> Drawing:
    step, left = 22, 110
    height = 26 + step * len(picture.bars)
    found = Drawing(WIDTH, height)
    found.add(_text(0, height - 12, picture.title, 10, colour=INK))
    for number, (name, share, shown) in enumerate(picture.bars):
        y = height - 26 - step * (number + 1) + 8
        found.add(_text(0, y + 2, name, 9, colour=INK))
        found.add(Rect(left, y, WIDTH - left - 50, 10, fillColor=LINE, strokeColor=None))
        if share > 0:
            found.add(Rect(left, y, (WIDTH - left - 50) * min(100, share) / 100, 10, fillColor=ACCENT, strokeColor=None))
        found.add(_text(WIDTH, y + 1, shown, 9, "end", INK))
    return found


def _series(picture: Series) -> Drawing:
    height, left, bottom, top = 150, 34, 22, 26
    found = Drawing(WIDTH, height)
    known = [one for one in (*picture.values, *picture.lows, *picture.highs, picture.mean) if one is not None]
    low, high = min(known), max(known)
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    pad = (high - low) * 0.08
    low, high = low - pad, high + pad
    count = len(picture.names)

    def x(at: float) -> float:
        return left + (WIDTH - left - 8) * (at / (count - 1) if count > 1 else 0.5)

    def y(value: float) -> float:
        return bottom + (height - bottom - top) * (value - low) / (high - low)

    found.add(_text(0, height - 12, f"{picture.title}（{picture.unit}）" if picture.unit else picture.title, 10, colour=INK))
    for part in range(4):
        value = low + (high - low) * part / 3
        found.add(Line(left, y(value), WIDTH - 8, y(value), strokeColor=LINE, strokeWidth=0.5))
        found.add(_text(left - 4, y(value) - 3, f"{value:.1f}", 7, "end"))
    for at in range(0, count, max(1, -(-count // _LABELS))):
        found.add(_text(x(at), 8, picture.names[at], 7, "start" if at == 0 else "middle"))
    if picture.mean is not None:
        found.add(Line(left, y(picture.mean), WIDTH - 8, y(picture.mean), strokeColor=SOFT, strokeWidth=0.8, strokeDashArray=[4, 3]))
    for limits in (picture.lows, picture.highs):
        _add_path(found, [None if one is None else (x(at), y(one)) for at, one in enumerate(limits)], LIMIT, 0.8, [1.5, 2])
    points = [None if one is None else (x(at), y(one)) for at, one in enumerate(picture.values)]
    _add_path(found, points, ACCENT, 1.4, None)
    for point, is_signal in zip(points, picture.marks, strict=True):
        if point is not None:
            found.add(_diamond(*point) if is_signal else Circle(*point, 2, fillColor=ACCENT, strokeColor=None))
    return found


def _add_path(found: Drawing, points: list[tuple[float, float] | None], colour: Any, width: float, dash: list[float] | None) -> None:
    """Lines between neighbours that are both known."""
    run: list[float] = []
    for point in [*points, None]:
        if point is not None:
            run += point
            continue
        if len(run) >= 4:
            found.add(PolyLine(run, strokeColor=colour, strokeWidth=width, strokeDashArray=dash))
        run = []


def _diamond(x: float, y: float) -> Polygon:
    return Polygon([x, y + 5, x + 5, y, x, y - 5, x - 5, y], fillColor=SIGNAL, strokeColor=None)
