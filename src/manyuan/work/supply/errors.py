"""Why something about offers and needs is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class ScenesFaulty(DomainError):
    code = "supply.scenes_faulty"
    text = gettext_noop("The scenes of the pack cannot be used:\n%(faults)s")


class WrongField(DomainError):
    """field: a msgid, or a pair (Chinese, English) of the pack; expected: a msgid."""

    code = "supply.wrong_field"
    text = gettext_noop("%(field)s: found “%(found)s”, expected %(expected)s.")
    translated = ("field", "expected")

    def message(self, language: str) -> str:
        field = self.data["field"]
        if isinstance(field, tuple):
            self_in_language = WrongField(**(self.data | {"field": field[0 if language.startswith("zh") else 1]}))
            return self_in_language.message(language)
        return super().message(language)


class TitleNeeded(DomainError):
    code = "supply.title_needed"
    http_status = 403
    text = gettext_noop("Needs of “%(scene)s” are published by holders of the title %(title)s only. Choose another scene.")


class NotOpen(DomainError):
    code = "supply.not_open"
    http_status = 409
    text = gettext_noop("“%(title)s” is closed or has run out. Look for another one.")


class NoMatch(DomainError):
    code = "supply.no_match"
    text = gettext_noop("These two do not fit: the category differs, or something indispensable is missing.")


class SameOwner(DomainError):
    code = "supply.same_owner"
    text = gettext_noop("Offer and need belong to the same organisation.")


class IntroducedAlready(DomainError):
    code = "supply.introduced_already"
    http_status = 409
    text = gettext_noop("These two are being brought together already.")


class WrongState(Listing):
    code = "supply.wrong_state"
    http_status = 409
    text = gettext_noop("This is %(state)s; what you want needs %(expected)s. Load the page again to see where it stands.")
    context = "supply"
    listed = ("state", "expected")


class OwnFigure(DomainError):
    code = "supply.own_figure"
    http_status = 403
    text = gettext_noop("The other side confirms the result; who recorded it does not.")


class WrongFile(DomainError):
    code = "supply.wrong_file"
    text = gettext_noop("The file was not taken. %(faults)s")
