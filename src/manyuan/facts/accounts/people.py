"""Organisations and the people in them: making them, their password, their language, switching a login off and on.

The city administers everybody; a park committee the people of its parks and of the enterprises that sit there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop, override

from manyuan.facts.accounts.errors import (
    AlreadyDisabled,
    LanguageUnknown,
    NotDisabled,
    NotOfTheCity,
    NoTwoStep,
    OrganisationIncomplete,
    UserNameTaken,
    UserNameUnfit,
    WeakPassword,
)
from manyuan.facts.accounts.models import ApiToken, Organisation, User
from manyuan.facts.accounts.queries import organisations
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.services import record
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park

_Kind = Organisation.Kind
_NEEDS = {
    _Kind.COMMITTEE: ("park", gettext_noop("a park")),
    _Kind.COMPANY: ("park", gettext_noop("a park")),
    _Kind.ENTERPRISE: ("enterprise", gettext_noop("its enterprise")),
}
RELEASE = gettext_noop("name who releases figures to the public")
_NEEDS_NOTHING = (None, gettext_noop("neither a park nor an enterprise"))


def may_administer(by: Actor, organisation: Organisation | None) -> bool:
    """Whether `by` makes and changes the people of the organisation. People of no organisation are the city's."""
    if by.sees_all:
        return True
    return organisation is not None and organisations(by).filter(pk=organisation.pk).exists()


@transaction.atomic
def make_organisation(
    *,
    kind: str,
    name_zh: str,
    name_en: str = "",
    park: Park | None = None,
    enterprise: Enterprise | None = None,
    is_demo: bool = False,
    by: Actor,
    now: datetime,
) -> Organisation:
    """Make an organisation. A committee and a company have a park, an enterprise's organisation has its enterprise, others neither.

    Raises NotAllowed (the city makes organisations; a committee those of its own enterprises), OrganisationIncomplete.
    """
    kind = _Kind(kind)
    own_enterprise = kind is _Kind.ENTERPRISE and enterprise is not None and enterprise.park_id in by.park_ids
    if not (by.sees_all or (by.role is Role.COMMITTEE and own_enterprise)):
        raise NotAllowed(gettext_noop("make this organisation"), by)
    needed, expected = _NEEDS.get(kind, _NEEDS_NOTHING)
    given = {"park": park, "enterprise": enterprise}
    if {key for key, value in given.items() if value is not None} != ({needed} - {None}) or not name_zh.strip():
        raise OrganisationIncomplete(name=name_zh, kind=kind.value, expected=expected if name_zh.strip() else gettext_noop("a name"))
    made = Organisation.objects.create(kind=kind, name_zh=name_zh.strip(), name_en=name_en.strip(), park=park, enterprise=enterprise, is_demo=is_demo)
    after = {
        "kind": kind.value,
        "name_zh": made.name_zh,
        "park": park and park.code,
        "enterprise": enterprise and enterprise.uscc,
    }
    _audit(by, now, "make_organisation", made, after={**after, "is_demo": is_demo})
    return made


@transaction.atomic
def make_user(
    *,
    username: str,
    organisation: Organisation | None,
    password: str | None,
    display_name: str = "",
    post: str = "",
    language: str = "zh-hans",
    may_release: bool = False,
    temporary: bool = False,
    is_demo: bool = False,
    by: Actor,
    now: datetime,
) -> User:
    """Make a person with a login. password None: comes in by single sign-on only. temporary: the person chooses their own password
    when they first sign in. Nobody makes a person with more rights than theirs.

    Raises NotAllowed, UserNameUnfit, UserNameTaken (upper and lower case are one), WeakPassword, LanguageUnknown.
    """
    if not may_administer(by, organisation) or (may_release and not by.sees_all):
        raise NotAllowed(gettext_noop("make this account"), by)
    username = User.normalize_username(username.strip())
    try:
        UnicodeUsernameValidator()(username)
        fits = 2 <= len(username) <= 150
    except ValidationError:
        fits = False
    if not fits:
        raise UserNameUnfit(username=username)
    if User.objects.filter(username__iexact=username).exists():
        raise UserNameTaken(username=username)
    _check_language(language)
    user = User(
        username=username,
        organisation=organisation,
        display_name=display_name.strip(),
        post=post.strip(),
        language=language,
        may_release=may_release,
        must_change_password=temporary and password is not None,
        is_demo=is_demo,
        date_joined=now,
    )
    if password is None:
        user.set_unusable_password()
    else:
        _check_password(password, user)
        user.set_password(password)
    user.save()
    after = {
        "username": username,
        "organisation": organisation and organisation.pk,
        "may_release": may_release,
        "is_demo": is_demo,
    }
    _audit(by, now, "make_user", user, after=after)
    return user


@transaction.atomic
def change_password_by_admin(*, user: User, password: str, by: Actor, now: datetime) -> User:
    """Give a person a new password, to be changed when they next sign in; their open sessions end. Raises NotAllowed, WeakPassword.
    The record holds no password."""
    _may(by, user, gettext_noop("change the password of this account"))
    _check_password(password, user)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _audit(by, now, "change_password", user, after={})
    return user


