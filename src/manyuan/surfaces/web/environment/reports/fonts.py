"""The font of reports: built into build/static by the front end's build, registered once for reportlab."""

from __future__ import annotations

from functools import cache

from django.contrib.staticfiles import finders
from django.utils.translation import gettext_noop
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from manyuan.facts.audit.errors import DomainError

FONT = "NotoSansSC"
_FILE = "manyuan/NotoSansSC-Regular.ttf"


class FontMissing(DomainError):
    code = "environment.font_missing"
    http_status = 503
    text = gettext_noop("The font of reports is not there. Build the front end again (make run), then try once more.")


@cache
def register() -> str:
    """The font's name, ready to be used. Raises FontMissing."""
    found = finders.find(_FILE)
    if not found:
        raise FontMissing()
    pdfmetrics.registerFont(TTFont(FONT, found))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)
    return FONT
