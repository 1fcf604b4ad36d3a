"""Writing accounts: the front door. Organisations and people are in `people`, tokens in `tokens`, demo people in `demo`."""

from manyuan.facts.accounts.demo import DEMO_PASSWORD, demo_people, make_city_demo_accounts, make_demo_accounts
from manyuan.facts.accounts.people import (
    change_own_language,
    change_password_by_admin,
    change_person,
    disable_user,
    enable_user,
    end_releasing,
    give_organisation_another_park,
    make_organisation,
    make_user,
    may_administer,
    name_releasing_official,
    rename_organisation,
    take_off_two_step,
)
from manyuan.facts.accounts.tokens import issue_token, note_use, revoke_token

__all__ = [
    "DEMO_PASSWORD",
    "change_own_language",
    "change_password_by_admin",
    "change_person",
    "demo_people",
    "disable_user",
    "enable_user",
    "end_releasing",
    "give_organisation_another_park",
    "issue_token",
    "make_city_demo_accounts",
    "make_demo_accounts",
    "make_organisation",
    "make_user",
    "may_administer",
    "name_releasing_official",
    "note_use",
    "rename_organisation",
    "revoke_token",
    "take_off_two_step",
]
