"""The minutes of a meeting as a Word document."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from manyuan.work.meetings.models import Guest, Invitation, Meeting, MeetingItem

_WORDS = {
    "zh": {
        "minutes": "会议纪要", "time": "时间", "place": "地点", "unit": "主持单位", "theme": "主题", "agenda": "议程", "attended": "参会企业", "said": "会议情况", "items": "会议事项",
        "number": "编号", "firm": "企业", "what": "事项", "answer": "答复", "state": "状态", "nobody": "无", "synthetic": "演示数据，非真实会议。", "people": "人",
        "closing": "以上事项跟踪至企业确认为止。",
    },
    "en": {
        "minutes": "Minutes", "time": "Time", "place": "Place", "unit": "Held by", "theme": "Theme", "agenda": "Agenda", "attended": "Firms present", "said": "What was said",
        "items": "Items", "number": "Number", "firm": "Firm", "what": "Item", "answer": "Answer", "state": "State", "nobody": "none", "synthetic": "Demo data, not a real meeting.",
        "people": "people", "closing": "Items are followed until the firm confirms.",
    },
}  # fmt: skip


def minutes_document(
    meeting: Meeting, *, kind: Mapping[str, str], items: Sequence[MeetingItem], states: Mapping[int, str], language: str, with_firms: bool = True
) -> bytes:
    """The minutes. kind: {zh, en}; items: those that the reader may see; states: item id to its state in words; with_firms: whether it
    says who was there."""
    words = _WORDS["zh" if language.startswith("zh") else "en"]
    made = Document()
    _fonts(made)
    heading = made.add_heading(f"{kind['zh' if language.startswith('zh') else 'en']} {words['minutes']}", 0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if meeting.synthetic:
        made.add_paragraph(words["synthetic"])
    starts, ends = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    unit = meeting.unit.name_zh if language.startswith("zh") else meeting.unit.name_en or meeting.unit.name_zh
    facts = [("time", f"{starts:%Y-%m-%d %H:%M}–{ends:%H:%M}"), ("place", meeting.place), ("unit", unit), ("theme", meeting.theme)]
    for key, value in facts:
        paragraph = made.add_paragraph()
        paragraph.add_run(f"{words[key]}：" if language.startswith("zh") else f"{words[key]}: ").bold = True
        paragraph.add_run(_plain(value) or "–")
    made.add_heading(words["agenda"], 1)
    for point in meeting.agenda.all():
        made.add_paragraph(_plain(f"{point.title}{'　' + point.speaker if point.speaker else ''}"), style="List Number")
    if with_firms:
        made.add_heading(words["attended"], 1)
        present = meeting.invitations.filter(state=Invitation.State.ATTENDED).select_related("enterprise").order_by("enterprise__name")
        names = [_plain(one.enterprise.name) for one in present]
        names += [_plain(one.organisation.name_zh) for one in meeting.guests.filter(state=Guest.State.ATTENDED).select_related("organisation")]
        made.add_paragraph("、".join(names) if language.startswith("zh") and names else ", ".join(names) or words["nobody"])
    made.add_heading(words["said"], 1)
    for line in (meeting.minutes or "–").splitlines():
        made.add_paragraph(_plain(line))
    made.add_heading(words["items"], 1)
    _table(made, words, items, states)
    made.add_paragraph(words["closing"])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _table(made, words: Mapping[str, str], items: Sequence[MeetingItem], states: Mapping[int, str]) -> None:  # type: ignore[no-untyped-def]
    table = made.add_table(rows=1, cols=5, style="Table Grid")
    for cell, key in zip(table.rows[0].cells, ("number", "firm", "what", "answer", "state"), strict=True):
        cell.text = words[key]
    for item in items:
        answer = item.case.steps.filter(act__in=("resolve", "answer"), public=True).order_by("-pk").values_list("note", flat=True).first() or ""
        row = (item.case.number, item.enterprise.name, item.case.text or item.case.title, answer, states.get(item.pk, ""))
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _plain(text)


def _fonts(made) -> None:  # type: ignore[no-untyped-def]
    """Chinese text in a Chinese face, whatever the template has."""
    for name in ("Normal", "Title", "Heading 1", "List Number"):
        style = made.styles[name]
        style.font.name = "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋" if name in ("Normal", "List Number") else "黑体")
    made.styles["Normal"].font.size = Pt(12)


def _plain(text: str) -> str:
    """Without characters that a Word file cannot hold."""
    return "".join(one for one in text if one in "\t\n" or ord(one) >= 32)
