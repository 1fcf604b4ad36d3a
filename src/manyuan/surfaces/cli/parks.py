"""`manyuan parks`: the parks of a day, one park's story and figures on both boundaries; founding, renaming, moving, redrawing, merging, splitting, closing.

A change says what it does; with `--dry-run` it says the same and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from manyuan.surfaces.cli.speaking import chinese, locale

if TYPE_CHECKING:
    from manyuan.facts.enterprises.park_orders import Order
    from manyuan.facts.enterprises.rehearsing import Act, ParkState, Rehearsal
    from manyuan.facts.parks.models import Park

LEVELS = ("national", "provincial", "municipal", "unknown")
KINDS = ("park", "subpark", "park-in-park")


@click.group()
def parks() -> None:
    """The parks of the running city, and changes of them with an effective date."""


def _say(zh: str, en: str) -> str:
    return zh if chinese() else en


def _day(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    """A date; wrong ones are refused with what was found and what was expected."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(_say(f"得到 {text[:30]}，应为 2026-11-23 这样的日期", f"found {text[:30]}, expected a date such as 2026-11-23")) from None


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every change has."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing."),
        click.option("--reason", required=True, help="Why, as it stands in the record: the document that orders it."),
        click.option("--effective", callback=_day, metavar="DATE", help="The day it takes effect (2026-11-23); today when left out; not ahead."),
    ):
        command = option(command)
    return command


@parks.command(name="list")
@click.option("--on", callback=_day, metavar="DATE", help="The parks of this day instead of today's.")
def list_(on: date | None) -> None:
    """Code, name, level, kind and the park above; tab-separated."""
    from django.utils import timezone

    from manyuan.facts.parks.queries import tree

    def shown(nodes: Any, above: str) -> None:
        for node in nodes:
            click.echo("\t".join([node.code, _say(node.name_zh, node.name_en), node.level, node.kind, above]))
            shown(node.children, node.code)

    shown(tree(on or timezone.localdate()), "")


@parks.command()
@click.argument("code")
@click.option("--on", callback=_day, metavar="DATE", help="The park as it stood on this day instead of today.")
def show(code: str, on: date | None) -> None:
    """One park as it stood on a day, and what happened to it."""
    from django.utils import timezone

    from manyuan.facts.parks import queries
    from manyuan.facts.parks.models import Park

    park, day = _park(code), on or timezone.localdate()
    name, bound = queries.name_on(park.pk, day), queries.boundary_on(park.pk, day)
    codes = dict(Park.objects.values_list("pk", "code"))
    parents = queries.parents_on(day)
    rows = [
        (_say("代码", "code"), park.code),
        (_say("名称", "name"), _say(name.name_zh, name.name_en) if name else _say(f"{day} 无此园区", f"there was no such park on {day}")),
        (_say("级别", "level"), park.level),
        (_say("类型", "kind"), park.kind),
        (_say("上级园区", "under"), codes.get(parents.get(park.pk, 0), "–")),
        (_say("下级园区", "below"), ", ".join(sorted(codes[child] for child, parent in parents.items() if parent == park.pk)) or "–"),
        (_say("面积（m²）", "area (m2)"), f"{bound.area_m2:f}" if bound and bound.area_m2 is not None else "–"),
        (_say("设立", "founded"), str(park.opened_on)),
        (_say("关闭", "closed"), str(park.closed_on or "–")),
    ]
    for title, value in rows:
        click.echo(f"{title}\t{value}")
    for step in queries.timeline(park.pk):
        origin, goal = (", ".join(sorted(codes[one] for one in side)) or "–" for side in (step.from_parks, step.to_parks))
        click.echo(f"{step.effective_on}\t{_kind(step.kind)}\t{origin} → {goal}\t{step.reason}")


@parks.command()
@click.argument("code")
@click.option("--indicator", default="revenue", show_default=True, help="Code of an indicator.")
def history(code: str, indicator: str) -> None:
    """A figure by period: on the boundary of its day, on today's, and why they differ; tab-separated."""
    from django.utils import timezone

    from manyuan.facts.parks.models import Park
    from manyuan.facts.programme.boundaries import both_boundaries
    from manyuan.facts.programme.models import Indicator

    chosen = Indicator.objects.filter(code=indicator).first()
    if chosen is None:
        expected = ", ".join(Indicator.objects.order_by("order").values_list("code", flat=True))
        raise click.BadParameter(_say(f"没有指标 {indicator}；已有：{expected}", f"no indicator {indicator}; known: {expected}"))
    codes = dict(Park.objects.values_list("pk", "code"))
    for side in both_boundaries(park=_park(code), indicator=chosen, today=timezone.localdate()):
        why = "; ".join(
            f"{s.effective_on} {_kind(s.kind)} {','.join(codes[i] for i in s.from_parks)} → {','.join(codes[i] for i in s.to_parks)}" for s in side.why
        )
        click.echo("\t".join([side.period, _number(side.then), _number(side.today), why]).rstrip())


