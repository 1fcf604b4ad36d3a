"""Who may come in: accounts are made by an administrator, never by signing up; single sign-on only for people already known."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class ClosedSignup(DefaultAccountAdapter):
    """No self sign-up."""

    def is_open_for_signup(self, request):  # type: ignore[no-untyped-def]
        return False


class KnownPeopleOnly(DefaultSocialAccountAdapter):
    """Single sign-on never makes an account."""

    def is_open_for_signup(self, request, sociallogin):  # type: ignore[no-untyped-def]
        return False
