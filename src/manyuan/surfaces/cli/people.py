"""`manyuan people`: organisations and the people in them; how a new deployment gets its first account."""

from __future__ import annotations

import sys
from typing import Any

import click

from manyuan.surfaces.cli import speaking


def _say(chinese: str, english: str, **given: Any) -> str:
    return (chinese if speaking.chinese() else english).format(**given)


def _fail(chinese: str, english: str, **given: Any) -> None:
    click.echo(_say(chinese, english, **given), err=True)
    sys.exit(2)


@click.group()
def people() -> None:
    """Organisations and people: list, add, give a new password, switch off and on."""


@people.command(name="list")
def list_() -> None:
    """Organisation number and name, user name, name, post, whether the login works; tab-separated."""
    from manyuan.facts.accounts.models import User

    for user in User.objects.select_related("organisation").order_by("organisation_id", "username"):
        org = user.organisation
        works = _say("启用", "on") if user.is_active else _say("停用", "off")
        click.echo("\t".join([str(org.pk) if org else "-", org.name_zh if org else "-", user.username, user.display_name, user.post, works]))


@people.command()
def organisations() -> None:
    """Number, kind, name, park or enterprise of every organisation; tab-separated."""
    from manyuan.facts.accounts.models import Organisation

    for one in Organisation.objects.select_related("park", "enterprise").order_by("pk"):
        of = one.park.code if one.park else one.enterprise.uscc if one.enterprise else "-"
        click.echo(f"{one.pk}\t{one.kind}\t{one.name_zh}\t{of}")


@people.command(name="add-organisation")
@click.argument("kind", type=click.Choice(["city", "committee", "company", "enterprise", "institute"]))
@click.argument("name_zh")
@click.option("--name-en", default="", help="Its English name.")
@click.option("--park", default=None, help="Code of the park of a committee or company.")
@click.option("--enterprise", default=None, help="Credit code of the enterprise.")
def add_organisation(kind: str, name_zh: str, name_en: str, park: str | None, enterprise: str | None) -> None:
    """Add an organisation; prints its number, which `add` asks for."""
    from django.utils import timezone

    from manyuan.facts.accounts.services import make_organisation
    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.models import Enterprise
    from manyuan.facts.parks.models import Park

    place = Park.objects.filter(code=park).first() if park else None
    firm = Enterprise.objects.filter(uscc=enterprise).first() if enterprise else None
    if park and place is None:
        _fail("没有编号为 {code} 的园区", "no park has the code {code}", code=park)
    if enterprise and firm is None:
        _fail("没有统一社会信用代码为 {code} 的企业", "no enterprise has the credit code {code}", code=enterprise)
    made = make_organisation(kind=kind, name_zh=name_zh, name_en=name_en, park=place, enterprise=firm, by=system("people", at="cli"), now=timezone.now())
    click.echo(str(made.pk))


def _user(username: str) -> Any:
    from manyuan.facts.accounts.models import User

    found = User.objects.filter(username__iexact=username).first()
    if found is None:
        _fail("没有用户 {name}", "no user has the name {name}", name=username)
    return found


@people.command()
@click.argument("username")
@click.argument("organisation", type=int)
@click.option("--name", "display_name", default="", help="The person's name as others see it.")
@click.option("--post", default="", help="Their post.")
@click.option("--language", "speaks", type=click.Choice(["zh-hans", "en"]), default="zh-hans", show_default=True)
@click.option("--releases", is_flag=True, help="A named official who releases figures to the public.")
@click.option("--sso-only", is_flag=True, help="No password: comes in by single sign-on.")
def add(username: str, organisation: int, display_name: str, post: str, speaks: str, releases: bool, sso_only: bool) -> None:
    """Add a person to ORGANISATION (its number). Prints a password once; the person chooses their own when they first sign in."""
    from django.utils import timezone

    from manyuan.facts.accounts.models import Organisation
    from manyuan.facts.accounts.secrets import new_password
    from manyuan.facts.accounts.services import make_user
    from manyuan.facts.audit.actors import system

    found = Organisation.objects.filter(pk=organisation).first()
    if found is None:
        _fail(
            "没有编号为 {n} 的单位，可用 manyuan people organisations 查看",
            "no organisation has the number {n}; see manyuan people organisations",
            n=organisation,
        )
    password = None if sso_only else new_password()
    make_user(
        username=username, organisation=found, password=password, display_name=display_name, post=post, language=speaks, may_release=releases,
        temporary=True, by=system("people", at="cli"), now=timezone.now(),
    )  # fmt: skip
    click.echo(password or _say("已添加，只能通过单点登录进入", "added; comes in by single sign-on only"))


@people.command()
@click.argument("username")
def password(username: str) -> None:
    """Give a person a new password, printed once; open sessions end."""
    from django.utils import timezone

    from manyuan.facts.accounts.secrets import new_password
    from manyuan.facts.accounts.services import change_password_by_admin
    from manyuan.facts.audit.actors import system

    made = new_password()
    change_password_by_admin(user=_user(username), password=made, by=system("people", at="cli"), now=timezone.now())
    click.echo(made)


@people.command()
@click.argument("username")
@click.option("--reason", required=True)
def disable(username: str, reason: str) -> None:
    """Switch a login off; sessions and tokens stop at once."""
    from django.utils import timezone

    from manyuan.facts.accounts.services import disable_user
    from manyuan.facts.audit.actors import system

    disable_user(user=_user(username), reason=reason, by=system("people", at="cli"), now=timezone.now())


@people.command()
@click.argument("username")
@click.option("--reason", required=True)
def enable(username: str, reason: str) -> None:
    """Switch a login on again."""
    from django.utils import timezone

    from manyuan.facts.accounts.services import enable_user
    from manyuan.facts.audit.actors import system

    enable_user(user=_user(username), reason=reason, by=system("people", at="cli"), now=timezone.now())
