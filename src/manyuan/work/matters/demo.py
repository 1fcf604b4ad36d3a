"""The demo city's year of matters: powers received, used and left on paper; applications through their steps; an agent, two green channels. All synthetic."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.audit.errors import DomainError
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.calendar import calendar
from manyuan.work.matters import asking, duties, green, mandates, stepping
from manyuan.work.matters.catalogue import current_matters, definition_of
from manyuan.work.matters.filing import Given, Paper, file_application
from manyuan.work.matters.held import held_fields, held_materials
from manyuan.work.matters.models import Application, Mandate, MatterVersion, Power, StepRun
from manyuan.work.matters.powers import hold_power

PARKS, PER_PARK = 4, 9
"""So many parks, and so many applications in each: the demo shows the work, it does not repeat it."""
YEAR = 320
"""Days over which they came."""
USED = ("investment-filing", "planning-check", "fire-review", "site-inspection")
"""Powers that every one of the parks holds and uses; the first park holds two more that nobody uses."""
_WORDS = ("智能装配线", "精密零件车间", "检测中心", "中试基地", "智能仓储", "研发楼改造", "环保升级", "数控加工线")
_HOLDERS = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊")


def play_matters(*, folder: Path, now: datetime) -> int:
    """Play it once. Returns how many applications there are; 0 where there are some already, no demo people or no matters."""
    people = {
        user.username: user for user in User.objects.filter(is_demo=True, is_active=True).select_related("organisation__enterprise", "organisation__park")
    }
    versions = list(current_matters())
    if Application.objects.exists() or not {"city", "park1", "park2", "firm1"} <= set(people) or not versions:
        return 0
    dice = random.Random(20_260_202)  # noqa: S311  a demo that is the same each time
    play = _Play(dice, versions, people, now)
    parks = play.parks()
    play.powers(parks)
    for park in parks:
        play.park(park)
    play.agent()
    play.posts()
    return Application.objects.count()


@dataclass
class _Play:
    dice: random.Random
    versions: list[MatterVersion]
    people: dict[str, User]
    now: datetime

    @property
    def by(self) -> Actor:
        return system("园区窗口（演示）", at="demo")

    def parks(self) -> list[Park]:
        """The parks of the demo's committees, and more that have firms."""
        own = [self.people[name].organisation.park for name in ("park1", "park2")]
        more = Park.objects.filter(mark="synthetic", enterprises__status="active").exclude(pk__in=[one.pk for one in own]).distinct().order_by("code")
        return [*own, *more[: PARKS - len(own)]]

    def powers(self, parks: list[Park]) -> None:
        """Every park received some powers a good year ago; two parks one more that stays on paper."""
        since = max(timezone.localdate(self.now) - timedelta(days=400), date(2025, 6, 1))
        known = {one.code: one for one in Power.objects.filter(is_current=True)}
        for at, park in enumerate(parks):
            codes = [*USED[: 4 - at % 2], *(("permit-decision", "talent-recognition") if at == 0 else ("environment-check",) if at == 1 else ())]
            for code in codes:
                if code in known:
                    day = max(since, known[code].granted_on)
                    hold_power(
                        power=known[code], park=park, since=day, staff=1 + at % 3, conditions="限本园区登记企业", mark="synthetic", by=self.by, now=self.now
                    )

    def park(self, park: Park) -> None:
        firms = list(Enterprise.objects.filter(park=park, status="active").select_related("park").order_by("uscc")[:5])
        days = sorted((*(self.dice.randint(0, YEAR) for _ in range(PER_PARK - 2)), 4, 1), reverse=True)  # two are under way today
        for number, ago in enumerate(days):
            if firms:
                self.application(self.versions[number % len(self.versions)], firms[number % len(firms)], self.at(ago), number)

    def at(self, ago: int) -> datetime:
        """A working morning about so many days ago."""
        day = calendar().add_working_days(timezone.localdate(self.now) - timedelta(days=ago + 1), 1) if ago else timezone.localdate(self.now)
        moment = timezone.make_aware(datetime(day.year, day.month, day.day, 9, 30))  # noqa: DTZ001 -- made aware here
        return min(moment, self.now)

    def later(self, moment: datetime, days: int) -> datetime:
        """So many working days later, at an hour of work."""
        day = calendar().add_working_days(timezone.localdate(moment), days)
        return timezone.make_aware(datetime(day.year, day.month, day.day, 10, 0)) + timedelta(minutes=self.dice.randint(0, 300))  # noqa: DTZ001

    def application(self, version: MatterVersion, firm: Enterprise, moment: datetime, number: int) -> None:
        who = self.firm(firm)
        try:
            row = file_application(version=version, enterprise=firm, given=self.given(version, firm), by=who, now=moment, synthetic=True)
        except DomainError:
            return  # a firm of the demo may lack what a matter needs
        if version.code == "construction-permit" and number % 2 == 0:
            green.grant_green(
                application=row, lane="park" if number % 4 else "city", reason="市级重大产业化项目（演示）", by=self.by, now=moment + timedelta(minutes=40)
            )
        if number % 6 == 4:
            asking.ask_for(
                application=row,
                kind="material",
                key="business-licence",
                reason="执照信息正在变更，须核对（演示）",
                by=self.by,
                now=moment + timedelta(minutes=60),
            )
            line = row.asked.get(given_at=None)
            asking.supply(asked=line, value="营业执照（补交）", by=who, now=moment + timedelta(minutes=90))
        for request in row.services.all()[: number % 2]:
            asking.answer_service(request=request, state="given", note="已对接（演示）", by=self.by, now=moment + timedelta(minutes=120))
        self.walk(row, moment, number)

    def walk(self, row: Application, moment: datetime, number: int) -> None:
        """Step after step until it ends or today is reached."""
        for turn in range(20):
            step = StepRun.objects.filter(application=row, state=StepRun.State.OPEN).order_by("pk").first()
            if step is None:
                return
            days = definition_of(row.version).steps[step.code].days
            moment = self.later(moment, max(0, days - 1 + self.dice.choice((-1, 0, 0, 1))))
            if moment >= self.now:
                return
            if step.holding_id and number % 5 == 3:
                cause = self.dice.choice(("no-capacity", "system", "outside-conditions"))
                step = stepping.send_up(step=step, cause=cause, reason="专业人员未到岗或系统未开通（演示）", by=self.by, now=moment - timedelta(minutes=5))
            outcomes = definition_of(row.version).steps[step.code].outcomes
            refused = "refuse" in outcomes and number % 10 == 7 and step.code in ("review", "decide")
            mended = "mend" in outcomes and number % 4 == 2 and turn < 3
            outcome = "refuse" if refused else "mend" if mended else "ok"
            by = self.firm(row.enterprise) if step.by == "enterprise" else self.by
            note = {"refuse": "不符合准入条件（演示）", "mend": "个别内容需补正（演示）"}.get(outcome, "")
            row = stepping.complete_step(step=step, outcome=outcome, note=note, by=by, now=moment)
            if row.state != Application.State.OPEN:
                return

    def given(self, version: MatterVersion, firm: Enterprise) -> Given:
        """Everything that is asked and not held."""
        definition, today = definition_of(version), timezone.localdate(self.now)
        fields, papers = held_fields(definition, firm, today), held_materials(definition, firm, today)
        values = {one["key"]: self.value(one) for one in definition.fields if one["key"] not in fields and one.get("required") is not False}
        given = {
            one["code"]: Paper(f"{one['name']['zh']}（演示）") for one in definition.materials if one["code"] not in papers and one.get("required") is not False
        }
        return Given(values, given, {}, [one["code"] for one in definition.services[:1]])

    def value(self, entry: dict[str, Any]) -> str:
        kind = entry.get("type") or "text"
        if kind == "number":
            return str(self.dice.randint(2, 40) * 100)
        if kind == "date":
            return (timezone.localdate(self.now) + timedelta(days=60)).isoformat()
        if kind == "yes-no":
            return "yes"
        if kind == "choice":
            return str(entry["choices"][0]["code"])
        return "028-0000-0000" if entry["key"] == "contact_phone" else f"{self.dice.choice(_WORDS)}（演示）"

    def firm(self, firm: Enterprise) -> Actor:
        return Actor(id=None, label=f"{firm.name} 经办", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")

    def agent(self) -> None:
        """The firm of the demo lets somebody of its park file for it; of two mandates one was taken back."""
        user = self.people["firm1"]
        firm, who = user.organisation.enterprise, actor_of(user, "demo")
        agents = list(mandates.agents_for(firm)[:2])
        if not agents:
            return
        give = {"enterprise": firm, "until": timezone.localdate(self.now) + timedelta(days=90), "synthetic": True, "by": who}
        old = mandates.give_mandate(**give, agent=agents[-1], acts=[Mandate.Act.FILE], now=self.at(40))
        mandates.revoke_mandate(mandate=old, by=who, now=self.at(20))
        mandates.give_mandate(**give, agent=agents[0], acts=[Mandate.Act.FILE, Mandate.Act.SUPPLY], now=self.at(10))
        version = next((one for one in self.versions if one.code == "production-permit"), self.versions[0])
        given, agent = self.given(version, firm), actor_of(agents[0], "demo")
        row = file_application(version=version, enterprise=firm, given=given, by=agent, now=self.at(4), synthetic=True)
        step = row.steps.get(state=StepRun.State.OPEN)
        stepping.complete_step(step=step, by=self.by, now=self.later(self.at(4), 1))

    def posts(self) -> None:
        """The first park has five of its six posts filled, the second two."""
        for name, stages in (("park1", duties.Post.Stage.values[:5]), ("park2", duties.Post.Stage.values[:2])):
            park = self.people[name].organisation.park
            for at, stage in enumerate(stages):
                body = "committee" if stage == "manage" else "company"
                duties.name_post(
                    park=park, stage=stage, body=body, title=f"{duties.Post.Stage(stage).label}商专员" if stage == "attract" else f"{duties.Post.Stage(stage).label}环节专员",
                    holder=_HOLDERS[at], since=timezone.localdate(self.now) - timedelta(days=200), synthetic=True, by=self.by, now=self.now,
                )  # fmt: skip
