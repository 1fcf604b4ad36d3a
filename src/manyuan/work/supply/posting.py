"""Offers and needs: published, changed, closed; idle capacity found on a visit becomes an offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts import sealing
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import titles_on
from manyuan.work.supply.errors import NotOpen, TitleNeeded, WrongField
from manyuan.work.supply.models import Posting
from manyuan.work.supply.queries import may_act_for
from manyuan.work.supply.scenes import book, checked, decimal_of

PUBLISH = gettext_noop("publish an offer or a need for this organisation")
CHANGE = gettext_noop("change this offer or need")
_FIELDS = {
    "side": gettext_noop("Offer or need"), "category": gettext_noop("Category"), "title": gettext_noop("Title"), "quantity": gettext_noop("Quantity"),
    "until": gettext_noop("Valid until"), "contact": gettext_noop("Telephone"), "text": gettext_noop("Description"),
}  # fmt: skip
_SIDE = gettext_noop("an offer or a need")
_CATEGORY = gettext_noop("a category of the programme")
_TITLE = gettext_noop("2 to 120 characters")
_TEXT = gettext_noop("at most 4,000 characters")
_QUANTITY = gettext_noop("a number above 0 with at most two decimals")
_UNTIL = gettext_noop("today or a later day")
_PHONE = gettext_noop("at most 40 characters")


@dataclass(frozen=True)
class Content:
    """What stands in a posting, as typed: attributes by code, quantity in the category's unit (text or number)."""

    title: str
    text: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    quantity: Any = None
    until: date | None = None
    is_public: bool = False
    contact_name: str = ""
    contact: str = ""


@transaction.atomic
def post(
    *, side: str, category: str, content: Content, enterprise: Enterprise | None = None, organisation: Organisation | None = None, origin: str | None = None,
    synthetic: bool = False, by: Actor, now: datetime,
) -> Posting:  # fmt: skip
    """Publish an offer or a need of an enterprise, or of an organisation that is none. Its owner, its park and the city may.

    The same origin twice is the same posting. Raises NotAllowed, TitleNeeded, WrongField.
    """
    if origin is not None and (there := Posting.objects.filter(origin=origin).first()) is not None:
        return there
    if side not in Posting.Side.values:
        raise WrongField(field=_FIELDS["side"], found=side, expected=_SIDE)
    known = book().categories.get(category)
    if known is None:
        raise WrongField(field=_FIELDS["category"], found=category, expected=_CATEGORY)
    made = Posting(
        side=side, scene=known.scene, category=known.code, enterprise=enterprise, organisation=organisation, origin=origin, synthetic=synthetic,
        made_label=by.label[:200], made_at=now,
    )  # fmt: skip
    if (enterprise is None) == (organisation is None) or by.role is Role.PUBLIC or not may_act_for(by, made):
        raise NotAllowed(PUBLISH, by)
    scene = book().scenes[known.scene]
    if side == Posting.Side.NEED and scene.needs_title and not _holds(enterprise, scene.needs_title, timezone.localdate(now)):
        raise TitleNeeded(scene=scene.name["zh"], title=scene.needs_title)
    _fill(made, content, now)
    made.save()
    audit.record(by=by, now=now, action="supply.post", subject_kind="posting", subject_id=made.pk, after=_plain(made))
    return made


@transaction.atomic
def change(*, posting: Posting, content: Content, by: Actor, now: datetime) -> Posting:
    """Change what stands in it; side, category and owner stay. An empty telephone keeps the one there is. Raises NotAllowed, NotOpen, WrongField."""
    row = _held(posting, by)
    before = _plain(row)
    _fill(row, content, now)
    row.save()
    audit.record(by=by, now=now, action="supply.change", subject_kind="posting", subject_id=row.pk, before=before, after=_plain(row))
    return row


