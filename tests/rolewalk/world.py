"""What the walk walks in: a town with people of every role, and for each a record of their own and a foreign one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from tests.rolewalk import visiting

from manyuan.facts.accounts.models import ApiToken, Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import issue_token, make_organisation, make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import ANONYMOUS, Actor, Role, system
from manyuan.facts.factsheet.services import install_facts
from manyuan.facts.filings.models import Filing, Upload
from manyuan.facts.filings.opening import open_period
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, save_values, submit_filings
from manyuan.facts.filings.uploads import preview_upload
from manyuan.facts.programme.computing import compute_period
from manyuan.facts.programme.evidence import File, submit_evidence
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.models import Commitment, Evidence, Goal, Indicator
from manyuan.facts.programme.pack import Pack, read_pack
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import attach, install_kinds, open_case
from manyuan.work.cultivation.anchors import enter_anchor, promise
from manyuan.work.cultivation.ladders import install_ladders
from manyuan.work.cultivation.models import Anchor, Plan, PoolEntry
from manyuan.work.cultivation.plans import add_action, make_plan
from manyuan.work.cultivation.running import judge_tiers
from manyuan.work.demands.models import Demand, TopicBody
from manyuan.work.demands.services import appoint_body, file_demand, install_topics
from manyuan.work.environment.computing import compute_scorecards
from manyuan.work.environment.installing import install_scorecards, install_survey
from manyuan.work.environment.models import Link, Publication, Scorecard
from manyuan.work.environment.publishing import publish_scorecard
from manyuan.work.environment.surveying import digest, draw_round
from manyuan.work.evaluation.models import Line, Run, Scheme
from manyuan.work.evaluation.models import Objection as PerMuObjection
from manyuan.work.evaluation.schemes import install_schemes
from manyuan.work.evaluation.services import compute_run, object_to_line, publish_run
from manyuan.work.matters import filing as matter_filing
from manyuan.work.matters.catalogue import matter_by_code
from manyuan.work.matters.installing import install_matters
from manyuan.work.matters.mandates import give_mandate
from manyuan.work.matters.models import Application as MatterApplication
from manyuan.work.matters.models import Mandate, Power
from manyuan.work.matters.powers import hold_power
from manyuan.work.money.accounts import give_account
from manyuan.work.money.claims import Asked, approve_claims, reserve_claims
from manyuan.work.money.funds import open_fund, set_budget
from manyuan.work.money.models import Batch, Claim, Fund
from manyuan.work.money.payments import export_batch, make_batch
from manyuan.work.notices.models import Notice
from manyuan.work.notices.services import Told, notify
from manyuan.work.notices.texts import install_templates
from manyuan.work.policies.delivering import accept_entitlement, notify_listed, object_to, open_public_notice
from manyuan.work.policies.drafting import draft_policy, publish_policy, review_policy, submit_draft
from manyuan.work.policies.models import AfterCheck, Application, Entitlement, Objection, Paper, PublicNotice, Review
from manyuan.work.policies.screening import screen_enterprises
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.services import Content, install_scenes, introduce, post

ROLES = ("anonymous", "city", "committee", "company", "enterprise", "institute", "stray")
SIDES = ("own", "foreign")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

# Every record of the town bears a marker: the side it lies on and its kind.
EAST, WEST = "EAST", "WEST"
KINDS = ("PARK", "FIRM", "BODY", "TOKEN")
_EASTERN = {"committee", "company", "enterprise"}


def build() -> Town:
    """The town, with a token for each person, named by a marker."""
    town = build_town()
    for name, person in town.people.items():
        side = WEST if name.endswith("west") else EAST
        issue_token(user=person, name=f"{side}TOKEN of {name}", days=366, by=actor_of(person), now=NOW)
    _programme(town)
    _per_mu(town)
    _policy(town)
    _money(town)
    _told(town)
    _cases(town)
    _cultivation(town)
    _measured(town)
    visiting.visit_and_meet(town, NOW)
    _supply(town)
    _matters(town)
    return town


def _programme(town: Town) -> None:
    """The Chengdu pack with a year of filings: locked in the west, submitted in the east; an upload and a piece of evidence for each committee."""
    by = system("test")
    install_pack(pack=_pack(), by=by, now=NOW)
    form = Filing.form.field.related_model.objects.get(code="enterprise-annual")
    open_period(form=form, period="2025", by=by, now=NOW)
    filings = list(Filing.objects.filter(form=form).select_related("park"))
    values = {"revenue": 3_000_000_00, "tax": 100_000_00, "employees": 12, "land": "3", "electricity": "20000"}
    save_values(given=[NewValues(one, values) for one in filings], channel="form", by=by, now=NOW)
    submit_filings(filings=filings, by=by, now=NOW)
    west = [one for one in filings if one.enterprise_id == town.firm_west.pk]
    approve_filings(filings=west, by=by, now=NOW)
    lock_filings(filings=west, by=by, now=NOW)
    compute_period(period="2025", by=by, now=NOW)
    goal = Goal.objects.get(code="integration")
    for name, park in (("committee", town.east), ("committee_west", town.west)):
        who, side = actor_of(town.people[name]), EAST if name == "committee" else WEST
        submit_evidence(goal=goal, item="integration-checklist", title=f"{side}BODY evidence", text="x", park_id=park.pk, by=who, now=NOW)
        text = f"统一社会信用代码,企业名称,营业收入\n91510100000000001X,{side}FIRM,1\n"
        preview_upload(form=form, period="2025", file_name=f"{side}BODY.csv", content=text.encode(), by=who, now=NOW, park_id=park.pk)


def _per_mu(town: Town) -> None:
    """A published per-mu evaluation with both firms in it (the east's report is not locked), and an objection of each; in the registers nothing else is."""
    by = system("test")
    install_schemes(content=yaml.safe_load(Path("packs/chengdu/permu.yaml").read_text("utf-8")), by=by, now=NOW)
    run = compute_run(scheme=Scheme.objects.get(code="below-scale"), year=2025, by=by, now=NOW)
    publish_run(run=run, by=by, now=NOW)
    for side, firm in ((EAST, town.firm_east), (WEST, town.firm_west)):
        who = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))
        object_to_line(line=Line.objects.get(run=run, enterprise=firm), text=f"{side}BODY", by=who, now=NOW)


