from __future__ import annotations

from datetime import date, timedelta

import pytest

from manyuan.facts.accounts.demo import DEMO_PASSWORD
from manyuan.facts.accounts.errors import (
    AlreadyDisabled,
    NoCityYet,
    NotDisabled,
    OnlyInDemoMode,
    OrganisationIncomplete,
    TokenAlreadyRevoked,
    TokenNameMissing,
    TokenTermUnfit,
    UserNameTaken,
    UserNameUnfit,
    WeakPassword,
)
from manyuan.facts.accounts.models import ApiToken, User
from manyuan.facts.accounts.queries import actor_of, bearer_of, may_see_field, organisations, park_and_below, people
from manyuan.facts.accounts.services import (
    change_own_language,
    change_password_by_admin,
    demo_people,
    disable_user,
    enable_user,
    issue_token,
    make_demo_accounts,
    make_organisation,
    make_user,
    revoke_token,
)
from manyuan.facts.accounts.tests.town import NOW, PASSWORD, build_land
from manyuan.facts.audit.actors import NotAllowed, Role, system
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.parks.models import ParkParent


def test_a_committee_answers_for_its_park_and_all_below(town):
    actor = actor_of(town["committee"], at="10.0.0.1")
    assert actor.role is Role.COMMITTEE and actor.at == "10.0.0.1"
    assert actor.park_ids == {town.east.id, town.east_sub.id} and not actor.enterprise_ids and not actor.sees_all


def test_each_role_has_exactly_its_rows(town):
    assert actor_of(town["city"]).sees_all
    assert actor_of(town["company"]).park_ids == {town.east.id, town.east_sub.id}
    firm = actor_of(town["enterprise"])
    assert firm.enterprise_ids == {town.firm_east.id} and not firm.park_ids
    for name in ("institute", "stray"):
        other = actor_of(town[name])
        assert not other.park_ids and not other.enterprise_ids and not other.sees_all
    assert actor_of(town["stray"]).role is Role.PUBLIC


def test_a_switched_off_person_is_an_actor_of_the_public(town):
    disable_user(user=town["city"], reason="left", by=system(), now=NOW)
    assert actor_of(town["city"]).role is Role.PUBLIC and actor_of(town["city"]).id is None


@pytest.mark.parametrize(
    ("on", "below"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2025, 12, 31), True), (date(2026, 1, 1), False)],
)
def test_the_tree_counts_as_it_stood_on_the_day(town, on, below):
    ParkParent.objects.update(valid_to=date(2026, 1, 1))
    assert (town.east_sub.id in park_and_below(town.east.id, on)) is below
    assert park_and_below(town.east.id) == {town.east.id}


@pytest.mark.parametrize(
    ("marked", "seen_by"),
    [
        ({}, {"city", "committee", "enterprise", "institute"}),
        ({"restricted_to": []}, {"city", "committee", "enterprise", "institute"}),
        ({"restricted_to": ["city", "enterprise"]}, {"city", "enterprise"}),
        ({"restricted_to": ["enterprise"]}, {"enterprise"}),
    ],
)
def test_a_marked_field_is_seen_by_the_roles_it_names(town, marked, seen_by):
    assert {name for name in ("city", "committee", "enterprise", "institute") if may_see_field(actor_of(town[name]), marked)} == seen_by
    assert may_see_field(system(), marked)


@pytest.mark.parametrize(
    ("kind", "has"),
    [
        ("committee", ()),
        ("company", ("enterprise",)),
        ("enterprise", ("park",)),
        ("city", ("park",)),
        ("enterprise", ("park", "enterprise")),
    ],
)
def test_an_organisation_has_exactly_what_its_kind_needs(town, kind, has):
    given = {"park": town.west, "enterprise": town.firm_sub}
    with pytest.raises(OrganisationIncomplete):
        make_organisation(kind=kind, name_zh="某某", by=system(), now=NOW, **{key: given[key] for key in has})