@transaction.atomic
def close(*, posting: Posting, reason: str = "", by: Actor, now: datetime) -> Posting:
    """Take it off the market; introductions go on. Raises NotAllowed, NotOpen."""
    row = _held(posting, by)
    row.state, row.changed_at = Posting.State.CLOSED, now
    row.save(update_fields=["state", "changed_at"])
    audit.record(by=by, now=now, action="supply.close", subject_kind="posting", subject_id=row.pk, after={"state": row.state}, reason=reason[:300])
    return row


def offer_from_idle_capacity(
    *,
    enterprise_id: int,
    category: str,
    text: str,
    quantity: Any = None,
    unit: str = "",
    until: date | str | None = None,
    origin: str | None = None,
    by: Actor,
    now: datetime,
) -> Posting | None:
    """Idle capacity that a visit found becomes an offer of the enterprise, not public until the enterprise says so. category: a code or name of the pack;
    another word goes to the pack's category for idle capacity, and stays in the text.

    A quantity in another unit than the category's is kept in words only. None where the pack has no category for it or the day is over: nothing to offer then.
    """
    known = book().category_named(category) or book().categories.get(book().idle_category)
    last = date.fromisoformat(until) if isinstance(until, str) and until else until or None
    if known is None or (last is not None and last < timezone.localdate(now)):
        return None
    same = quantity not in (None, "") and unit in ("", known.unit["zh"], known.unit["en"])
    words = text if same or quantity in (None, "") else f"{text}（{quantity} {unit}）"
    title = f"{known.name['zh']}闲置产能"
    content = Content(title=title, text=words[:4_000], quantity=quantity if same else None, until=last)
    return post(side="offer", category=known.code, content=content, enterprise=Enterprise.objects.get(pk=enterprise_id), origin=origin, by=by, now=now)


def _holds(enterprise: Enterprise | None, title: str, on: date) -> bool:
    return enterprise is not None and enterprise.titles.filter(titles_on(on), kind=title).exists()


def _held(posting: Posting, by: Actor) -> Posting:
    row = Posting.objects.select_for_update(of=("self",)).select_related("enterprise", "organisation").get(pk=posting.pk)
    if by.role is Role.PUBLIC or not may_act_for(by, row):
        raise NotAllowed(CHANGE, by)
    if row.state != Posting.State.OPEN:
        raise NotOpen(title=row.title)
    return row


def _fill(row: Posting, content: Content, now: datetime) -> None:
    title, text = content.title.strip(), content.text.strip()
    if not 2 <= len(title) <= 120:
        raise WrongField(field=_FIELDS["title"], found=title[:40], expected=_TITLE)
    if len(text) > 4_000:
        raise WrongField(field=_FIELDS["text"], found=f"{text[:20]}…", expected=_TEXT)
    if content.until is not None and content.until < timezone.localdate(now):
        raise WrongField(field=_FIELDS["until"], found=content.until.isoformat(), expected=_UNTIL)
    if len(content.contact) > 40 or len(content.contact_name) > 60:
        raise WrongField(field=_FIELDS["contact"], found=f"{content.contact[:20]}…", expected=_PHONE)
    row.quantity = _quantity(content.quantity)
    row.attributes = checked(book().categories[row.category], content.attributes)
    row.title, row.text, row.until, row.is_public = title, text, content.until, content.is_public
    row.contact_name = content.contact_name.strip()
    if content.contact.strip():
        row.contact_sealed = sealing.seal(content.contact.strip())
    row.changed_at = now


def _quantity(given: Any) -> Decimal | None:
    if given is None or given == "":
        return None
    found = decimal_of(given)
    if found is None or found <= 0 or found != round(found, 2):
        raise WrongField(field=_FIELDS["quantity"], found=str(given)[:40], expected=_QUANTITY)
    return found


def _plain(row: Posting) -> dict[str, Any]:
    """For the trail; never the contact."""
    names = ("side", "category", "title", "attributes", "quantity", "until", "is_public", "enterprise_id", "organisation_id")
    return {name: getattr(row, name) for name in names}
