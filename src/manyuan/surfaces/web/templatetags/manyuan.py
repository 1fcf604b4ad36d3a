"""What templates are composed of: figures, marks, status, icons, charts."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from manyuan.surfaces.web import clauses, figures, words
from manyuan.surfaces.web.page_tables import ASKED

register = template.Library()


@register.simple_tag
def gap() -> str:
    """The blank after a colon; a full-width one has it within."""
    return "" if figures.chinese() else " "


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sheet built from frontend/src/icons.txt; `label` where the icon stands alone."""
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, static("manyuan/icons.svg"), name)
    return _plain_icon(name)


@lru_cache(maxsize=512)
def _plain_icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("manyuan/icons.svg"), name)


@register.filter
def pick(thing: object, stem: str = "name") -> str:
    """{{ park|pick }} -> its name in the reader's language; {{ goal|pick:"summary" }} for other texts."""
    return figures.pick(thing, stem)


@register.filter
def who(label: str) -> str:
    """{{ step.actor_label|who }} -> who did it, in the reader's language where it was nobody with a name."""
    return words.doer(label)


@register.filter
def figure(value: object, unit: str = "") -> str:
    """{{ value|figure:"yuan" }} -> 1,150 亿元."""
    return str(figures.figure(value, unit))


@register.filter
def data_value(value: object, unit: str = "") -> SafeString:
    """The exact number of a cell that shows it rounded, as attributes for `page_tables` and for sorting."""
    found = figures.figure(value, unit)
    return format_html(' data-value="{}" data-unit="{}"', found.exact, found.measure) if found.exact is not None else SafeString("")


@register.filter
def unit(code: str) -> str:
    """A unit as readers write it."""
    return figures.unit_name({"people": "persons"}.get(code, code))


@register.filter
def joined(texts: Any) -> str:
    """Several texts as a list within a sentence."""
    return ("、" if figures.chinese() else ", ").join(str(one) for one in texts)


@register.filter
def said(thing: Any) -> str:
    """{zh, en} in the reader's language; a plain text as it is."""
    return figures.pick(thing, "") if isinstance(thing, dict) else str(thing or "")


@register.filter
def yuan(fen: int, how: str = "") -> str:
    """{{ fen|yuan }} -> 1,234.50 to the fen; |yuan:"plain" -> 1234.50 for a field of a form."""
    text = f"{Decimal(fen) / 100:,.2f}"
    return text.replace(",", "") if how == "plain" else text


@register.simple_tag
def big_figure(value: object, unit: str = "") -> SafeString:
    """A figure with its unit set smaller, for tiles."""
    shown = figures.figure(value, unit)
    return format_html('{}<span class="unit">{}</span>', shown.text, shown.unit)


@register.filter
def day(value: Any) -> str:
    """2026-11-23, with the time for a moment."""
    return figures.day(value)


@register.filter
def period(text: str) -> str:
    """2025Q3 as people read it."""
    return words.period(text)


def mark_words() -> dict[str, tuple[str, str]]:
    """Mark -> (short text, what it means)."""
    return {
        "synthetic": (pgettext("mark", "synthetic"), gettext("Made up for the demo city; not a real figure.")),
        "example": (pgettext("mark", "example"), gettext("An example, not an official figure.")),
        "reported": (pgettext("mark", "reported"), gettext("As reported by the named source; not computed here.")),
        "C": (pgettext("mark", "secondary source"), gettext("Seen only in a secondary copy; not official.")),
        "GK": (pgettext("mark", "unverified"), gettext("General knowledge, not verified; not official.")),
        "approximate": (pgettext("mark", "approximate"), gettext("Approximate, not surveyed.")),
    }


@register.filter
def clause(text: str) -> str:
    """{{ condition.clause|clause }} -> 第三条, or art. 3."""
    return clauses.clause(str(text or ""))


@register.filter
def nil(value: object) -> str:
    """The class of a cell with nothing in it, or nought: quiet in a table, left out of a card on a telephone."""
    return "" if value else " nil"


@register.simple_tag
def mark(code: object) -> SafeString:
    """The mark that a synthetic, example or unverified figure must bear; nothing for verified ones."""
    return _mark(str(code) if code is not True else "synthetic", get_language() or "")


@lru_cache(maxsize=128)
def _mark(code: str, language: str) -> SafeString:
    words = mark_words().get(code)
    return format_html('<span class="my-mark" title="{}">{}</span>', words[1], words[0]) if words else SafeString("")


@register.simple_tag
def status(tone: str, text: str, symbol: str = "") -> SafeString:
    """A status: tone good | risk | late | accent | mute, always with words and a symbol, never colour alone."""
    return SafeString(f"{_before_status(tone, symbol)}{conditional_escape(text)}</span>")


@lru_cache(maxsize=256)
def _before_status(tone: str, symbol: str) -> SafeString:
    symbols = {"good": "circle-check", "risk": "alert-triangle", "late": "alert-circle", "accent": "arrow-right", "mute": "clock"}
    return format_html('<span class="my-status {}">{} ', tone, icon(symbol or symbols.get(tone, "info-circle")))


@register.inclusion_tag("web/components/chart.html", takes_context=True)
def chart(
    context: template.Context, name: str, option: dict[str, Any], title: str, height: str = "", table: Any = None, cached: bool = False
) -> dict[str, Any]:
    """A picture with the table behind it, as xlsx too, and export as picture. `table` is a `figures table`: {"head": [...], "rows": [[...]]}.
    cached: stands in a part of the page that is kept for other readers, so that nothing of this address may go into it."""
    link = f"?export={ASKED}chart-{name}" if cached else query(context, export=f"{ASKED}chart-{name}")
    return {"name": name, "json": _script_json(option), "title": title, "height": height, "table": table, "link": link}


@register.simple_tag(takes_context=True)
def to_xlsx(context: template.Context, name: str) -> SafeString:
    """The link by which the table `data-export="name"` of this page is taken along as a workbook (see page_tables)."""
    return format_html('<a class="btn btn-sm no-print my-xlsx" href="{}">{} xlsx</a>', query(context, export=f"{ASKED}{name}"), icon("download"))


def _script_json(data: object) -> SafeString:
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S308 -- escaped just here


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The current query string with some values changed (None removes): for links that sort, page and filter."""
    request = context["request"]
    values = request.GET.copy()
    for key, value in changes.items():
        values.pop(key, None)
        if value is not None:
            values[key] = str(value)
    return "?" + values.urlencode()


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, table: Any, step: int) -> str:
    """The address of the next or previous page of a table, all else kept."""
    return query(context, **{f"{table.prefix}page": table.page + step})


@register.filter
def percent_of(value: Any, whole: Any) -> int:
    """value ÷ whole as a whole percentage between 0 and 100 (for bars)."""
    try:
        return max(0, min(100, int(100 * float(value) / float(whole))))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