@parks.command()
@click.argument("code")
@click.option("--name-zh", required=True, help="Chinese name.")
@click.option("--name-en", default="", help="English name; the Chinese one when left out.")
@click.option("--level", type=click.Choice(LEVELS), default="unknown", show_default=True)
@click.option("--kind", type=click.Choice(KINDS), default="park", show_default=True)
@click.option("--under", help="Code of the park above; at the top when left out.")
@click.option("--district", help="Code (adcode) of the district.")
@changing
def found(code: str, name_zh: str, name_en: str, level: str, kind: str, under: str | None, district: str | None, **change: Any) -> None:
    """Found the park CODE (letters, digits and hyphens; it never changes)."""
    _do(change, lambda order: order.found(new=_new(code, name_zh, name_en, level, kind), parent=under, district=district))


@parks.command()
@click.argument("code")
@click.option("--name-zh", required=True, help="Chinese name.")
@click.option("--name-en", default="", help="English name; the Chinese one when left out.")
@changing
def rename(code: str, name_zh: str, name_en: str, **change: Any) -> None:
    """Give the park CODE a new name; the old one holds for the days before."""
    _do(change, lambda order: order.rename(park=_park(code), name_zh=name_zh, name_en=name_en))


@parks.command()
@click.argument("code")
@click.option("--under", help="Code of the park above.")
@click.option("--top", is_flag=True, help="No park above.")
@changing
def move(code: str, under: str | None, top: bool, **change: Any) -> None:
    """Put the park CODE under another one, or at the top."""
    if bool(under) == top:
        raise click.UsageError(_say("请给出 --under 代码 或 --top 之一", "give --under CODE or --top, one of the two"))
    _do(change, lambda order: order.move(park=_park(code), parent=under))