POLICY = """policies:
  - code: WALK
    name: {zh: 试行奖励, en: Walk award}
    source: example
    mark: example
    start: 2026-01-01
    delivery: no-application
    conditions:
      - {id: title, clause: 第一条, when: "high_tech = false", text: {zh: 尚不是高新技术企业, en: Not a high-tech enterprise}}
    amount: {table: "#Pays", clause: 第二条}
tables:
  Pays: {inputs: [high_tech], rules: [["true", "0"], ["false", "1000"]]}
"""


def _policy(town: Town) -> None:
    """A policy to which both firms are entitled; both said yes, stand on a public list, and of each somebody objects."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_facts(content=yaml.safe_load(Path("packs/chengdu/facts.yaml").read_text("utf-8")), by=by, now=at)
    set_budget(fund=open_fund(code="walk", name_zh="试行资金", by=by, now=at), year=NOW.year, fen=100_000_00, by=by, now=at)
    version = submit_draft(version=draft_policy(text=POLICY, delivery={"fund": "walk"}, by=by, now=at), by=by, now=at)
    for kind in Review.Kind.values:
        review_policy(version=version, kind=kind, agreed=True, note="", by=by, now=at)
    version = publish_policy(version=version, by=by, now=at)
    screen_enterprises(versions=[version], cause="publication", by=by, now=at)
    notify_listed(version=version, by=by, now=at)
    for row in version.entitlements.filter(enterprise__in=(town.firm_east, town.firm_west)):
        firm = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({row.enterprise_id}))
        accept_entitlement(entitlement=row, by=firm, now=at)
    for row in version.entitlements.all():  # what would be handed in where people judge
        side = EAST if row.enterprise_id != town.firm_west.pk else WEST
        AfterCheck.objects.create(entitlement=row, drawn_at=at, drawn_label="x", due_on=at.date(), finding=f"{side}BODY")
        made = Application.objects.create(entitlement=row, state="submitted", begun_at=at, submitted_at=at)
        Paper.objects.create(
            application=made,
            wanted="x",
            file_name=f"{side}BODY.pdf",
            content=b"%PDF",
            content_type="application/pdf",
            size=4,
            sha256="0" * 64,
            uploaded_at=at,
            uploaded_label="x",
        )
    notice = open_public_notice(version=version, by=by, now=NOW)
    for row in notice.entitlements.all():
        side = EAST if row.enterprise_id == town.firm_east.pk else WEST
        object_to(notice=notice, entitlement=row, text=f"{side}BODY", contact="", by=ANONYMOUS, now=NOW)


def _money(town: Town) -> None:
    """A payment to each firm, at the bank in one batch, and an award for each park; every recipient has an account."""
    by, at = system("test"), NOW - timedelta(days=1)
    walk = Fund.objects.get(code="walk")
    parks = open_fund(code="walk-parks", name_zh="试行奖补", recipients="parks", by=by, now=at)
    set_budget(fund=parks, year=NOW.year, fen=100_000_00, by=by, now=at)
    firms = ((EAST, town.firm_east), (WEST, town.firm_west))
    asked = [Asked(f"walk/{side}BODY", f"{side}BODY", 10_00, enterprise_id=firm.pk) for side, firm in firms]
    claims = reserve_claims(fund=walk, year=NOW.year, line="", asked=asked, by=by, now=at)
    awards = [Asked(f"award/{side}BODY", f"{side}BODY", 20_00, park_id=park.pk) for side, park in ((EAST, town.east), (WEST, town.west))]
    reserve_claims(fund=parks, year=NOW.year, line="", asked=awards, by=by, now=at)
    city = Organisation.objects.get(kind="city")
    for name in ("walker1", "walker2"):
        approve_claims(claims=claims, by=actor_of(make_user(username=name, organisation=city, password=PASSWORD, by=by, now=at)), now=at)
    for side, firm in firms:
        owner = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))
        give_account(owner=firm, holder=f"{side}FIRM", bank=f"{side}BODY", number="62220000", by=owner, now=at)
    batch = make_batch(fund=walk, year=NOW.year, by=by, now=at)
    export_batch(batch=batch, format="csv", by=by, now=at)


def _told(town: Town) -> None:
    """A notice to each firm, each park, the institute and the city office."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_templates(content=yaml.safe_load(Path("packs/chengdu/notices.yaml").read_text("utf-8")), by=by, now=at)
    sides = ((EAST, town.firm_east, town.east), (WEST, town.firm_west, town.west))
    told = [Told("city", {"title": "city"}), Told("EAST-institute", {"title": "institute"}, organisation_id=town.people["institute"].organisation_id)]
    for side, firm, park in sides:
        told += [Told(f"{side}-firm", {"title": f"{side}BODY"}, enterprise_id=firm.pk), Told(f"{side}-park", {"title": f"{side}BODY"}, park_id=park.pk)]
    notify(template="paid", told=told, now=at)


