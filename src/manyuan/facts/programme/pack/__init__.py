"""Packs: a programme as a folder of files, read and checked. Plain Python: a notebook user may call it without a database.

>>> pack = read_pack("packs/chengdu")          # raises PackInvalid with every fault
>>> faults = check_pack("packs/chengdu")       # every fault with file, line, column, what was found and expected
>>> pack.goal("parks-100bn").targets[0].value
"""

from manyuan.facts.programme.pack.faults import Fault, PackInvalid
from manyuan.facts.programme.pack.model import Pack, Text
from manyuan.facts.programme.pack.reader import check_pack, read_pack

__all__ = ["Fault", "Pack", "PackInvalid", "Text", "check_pack", "read_pack"]
