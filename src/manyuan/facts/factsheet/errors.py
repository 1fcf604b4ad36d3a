"""Why something about facts is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class FactsInvalid(DomainError):
    """A definition of facts that cannot be used; `faults`: a line each."""

    code = "factsheet.definition_invalid"
    text = gettext_noop("The definition of the facts cannot be used: %(faults)s")


class NoFacts(DomainError):
    code = "factsheet.none_installed"
    http_status = 409
    text = gettext_noop("This deployment has no definition of facts yet. Install a pack that holds facts.yaml.")


class NotDeclared(DomainError):
    code = "factsheet.not_declared"
    http_status = 409
    text = gettext_noop("%(fact)s comes from %(source)s and cannot be declared. Correct it there.")


class WrongFact(DomainError):
    code = "factsheet.wrong_value"
    text = gettext_noop("%(fact)s: found %(found)s, expected %(expected)s.")
    translated = ("expected",)
