"""What the services of matters refuse, and why."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongMatters(DomainError):
    """A pack's matters, powers, duties or reforms have faults; nothing of them was installed."""

    code = "matters.wrong_pack"
    text = gettext_noop("The pack's matters have faults:\n%(faults)s")


class NotFilled(DomainError):
    """An application lacks what it must hold, or holds what does not fit."""

    code = "matters.not_filled"
    text = gettext_noop("This cannot be filed yet: %(what)s")


class HeldAlready(DomainError):
    """What is held already is not asked a second time without a reason."""

    code = "matters.held_already"
    http_status = 409
    text = gettext_noop("“%(what)s” is held already (%(source)s). Use what is held, or say why it is needed again; the reason is counted.")


class AskedAlready(DomainError):
    """The enterprise was asked for it and has not answered yet."""

    code = "matters.asked_already"
    http_status = 409
    text = gettext_noop("The enterprise has been asked for “%(what)s” and has not answered yet.")


class NotOpen(DomainError):
    """The application has ended."""

    code = "matters.not_open"
    http_status = 409
    text = gettext_noop("Application %(number)s has ended; nothing in it can be changed.")


class StepTaken(DomainError):
    """Somebody was faster: the step is no longer open."""

    code = "matters.step_taken"
    http_status = 409
    text = gettext_noop("“%(step)s” is no longer open: %(who)s dealt with it. Load the page anew.")


class WrongOutcome(DomainError):
    """A step cannot end so."""

    code = "matters.wrong_outcome"
    text = gettext_noop("“%(step)s” cannot end with “%(found)s”; expected one of: %(expected)s.")


class ReasonMissing(DomainError):
    """The act needs a reason."""

    code = "matters.reason_missing"
    text = gettext_noop("This needs a reason. Write it down and try again.")


class CauseMissing(DomainError):
    """A step that leaves the park says why."""

    code = "matters.cause_missing"
    text = gettext_noop("A step that leaves the park needs its cause. Choose one and try again.")


class OwnApplication(DomainError):
    """Who filed or supplied as an agent does not decide."""

    code = "matters.own_application"
    http_status = 403
    text = gettext_noop("You acted as the enterprise's agent in application %(number)s; another person must deal with this step.")


class StillAsked(DomainError):
    """The application cannot be granted while the enterprise owes an answer."""

    code = "matters.still_asked"
    http_status = 409
    text = gettext_noop("The enterprise still owes an answer (%(what)s); the matter cannot be granted before it came.")


class OnItsWay(DomainError):
    """A condition of the process cannot be decided with what is known."""

    code = "matters.undecided"
    http_status = 409
    text = gettext_noop("The process cannot go on: its condition “%(condition)s” has no answer. Check the fields of the application.")


class GreenAlready(DomainError):
    """The application is in the green channel already."""

    code = "matters.green_already"
    http_status = 409
    text = gettext_noop("Application %(number)s is in the green channel already.")


class NothingFaster(DomainError):
    """The green channel would change nothing in this application any more."""

    code = "matters.nothing_faster"
    http_status = 409
    text = gettext_noop("Nothing is left in application %(number)s that the green channel makes faster.")


class NoMandate(DomainError):
    """The agent has no mandate of the enterprise."""

    code = "matters.no_mandate"
    http_status = 403
    text = gettext_noop("There is no mandate from %(enterprise)s to act in its name.")


class MandateOver(DomainError):
    """The mandate was taken back or has run out."""

    code = "matters.mandate_over"
    http_status = 403
    text = gettext_noop("The mandate from %(enterprise)s ended on %(on)s.")


class OutsideMandate(DomainError):
    """The mandate does not cover this act or this matter."""

    code = "matters.outside_mandate"
    http_status = 403
    text = gettext_noop("The mandate from %(enterprise)s does not cover this: %(act)s.")
    translated = ("act",)


class WrongMandate(DomainError):
    """A mandate that cannot be given: no acts, a day that is over, somebody who cannot be an agent."""

    code = "matters.wrong_mandate"
    text = gettext_noop("The mandate cannot be given: %(what)s")
    translated = ("what",)


class HeldByPark(DomainError):
    """The park holds the power already."""

    code = "matters.power_held"
    http_status = 409
    text = gettext_noop("%(park)s holds this power already, since %(since)s.")


class WrongState(DomainError):
    """The thing is not in a state that allows the act."""

    code = "matters.wrong_state"
    http_status = 409
    text = gettext_noop("This is not possible now; it is: %(state)s.")


class WrongInput(DomainError):
    """A value that does not fit."""

    code = "matters.wrong_input"
    text = gettext_noop("“%(found)s” does not fit here; expected: %(expected)s.")
