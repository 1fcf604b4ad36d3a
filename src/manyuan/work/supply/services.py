"""Writes of the app: what is offered and needed (`posting`), and what comes of it (`introducing`)."""

from manyuan.work.supply.introducing import answer, confirm, correct, introduce, record_deal, record_failure
from manyuan.work.supply.posting import Content, change, close, offer_from_idle_capacity, post
from manyuan.work.supply.scenes import install_scenes

__all__ = [
    "Content",
    "answer",
    "change",
    "close",
    "confirm",
    "correct",
    "install_scenes",
    "introduce",
    "offer_from_idle_capacity",
    "post",
    "record_deal",
    "record_failure",
]
