"""In which language the command line speaks: what `--language`, MANYUAN_LANGUAGE or LANG said (see `main`), else Chinese."""

from __future__ import annotations

import os


def language() -> str:
    """'zh' or 'en'."""
    return "zh" if os.environ.get("MANYUAN_LANGUAGE", "zh") == "zh" else "en"


def chinese() -> bool:
    """Whether it speaks Chinese."""
    return language() == "zh"


def locale() -> str:
    """The language as Django names it: 'zh-hans' or 'en'."""
    return "zh-hans" if chinese() else "en"