def _cases(town: Town) -> None:
    """A demand of each firm at its park's committee, with a file; one filed without login in each park; a common problem of each; and one that the
    institute has, which takes a topic."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_kinds(content=Path("packs/chengdu/cases"), by=by, now=at)
    install_topics(content=yaml.safe_load(Path("packs/chengdu/demands.yaml").read_text("utf-8")), by=by, now=at)
    for side, firm, park, person in ((EAST, town.firm_east, town.east, "enterprise"), (WEST, town.firm_west, town.west, "enterprise_west")):
        who = actor_of(town.people[person])
        case = file_demand(text=f"{side}BODY 厂房用地", enterprise=firm, topic="space", by=who, now=at).demand.case
        attach(case=case, file=File(f"{side}BODY.txt", b"x"), by=who, now=at)
        file_demand(text=f"{side}BODY 路灯不亮", enterprise_text=f"{side}FIRM", park=park, channel="open", by=ANONYMOUS, now=at)
        open_case(kind="common-problem", title=f"{side}BODY", park=park, unit=case.unit, by=by, now=at)
    institute = town.people["institute"].organisation
    case = open_case(kind="demand", title="样品检测", unit=institute, beside=lambda row: Demand.objects.create(case=row), by=by, now=at)
    attach(case=case, file=File("sample.txt", b"x"), by=by, now=at)
    appoint_body(topic="technology", body=institute, by=by, now=at)


def _matters(town: Town) -> None:
    """An application of each firm, with the power for it in its park, and a mandate of each firm for somebody of its park's committee."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_matters(content=Path("packs/chengdu/matters"), by=by, now=at)
    sides = ((EAST, town.firm_east, town.east, "enterprise", "committee"), (WEST, town.firm_west, town.west, "enterprise_west", "committee_west"))
    for side, firm, park, person, agent in sides:
        who, power = actor_of(town.people[person]), Power.objects.get(code="investment-filing")
        hold_power(power=power, park=park, since=at.date(), staff=1, conditions=f"{side}BODY", by=by, now=at)
        values = {"contact_phone": f"{side}BODY", "project_name": f"{side}BODY", "investment": "1"}
        given = matter_filing.Given(values, {"project-note": matter_filing.Paper(f"{side}BODY")})
        matter_filing.file_application(version=matter_by_code("investment-filing"), enterprise=firm, given=given, by=who, now=at)
        give_mandate(enterprise=firm, agent=town.people[agent], acts=["supply"], until=at.date() + timedelta(days=30), by=who, now=at)


