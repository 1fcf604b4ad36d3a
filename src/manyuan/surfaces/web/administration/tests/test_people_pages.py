"""People, organisations and tokens on pages: who makes whom, what is shown once, what is refused and then changes nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from manyuan.facts.accounts.models import ApiToken, Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import issue_token
from manyuan.facts.accounts.tests.town import NOW, build_town
from manyuan.facts.audit.models import AuditRecord


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def signed(client, town):
    def sign(name: str) -> Client:
        client.force_login(town[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign


def _secret(page: str) -> str:
    return re.search(r"data-secret><strong>([^<]+)<", page)[1]


def test_a_new_person_signs_in_with_the_password_that_was_shown_once(town, signed):
    page = signed("city").post("/people/new/", {"organisation": town["institute"].organisation_id, "username": "lin", "display_name": "林某", "language": "en"})
    made = User.objects.get(username="lin")
    password = _secret(page.content.decode())
    assert page["Cache-Control"] == "no-store" and made.check_password(password) and made.organisation == town["institute"].organisation
    assert password not in signed("city").get(f"/people/{made.pk}/").content.decode()
    assert not any(password in str(record.after) for record in AuditRecord.objects.all())


def test_a_taken_login_name_is_refused_above_the_form_and_what_was_typed_stays(town, signed):
    before = User.objects.count()
    page = signed("city").post("/people/new/", {"organisation": town["institute"].organisation_id, "username": "CITY", "display_name": "某某"})
    assert page.status_code == 422 and "某某" in page.content.decode() and User.objects.count() == before


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [("committee", "company", 200), ("committee", "enterprise", 200), ("committee", "committee_west", 404), ("committee", "enterprise_west", 404),
     ("committee", "city", 404), ("city", "stray", 200), ("company", "enterprise", 403), ("enterprise", "enterprise", 403)],
)  # fmt: skip
def test_only_who_administers_a_person_opens_their_page_and_gives_a_password(town, signed, who, whom, status):
    person = town[whom]
    client = signed(who)
    assert client.get(f"/people/{person.pk}/").status_code == status
    answer = client.post(f"/people/{person.pk}/act/", {"act": "password"})
    assert answer.status_code == status
    person.refresh_from_db()
    changed = not person.check_password("correct-horse-22")
    assert changed == (status == 200) and (not changed or person.check_password(_secret(answer.content.decode())))


def test_a_committee_makes_people_for_its_enterprises_and_for_nobody_elses(town, signed):
    client = signed("committee")
    fields = {"username": "wang", "display_name": "王某"}
    assert client.post("/people/new/", {**fields, "organisation": town["enterprise_west"].organisation_id}).status_code == 422
    assert not User.objects.filter(username="wang").exists()
    client.post("/people/new/", {**fields, "organisation": town["enterprise"].organisation_id})
    assert User.objects.get(username="wang").organisation == town["enterprise"].organisation


def test_a_login_is_switched_off_with_a_reason_and_on_again_but_never_ones_own(town, signed):
    client, person = signed("city"), town["company"]
    client.post(f"/people/{person.pk}/act/", {"act": "disable", "reason": "离职"})
    person.refresh_from_db()
    assert not person.is_active and "离职" in client.get(f"/people/{person.pk}/").content.decode()
    client.post(f"/people/{person.pk}/act/", {"act": "enable", "reason": "返岗"})
    person.refresh_from_db()
    assert person.is_active
    assert client.post(f"/people/{town['city'].pk}/act/", {"act": "disable"}).status_code == 403
    assert User.objects.get(pk=town["city"].pk).is_active


def test_only_officials_of_the_city_are_named_to_release_figures(town, signed):
    clerk = town["city"]
    client = signed("city")
    client.post(f"/people/{clerk.pk}/act/", {"act": "no_release", "reason": "轮岗"})
    assert not User.objects.get(pk=clerk.pk).may_release
    client.post(f"/people/{clerk.pk}/act/", {"act": "release", "reason": "授权书1号"})
    assert User.objects.get(pk=clerk.pk).may_release
    client.post(f"/people/{town['company'].pk}/act/", {"act": "release"})
    assert not User.objects.get(pk=town["company"].pk).may_release
    assert signed("committee").post(f"/people/{town['company'].pk}/act/", {"act": "release"}).status_code == 403


def test_a_lost_device_is_taken_off_by_the_administrator(town, signed):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=town["company"], type="totp", data={})
    client = signed("city")
    assert "two_step" in client.get(f"/people/{town['company'].pk}/").content.decode()
    client.post(f"/people/{town['company'].pk}/act/", {"act": "two_step", "reason": "设备遗失"})
    assert not Authenticator.objects.exists() and AuditRecord.objects.filter(action="accounts.take_off_two_step").count() == 1


def test_organisations_are_made_with_what_their_kind_needs(town, signed):
    client = signed("city")
    before = Organisation.objects.count()
    assert client.post("/organisations/new/", {"kind": "committee", "name_zh": "无园区"}).status_code == 422
    assert client.post("/organisations/new/", {"kind": "enterprise", "uscc": "0"}).status_code == 422
    assert client.post("/organisations/new/", {"kind": "enterprise", "uscc": town.firm_east.uscc}).status_code == 422, "it has one"
    assert Organisation.objects.count() == before
    client.post("/organisations/new/", {"kind": "company", "name_zh": "西园公司", "park": "west"})
    client.post("/organisations/new/", {"kind": "enterprise", "uscc": town.firm_sub.uscc.lower()})
    client.post("/organisations/new/", {"kind": "institute", "name_zh": "研究所"})
    assert list(Organisation.objects.order_by("-pk").values_list("name_zh", flat=True)[:3]) == ["研究所", town.firm_sub.name, "西园公司"]


def test_a_committee_makes_organisations_of_its_own_enterprises_only(town, signed):
    client = signed("committee")
    Organisation.objects.filter(pk=town["enterprise_west"].organisation_id).update(enterprise=None, kind="institute")
    before = Organisation.objects.count()
    for fields in ({"kind": "company", "name_zh": "x", "park": "east"}, {"kind": "enterprise", "uscc": town.firm_west.uscc}, {"kind": "city", "name_zh": "x"}):
        assert client.post("/organisations/new/", fields).status_code == 422
    assert Organisation.objects.count() == before
    client.post("/organisations/new/", {"kind": "enterprise", "uscc": town.firm_sub.uscc})
    assert Organisation.objects.filter(enterprise=town.firm_sub).exists()


def test_a_token_is_shown_once_works_and_is_revoked(town, signed):
    client = signed("enterprise")
    page = client.post("/tokens/", {"name": "ERP", "days": "30", "may": "read"})
    secret = _secret(page.content.decode())
    assert page["Cache-Control"] == "no-store" and secret not in client.get("/tokens/").content.decode()
    program = Client(headers={"authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/me").json()["username"] == "enterprise"
    client.post("/tokens/", {"act": "revoke", "token": ApiToken.objects.get().pk})
    assert program.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("fields", [{"name": "", "days": "30"}, {"name": "x", "days": "0"}, {"name": "x", "days": "367"}, {"name": "x", "days": "²"}])
def test_a_token_without_name_or_with_an_unfit_term_is_not_made(town, signed, fields):
    assert signed("enterprise").post("/tokens/", fields).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_revokes_anothers_token_on_the_page_of_ones_own(town, signed):
    token, _ = issue_token(user=town["company"], name="x", by=actor_of(town["company"]), now=NOW)
    assert signed("city").post("/tokens/", {"act": "revoke", "token": token.pk}).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    signed("committee").post(f"/people/{town['company'].pk}/act/", {"act": "token", "token": token.pk})
    assert ApiToken.objects.get().revoked_at is not None
