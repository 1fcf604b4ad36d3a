"""Files of a case: checked by ending, beginning and size; kept as they came."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.programme.evidence import TYPES, File, starts_as_named
from manyuan.facts.scanning import refuse_infected
from manyuan.work.cases.errors import WrongFile
from manyuan.work.cases.models import Attachment, Case, Step
from manyuan.work.cases.rights import parties

LARGEST = 10 * 1024 * 1024
MOST = 20
ADD = gettext_noop("add a file to this case")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\<>:\"|?*]+")


def attach(*, case: Case, file: File, public: bool = True, as_reporter: bool = False, by: Actor, now: datetime) -> Attachment:
    """Add a file. public: whether who raised the case may take it. Raises NotAllowed, WrongFile, FileInfected, ScannerFailed."""
    if not (parties(case, by) or as_reporter):
        raise NotAllowed(ADD, by)
    name = safe_name(file.name)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in TYPES:
        raise WrongFile(found=name[-60:], expected=", ".join(TYPES))
    if not file.content:
        raise WrongFile(found="0 B", expected=gettext_noop("a file with content"))
    if len(file.content) > LARGEST:
        raise WrongFile(found=f"{len(file.content) / 1048576:.1f} MB", expected="10 MB")
    if not starts_as_named(ending, file.content):
        raise WrongFile(found=name[-60:], expected=gettext_noop("content that fits the file's ending"))
    refuse_infected(name, file.content)
    return _keep(case, name, file.content, public, by, now)


@transaction.atomic
def _keep(case: Case, name: str, content: bytes, public: bool, by: Actor, now: datetime) -> Attachment:
    row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    now = max(now, row.changed_at)
    if row.attachments.count() >= MOST:
        raise WrongFile(found=str(MOST + 1), expected=gettext_noop("at most 20 files"))
    ending = name.rsplit(".", 1)[-1].lower()
    made = Attachment.objects.create(
        case=row, name=name, content_type=TYPES[ending], content=content, size=len(content), public=public or parties(row, by) <= {"reporter"}, added_at=now,
        added_label=by.label[:200],
    )  # fmt: skip
    data = {"file": name, "size": made.size}
    Step.objects.create(case=row, at=now, act="attach", state=row.state, actor_id=by.id, actor_label=by.label[:200], public=made.public, data=data)
    audit.record(by=by, now=now, action="cases.attach", subject_kind="case", subject_id=row.number, after=data)
    return made


def safe_name(name: str) -> str:
    """A file's name without a path and without signs that mean something to a page or a file system."""
    return (_UNSAFE.sub("_", name).strip(" .") or "file")[-120:]