def _matter_application(town: Town, role: str, side: str) -> MatterApplication:
    return MatterApplication.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west)


def _demand(town: Town, role: str, side: str) -> Case:
    """The demand of the firm of the side; the institute's own is the one that it has."""
    if role == "institute" and side == "own":
        return Case.objects.get(kind_code="demand", unit=town.people["institute"].organisation)
    return Case.objects.get(kind_code="demand", enterprise=town.firm_east if side == "own" else town.firm_west)


def _cultivation(town: Town) -> None:
    """The ladders, judged; for each firm an entry of the pool, a plan with an action, and an anchor with a commitment."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_kinds(content=Path("packs/chengdu/cases"), by=by, now=at)
    install_ladders(content=Path("packs/chengdu/ladders"), by=by, now=at)
    judge_tiers(cause="demand", by=by, now=at)
    later = NOW.date() + timedelta(days=90)
    for side, firm, park, name in ((EAST, town.firm_east, town.east, "committee"), (WEST, town.firm_west, town.west, "committee_west")):
        body = town.people[name].organisation
        plan = make_plan(enterprise=firm, goal=f"{side}BODY", officer=town.people[name], due_on=later, expires_on=later, rung="srdi", by=by, now=at)
        add_action(plan=plan, text=f"{side}BODY", due_on=later, unit=body, by=by, now=at)
        row = enter_anchor(enterprise=firm, level="park", reason=f"{side}BODY", decision=f"{side}BODY", lead_post="副主任", on=at.date(), by=by, now=at)
        promise(anchor=row, text=f"{side}BODY", unit=body, due_on=later, by=by, now=at)
        PoolEntry.objects.create(
            enterprise=firm, park=park, ladder="sme", rung="srdi", by_rule="meets", decision=f"{side}BODY", entered_on=at.date(), entered_label=f"{side}BODY", changed_at=at
        )  # fmt: skip


SCORECARD = """scorecards:
  - code: walk
    name: {zh: 试行评价表, en: Walk scorecard}
    mark: example
    minimum: 1
    pillars:
      - {code: rules, name: {zh: 规则, en: Rules}}
      - {code: practice, name: {zh: 实效, en: Practice}}
    items:
      - {code: told, pillar: rules, name: {zh: 免申即享, en: Told}, source: policies.no_application, floor: 0, target: 100}
      - {code: closed, pillar: practice, name: {zh: 办结, en: Closed}, source: demands.closed, floor: 0, target: 100}
