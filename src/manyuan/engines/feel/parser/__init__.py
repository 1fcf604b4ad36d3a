"""Tokens to tree: the grammar of DMN 1.5, chapter 10.3.1.

cursor → type_names → primaries → expressions
"""

from manyuan.engines.feel.parser.cursor import MAX_DEPTH, MAX_LENGTH
from manyuan.engines.feel.parser.expressions import Parser

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Parser"]
