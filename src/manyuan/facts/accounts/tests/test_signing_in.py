from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import path

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import change_own_language, change_password_by_admin, disable_user
from manyuan.facts.accounts.tests.identity_provider import running
from manyuan.facts.accounts.tests.town import NOW, PASSWORD
from manyuan.facts.audit.actors import Role, system
from manyuan.facts.audit.models import AuditRecord

pytestmark = pytest.mark.enable_socket


def sign_in(client: Client, username: str, password: str = PASSWORD, **headers: str):
    return client.post("/accounts/login/", {"login": username, "password": password}, headers=headers)


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_signing_in_leaves_an_audit_record(town, client):
    assert sign_in(client, "committee").status_code == 302 and is_in(client)
    entry = AuditRecord.objects.last()
    assert (entry.action, entry.actor_id, entry.origin) == ("accounts.sign_in", town["committee"].pk, "127.0.0.1")


def test_nobody_signs_up(town, client):
    count = User.objects.count()
    answer = client.post("/accounts/signup/", {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 200 and User.objects.count() == count and not is_in(client)


def test_the_sixth_try_is_refused_even_with_the_right_password_and_says_how_long(town, client):
    for number in range(5):
        answer = sign_in(client, "committee", f"wrong-{number}", **{"Accept-Language": "en"})
        assert "Too many" not in answer.content.decode()
    answer = sign_in(client, "committee", **{"Accept-Language": "en"})
    assert not is_in(client) and "Too many wrong tries. Wait 5 minutes" in answer.content.decode()
    answer = sign_in(client, "committee", **{"Accept-Language": "zh-hans"})
    assert not is_in(client) and "请等待 5 分钟后再试" in answer.content.decode()


def test_five_tries_lock_one_name_in_any_spelling_and_no_other(town, client):
    for number in range(5):
        sign_in(client, "committee", f"wrong-{number}")
    sign_in(client, "COMMITTEE")
    assert not is_in(client)
    sign_in(client, "city")
    assert is_in(client)


def test_a_right_password_in_between_does_not_reset_the_count(town, client):
    for number in range(4):
        sign_in(client, "committee", f"wrong-{number}")
    other = Client()
    sign_in(other, "committee")
    assert is_in(other)
    sign_in(client, "committee", "wrong-again")
    sign_in(client, "committee")
    assert not is_in(client)


def test_a_disabled_person_is_out_at_once_and_cannot_come_in(town, client):
    client.force_login(town["company"])
    disable_user(user=town["company"], reason="left", by=system(), now=NOW)
    assert client.get("/accounts/password/change/").status_code == 302
    again = Client()
    sign_in(again, "company")
    assert not is_in(again)


def test_a_new_password_ends_open_sessions(town, client):
    sign_in(client, "company")
    change_password_by_admin(user=town["company"], password="entirely-new-7", by=system(), now=NOW)
    assert client.get("/accounts/password/change/").status_code == 302


def test_demo_people_come_in_only_in_demo_mode(town, client, settings):
    User.objects.filter(username="company").update(is_demo=True)
    settings.DEMO = False
    sign_in(client, "company")
    assert not is_in(client)
    settings.DEMO = True
    sign_in(client, "company")
    assert is_in(client)
    settings.DEMO = False
    assert client.get("/accounts/password/change/").status_code == 302 and not is_in(client)


def test_the_second_step_is_asked_for_and_checked(town, client):
    secret = generate_totp_secret()
    TOTP.activate(town["company"], secret)
    answer = sign_in(client, "company")
    assert answer.status_code == 302 and not is_in(client)
    wrong = client.post(answer["Location"], {"code": "000000"})
    assert wrong.status_code == 200 and not is_in(client)
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    client.post(answer["Location"], {"code": code})
    assert is_in(client)


def single_sign_on(client: Client, provider, settings, code: str = "good-code"):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [{"provider_id": "sso", "name": "SSO", "client_id": "manyuan", "secret": "kept-secret", "settings": {"server_url": provider.address}}]
        }
    }
    begun = client.post("/accounts/oidc/sso/login/")
    assert begun.status_code == 302 and begun["Location"].startswith(provider.address + "/auth?")
    state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
    return client.get("/accounts/oidc/sso/login/callback/", {"code": code, "state": state}, headers={"Accept-Language": "en"})


def test_a_known_person_comes_in_by_single_sign_on_and_is_tied_to_the_lasting_identifier(town, client, settings):
    with running({"sub": "id-77", "preferred_username": "committee"}) as provider:
        assert single_sign_on(client, provider, settings).status_code == 302 and is_in(client)
        tied = AuditRecord.objects.get(action="accounts.tie_identity")
        assert tied.subject_id == str(town["committee"].pk) and tied.after["uid"] == "id-77"
        provider.claims["preferred_username"] = "renamed-at-the-provider"
        later = Client()
        single_sign_on(later, provider, settings)
        assert is_in(later) and later.session[SESSION_KEY] == str(town["committee"].pk)


@pytest.mark.parametrize("claims", [{"sub": "id-1", "preferred_username": "nobody-here"}, {"sub": "id-1"}])
def test_an_unknown_person_is_told_what_to_do_and_nothing_is_made(town, client, settings, claims):
    count = User.objects.count()
    with running(claims) as provider:
        answer = single_sign_on(client, provider, settings)
    assert answer.status_code == 403 and "What to do" in answer.content.decode()
    assert not is_in(client) and User.objects.count() == count


def test_a_second_identity_cannot_take_over_a_person(town, client, settings):
    with running({"sub": "id-77", "preferred_username": "committee"}) as provider:
        single_sign_on(client, provider, settings)
        provider.claims["sub"] = "id-of-another"
        thief = Client()
        assert single_sign_on(thief, provider, settings).status_code == 403 and not is_in(thief)


def test_a_disabled_or_demo_person_does_not_come_in_by_single_sign_on(town, client, settings):
    disable_user(user=town["company"], reason="left", by=system(), now=NOW)
    User.objects.filter(username="city").update(is_demo=True)
    for name in ("company", "city"):
        with running({"sub": f"id-{name}", "preferred_username": name}) as provider:
            assert single_sign_on(client, provider, settings).status_code == 403 and not is_in(client)


def test_a_code_the_provider_does_not_accept_lets_nobody_in(town, client, settings):
    with running({"sub": "id-77", "preferred_username": "committee"}) as provider:
        single_sign_on(client, provider, settings, code="stolen")
        assert provider.codes_seen == ["stolen"] and not is_in(client)


def _who(request):
    from django.http import JsonResponse

    actor = request.actor
    return JsonResponse({"role": actor.role, "at": actor.at, "parks": len(actor.park_ids), "language": request.LANGUAGE_CODE})


urlpatterns = [path("who/", _who), path("api/who/", _who)]


def test_each_request_carries_its_actor_and_the_readers_language(town, client, settings):
    settings.ROOT_URLCONF = "manyuan.facts.accounts.tests.test_signing_in"
    assert client.get("/who/").json()["role"] == Role.PUBLIC
    change_own_language(user=town["committee"], language="en", by=actor_of(town["committee"]), now=NOW)
    client.force_login(town["committee"])
    chinese = {"Accept-Language": "zh-hans"}
    assert client.get("/who/", headers=chinese).json() == {"role": "committee", "at": "127.0.0.1", "parks": 2, "language": "en"}
    assert client.get("/api/who/", headers=chinese).json()["language"] == "zh-hans"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert client.get("/who/").json()["language"] == "zh-hans"
