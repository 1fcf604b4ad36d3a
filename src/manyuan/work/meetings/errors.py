"""Why something about meetings or campaigns is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class WrongKinds(DomainError):
    """faults: a line each."""

    code = "meetings.wrong_kinds"
    text = gettext_noop("The kinds of meeting cannot be taken; nothing was changed.\n%(faults)s")


class WrongState(Listing):
    code = "meetings.wrong_state"
    http_status = 409
    text = gettext_noop("This meeting is %(state)s; this needs %(expected)s. Load the page again to see where it stands.")
    context = "meeting"
    listed = ("state", "expected")


class AgendaEmpty(DomainError):
    code = "meetings.agenda_empty"
    http_status = 409
    text = gettext_noop("The agenda has no theme or no place yet. Fill it in before firms are invited.")


class NobodyFits(DomainError):
    code = "meetings.nobody_fits"
    text = gettext_noop("No firm fits this choice; nobody was invited.")


class TooMany(DomainError):
    code = "meetings.too_many"
    text = gettext_noop("%(found)s firms fit; at most %(limit)s are invited at once. Choose a sector or a size.")


class Full(DomainError):
    code = "meetings.full"
    http_status = 409
    text = gettext_noop("All %(seats)s seats are taken. Ask the park, or come to the next meeting.")


class TooLate(DomainError):
    code = "meetings.too_late"
    http_status = 409
    text = gettext_noop("The meeting has begun; registration is over.")


class NotYet(DomainError):
    code = "meetings.not_yet"
    http_status = 409
    text = gettext_noop("The meeting begins at %(at)s; it cannot be noted as held before.")


class TextNeeded(DomainError):
    code = "meetings.text_needed"
    text = gettext_noop("Write a sentence: nothing was written, or it is longer than %(limit)s characters.")


class NoNextMeeting(DomainError):
    code = "meetings.no_next_meeting"
    http_status = 409
    text = gettext_noop("There is no coming meeting of the next level (%(kind)s). Plan one first.")


class NoLevelAbove(DomainError):
    code = "meetings.no_level_above"
    http_status = 409
    text = gettext_noop("This is the highest level; the item is handled here.")


class CarriedAlready(DomainError):
    code = "meetings.carried_already"
    http_status = 409
    text = gettext_noop("This item was taken to the next level already, or it waits for the firm, or it is closed.")


class WrongCondition(DomainError):
    """faults: a line each."""

    code = "meetings.wrong_condition"
    text = gettext_noop("The condition cannot be used: %(faults)s")


class SentAlready(DomainError):
    code = "meetings.sent_already"
    http_status = 409
    text = gettext_noop("This campaign was sent already. Draft a new one.")
