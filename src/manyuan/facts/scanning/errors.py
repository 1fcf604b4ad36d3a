"""Why a file was not taken in; nothing was kept of it."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class FileInfected(DomainError):
    code = "scanning.infected"
    text = gettext_noop("The virus scanner refused the file “%(file)s”; nothing of it was kept. Scan your computer, make the file anew and upload it again.")


class ScannerFailed(DomainError):
    code = "scanning.failed"
    http_status = 503
    text = gettext_noop("The file “%(file)s” could not be checked for viruses, so it was not taken. Try again in a few minutes, or tell the administrator.")
