"""`manyuan people`: the first account of a city, from an empty database to its first page."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.test import Client

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.cli.people import people

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(people, arguments)
    return found.exit_code, found.output.strip()


def test_the_first_account_of_a_city_chooses_its_own_password_before_anything_else():
    code, number = _run("add-organisation", "city", "市级部门")
    assert code == 0
    code, password = _run("add", "chief", number, "--name", "主任")
    assert code == 0 and User.objects.get().must_change_password
    assert password not in "".join(str(vars(row)) for row in AuditRecord.objects.all())
    browser = Client()
    assert browser.login(username="chief", password=password)
    for address in ("/", "/goals/", "/people/"):
        assert browser.get(address).headers["Location"].endswith("/accounts/password/change/")
    own = "lotus-anchor-94-river"
    done = browser.post("/accounts/password/change/", {"oldpassword": password, "password1": own, "password2": own})
    assert done.status_code == 302
    assert not User.objects.get().must_change_password
    assert browser.get("/goals/").status_code == 200
    assert Client().login(username="chief", password=own)


def test_a_new_password_ends_the_old_one_and_is_to_be_changed_again():
    _, number = _run("add-organisation", "city", "市级部门")
    _, first = _run("add", "chief", number)
    User.objects.update(must_change_password=False)
    code, second = _run("password", "CHIEF")
    assert code == 0 and second != first and User.objects.get().must_change_password
    assert not Client().login(username="chief", password=first)
    assert Client().login(username="chief", password=second)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("add", "chief", "999"), "999"),
        (("add-organisation", "committee", "管委会", "--park", "nowhere"), "nowhere"),
        (("password", "nobody"), "nobody"),
        (("disable", "nobody", "--reason", "x"), "nobody"),
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_made(arguments, named):
    code, said = _run(*arguments)
    assert code == 2 and named in said
    assert not User.objects.exists() and not AuditRecord.objects.exists()


def test_a_login_is_switched_off_and_on():
    _, number = _run("add-organisation", "city", "市级部门")
    _, password = _run("add", "chief", number)
    assert _run("disable", "chief", "--reason", "离岗")[0] == 0
    assert not Client().login(username="chief", password=password)
    assert _run("enable", "chief", "--reason", "返岗")[0] == 0
    assert Client().login(username="chief", password=password)
    assert "chief" in _run("list")[1]
