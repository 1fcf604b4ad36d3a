from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("room", ["facts/audit", "facts/accounts", "surfaces/api"])
def test_every_message_has_a_chinese_text(room):
    with (SOURCE / room / "locale/zh_Hans/LC_MESSAGES/django.po").open() as file:
        chinese = {m.id[0] if isinstance(m.id, tuple) else m.id: m.string for m in read_po(file) if m.id}
    keywords = {"gettext": None, "gettext_noop": None, "gettext_lazy": None, "_": None, "ngettext": (1, 2)}
    used = set()
    for name, _, message, _, _ in extract_from_dir(SOURCE / room, method_map=[("**.py", "python")], keywords=keywords):
        if "tests" not in Path(name).parts:
            used.add(message[0] if isinstance(message, tuple) else message)
    assert len(used) > 5
    assert not {message for message in used if not chinese.get(message)}