def test_a_committee_makes_people_of_its_own_parks_only(town):
    officer = actor_of(town["committee"])
    body = make_organisation(kind="enterprise", name_zh="分园企业", enterprise=town.firm_sub, by=officer, now=NOW)
    made = make_user(username="newfirm", organisation=body, password=PASSWORD, by=officer, now=NOW)
    assert made.check_password(PASSWORD) and made in people(officer)
    for foreign in (town["enterprise_west"].organisation, town["city"].organisation, None):
        with pytest.raises(NotAllowed):
            make_user(username="other", organisation=foreign, password=PASSWORD, by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        make_user(username="other", organisation=body, password=PASSWORD, may_release=True, by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        make_organisation(kind="enterprise", name_zh="西企", enterprise=town.firm_west, by=officer, now=NOW)
    assert not User.objects.filter(username="other").exists()


def test_others_administer_nobody(town):
    for name in ("enterprise", "company", "institute", "stray"):
        assert not people(actor_of(town[name])).exists() and not organisations(actor_of(town[name])).exists()


@pytest.mark.parametrize(
    ("username", "password", "error"),
    [
        ("CITY", PASSWORD, UserNameTaken),
        ("a", PASSWORD, UserNameUnfit),
        ("has space", PASSWORD, UserNameUnfit),
        ("newone", "short", WeakPassword),
        ("newone", "password123", WeakPassword),
    ],
)
def test_unfit_names_and_passwords_are_refused_and_nothing_is_made(town, username, password, error):
    before = (User.objects.count(), AuditRecord.objects.count())
    with pytest.raises(error) as refused:
        make_user(username=username, organisation=town["city"].organisation, password=password, by=system(), now=NOW)
    assert (User.objects.count(), AuditRecord.objects.count()) == before
    assert refused.value.message("en") and refused.value.message("zh-hans")


def test_the_reasons_against_a_password_are_in_the_readers_language(town):
    with pytest.raises(WeakPassword) as refused:
        change_password_by_admin(user=town["company"], password="short", by=system(), now=NOW)
    assert "10 characters" in refused.value.message("en") and "10 个字符" in refused.value.message("zh-hans")


def test_no_record_holds_a_password_or_a_secret(town):
    change_password_by_admin(user=town["company"], password="entirely-new-7", by=actor_of(town["city"]), now=NOW)
    _, secret = issue_token(user=town["city"], name="script", by=actor_of(town["city"]), now=NOW)
    everything = str(list(AuditRecord.objects.values())) + str(list(ApiToken.objects.values()))
    assert "entirely-new-7" not in everything and secret not in everything and PASSWORD not in everything
    assert User.objects.get(username="company").check_password("entirely-new-7")


def test_switching_a_login_off_ends_its_tokens_and_switching_on_does_not_bring_them_back(town):
    _, secret = issue_token(user=town["company"], name="script", by=actor_of(town["company"]), now=NOW)
    city = actor_of(town["city"])
    disable_user(user=town["company"], reason="left", by=city, now=NOW)
    assert bearer_of(secret, NOW) is None
    with pytest.raises(AlreadyDisabled):
        disable_user(user=town["company"], reason="left", by=city, now=NOW)
    enable_user(user=town["company"], reason="back", by=city, now=NOW)
    assert bearer_of(secret, NOW) is None
    with pytest.raises(NotDisabled):
        enable_user(user=town["company"], reason="back", by=city, now=NOW)
    with pytest.raises(NotAllowed):
        disable_user(user=town["city"], reason="oops", by=city, now=NOW)


def test_a_token_speaks_for_its_owner_until_it_ends(town):
    token, secret = issue_token(user=town["company"], name="script", days=30, by=actor_of(town["company"]), now=NOW)
    found = bearer_of(secret, NOW + timedelta(days=30, seconds=-1))
    assert found and found.user == town["company"] and found.token == token and token.read_only
    assert bearer_of(secret, NOW + timedelta(days=30)) is None
    assert bearer_of(secret[:-1], NOW) is None and bearer_of("", NOW) is None
    with pytest.raises(NotAllowed):
        revoke_token(token=token, by=actor_of(town["committee_west"]), now=NOW)
    revoke_token(token=token, by=actor_of(town["committee"]), now=NOW)
    assert bearer_of(secret, NOW) is None
    with pytest.raises(TokenAlreadyRevoked):
        revoke_token(token=token, by=actor_of(town["company"]), now=NOW)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"days": 0}, TokenTermUnfit),
        ({"days": 367}, TokenTermUnfit),
        ({"name": " "}, TokenNameMissing),
        ({"name": "x" * 81}, TokenNameMissing),
    ],
)
def test_unfit_tokens_are_refused(town, given, error):
    with pytest.raises(error):
        issue_token(**{"user": town["city"], "name": "x", "by": actor_of(town["city"]), "now": NOW, **given})
    assert not ApiToken.objects.exists()


def test_nobody_takes_a_token_in_anothers_name(town):
    with pytest.raises(NotAllowed):
        issue_token(user=town["company"], name="x", by=actor_of(town["city"]), now=NOW)


def test_the_language_is_remembered_by_oneself(town):
    change_own_language(user=town["company"], language="en", by=actor_of(town["company"]), now=NOW)
    assert User.objects.get(username="company").language == "en"
    with pytest.raises(NotAllowed):
        change_own_language(user=town["company"], language="en", by=actor_of(town["city"]), now=NOW)


@pytest.mark.django_db
def test_demo_people_are_made_once_one_for_each_role(settings):
    settings.DEMO = True
    build_land()
    made = make_demo_accounts(NOW)
    assert [user.username for user in made] == [
        "city",
        "clerk",
        "finance",
        "park1",
        "park2",
        "company",
        "firm1",
        "firm2",
        "institute",
    ]
    assert all(user.is_demo and user.organisation.is_demo and user.check_password(DEMO_PASSWORD) for user in made)
    assert [user.username for user in made if user.may_release] == ["city"]
    roles = {user.username: actor_of(user) for user in made}
    assert not roles["park1"].park_ids & roles["park2"].park_ids
    assert roles["firm1"].enterprise_ids != roles["firm2"].enterprise_ids
    count = User.objects.count()
    assert [u.pk for u in make_demo_accounts(NOW)] == [u.pk for u in made] and User.objects.count() == count
    assert [name for name, _ in demo_people()] == [user.username for user in made]


@pytest.mark.django_db
def test_demo_people_need_demo_mode_and_a_city(settings):
    settings.DEMO = False
    with pytest.raises(OnlyInDemoMode):
        make_demo_accounts(NOW)
    settings.DEMO = True
    with pytest.raises(NoCityYet):
        make_demo_accounts(NOW)
    assert not User.objects.exists()
