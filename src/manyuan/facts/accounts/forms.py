"""Forms for people and tokens; the pages around them are the web surface's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import organisations
from manyuan.facts.accounts.tokens import LONGEST_DAYS
from manyuan.facts.audit.actors import Actor


class TokenForm(forms.Form):
    """A new token: `issue_token(user=…, **form.cleaned_data, by=…, now=…)`."""

    name = forms.CharField(label=_("What the token is for"), max_length=80)
    days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=LONGEST_DAYS, initial=90)
    read_only = forms.BooleanField(label=_("Reads only"), required=False, initial=True)


class PersonForm(forms.Form):
    """A new person: `make_user(**form.cleaned_data, by=…, now=…)`. Offers only organisations the actor administers."""

    username = forms.CharField(label=_("Login name"), min_length=2, max_length=150)
    display_name = forms.CharField(label=_("Full name"), max_length=80)
    post = forms.CharField(label=_("Post"), max_length=80, required=False)
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="zh-hans")
    password = forms.CharField(
        label=_("First password (leave empty for single sign-on)"),
        widget=forms.PasswordInput,
        required=False,
        strip=False,
        empty_value=None,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations(actor)


class NewPasswordForm(forms.Form):
    """A new password by the administrator: `change_password_by_admin(user=…, **form.cleaned_data, by=…, now=…)`."""

    password = forms.CharField(label=_("New password"), widget=forms.PasswordInput, strip=False)


class ReasonForm(forms.Form):
    """Why a login is switched off or on."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)