"""
SURVEY_TOKEN = "walkwalkwalkwalkwalkwalk"


def _measured(town: Town) -> None:
    """A scorecard of each park and the city for this month, those of the parks published; a round of the survey with one link that is known."""
    by = system("test")
    install_scorecards(content=yaml.safe_load(SCORECARD), by=by, now=NOW)
    install_survey(content=yaml.safe_load(Path("packs/chengdu/survey.yaml").read_text("utf-8")), by=by, now=NOW)
    compute_scorecards(period="2026-11", by=by, now=NOW)
    for park in (town.east, town.west):
        publish_scorecard(scorecard=Scorecard.objects.get(park=park), by=actor_of(town.people["city"]), now=NOW)
    made = draw_round(period="2026-10", by=by, now=NOW).round
    Link.objects.create(round=made, park=town.east, digest=digest(SURVEY_TOKEN))


def _supply(town: Town) -> None:
    """An offer and a need of each firm that are not public, and between the firms of a side an introduction."""
    by, at = system("test"), NOW - timedelta(days=1)
    install_scenes(content=yaml.safe_load(Path("packs/chengdu/scenes.yaml").read_text("utf-8")), by=by, now=at)
    far = make_organisation(kind="institute", name_zh="某院所", by=by, now=at)
    for side, firm in ((EAST, town.firm_east), (WEST, town.firm_west)):
        content = Content(title=f"{side}BODY offer", contact_name=f"{side}BODY", contact="1")
        offer = post(side="offer", category="materials.steel", content=content, enterprise=firm, by=by, now=at)
        need = post(side="need", category="materials.steel", content=Content(title=f"{side}BODY need"), organisation=far, by=by, now=at)
        introduce(offer=offer, need=need, by=by, now=at)


def _notice(town: Town, role: str, side: str) -> Notice:
    """A notice to the reader's own kind of organisation; of the city, the one to the city office."""
    east = side == "own"
    if role == "city":
        return Notice.objects.filter(key__regex="^(city|EAST-|WEST-)").get(enterprise=None, park=None, organisation=None)
    if role == "institute" and east:
        return Notice.objects.get(key="EAST-institute")
    if role in ("committee", "company"):
        return Notice.objects.filter(key__regex="^(city|EAST-|WEST-)").get(park=town.east if east else town.west)
    return Notice.objects.filter(key__regex="^(city|EAST-|WEST-)").get(enterprise=town.firm_east if east else town.firm_west)


def _claim(town: Town, role: str, side: str) -> Claim:
    """A payment of the reader's own kind: an award of a park for park people, a payment of a firm for everybody else."""
    east = side == "own"
    if role in ("committee", "company"):
        return Claim.objects.get(park=town.east if east else town.west)
    return Claim.objects.get(enterprise=town.firm_east if east else town.firm_west)


@cache
def _pack() -> Pack:
    return read_pack("packs/chengdu")


def _side(role: str, side: str) -> str:
    return "committee_west" if side == "foreign" or role == "anonymous" else "committee"


def _filing(town: Town, role: str, side: str) -> Filing:
    return Filing.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west)


