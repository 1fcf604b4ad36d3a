"""Evidence: proof laid before a qualitative goal or a commitment, and the review by the role that signs off.

Who lays before: the city, park committees and companies (for their park). Who reviews: the city. Files are kept as they came, are
checked by ending, beginning and size, and are only ever handed out as downloads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.errors import EvidenceIsReviewed, ReasonMissing, WrongEvidence
from manyuan.facts.programme.models import Commitment, Evidence, Goal
from manyuan.facts.scanning import refuse_infected

LARGEST = 20 * 1024 * 1024
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
}
_STARTS = {"pdf": b"%PDF", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "png": b"\x89PNG", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
LAY = gettext_noop("lay evidence before this")
REVIEW = gettext_noop("review this evidence")


@dataclass(frozen=True)
class File:
    """A file as it came."""

    name: str
    content: bytes


def submit_evidence(
    *,
    goal: Goal | None = None,
    commitment: Commitment | None = None,
    item: str,
    title: str,
    by: Actor,
    now: datetime,
    text: str = "",
    file: File | None = None,
    park_id: int | None = None,
    is_demo: bool = False,
) -> Evidence:
    """Lay evidence before a goal or a commitment. item: which required piece it answers.

    Raises NotAllowed, WrongEvidence, and for a file that the virus scanner does not find clean FileInfected or ScannerFailed.
    """
    if not (by.sees_all or (by.role in (Role.COMMITTEE, Role.COMPANY) and park_id in by.park_ids)):
        raise NotAllowed(LAY, by)
    if (goal is None) == (commitment is None):
        raise ValueError("evidence stands before one goal or one commitment")
    wanted = [one["code"] for one in required_items(goal or commitment)]  # type: ignore[arg-type]
    if item not in wanted:
        raise WrongEvidence(field=gettext_noop("Required piece"), found=item or "-", expected=", ".join(wanted) or "-")
    if not 0 < len(title.strip()) <= 200:
        raise WrongEvidence(field=gettext_noop("Title"), found=title[:40] or "-", expected=gettext_noop("1 to 200 characters"))
    if file is None and not text.strip():
        raise WrongEvidence(field=gettext_noop("Proof"), found="-", expected=gettext_noop("a text or a file"))
    kind = _kind(file) if file else ""
    if file is not None:
        refuse_infected(file.name, file.content)
    with transaction.atomic():
        row = Evidence.objects.create(
            goal=goal, commitment=commitment, item=item, park_id=park_id, title=title.strip(), text=text.strip(), file_name=file.name[-200:] if file else "",
            content=file.content if file else None, content_type=TYPES.get(kind, ""), is_demo=is_demo, submitted_by_id=by.id, submitted_at=now,
        )  # fmt: skip
        after = {"goal": goal.code if goal else None, "commitment": commitment.number if commitment else None, "item": item, "title": row.title}
        audit.record(by=by, now=now, action="evidence.submit", subject_kind="evidence", subject_id=row.pk, after=after)
        audit.emit(name="evidence.submitted", data={"evidence_id": row.pk}, now=now)
    return row


@transaction.atomic
def review_evidence(*, evidence: Evidence, accept: bool, reason: str, by: Actor, now: datetime) -> Evidence:
    """Accept or reject (with a reason). Only the city, once. Raises NotAllowed, EvidenceIsReviewed, ReasonMissing."""
    if not by.sees_all:
        raise NotAllowed(REVIEW, by)
    row = Evidence.objects.select_for_update().get(pk=evidence.pk)
    if row.state != Evidence.State.SUBMITTED:
        raise EvidenceIsReviewed(title=row.title)
    if not accept and not reason.strip():
        raise ReasonMissing()
    row.state = Evidence.State.ACCEPTED if accept else Evidence.State.REJECTED
    row.reviewed_by_id, row.reviewed_at, row.review_reason = by.id, now, reason.strip()
    row.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_reason"])
    audit.record(
        by=by, now=now, action="evidence.review", subject_kind="evidence", subject_id=row.pk, after={"state": str(row.state)}, reason=reason
    )  # fmt: skip
    return row


def required_items(of: Goal | Commitment) -> list[dict[str, object]]:
    """The pieces of evidence that a goal or a commitment asks for, as the pack has them."""
    if isinstance(of, Goal):
        return list(of.definition.get("evidence") or ())
    return list((of.definition.get("measure") or {}).get("evidence") or ())


def visible(actor: Actor) -> QuerySet[Evidence]:
    """The evidence that the actor may read: the city all, park people their park's and the city's own; others nothing."""
    rows = Evidence.objects.select_related("park", "submitted_by__organisation", "reviewed_by").defer("content")
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(park_id__in=actor.park_ids) | rows.filter(park=None)
    return rows.none()


def evidence_for(actor: Actor, pk: int) -> Evidence:
    """One piece of evidence that the actor may read. Raises NotFound."""
    row = visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def _kind(file: File) -> str:
    ending = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
    if ending not in TYPES:
        raise WrongEvidence(field=gettext_noop("File"), found=file.name[-60:], expected=", ".join(TYPES))
    if len(file.content) > LARGEST:
        raise WrongEvidence(field=gettext_noop("File"), found=f"{len(file.content) / 1048576:.1f} MB", expected="20 MB")
    if not starts_as_named(ending, file.content):
        raise WrongEvidence(field=gettext_noop("File"), found=file.name[-60:], expected=gettext_noop("content that fits the file's ending"))
    return ending


def starts_as_named(ending: str, content: bytes) -> bool:
    """Whether a file is what its ending says: it begins so, an Office file holds the part that makes it one and no macros, a text holds no bytes of a program."""
    start = _STARTS.get(ending)
    if start is None:
        return b"\x00" not in content or content.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16 says so at its beginning
    if not content.startswith(start):
        return False
    return ending not in _PARTS or _holds(content, _PARTS[ending])


def _holds(content: bytes, part: str) -> bool:
    """Only the list of names is read; nothing is unpacked."""
    try:
        with ZipFile(BytesIO(content)) as package:
            names = package.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return part in names and not any(name.lower().endswith("vbaproject.bin") for name in names)
