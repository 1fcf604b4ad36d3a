"""Bank accounts of recipients: given by the recipient alone, sealed, shown masked; every sight of a whole number is recorded."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.accounts import sealing
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.money.errors import AccountIncomplete, ReasonMissing, WrongNumber
from manyuan.work.money.models import BankAccount

GIVE = gettext_noop("give the bank account of this recipient")
SEE = gettext_noop("see a whole account number")
CONFIRM = gettext_noop("confirm a changed bank account")
_NUMBER = re.compile(r"\d{8,32}")


def may_give(owner: Enterprise | Park, by: Actor) -> bool:
    """The recipient's own people alone: nobody who pays decides where to."""
    if isinstance(owner, Park):
        return by.role in (Role.COMMITTEE, Role.COMPANY) and owner.pk in by.park_ids
    return by.role is Role.ENTERPRISE and owner.pk in by.enterprise_ids


def current_account(owner: Enterprise | Park) -> BankAccount | None:
    """The account in use, None while none was given."""
    return BankAccount.objects.filter(replaced_at=None, **_owned(owner)).first()


@transaction.atomic
def give_account(*, owner: Enterprise | Park, holder: str, bank: str, number: str, by: Actor, now: datetime) -> BankAccount:
    """Give or change the account. The same account again changes nothing. What was approved before the change is not paid to it until the city has
    confirmed it. Raises NotAllowed, AccountIncomplete, WrongNumber."""
    if not may_give(owner, by):
        raise NotAllowed(GIVE, by)
    holder, bank = holder.strip(), bank.strip()
    if not holder or not bank or not number.strip() or len(holder) > 200 or len(bank) > 200:
        raise AccountIncomplete()
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number))
    if not _NUMBER.fullmatch(plain):
        raise WrongNumber(found=len(plain))
    print_ = sealing.fingerprint(plain)
    type(owner).objects.select_for_update().get(pk=owner.pk)
    old = current_account(owner)
    if old is not None and (old.fingerprint, old.holder, old.bank) == (print_, holder, bank):
        return old
    if old is not None:
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
    made = BankAccount.objects.create(
        holder=holder, bank=bank, number_sealed=sealing.seal(plain), last_digits=plain[-4:], fingerprint=print_, entered_by_id=by.id, entered_label=by.label,
        entered_at=now, **_owned(owner),
    )  # fmt: skip
    audit.record(
        by=by, now=now, action="money.give_account", subject_kind="bank_account", subject_id=made.pk,
        before=None if old is None else {"account": old.masked, "bank": old.bank}, after={"account": made.masked, "bank": bank, "holder": holder},
    )  # fmt: skip
    return made


@transaction.atomic
def confirm_account(*, account: BankAccount, reason: str, by: Actor, now: datetime) -> BankAccount:
    """A person of the city has checked a changed account with the recipient (how, is the reason): what was approved before may be paid to it."""
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(CONFIRM, by)
    if not reason.strip():
        raise ReasonMissing()
    account = BankAccount.objects.select_for_update().get(pk=account.pk)
    account.confirmed_label, account.confirmed_at = by.label, now
    account.save(update_fields=["confirmed_label", "confirmed_at"])
    audit.record(
        by=by, now=now, action="money.confirm_account", subject_kind="bank_account", subject_id=account.pk, after={"account": account.masked}, reason=reason
    )
    return account


@transaction.atomic
def reveal_number(*, account: BankAccount, reason: str, by: Actor, now: datetime) -> str:
    """The whole number, for the recipient's own people and for the city with a reason; recorded each time."""
    own = may_give(account.enterprise or account.park, by)  # type: ignore[arg-type]
    if not own and (by.id is None or by.is_system or by.role is not Role.CITY):
        raise NotAllowed(SEE, by)
    if not own and not reason.strip():
        raise ReasonMissing()
    number = sealing.opened(account.number_sealed)
    audit.record(
        by=by, now=now, action="money.reveal_number", subject_kind="bank_account", subject_id=account.pk, after={"account": account.masked}, reason=reason
    )
    return number


def _owned(owner: Enterprise | Park) -> dict[str, Enterprise | Park]:
    return {"park" if isinstance(owner, Park) else "enterprise": owner}
