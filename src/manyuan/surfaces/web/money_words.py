"""Words and tones of money: states of claims, batches and payments, acts of the ledger, why something waits."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

_TONES = {
    "reserved": "accent", "approved": "good", "paying": "accent", "paid": "good", "returned": "late", "recalled": "risk", "recovered": "mute", "released": "mute",
    "open": "accent", "sent": "accent", "done": "good", "cancelled": "mute", "waiting": "accent", "failed": "late", "agreed": "good", "refused": "late",
}  # fmt: skip


def state(code: str) -> tuple[str, str]:
    """Tone and words of a state of a claim, a batch, a payment or a report of use."""
    text = pgettext("money", code)
    return _TONES.get(code, "mute"), text[:1].upper() + text[1:]


def act(code: str) -> str:
    """An act of the ledger."""
    return {
        "budget": gettext("budget of the year set"), "line": gettext("budget shared out"), "earmark": gettext("kept for those entitled"), "reserve": gettext("reserved for approval"),
        "approve": gettext("approved"), "release": gettext("given up"), "batch": gettext("put into a batch"), "cancel": gettext("batch taken back"), "results": gettext("the bank's results"),
        "pay_again": gettext("to be paid again"), "recall": gettext("asked back"), "recovery": gettext("came back"),
    }.get(code, code)  # fmt: skip


def why_not(code: str) -> str:
    """Why an approved claim does not go out yet."""
    return {
        "no_account": gettext("no bank account was given yet"),
        "changed": gettext("the account changed after the approval; confirm it first"),
    }.get(code, "")


def difference(code: str) -> str:
    """What was compared in a reconciliation."""
    return {
        "negative": gettext("an account is below nought"), "state": gettext("the claim's state is not where its money is"), "amount": gettext("the claim's money is not all there"),
        "paying": gettext("in payment, against the lines that wait for the bank"), "paid": gettext("paid, against the lines that the bank paid"),
    }.get(code, code)  # fmt: skip
