"""The fixed people of the demo city: one for each role, all with one published password, only ever in demo mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from manyuan.facts.accounts.errors import NoCityYet, OnlyInDemoMode
from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.people import make_organisation, make_user
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park, ParkParent

DEMO_PASSWORD = "manyuan-demo-2026"  # noqa: S105  published on purpose; such accounts come in only in demo mode


@dataclass(frozen=True)
class _Person:
    username: str
    display_name: str
    post: str
    who: str
    may_release: bool = False


_CITY = (
    _Person("city", "市级负责人", "园区处负责人", "市级部门（可发布数据） · city officer, may release figures", True),
    _Person("clerk", "市级经办", "园区处经办", "市级部门（起草政策） · city clerk, drafts policies"),
    _Person("finance", "市级复核", "资金处复核", "市级部门（复核资金） · city finance, the second approval"),
)
_COMMITTEES = (
    _Person("park1", "管委会甲", "统计专员", "园区管委会 · park committee"),
    _Person("park2", "管委会乙", "统计专员", "园区管委会 · park committee"),
)
_COMPANY = _Person("company", "园区公司", "运营经理", "园区公司 · park company")
_FIRMS = (
    _Person("firm1", "企业甲", "填报员", "企业 · enterprise"),
    _Person("firm2", "企业乙", "填报员", "企业 · enterprise"),
)
_INSTITUTE = _Person("institute", "研究院", "研究员", "高校院所与服务机构 · institute")
_ALL = (*_CITY, *_COMMITTEES, _COMPANY, *_FIRMS, _INSTITUTE)


def demo_people() -> list[tuple[str, str]]:
    """Login name and role of each demo person there is, with the organisation, in a fixed order: for the start of `make run`."""
    known = {user.username: user.organisation for user in User.objects.filter(is_demo=True, is_active=True).select_related("organisation")}
    return [(p.username, f"{p.who} — {known[p.username]}") for p in _ALL if p.username in known]


@transaction.atomic
def make_demo_accounts(now: datetime) -> list[User]:
    """Make the demo people; those who exist are left as they are. Committees of the first two top parks that have enterprises, an
    enterprise of each. Raises OnlyInDemoMode, NoCityYet.
    """
    if not settings.DEMO:
        raise OnlyInDemoMode()
    by = system("demo", at="demo")
    parks, firms = _two_parks(), []
    for park in parks:
        firms += Enterprise.objects.filter(park=park, status="active", organisation=None).order_by("uscc")[:1]
    there = {user.username: user for user in User.objects.filter(username__in=[p.username for p in _ALL], is_demo=True)}
    if len(there) == len(_ALL):
        return [there[p.username] for p in _ALL]
    if len(parks) < 2 or len(firms) < 2:
        raise NoCityYet(parks=len(parks), enterprises=len(firms))
    city = _organisation(by, now, "city", "市级园区主管部门", "City park office")
    placed = [(person, city) for person in _CITY]
    for person, park in zip(_COMMITTEES, parks):
        placed.append(
            (
                person,
                _organisation(by, now, "committee", f"{park.name_zh}管委会", f"Committee of {park.name_en}", park=park),
            )
        )
    park = parks[0]
    placed.append((_COMPANY, _organisation(by, now, "company", f"{park.name_zh}公司", f"Company of {park.name_en}", park=park)))
    for person, firm in zip(_FIRMS, firms):
        placed.append((person, _organisation(by, now, "enterprise", firm.name[:120], firm.name_en, enterprise=firm)))
    placed.append((_INSTITUTE, _organisation(by, now, "institute", "示范研究院", "Demo institute")))
    return [there.get(person.username) or _person(by, now, person, organisation) for person, organisation in placed]


@transaction.atomic
def make_city_demo_accounts(now: datetime) -> list[User]:
    """Make the demo people who need no park: the city office and the institute; those who exist are left as they are."""
    if not settings.DEMO:
        raise OnlyInDemoMode()
    by = system("demo", at="demo")
    there = {user.username: user for user in User.objects.filter(username__in=[p.username for p in (*_CITY, _INSTITUTE)], is_demo=True)}
    city = _organisation(by, now, "city", "市级园区主管部门", "City park office")
    placed = [*((person, city) for person in _CITY), (_INSTITUTE, _organisation(by, now, "institute", "示范研究院", "Demo institute"))]
    return [there.get(person.username) or _person(by, now, person, organisation) for person, organisation in placed]


def _two_parks() -> list[Park]:
    below = ParkParent.objects.filter(superseded_at=None, valid_to=None).values("park_id")
    tenanted = Enterprise.objects.filter(status="active", park__isnull=False).values("park_id")
    return list(Park.objects.filter(closed_on=None, id__in=tenanted).exclude(id__in=below).order_by("code")[:2])


def _organisation(
    by: Actor,
    now: datetime,
    kind: str,
    name_zh: str,
    name_en: str,
    park: Park | None = None,
    enterprise: Enterprise | None = None,
) -> Organisation:
    known = Organisation.objects.filter(kind=kind, park=park, enterprise=enterprise, is_demo=True).first()
    return known or make_organisation(
        kind=kind,
        name_zh=name_zh[:120],
        name_en=name_en[:160],
        park=park,
        enterprise=enterprise,
        is_demo=True,
        by=by,
        now=now,
    )


def _person(by: Actor, now: datetime, person: _Person, organisation: Organisation) -> User:
    return make_user(
        username=person.username,
        organisation=organisation,
        password=DEMO_PASSWORD,
        display_name=person.display_name,
        post=person.post,
        may_release=person.may_release,
        is_demo=True,
        by=by,
        now=now,
    )