def foreign_markers(role: str) -> list[str]:
    """The markers a reader of this role must not see, unless the address shows that kind to all."""
    if role == "city":
        return []
    sides = [WEST] if role in _EASTERN else [EAST, WEST]
    own_token = {"institute", "stray"} & {role}
    return [side + kind for side in sides for kind in KINDS if not (own_token and side + kind == "EASTTOKEN")]


def _person(town: Town, role: str, side: str) -> object:
    return town.people["committee_west" if side == "foreign" or role == "anonymous" else role]


# name -> the record, given the town, the role that reads, and "own" or "foreign". Add yours here.
RECORDS: dict[str, Callable[[Town, str, str], object]] = {
    "park": lambda town, role, side: town.east if side == "own" else town.west,
    "enterprise": lambda town, role, side: town.firm_east if side == "own" else town.firm_west,
    "token": lambda town, role, side: ApiToken.objects.get(user=_person(town, role, side)),
    "user": _person,
    "member": lambda town, role, side: town.people["company" if side == "own" else "committee_west"],
    "filing": _filing,
    "upload": lambda town, role, side: Upload.objects.get(uploaded_by=town.people[_side(role, side)]),
    "evidence": lambda town, role, side: Evidence.objects.get(submitted_by=town.people[_side(role, side)]),
    "goal": lambda town, role, side: Goal.objects.get(code="integration"),
    "commitment": lambda town, role, side: Commitment.objects.get(number=13),
    "entitlement": lambda town, role, side: Entitlement.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west),
    "application": lambda town, role, side: Application.objects.get(entitlement__enterprise=town.firm_east if side == "own" else town.firm_west),
    "check": lambda town, role, side: AfterCheck.objects.get(entitlement__enterprise=town.firm_east if side == "own" else town.firm_west),
    "paper": lambda town, role, side: Paper.objects.get(application__entitlement__enterprise=town.firm_east if side == "own" else town.firm_west),
    "claim": _claim,
    "told": _notice,
    "plan": lambda town, role, side: Plan.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west),
    "anchor": lambda town, role, side: Anchor.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west),
    "pool_entry": lambda town, role, side: PoolEntry.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west),
    "posting": lambda town, role, side: Posting.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west, side="offer"),
    "introduction": lambda town, role, side: Introduction.objects.get(offer__enterprise=town.firm_east if side == "own" else town.firm_west),
    "matter_application": _matter_application,
    "step": lambda town, role, side: _matter_application(town, role, side).steps.first(),
    "mandate": lambda town, role, side: Mandate.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west),
    "batch": lambda town, role, side: Batch.objects.get(),
    "notice": lambda town, role, side: PublicNotice.objects.get(),
    "objection": lambda town, role, side: Objection.objects.get(entitlement__enterprise=town.firm_east if side == "own" else town.firm_west),
    "case": _demand,
    "topic_body": lambda town, role, side: TopicBody.objects.get(),
    "institute": lambda town, role, side: town.people["institute"].organisation,
    "scorecard": lambda town, role, side: Scorecard.objects.get(park=town.east if side == "own" else town.west),
    "publication": lambda town, role, side: Publication.objects.get(scorecard__park=town.east if side == "own" else town.west),
    "case_person": lambda town, role, side: _demand(town, role, side).unit.people.order_by("pk").first(),
    "case_file": lambda town, role, side: _demand(town, role, side).attachments.get(),
    "permu": lambda town, role, side: Run.objects.get(),
    "permu_objection": lambda town, role, side: PerMuObjection.objects.get(line__enterprise=town.firm_east if side == "own" else town.firm_west),
    "visit": visiting.a_visit,
    "visit_photo": lambda town, role, side: visiting.a_visit(town, role, side).photos.get(),
    "officer": visiting.an_officer,
    "meeting": visiting.a_meeting,
    "outreach": visiting.an_outreach,
    "indicator": lambda town, role, side: Indicator.objects.get(code="revenue"),
}
