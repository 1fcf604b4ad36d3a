"""What the rules of cultivation refuse."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class LaddersInvalid(DomainError):
    """A file of ladders that cannot be used; `faults`: a line each."""

    code = "cultivation.ladders_invalid"
    text = gettext_noop("The ladders cannot be used: %(faults)s")


class NoLadders(DomainError):
    code = "cultivation.no_ladders"
    http_status = 409
    text = gettext_noop("This deployment has no ladders yet. Install a pack that holds ladders/ladders.yaml.")


class UnknownRung(DomainError):
    code = "cultivation.unknown_rung"
    text = gettext_noop("There is no rung %(found)s; there are: %(known)s.")


class AlreadyInPool(DomainError):
    code = "cultivation.in_pool_already"
    http_status = 409
    text = gettext_noop("%(name)s is in the growth pool for this rung since %(since)s.")


class NotByRule(DomainError):
    """The rule of the pool does not let the enterprise in."""

    code = "cultivation.not_by_rule"
    http_status = 409
    text = gettext_noop(
        "By the rule of the pool %(name)s cannot enter for this rung: it neither meets its rules nor is close enough. Judge it again if its facts changed."
    )


class Over(DomainError):
    """What was left or closed cannot be changed."""

    code = "cultivation.over"
    http_status = 409
    text = gettext_noop("This ended on %(on)s and cannot be changed.")


class WrongStep(Listing):
    """A step that the state of a plan does not allow."""

    code = "cultivation.wrong_step"
    http_status = 409
    text = gettext_noop("Plan %(number)s stands at “%(state)s”; this step is not open from there.")
    context = "cultivation"
    listed = ("state",)


class Missing(DomainError):
    """Something that has to be said was left out."""

    code = "cultivation.missing"
    text = gettext_noop("%(what)s is missing. Enter it and try again.")
    translated = ("what",)


class WrongDay(DomainError):
    """A day that cannot be."""

    code = "cultivation.wrong_day"
    text = gettext_noop("%(what)s: found %(found)s, expected %(expected)s.")
    translated = ("what", "expected")


class WrongOfficer(DomainError):
    """Somebody who cannot look after this plan."""

    code = "cultivation.wrong_officer"
    text = gettext_noop("%(name)s cannot be the officer: only people of the park's committee, its company or the city office can.")


class AlreadyAnchor(DomainError):
    code = "cultivation.anchor_already"
    http_status = 409
    text = gettext_noop("%(name)s is an anchor enterprise since %(since)s.")


class NoPark(DomainError):
    code = "cultivation.no_park"
    http_status = 409
    text = gettext_noop("%(name)s sits in no park today; an anchor enterprise belongs to a park.")


class AlreadySettled(DomainError):
    code = "cultivation.settled_already"
    http_status = 409
    text = gettext_noop("This commitment was settled on %(on)s.")
