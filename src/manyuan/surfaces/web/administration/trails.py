"""What was done to a thing of the registers, as the audit record has it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from manyuan.facts.audit.models import AuditRecord


def steps(records: Iterable[AuditRecord]) -> list[dict[str, Any]]:
    """Records of this area as lines of a timeline: when, what in words, who, why; what other areas did with the thing stands on their pages."""
    words = _words()
    return [{"at": r.at, "what": words[r.action], "who": r.actor_label, "reason": r.reason, "after": _said(r.after)} for r in records if r.action in words]


def _said(after: Any) -> str:
    """The names and dates of a change; codes, switches and ids say nothing to a reader."""
    shown = ("name", "name_zh", "park", "kind", "since", "on", "valid_from", "valid_to", "proof", "display_name", "post")
    return " · ".join(str(after[key]) for key in shown if after.get(key)) if isinstance(after, dict) else ""


def _words() -> dict[str, str]:
    return {
        "accounts.make_user": gettext("account made"), "accounts.change_person": gettext("name or post corrected"), "accounts.change_password": gettext("new password given"),
        "accounts.disable_user": gettext("login switched off"), "accounts.enable_user": gettext("login switched on"), "accounts.may_release": gettext("right to release figures changed"),
        "accounts.take_off_two_step": gettext("second step taken off"), "accounts.change_language": gettext("language changed"), "accounts.make_organisation": gettext("organisation made"),
        "accounts.rename_organisation": gettext("name of the organisation corrected"), "accounts.organisation_park": gettext("answers for another park"), "enterprises.register": gettext("entered in the register"),
        "enterprises.rename": gettext("renamed"), "enterprises.alias": gettext("alias entered"), "enterprises.settle": gettext("seat in a park"), "enterprises.leave": gettext("left the park"),
        "enterprises.title_list": gettext("titles by list"), "enterprises.title": gettext("title entered"), "enterprises.title_end": gettext("title ended"), "enterprises.title_withdraw": gettext("wrong title withdrawn"),
        "enterprises.correct": gettext("register entry corrected"),
    }  # fmt: skip
