"""People and the organisations they belong to. A person sees exactly the rows of their organisation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Organisation(models.Model):
    """The city office, a park committee, a park company, an enterprise, an institute or service body, or the public."""

    class Kind(models.TextChoices):
        CITY = "city", "市级部门"
        COMMITTEE = "committee", "园区管委会"
        COMPANY = "company", "园区公司"
        ENTERPRISE = "enterprise", "企业"
        INSTITUTE = "institute", "高校院所与服务机构"
        PUBLIC = "public", "公众"

    kind = models.CharField(max_length=12, choices=Kind)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, blank=True, related_name="organisations")
    enterprise = models.OneToOneField(Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="organisation")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["committee", "company"]) | Q(park__isnull=False),
                name="committee_and_company_have_a_park",
            ),
            models.CheckConstraint(
                condition=~Q(kind="enterprise") | Q(enterprise__isnull=False),
                name="enterprise_organisation_has_its_enterprise",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class People(UserManager["User"]):
    """People by login."""

    use_in_migrations = False

    def get(self, *args: Any, **kwargs: Any) -> User:
        """One person, with the organisation in the same look: what somebody may do always hangs on it."""
        return self.get_queryset().select_related("organisation").get(*args, **kwargs)


class User(AbstractUser):
    """A person with a login. Rights come from the organisation; `may_release` names the officials who release figures to the public;
    `must_change_password` leads to the change of a password that somebody else made, before anything else."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="people")
    display_name = models.CharField(max_length=80, blank=True)
    post = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    may_release = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)

    objects = People()


class ApiToken(models.Model):
    """A token for programs: only its SHA-256 is kept; it carries the rights of its owner, perhaps read-only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
