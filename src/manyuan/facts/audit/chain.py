"""The chain of audit records: what a digest covers, and finding the first record that was tampered with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop, override

from manyuan.facts.audit.canonical import digest, moment
from manyuan.facts.audit.models import AuditRecord, ChainHead

START = "0" * 64
_COVERED = (
    "id", "at", "actor_id", "actor_label", "actor_role", "origin", "action", "subject_kind", "subject_id", "before", "after", "reason",
)  # fmt: skip
_CHUNK = 2000

REASONS = {
    "changed": gettext_noop("record %(id)s is not what was written: its content and its digest do not agree"),
    "broken_link": gettext_noop("record %(id)s does not follow the one before it: a record was changed, removed or put in"),
    "missing": gettext_noop("record %(id)s is missing"),
    "tail_missing": gettext_noop("the records from %(id)s on are missing: the chain ends before its kept end"),
    "beyond_end": gettext_noop("record %(id)s lies beyond the kept end of the chain: it was put in, or the kept end was set back"),
}


@dataclass(frozen=True)
class Verification:
    """What a check of the whole chain found. reason: empty, or a key of REASONS; first_bad_id: the record it is about."""

    ok: bool
    records: int
    first_bad_id: int | None = None
    reason: str = ""

    def message(self, language: str) -> str:
        """The finding as a sentence in `language` ('zh-hans' or 'en')."""
        with override(language):
            if self.ok:
                return gettext("The audit chain is whole: %(count)s records checked.") % {"count": self.records}
            what = gettext(REASONS[self.reason]) % {"id": self.first_bad_id}
            return gettext("The audit chain is broken: %(what)s. %(count)s records before it are in order.") % {
                "what": what,
                "count": self.records,
            }


def verify(progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check every record against the one before it, reading in a stream (memory does not grow with the chain).

    progress(done, total) is called every 2,000 records. Safe while others write: what they add meanwhile is left for the next check.
    """
    head = ChainHead.objects.filter(pk=1).values_list("record_id", "digest").first() or (0, START)
    last, kept = head
    rows = AuditRecord.objects.filter(id__lte=last).order_by("id").values_list(*_COVERED, "previous_digest", "digest")
    previous, done = START, 0
    for row in rows.iterator(chunk_size=_CHUNK):
        *covered, link, given = row
        if row[0] != done + 1:
            return Verification(False, done, done + 1, "missing")
        if link != previous:
            return Verification(False, done, row[0], "broken_link")
        if digest(previous, _digestible(dict(zip(_COVERED, covered)))) != given:
            return Verification(False, done, row[0], "changed")
        previous, done = given, row[0]
        if progress and done % _CHUNK == 0:
            progress(done, last)
    if done != last:
        return Verification(False, done, done + 1, "tail_missing")
    if previous != kept:
        return Verification(False, done - 1 if done else 0, done or None, "broken_link")
    beyond = _first_beyond_end()
    if beyond:
        return Verification(False, done, beyond, "beyond_end")
    if progress:
        progress(done, last)
    return Verification(True, done)


def fields_of(record: AuditRecord) -> dict[str, Any]:
    """What the digest of a record covers."""
    return _digestible({name: getattr(record, name) for name in _COVERED})


def _digestible(fields: dict[str, Any]) -> dict[str, Any]:
    at: datetime = fields["at"]
    return {**fields, "at": moment(at)}


def _first_beyond_end() -> int | None:
    """The first record after the kept end; read end last, since a writer moves both in one transaction."""
    newest = AuditRecord.objects.order_by("-id").values_list("id", flat=True).first() or 0
    end = ChainHead.objects.filter(pk=1).values_list("record_id", flat=True).first() or 0
    return AuditRecord.objects.filter(id__gt=end).order_by("id").values_list("id", flat=True).first() if newest > end else None
