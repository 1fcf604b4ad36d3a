"""Why something about officers or visits is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class NoOfficer(DomainError):
    code = "visits.no_officer"
    text = gettext_noop("%(name)s cannot be an officer here: expected somebody who works for the city or for the firm's park and whose login is on.")


class WrongDates(DomainError):
    code = "visits.wrong_dates"
    text = gettext_noop("%(first)s to %(last)s: the last day must come after the first. Correct the dates.")


class AssignedLater(DomainError):
    code = "visits.assigned_later"
    http_status = 409
    text = gettext_noop("%(firm)s has an officer from %(since)s on; choose a later day.")


class AwayAlready(DomainError):
    code = "visits.away_already"
    http_status = 409
    text = gettext_noop("%(name)s is away from %(first)s until %(back)s already. Cancel that absence first.")


class OwnSubstitute(DomainError):
    code = "visits.own_substitute"
    text = gettext_noop("Nobody is their own substitute or successor. Choose a colleague.")


class SubstituteAway(DomainError):
    code = "visits.substitute_away"
    http_status = 409
    text = gettext_noop("%(name)s is away at that time too, and the substitutes would go round in a circle. Choose somebody else.")


class ReasonNeeded(DomainError):
    code = "visits.reason_needed"
    text = gettext_noop("A reason is needed.")


class ChangedMeanwhile(DomainError):
    code = "visits.changed_meanwhile"
    http_status = 409
    text = gettext_noop("What is open has changed since the list was shown (%(count)s differ). Nothing was handed over; look at the list again.")


class NothingOpen(DomainError):
    code = "visits.nothing_open"
    http_status = 409
    text = gettext_noop("%(name)s has nothing open to hand over.")


class WrongRules(DomainError):
    """faults: a line each."""

    code = "visits.wrong_rules"
    text = gettext_noop("The rules of visits cannot be taken; nothing was changed.\n%(faults)s")


class WrongState(Listing):
    code = "visits.wrong_state"
    http_status = 409
    text = gettext_noop("This visit is %(state)s; this needs %(expected)s. Load the page again to see where it stands.")
    context = "visit"
    listed = ("state", "expected")


class WrongDay(DomainError):
    code = "visits.wrong_day"
    text = gettext_noop("The day of the visit is %(found)s; expected a day of the last twelve months, not after %(today)s.")


class PlannedBack(DomainError):
    code = "visits.planned_back"
    text = gettext_noop("A visit is planned for %(found)s; expected %(today)s or later.")


class KeyTaken(DomainError):
    code = "visits.key_taken"
    http_status = 409
    text = gettext_noop("This capture was sent before with other words. Look at the visit that it made, and write down anew what is missing.")


class OtherPerson(DomainError):
    code = "visits.other_person"
    http_status = 409
    text = gettext_noop("This capture was made by somebody else on this device. Sign in as that person to send it.")


class NothingSaid(DomainError):
    code = "visits.nothing_said"
    text = gettext_noop("Nothing was written down. Say in a sentence what the visit was about.")


class TooLong(DomainError):
    code = "visits.too_long"
    text = gettext_noop("%(what)s: %(found)s characters, at most %(limit)s.")
    translated = ("what",)


class WrongPhoto(DomainError):
    """why: an English msgid."""

    code = "visits.wrong_photo"
    text = gettext_noop("The photo %(name)s cannot be taken: %(why)s.")
    translated = ("why",)


class PassedAlready(DomainError):
    code = "visits.passed_already"
    http_status = 409
    text = gettext_noop("This was passed on already.")


class NoInstitute(DomainError):
    code = "visits.no_institute"
    text = gettext_noop("An exchange needs the institute that takes part. Choose it.")


class WrongCapacity(DomainError):
    code = "visits.wrong_capacity"
    text = gettext_noop("Idle capacity needs what it is, how much and the unit; found %(found)s.")


class NoSurvey(DomainError):
    code = "visits.no_survey"
    text = gettext_noop("The firm owes no filing of this survey; the answers are kept with the visit.")
