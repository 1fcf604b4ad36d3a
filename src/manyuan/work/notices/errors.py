"""Why something about notices is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongTemplates(DomainError):
    """faults: a line each."""

    code = "notices.wrong_templates"
    text = gettext_noop("These notice templates cannot be used; nothing was changed.\n%(faults)s")


class UnknownTemplate(DomainError):
    code = "notices.unknown_template"
    text = gettext_noop("The pack has no notice template %(code)s.")


class WrongAddress(DomainError):
    """The address itself is not repeated."""

    code = "notices.wrong_address"
    text = gettext_noop("That is no address for this channel; expected %(expected)s.")
    translated = ("expected",)


class NotOffered(DomainError):
    code = "notices.not_offered"
    text = gettext_noop("This channel is not set up here. Ask the administrator: docs/operations.md.")


class SendFailed(Exception):
    """A gateway could not hand a message over. lasting: trying again is of no use."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        self.reason, self.lasting = reason[:300], lasting
        super().__init__(reason)
