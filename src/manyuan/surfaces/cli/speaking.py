"""In which language the command line speaks: what `--language`, MANYUAN_LANGUAGE or LANG said (see `main`), else Chinese."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

import click


def language() -> str:
    """'zh' or 'en'."""
    return "zh" if os.environ.get("MANYUAN_LANGUAGE", "zh") == "zh" else "en"


def chinese() -> bool:
    """Whether it speaks Chinese."""
    return language() == "zh"


def locale() -> str:
    """The language as Django names it: 'zh-hans' or 'en'."""
    return "zh-hans" if chinese() else "en"


def teach_the_library() -> None:
    """Let the library of the command line speak that language too, in wrong use and in the headings of help (it asks gettext's own catalogue)."""
    os.environ["LANGUAGE"] = "zh_Hans" if chinese() else "en"
    gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))


def form_known(code: str) -> Any:
    """The current version of a form. Raises BadParameter with those there are."""
    from manyuan.facts.filings.queries import current_forms

    forms = {form.code: form for form in current_forms()}
    if code not in forms:
        known = ", ".join(sorted(forms)) or "–"
        raise click.BadParameter(f"没有报表 {code}；已有：{known}" if chinese() else f"no form {code}; known: {known}")
    return forms[code]
