"""Every text that people read exists in Chinese: msgids in code and templates against the catalogues."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "manyuan"
KEYWORDS = dict.fromkeys(("gettext", "gettext_noop", "gettext_lazy", "_")) | {"ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def _used() -> Iterator[tuple[str, str | None, str]]:
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        if "tests" in path.parts or "engines" in path.parts:
            continue
        text = path.read_text() if path.suffix == ".py" else templatize(path.read_text())
        for _, message, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
            msgid = message[0] if isinstance(message, tuple) else message
            if msgid:
                yield str(path.relative_to(SOURCE)), context, msgid


def _known() -> dict[tuple[str | None, str], str]:
    out = {}
    for path in SOURCE.rglob("django.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                msgid = message.id[0] if isinstance(message.id, tuple) else message.id
                string = message.string[0] if isinstance(message.string, tuple) else message.string
                if msgid and string:
                    out[message.context, msgid] = string
    return out


def test_every_message_is_in_chinese():
    known = _known()
    missing = sorted({f"{where}: {msgid!r}" for where, context, msgid in _used() if (context, msgid) not in known})
    assert not missing, "no Chinese for\n" + "\n".join(missing)


def test_one_message_has_one_translation():
    """The catalogues are laid over one another: of two texts for one msgid a page would show whichever app comes first."""
    given: dict[tuple[str | None, str], set[str]] = {}
    for path in SOURCE.rglob("django.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    given.setdefault((message.context, str(message.id)), set()).add(str(message.string))
    assert not {msgid: texts for msgid, texts in given.items() if len(texts) > 1}


def test_translations_keep_the_placeholders():
    import re

    placeholders = re.compile(r"%\((\w+)\)s")
    wrong = [msgid for (_, msgid), text in _known().items() if not set(placeholders.findall(text)) <= set(placeholders.findall(msgid))]
    assert not wrong, wrong
