"""Unified social credit codes (GB 32100-2015): checked by python-stdnum; made up for demo firms in a block that is never issued."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from manyuan.facts.enterprises.errors import WrongCreditCode

DEMO_DIVISION = "510199"
"""A division code that no registration office has: codes of demo firms stand there and cannot be a real firm's."""


def checked(text: str) -> str:
    """The code in its stored shape (18 characters, upper case). Raises WrongCreditCode."""
    try:
        return str(uscc.validate(text))
    except ValidationError:
        raise WrongCreditCode(found=text.strip()[:40] or "-") from None


def demo_code(number: int) -> str:
    """The credit code of the demo firm with this number (0 to 9,999,999): right check character, division code 510199."""
    body = f"91{DEMO_DIVISION}MA{number:07d}"
    return body + str(uscc.calc_check_digit(body))


def is_demo_code(code: str) -> bool:
    """Whether the code stands in the block of demo firms."""
    return code[2:8] == DEMO_DIVISION
