"""Why something about a filing is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongPeriod(DomainError):
    code = "filings.wrong_period"
    text = gettext_noop("The period %(found)s cannot be read. Write a month as 2025-09, a quarter as 2025Q3 or a year as 2025 (years 1900 to 2999).")


class WrongPeriodKind(DomainError):
    code = "filings.wrong_period_kind"
    text = gettext_noop("The period %(found)s is not a %(expected)s. Choose a period of the kind that the form asks for.")
    translated = ("expected",)


class PeriodNotOver(DomainError):
    code = "filings.period_not_over"
    text = gettext_noop("The period %(found)s ends on %(ends)s; today is %(today)s. It can be opened when it is over.")


class FormIsFiled(DomainError):
    code = "filings.form_is_filed"
    http_status = 409
    text = gettext_noop(
        "Figures were already filed on version %(version)s of the form %(form)s, and its text is different now. Give the new text version %(next)s."
    )


class WrongState(DomainError):
    code = "filings.wrong_state"
    http_status = 409
    text = gettext_noop("%(subject)s, %(period)s is %(state)s; this act needs it to be %(expected)s. Reload the page to see who moved it.")
    translated = ("state", "expected")


class ReasonMissing(DomainError):
    code = "filings.reason_missing"
    text = gettext_noop("Say why: a return or an unlock needs a reason that the other side can act on.")


class NothingToSubmit(DomainError):
    code = "filings.nothing_to_submit"
    http_status = 409
    text = gettext_noop("%(subject)s, %(period)s has no figures yet. Fill it in or upload the workbook first.")


class ValuesWrong(DomainError):
    """faults: a list of definition.FieldFault, every one."""

    code = "filings.values_wrong"
    text = gettext_noop("%(count)s entries of %(subject)s, %(period)s are wrong. First: %(first)s")


class UploadChanged(DomainError):
    code = "filings.upload_changed"
    http_status = 409
    text = gettext_noop("Somebody changed these filings after the preview of %(file)s. Nothing was written; look at the new preview and commit again.")


class UploadIsDone(DomainError):
    code = "filings.upload_done"
    http_status = 409
    text = gettext_noop("The upload %(file)s is already committed or discarded. Upload the file again to change more.")


class WrongFile(DomainError):
    """A workbook that cannot be taken as a whole; `zh` and `en` hold what the reader of workbooks says."""

    code = "filings.wrong_file"

    def message(self, language: str) -> str:
        """The sentence of the workbook reader."""
        return str(self.data["zh" if language.startswith("zh") else "en"])


class WrongTemplate(DomainError):
    code = "filings.wrong_template"
    text = gettext_noop("The workbook says it is %(found)s, the upload is for %(expected)s. Choose that form and period, or take the right workbook.")


KIND_NAMES = {"month": gettext_noop("month"), "quarter": gettext_noop("quarter"), "year": gettext_noop("year")}

STATE_NAMES = {
    "draft": gettext_noop("a draft"),
    "submitted": gettext_noop("submitted"),
    "returned": gettext_noop("returned"),
    "approved": gettext_noop("approved by the park"),
    "locked": gettext_noop("locked by the city"),
}


class UnknownField(DomainError):
    code = "filings.unknown_field"
    text = gettext_noop("The form has no field %(found)s that you may fill in. Expected one of: %(expected)s.")


class WrongFieldValue(DomainError):
    code = "filings.wrong_value"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("expected",)
