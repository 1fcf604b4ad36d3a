"""A demand comes in: by the portal, the open page, an officer, a workbook, a program or a mail; it goes straight to the unit that can solve it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.accounts import sealing
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import open_within
from manyuan.work.demands.codes import digest_of, new_code, write_code
from manyuan.work.demands.errors import NobodyThere, WrongDemand
from manyuan.work.demands.models import Demand
from manyuan.work.demands.routing import SURE, propose, unit_for
from manyuan.work.demands.topics import rules

FILE = gettext_noop("file a demand for this enterprise")
LONGEST = 5_000
ON_BEHALF = ("officer", "workbook", "api")
"""Ways in by which somebody of the house files for a firm, sees the code and hands it on."""
_PHONE = re.compile(r"(\+?86)?(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)")
_SENTENCE = re.compile(r"[。！？!?\n；;]")


@dataclass(frozen=True)
class Contact:
    """Whom to call or to write to. Number and mailbox are kept encrypted."""

    name: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True)
class Filed:
    """A demand as filed, and the code by which somebody without login follows it ('' for people with one).

    Who files on behalf of a firm is given its code as well: once, for the firm."""

    demand: Demand
    code: str = ""


@transaction.atomic
def file_demand(
    *,
    text: str,
    title: str = "",
    enterprise: Enterprise | None = None,
    enterprise_text: str = "",
    park: Park | None = None,
    topic: str = "",
    contact: Contact = Contact(),
    channel: str = "portal",
    direct: bool = False,
    key: str = "",
    synthetic: bool = False,
    by: Actor,
    now: datetime,
) -> Filed:
    """File a demand. Only the text must be given; what it is about and who has it is proposed from it. key: the sender's own; twice is once.

    An enterprise files its own; the city and park people file on behalf of those whom they may see; somebody without login files on the open page.
    direct: past the park, straight to the city. Raises NotAllowed, WrongDemand, NobodyThere.
    """
    _may(by, enterprise, park, channel)
    text = text.strip()
    if not 4 <= len(text) <= LONGEST:
        raise WrongDemand(field=gettext_noop("What is the matter"), found=text[:40] or "-", expected=gettext_noop("4 to 5,000 characters"))
    known_rules = rules()
    if topic and topic not in known_rules.topics:
        raise WrongDemand(field=gettext_noop("Topic"), found=topic, expected=", ".join(known_rules.topics))
    phone = re.sub(r"\s", "", contact.phone)
    if phone and not _PHONE.fullmatch(phone):
        raise WrongDemand(
            field=gettext_noop("Telephone"), found=contact.phone[:20], expected=gettext_noop("a mobile number of 11 digits or a landline with its area code")
        )
    mail = _mail(contact.mail)
    proposals = propose(f"{title}\n{text}", known=known_rules, industry=(enterprise.industry_id or "") if enterprise else "")
    park = park or (enterprise.park if enterprise else None)
    chosen = known_rules.topics.get(topic) or (proposals[0].topic if proposals else None)
    sure = bool(topic) or bool(proposals and proposals[0].confidence >= SURE)
    direct = direct or bool(chosen and sure and chosen.direct)
    unit = _unit(by, chosen if sure else None, park, direct, channel)
    on_behalf = channel in ON_BEHALF and not (enterprise is not None and enterprise.pk in by.enterprise_ids) and not by.is_system
    code = new_code() if channel == "open" or on_behalf else ""
    made: list[Demand] = []

    def beside(case: Case) -> None:
        made.append(
            Demand.objects.create(
                case=case, topic=chosen.code if chosen else "", enterprise_text="" if enterprise else enterprise_text.strip()[:200], contact_name=contact.name.strip()[:60],
                contact_sealed=sealing.seal(phone) if phone else "", contact_shown=f"{phone[:3]}****{phone[-4:]}" if phone else "",
                mail_sealed=sealing.seal(mail) if mail else "",
                mail_shown=f"{mail[:2]}…@{mail.split('@')[1]}"[:80] if mail else "", secret_digest=digest_of(code) if code else "", routed={"proposals": [one.plain() for one in proposals], "chosen": topic or None, "sure": sure},
            )
        )  # fmt: skip
        if code:
            write_code(made[0], code, now)

    case = open_within(
        kind="demand", title=(title.strip() or _first_sentence(text))[:200], text=text, enterprise=enterprise, park=park, unit=unit, channel=channel, direct=direct,
        reporter_label=(contact.name or enterprise_text)[:60] if channel == "open" else "", key=key, synthetic=synthetic, beside=beside, by=by, now=now,
    )  # fmt: skip
    return Filed(made[0], code) if made else Filed(Demand.objects.get(case=case))


def _may(by: Actor, enterprise: Enterprise | None, park: Park | None, channel: str) -> None:
    if by.sees_all or channel == "open":
        return
    own = enterprise is not None and enterprise.pk in by.enterprise_ids
    on_behalf = by.role in (Role.COMMITTEE, Role.COMPANY) and (enterprise.park_id if enterprise else park.pk if park else None) in by.park_ids
    if not (own or on_behalf):
        raise NotAllowed(FILE, by)


def _unit(by: Actor, topic: object, park: Park | None, direct: bool, channel: str) -> Organisation:
    if direct:
        found = Organisation.objects.filter(kind="city").order_by("pk").first()
    else:
        found = unit_for(topic, park.pk if park else None)  # type: ignore[arg-type]
    if found is None:
        raise NobodyThere()
    return found


def _mail(given: str) -> str:
    given = given.strip()
    try:
        if given:
            validate_email(given)
    except ValidationError:
        expected = gettext_noop("a mailbox such as name@example.com")
        raise WrongDemand(field=gettext_noop("E-mail"), found=given[:40], expected=expected) from None
    return given


def _first_sentence(text: str) -> str:
    first = _SENTENCE.split(text, 1)[0].strip() or text.strip()
    return first if len(first) <= 40 else first[:39] + "…"


def by_code(number: str, code: str) -> Demand | None:
    """The demand of a number, for somebody who has its code."""
    found = Demand.objects.select_related("case__kind", "case__unit", "case__park", "case__enterprise").filter(case__number=number.strip().upper()).first()
    if found is None or not found.secret_digest or not secrets.compare_digest(found.secret_digest, digest_of(code)):
        return None
    return found


def telephone(demand: Demand) -> str:
    """The number in plain, for who handles it."""
    return sealing.opened(demand.contact_sealed) if demand.contact_sealed else ""
