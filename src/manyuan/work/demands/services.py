"""Demands: filed, moved, confirmed, rated, asked again, gathered. Every write of the app, by the verb that its users use."""

from manyuan.work.demands.bodies import appoint_body, end_body
from manyuan.work.demands.filing import Contact, file_demand
from manyuan.work.demands.following import (
    BY_TELEPHONE,
    answer_recheck,
    ask_again,
    confirm_with_code,
    may_note_call,
    move_demand,
    note_move,
    rate_demand,
    set_topic,
)
from manyuan.work.demands.gathering import answer_common, gather_common
from manyuan.work.demands.incoming import import_demands, preview_demands, receive_mail
from manyuan.work.demands.slips import Slip, make_slip, may_make_slip, send_letters
from manyuan.work.demands.stepping import take_step
from manyuan.work.demands.topics import install_topics

__all__ = [
    "BY_TELEPHONE", "Contact", "Slip", "answer_common", "answer_recheck", "appoint_body", "ask_again", "confirm_with_code", "end_body", "file_demand", "gather_common", "import_demands", "install_topics", "make_slip", "may_make_slip", "may_note_call", "move_demand",
    "note_move", "preview_demands", "rate_demand", "receive_mail", "send_letters", "set_topic", "take_step",
]  # fmt: skip
