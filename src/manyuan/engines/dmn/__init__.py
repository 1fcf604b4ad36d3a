"""DMN 1.5: read, write, check and run decision models.

    >>> from manyuan.engines import dmn
    >>> model = dmn.Model(dmn.read_dmn("tier.dmn"))
    >>> model.decide("Tier", {"Revenue": 30_000_000}).value
"""

from manyuan.engines.dmn import model
from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.model import Definitions
from manyuan.engines.dmn.running import Decided, Model, Trace
from manyuan.engines.dmn.xml_reader import read_dmn

__all__ = ["Decided", "Definitions", "Fault", "Model", "ModelInvalid", "Trace", "model", "read_dmn"]