@parks.command()
@click.argument("code")
@click.option("--outline", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A GeoJSON file: Polygon or MultiPolygon, longitude first.")
@click.option("--area-m2", help="Area in square metres.")
@click.option("--point", metavar="LON,LAT", help="Place on the map in degrees.")
@changing
def boundary(code: str, outline: Path | None, area_m2: str | None, point: str | None, **change: Any) -> None:
    """Redraw the park CODE."""
    from manyuan.facts.parks.geometry import read_geometry

    geometry = None if outline is None else read_geometry(outline.read_text("utf-8-sig", errors="replace"))
    numbers = [_decimal("--point", part) for part in point.split(",")] if point else []
    if point and len(numbers) != 2:
        raise click.BadParameter(_say(f"--point：得到 {point[:30]}，应为 经度,纬度", f"--point: found {point[:30]}, expected LON,LAT"))
    area = None if area_m2 is None else round(_decimal("--area-m2", area_m2), 2)
    place = (round(numbers[0], 6), round(numbers[1], 6)) if numbers else None
    _do(change, lambda order: order.redraw(park=_park(code), geometry=geometry, area_m2=area, point=place))


@parks.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--into", help="Code of the park that goes on.")
@click.option("--new", "new_code", help="Code of a park that is founded by the merge.")
@click.option("--name-zh", default="", help="Chinese name of the new park.")
@click.option("--name-en", default="", help="English name of the new park.")
@changing
def merge(sources: tuple[str, ...], into: str | None, new_code: str | None, name_zh: str, name_en: str, **change: Any) -> None:
    """Merge the parks SOURCES (codes) into another one or a new one; whoever sits there moves along."""
    if bool(into) == bool(new_code):
        raise click.UsageError(_say("请给出 --into 代码 或 --new 代码 之一", "give --into CODE or --new CODE, one of the two"))
    _do(change, lambda order: order.merge(sources=sources, into=into or _new(new_code or "", name_zh, name_en)))


@parks.command()
@click.argument("code")
@click.option("--new", "new", multiple=True, required=True, metavar="CODE=NAME[=ENGLISH NAME]", help="A new park; once for each.")
@click.option(
    "--industries", multiple=True, metavar="CODE=39,652", help="Industries (GB/T 4754-2017 codes, their beginnings, section letters) that go to a new park."
)
@click.option("--firms", multiple=True, metavar="CODE=FILE", help="Enterprises that go to a new park: a text file, one credit code or name a line.")
@click.option("--rest", metavar="CODE", help="The new park for the enterprises named nowhere.")
@click.option("--below", multiple=True, metavar="PARK=CODE", help="A park under it, and the new park that it goes under.")
@click.option("--keep", is_flag=True, help="The old park goes on beside the new ones.")
@changing
def split(
    code: str, new: tuple[str, ...], industries: tuple[str, ...], firms: tuple[str, ...], rest: str | None, below: tuple[str, ...], keep: bool, **change: Any
) -> None:
    """Found new parks out of the park CODE, and say which enterprises go where."""
    from manyuan.facts.enterprises.sharing_out import Share

    named = _pairs("--new", new)
    made = [_new(one, *(f"{names}=".split("=")[:2])) for one, names in named.items()]
    by_industry, by_firm = _pairs("--industries", industries), _pairs("--firms", firms)
    for option, found in (("--industries", by_industry), ("--firms", by_firm)):
        for one in sorted(set(found) - set(named)):
            raise click.BadParameter(f"{option} {one}: {', '.join(named)}")
    shares = [
        Share(one, tuple(part.strip().upper() for part in by_industry.get(one, "").split(",") if part.strip()), _lines(by_firm[one]) if one in by_firm else ())
        for one in named
    ]
    children = _pairs("--below", below)
    _do(change, lambda order: order.split(park=_park(code), into=made, shares=shares, rest=rest, keep=keep, children=children))


@parks.command()
@click.argument("code")
@changing
def close(code: str, **change: Any) -> None:
    """Close the park CODE for good, without a successor."""
    _do(change, lambda order: order.close(park=_park(code)))


def _do(change: dict[str, Any], order: Callable[[Order], Act]) -> None:
    """Carry the change out, or with --dry-run only rehearse it; say what it does."""
    from django.utils import timezone, translation

    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.park_orders import Order
    from manyuan.facts.enterprises.rehearsing import carry_out, rehearse

    with translation.override(locale()):
        act = order(Order(change["effective"] or timezone.localdate(), change["reason"], system("cli", at="cli"), timezone.now()))
        if change["dry_run"]:
            _tell(rehearse(act))
            click.echo(_say("试运行：未写入任何内容。", "Dry run: nothing was written."))
        else:
            _tell(carry_out(act))
            click.echo(_say("已完成；后台任务会重新计算指标。", "Done; the worker computes the figures anew."))


def _tell(found: Rehearsal) -> None:
    from manyuan.facts.accounts.queries import without_park
    from manyuan.facts.filings.following import would_follow_moves

    for before, after in found.parks:
        was, will = (_lines_of(state) for state in (before, after))
        for title, text in will.items():
            if was.get(title, "–") != text:
                click.echo(f"{after.code}\t{title}\t{was.get(title, '–')} → {text}")
    for (origin, goal), n in sorted(found.counts().items()):
        click.echo(_say(f"{n} 家企业\t{origin} → {goal}", f"{n} enterprises\t{origin} → {goal}"))
    if follow := would_follow_moves(found.moves):
        click.echo(_say(f"{follow} 份填报随企业转移", f"{follow} filings go along"))
    if seats := found.without_seat():
        click.echo(_say(f"{seats} 家企业将不在任何园区", f"{seats} enterprises will sit in no park"))
    for body in without_park(found.closing()):
        click.echo(_say(f"{body.name_zh} 将没有负责的园区", f"{body.name_en or body.name_zh} will have no park to answer for"))
    if not found.parks and not found.moves:
        click.echo(_say("没有变化。", "Nothing changes."))


def _lines_of(state: ParkState | None) -> dict[str, str]:
    if state is None:
        return {}
    return {
        _say("名称", "name"): _say(state.name_zh, state.name_en),
        _say("上级园区", "under"): state.parent or "–",
        _say("企业", "enterprises"): str(state.firms),
        _say("面积（m²）", "area (m2)"): state.area_m2 or "–",
        _say("边界", "outline"): _say("已绘制", "drawn") if state.drawn else "–",
        _say("主攻方向", "directions"): ", ".join(state.directions) or "–",
        _say("关闭", "closed"): str(state.closed_on or "–"),
    }


def _kind(code: str) -> str:
    zh = {"found": "设立", "rename": "更名", "move": "调整上级园区", "boundary": "调整边界", "merge": "合并", "split": "分设", "close": "关闭"}
    return zh.get(code, code) if chinese() else code


def _number(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def _park(code: str) -> Park:
    from manyuan.facts.parks.models import Park

    found = Park.objects.filter(code=code).first()
    if found is None:
        near = ", ".join(Park.objects.order_by("code").values_list("code", flat=True)[:20]) or "–"
        raise click.BadParameter(_say(f"没有园区 {code[:40]}；已有：{near} …", f"no park {code[:40]}; known: {near} …"))
    return found


def _new(code: str, name_zh: str, name_en: str = "", level: str = "unknown", kind: str = "park") -> Any:
    from manyuan.facts.parks.services import NewPark

    return NewPark(code, name_zh, name_en or name_zh, level, kind)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    for text in given:
        code, sign, rest = text.partition("=")
        if not sign or not code.strip() or not rest.strip() or code.strip() in out:
            raise click.BadParameter(
                _say(f"{option}：得到 {text[:40]}，应为 代码=…，每个代码一次", f"{option}: found {text[:40]}, expected CODE=…, each code once")
            )
        out[code.strip()] = rest.strip()
    return out


def _lines(file: str) -> tuple[str, ...]:
    """Credit codes or names, one a line, in UTF-8 or GB18030."""
    path = Path(file)
    if not path.is_file():
        raise click.BadParameter(_say(f"--firms：没有文件 {file}", f"--firms: there is no file {file}"))
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _decimal(option: str, text: str) -> Decimal:
    try:
        found = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise click.BadParameter(_say(f"{option}：得到 {text[:30]}，应为数字", f"{option}: found {text[:30]}, expected a number"))
    return found
