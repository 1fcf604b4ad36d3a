"""Cell addresses: column letters and numbers (from 1), and 'C14'."""

from __future__ import annotations

import re


def letters(column: int) -> str:
    """1 is 'A', 27 is 'AA'."""
    out = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def column_number(text: str) -> int:
    """'A' is 1, 'AA' is 27; the letters are capitals."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """The address of a cell, both from 1: (14, 3) is 'C14'."""
    return f"{letters(column)}{row}"


def place(cell: str) -> tuple[int, int]:
    """Row and column, both from 1, of an address; ValueError when it is none."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", cell)
    if match is None:
        raise ValueError(f"{cell!r} is no cell address")
    return int(match[2]), column_number(match[1])


def ranges_in_words(numbers: list[int], most: int = 10) -> str:
    """Sorted numbers as short text: [3, 4, 5, 9] is '3-5, 9'; at most `most` stretches."""
    stretches: list[tuple[int, int]] = []
    for number in numbers:
        if stretches and stretches[-1][1] == number - 1:
            stretches[-1] = (stretches[-1][0], number)
        else:
            stretches.append((number, number))
    words = [str(first) if first == last else f"{first}-{last}" for first, last in stretches[:most]]
    return ", ".join(words) + (" …" if len(stretches) > most else "")
