"""统一社会信用代码 (GB 32100-2015): 18 characters, no I O S V Z, the last one a check character over weights 3^i modulo 31."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from manyuan.engines.workbooks.columns import Column
from manyuan.engines.workbooks.problems import Problem, expected_of
from manyuan.engines.workbooks.units import squeezed

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(17))
SHAPE: Final = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_SHAPE = re.compile(SHAPE)
_WORTH = np.full(256, 0, dtype=np.int64)
for _at, _letter in enumerate(ALPHABET):
    _WORTH[ord(_letter)] = _at


def credit_code(column: Column, text: str) -> Any:
    """The code in capitals and half-width, or a Problem: wrong length, a letter that no code has, a wrong check character."""
    code = squeezed(text).upper().replace("-", "")
    if len(code) != 18:
        return Problem("uscc.length", expected_of(column), "uscc_length", {"count": len(code)})
    if _SHAPE.match(code) is None:
        mended = code.replace("O", "0").replace("I", "1").replace("Z", "2").replace("S", "5")
        if mended != code and _SHAPE.match(mended) and check_character(mended) == mended[17]:
            return Problem("uscc.letter", expected_of(column), "uscc_letter", {"mended": mended})
        return Problem("uscc.letter", expected_of(column), "uscc_check")
    if check_character(code) != code[17]:
        return Problem("uscc.check", expected_of(column), "uscc_check")
    return code


def check_character(code: str) -> str:
    """The check character that belongs to the first 17 characters, all of the alphabet."""
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(code[:17], WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def right_codes(codes: list[str]) -> np.ndarray:
    """For codes that all have the right shape: which have the right check character."""
    if not codes:
        return np.zeros(0, dtype=bool)
    worth = _WORTH[np.frombuffer("".join(codes).encode("ascii"), dtype=np.uint8)].reshape(-1, 18)
    return (-(worth[:, :17] @ np.array(WEIGHTS, dtype=np.int64)) % 31) == worth[:, 17]
