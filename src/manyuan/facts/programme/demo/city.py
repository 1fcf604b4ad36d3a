"""Building the demo city: parks, firms, filings, figures, a little evidence. All of it or nothing; a city that is there is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.db import connection, transaction
from django.utils import timezone

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.services import register_many
from manyuan.facts.filings.models import Form
from manyuan.facts.filings.periods import Period, period_of
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.demo.filed import write_filings
from manyuan.facts.programme.demo.firms import demo_firms, settled
from manyuan.facts.programme.evidence import required_items, review_evidence, submit_evidence
from manyuan.facts.programme.installing import install_demo_parks
from manyuan.facts.programme.models import Evidence, Goal
from manyuan.facts.programme.pack import Pack

Progress = Callable[[str, int, int], None]


def build_demo_city(*, pack: Pack, enterprises: int, months: int, now: datetime, progress: Progress = lambda what, done, of: None) -> int:
    """Build it; returns how many filings were written (0: the city was there). enterprises: how many firms; months: how many monthly periods."""
    if Enterprise.objects.filter(source="demo").exists():
        return 0
    by = system("demo", at="demo")
    today = timezone.localdate(now)
    with transaction.atomic():
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA cache_size=-400000")
        then = _registered(pack)
        install_demo_parks(pack=pack, by=by, now=then)
        parks = list(Park.objects.filter(source="demo").order_by("code"))
        progress("enterprises", 0, enterprises)
        firms = list(demo_firms(pack, parks, enterprises))
        register_many(firms=settled(iter(firms), today), by=by, now=then)
        progress("enterprises", enterprises, enterprises)
        keys = dict(Enterprise.objects.filter(source="demo").values_list("uscc", "pk"))
        placed = [(firm, keys[firm.uscc]) for firm in firms]
        above = {firm.number for firm in firms if max(firm.revenue.values()) >= 20_000_000}
        forms = [(form, _periods(form, months, now)) for form in Form.objects.filter(is_current=True).order_by("code")]
        count = write_filings(forms, placed, parks, above, now, progress)
        _evidence(now)
        audit.record(
            by=by, now=now, action="programme.demo", subject_kind="city", subject_id="demo", after={"enterprises": enterprises, "months": months, "filings": count}
        )  # fmt: skip
    return count


def _registered(pack: Pack) -> datetime:
    """The moment from which the made-up register counts as known, so that readings "as known on a day" can be tried."""
    return timezone.make_aware(datetime.combine(pack.register_starts, time(9)))


def _periods(form: Form, months: int, now: datetime) -> list[Period]:
    """The periods that are over, oldest first: `months` months, as many quarters as fit (at least seven), three years."""
    wanted = {"month": months, "quarter": max(7, months // 3), "year": 3}[form.period_kind]
    if form.period_kind == "quarter" and form.subject == "enterprise":
        wanted = max(2, months // 3) if months <= 12 else 4
    period, out = period_of(timezone.localdate(now), form.period_kind).previous, []
    for _ in range(wanted):
        out.append(period)
        period = period.previous
    return out[::-1]


def _evidence(now: datetime) -> None:
    """Some proof before the first qualitative goals, so that the review can be tried: one accepted, one waiting."""
    by = system("演示 demo", at="demo")
    waiting = [goal for goal in Goal.objects.filter(indicator=None).order_by("order") if required_items(goal)]
    for at, goal in enumerate(waiting[:3]):
        for place, item in enumerate(required_items(goal)):
            if at == 2 and place:
                break
            title = f"{item['name']['zh']}（演示）"  # type: ignore[index]
            row = submit_evidence(
                goal=goal, item=str(item["code"]), title=title, text="演示材料，不是真实文件。Demo, not a real document.", by=by, now=now, is_demo=True
            )
            if at == 0:
                review_evidence(evidence=Evidence.objects.get(pk=row.pk), accept=True, reason="", by=by, now=now)
