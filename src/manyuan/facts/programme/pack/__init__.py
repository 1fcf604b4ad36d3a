"""Packs: a programme as a folder of files, read and checked. Plain Python: a notebook user may call it without a database.

    >>> pack = read_pack("packs/chengdu")          # raises PackInvalid with every fault
    >>> faults = check_pack("packs/chengdu")       # every fault with file, line, column, what was found and expected
"""

from manyuan.facts.programme.pack.model import Pack

__all__ = ["Pack"]