@transaction.atomic
def disable_user(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Switch a login off: sessions and tokens stop at once. Raises NotAllowed (also for oneself), AlreadyDisabled."""
    _may(by, user, gettext_noop("switch this account off"))
    if by.id == user.pk:
        raise NotAllowed(gettext_noop("switch this account off"), by)
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
        raise AlreadyDisabled(username=user.username)
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    _audit(
        by,
        now,
        "disable_user",
        user,
        before={"is_active": True},
        after={"is_active": False, "tokens_revoked": ended},
        reason=reason,
    )
    return user


@transaction.atomic
def enable_user(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Switch a login on again; its tokens stay revoked. Raises NotAllowed, NotDisabled."""
    _may(by, user, gettext_noop("switch this account on"))
    if User.objects.select_for_update().get(pk=user.pk).is_active:
        raise NotDisabled(username=user.username)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _audit(by, now, "enable_user", user, before={"is_active": False}, after={"is_active": True}, reason=reason)
    return user


@transaction.atomic
def change_person(*, user: User, display_name: str, post: str, by: Actor, now: datetime) -> User:
    """Correct a person's name and post. Raises NotAllowed."""
    _may(by, user, gettext_noop("change this account"))
    before = {"display_name": user.display_name, "post": user.post}
    user.display_name, user.post = display_name.strip()[:80], post.strip()[:80]
    after = {"display_name": user.display_name, "post": user.post}
    if before != after:
        user.save(update_fields=list(after))
        _audit(by, now, "change_person", user, before=before, after=after)
    return user


@transaction.atomic
def name_releasing_official(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Name a person of the city who may release figures to the public. Only the city. Raises NotAllowed, NotOfTheCity."""
    if not by.sees_all:
        raise NotAllowed(RELEASE, by)
    if user.organisation is None or user.organisation.kind != _Kind.CITY:
        raise NotOfTheCity(username=user.username)
    return _release(user, True, reason, by, now)


@transaction.atomic
def end_releasing(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """The person releases no more figures; what they released stays. Only the city. Raises NotAllowed."""
    if not by.sees_all:
        raise NotAllowed(RELEASE, by)
    return _release(user, False, reason, by, now)


@transaction.atomic
def take_off_two_step(*, user: User, reason: str, by: Actor, now: datetime) -> int:
    """Take the second step off the login of a person who lost their device. Raises NotAllowed (also for oneself), NoTwoStep."""
    act = gettext_noop("take the second step off this account")
    _may(by, user, act)
    if by.id == user.pk:
        raise NotAllowed(act, by)
    taken, _ = Authenticator.objects.filter(user=user).delete()
    if not taken:
        raise NoTwoStep(username=user.username)
    _audit(by, now, "take_off_two_step", user, before={"devices": taken}, after={"devices": 0}, reason=reason)
    return int(taken)


@transaction.atomic
def rename_organisation(*, organisation: Organisation, name_zh: str, name_en: str, by: Actor, now: datetime) -> Organisation:
    """Correct an organisation's names. Raises NotAllowed, OrganisationIncomplete."""
    if not may_administer(by, organisation):
        raise NotAllowed(gettext_noop("change this organisation"), by)
    if not name_zh.strip():
        raise OrganisationIncomplete(name=organisation.name_zh, kind=organisation.kind, expected=gettext_noop("a name"))
    before = {"name_zh": organisation.name_zh, "name_en": organisation.name_en}
    organisation.name_zh, organisation.name_en = name_zh.strip()[:120], name_en.strip()[:160]
    after = {"name_zh": organisation.name_zh, "name_en": organisation.name_en}
    if before != after:
        organisation.save(update_fields=list(after))
        _audit(by, now, "rename_organisation", organisation, before=before, after=after)
    return organisation


@transaction.atomic
def give_organisation_another_park(*, organisation: Organisation, park: Park, reason: str, by: Actor, now: datetime) -> Organisation:
    """Let a committee or company answer for another park, for example after a merge closed its own. Only the city.

    Raises NotAllowed, OrganisationIncomplete for an organisation that has no park.
    """
    if not by.sees_all:
        raise NotAllowed(gettext_noop("change this organisation"), by)
    if organisation.park is None:
        raise OrganisationIncomplete(name=organisation.name_zh, kind=organisation.kind, expected=_NEEDS_NOTHING[1])
    before = {"park": organisation.park.code}
    if organisation.park_id != park.pk:
        organisation.park = park
        organisation.save(update_fields=["park"])
        _audit(by, now, "organisation_park", organisation, before=before, after={"park": park.code}, reason=reason)
    return organisation


@transaction.atomic
def change_own_language(*, user: User, language: str, by: Actor, now: datetime) -> User:
    """Remember the language a person reads in. Raises NotAllowed for another's, LanguageUnknown."""
    if by.id != user.pk:
        raise NotAllowed(gettext_noop("change the language of another person"), by)
    _check_language(language)
    before = user.language
    user.language = language
    user.save(update_fields=["language"])
    if before != language:
        _audit(by, now, "change_language", user, before={"language": before}, after={"language": language})
    return user


def _may(by: Actor, user: User, act: str) -> None:
    if not may_administer(by, user.organisation) or (user.may_release and not by.sees_all):
        raise NotAllowed(act, by)


def _release(user: User, may: bool, reason: str, by: Actor, now: datetime) -> User:
    if user.may_release != may:
        user.may_release = may
        user.save(update_fields=["may_release"])
        _audit(by, now, "may_release", user, before={"may_release": not may}, after={"may_release": may}, reason=reason)
    return user


def _check_language(language: str) -> None:
    known = dict(settings.LANGUAGES)
    if language not in known:
        raise LanguageUnknown(found=language, expected=", ".join(known))


def _check_password(password: str, user: User) -> None:
    """Django's validators word their refusal at once, so it is asked for in each language."""
    reasons = {}
    for language, _ in settings.LANGUAGES:
        with override(language):
            try:
                validate_password(password, user)
            except ValidationError as found:
                reasons[language] = " ".join(found.messages)
    if reasons:
        raise WeakPassword(reasons)


def _audit(by: Actor, now: datetime, act: str, subject: Organisation | User, **rest: Any) -> None:
    kind = "organisation" if isinstance(subject, Organisation) else "user"
    record(by=by, now=now, action=f"accounts.{act}", subject_kind=kind, subject_id=subject.pk, **rest)
