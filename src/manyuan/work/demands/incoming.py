"""Demands that come as a workbook or as a mail: read, shown first, filed whole or not at all; the same file or mail again files nothing twice."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256

from django.db import transaction
from django.utils.html import strip_tags
from django.utils.translation import gettext_noop

from manyuan.engines.workbooks import INVALID, MISSING, Choice, Column, Fault, Sheet, Text, read_table, write_template
from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.programme.evidence import File
from manyuan.facts.scanning import refuse_infected
from manyuan.work.cases.errors import WrongFile
from manyuan.work.cases.files import safe_name
from manyuan.work.cases.services import attach
from manyuan.work.demands.errors import WrongDemand, WrongMail
from manyuan.work.demands.filing import Contact, Filed, file_demand
from manyuan.work.demands.models import Demand
from manyuan.work.demands.topics import rules

MOST_ROWS = 2_000
MAIL_LARGEST = 15 * 1024 * 1024
_QUOTED = re.compile(r"^(>|-{2,}\s*(原始邮件|Original Message)|在.{4,60}写道：|On .{4,80} wrote:)", re.MULTILINE)


def sheet() -> Sheet:
    """What a workbook of demands holds."""
    topics = tuple(Choice(one.code, one.name["zh"], one.name["en"]) for one in rules().topics.values())
    return Sheet(
        "demands", "企业诉求", "Demands",
        (
            Column("uscc", "统一社会信用代码", "Credit code", "uscc", required=True, aliases=("信用代码", "社会信用代码")),
            Column("text", "诉求内容", "What is the matter", "text", required=True, minimum=4, maximum=5000, aliases=("诉求", "问题", "内容", "反映事项")),
            Column("topic", "诉求类别", "Topic", "choice", choices=topics, aliases=("类别", "类型")) if topics else Column("topic", "诉求类别", "Topic"),
            Column("contact", "联系人", "Contact", "text", maximum=60, aliases=("企业联系人",)),
            Column("phone", "联系电话", "Telephone", "text", maximum=20, aliases=("电话", "手机")),
            Column("mail", "电子邮箱", "E-mail", "text", maximum=200, aliases=("邮箱", "邮件")),
        ),
    )  # fmt: skip


def template(language: str) -> bytes:
    """An empty workbook to fill in."""
    return write_template(sheet(), language="zh" if language == "zh" else "en")


@dataclass
class Preview:
    """What a workbook would file: rows that are new, rows known already (filed from the same words before), and what is wrong. filed: once it is done, each demand with
    its code for the firm."""

    new: list[tuple[Enterprise, dict[str, str], str]] = field(default_factory=list)
    known: int = 0
    filed: list[Filed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def preview_demands(*, name: str, content: bytes, by: Actor) -> Preview:
    """Read a workbook; nothing is written. Raises WorkbookError where the file cannot be read, FileInfected."""
    refuse_infected(name, content)
    reading = read_table(content, name, sheet())
    out = Preview(faults=list(reading.faults))
    codes = [str(value) for value in reading.values("uscc") if value not in (MISSING, INVALID)]
    firms = {one.uscc: one for part in _parts(codes, 500) for one in visible_enterprises(by).filter(uscc__in=part).select_related("park")}
    drafts = []
    for at, row in enumerate(reading.rows):
        if row.is_wrong:
            continue
        if at >= MOST_ROWS:
            out.faults.append(
                _fault(row, "uscc", str(len(reading)), (f"最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows"), ("分成几个文件上传", "split the file"))
            )
            break
        firm = firms.get(str(row.values["uscc"]))
        if firm is None:
            out.faults.append(
                _fault(
                    row,
                    "uscc",
                    str(row.values["uscc"]),
                    ("名录中您可办理的企业", "an enterprise of the register that you may act for"),
                    ("核对信用代码", "check the code"),
                )
            )
            continue
        values = {key: "" if value is MISSING else str(value) for key, value in row.values.items()}
        drafts.append((firm, values, sha256(f"{firm.uscc}\n{values['text'].strip()}".encode()).hexdigest()[:40]))
    there = {
        one for part in _parts([key for _, _, key in drafts], 500) for one in Demand.objects.filter(case__key__in=part).values_list("case__key", flat=True)
    }
    seen: set[str] = set()
    for firm, values, key in drafts:
        if key in there or key in seen:
            out.known += 1
        else:
            seen.add(key)
            out.new.append((firm, values, key))
    return out


def _parts(values: Sequence[str], size: int) -> list[Sequence[str]]:
    return [values[at : at + size] for at in range(0, len(values), size)]


def _fault(row: object, key: str, found: str, expected: tuple[str, str], step: tuple[str, str]) -> Fault:
    cells, number, where = row.cells, row.number, row.sheet  # type: ignore[attr-defined]
    return Fault("demands.row", where, number, key, cells.get(key, ""), found, Text(*expected), Text(*step), Text("统一社会信用代码", "Credit code"))


@transaction.atomic
def import_demands(*, name: str, content: bytes, channel: str = "workbook", by: Actor, now: datetime) -> Preview:
    """File what the preview says; nothing at all where a row is wrong. The same workbook again files nothing."""
    found = preview_demands(name=name, content=content, by=by)
    if found.faults:
        return found
    for firm, values, key in found.new:
        contact = Contact(values["contact"], values["phone"], values["mail"])
        filed = file_demand(text=values["text"], enterprise=firm, topic=values["topic"], contact=contact, channel=channel, key=key, by=by, now=now)
        found.filed.append(filed)
    return found


def receive_mail(*, raw: bytes, now: datetime) -> Filed:
    """A mail becomes a demand: of the person whose mailbox sent it where that is known, else of whom the text names, for the city to look at.

    The Message-ID is its key: the same mail twice is one demand. A sender without login is written the code by which they follow it. Files that fit are attached, others are named on the trail. Raises WrongMail.
    """
    if len(raw) > MAIL_LARGEST:
        raise WrongMail(reason=gettext_noop("it is larger than 15 MB"))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    key = "mail:" + sha256(str(message.get("Message-ID") or raw).encode()).hexdigest()[:40]
    text = _body(message)
    if not sender or len(text) < 4:
        raise WrongMail(reason=gettext_noop("it names no sender or holds no text"))
    person = User.objects.filter(email__iexact=sender, is_active=True, organisation__kind="enterprise").select_related("organisation__enterprise").first()
    by = actor_of(person, at="mail") if person is not None else _stranger(sender)
    firm = person.organisation.enterprise if person is not None and person.organisation else None
    try:
        filed = file_demand(
            text=text[:5_000], title=str(message.get("Subject", ""))[:200].strip(), enterprise=firm, enterprise_text="" if firm else sender,
            contact=Contact(mail="" if firm else sender),
            channel="mail" if firm else "open", direct=firm is None, key=key, by=by, now=now,
        )  # fmt: skip
    except WrongDemand as error:
        raise WrongMail(reason=str(error)) from error
    there = list(filed.demand.case.attachments.values_list("name", "size"))  # taken before somebody was stopped in the middle
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and part.get_filename():
            if (known := (safe_name(str(part.get_filename())), len(content))) in there:
                there.remove(known)
                continue
            try:
                attach(case=filed.demand.case, file=File(str(part.get_filename()), content), as_reporter=True, by=by, now=now)
            except WrongFile:
                continue
    return filed


def _stranger(sender: str) -> Actor:
    return Actor(id=None, label=sender[:200], role=Role.PUBLIC, at="mail")


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = str(part.get_content())
    if part.get_content_type() == "text/html":
        text = strip_tags(re.sub(r"(?is)<(script|style).*?</\1>", " ", text))
    quoted = _QUOTED.search(text)
    return (text[: quoted.start()] if quoted else text).strip()
