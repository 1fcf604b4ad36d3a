"""Records of the work apps by which commitments are measured: kind -> how many there are, when the last came, whether any is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from manyuan.facts.programme.commitments import rows_of
from manyuan.work.cases.models import Case, Step
from manyuan.work.cultivation.models import Anchor, Plan
from manyuan.work.environment.models import Scorecard
from manyuan.work.matters.models import Duty, GreenLane, Holding, Mandate, MatterVersion, Reform
from manyuan.work.meetings.models import Meeting, MeetingItem, Reached
from manyuan.work.money.models import Claim, Fund
from manyuan.work.policies.models import Entitlement
from manyuan.work.supply.models import Introduction
from manyuan.work.visits.models import Assignment, Visit

COUNTED: dict[str, Callable[[tuple[str, ...], date], tuple[int, datetime | None, bool]]] = {
    "entitlements": rows_of(Entitlement, "changed_at", made_up={"synthetic": True}),
    "payments": rows_of(Claim, "changed_at", made_up={"synthetic": True}, state="paid"),
    "awards": rows_of(Claim, "changed_at", made_up={"synthetic": True}, park__isnull=False),
    "demands": rows_of(Case, "changed_at", made_up={"synthetic": True}, kind_code="demand"),
    "demands-on-the-spot": rows_of(Step, "at", made_up={"case__synthetic": True}, state="resolved-on-spot", case__kind_code="demand"),
    "deals": rows_of(Introduction, "closed_at", made_up={"synthetic": True}, state="dealt"),
    "scorecards": rows_of(Scorecard, "computed_at", made_up={"synthetic": True}, superseded_at=None),
    "reforms": rows_of(Reform, "changed_at", made_up={"mark__in": ["example", "synthetic"]}),
    "delegated-powers": rows_of(Holding, "recorded_at", made_up={"mark__in": ["example", "synthetic"]}, until=None),
    "duties": rows_of(Duty, "", made_up={"mark__in": ["example", "synthetic"]}, is_current=True),
    "matters": rows_of(MatterVersion, "installed_at", made_up={"mark__in": ["example", "synthetic"]}, is_current=True),
    "green-channels": rows_of(GreenLane, "granted_at", made_up={"application__synthetic": True}),
    "agent-mandates": rows_of(Mandate, "given_at", made_up={"synthetic": True}),
    "anchors": rows_of(Anchor, "changed_at", made_up={"synthetic": True}, left_on=None),
    "enterprise-plans": rows_of(Plan, "changed_at", made_up={"synthetic": True}),
    "visits": rows_of(Visit, "changed_at", made_up={"synthetic": True}, state="done", scene="service"),
    "exchanges": rows_of(Visit, "changed_at", made_up={"synthetic": True}, state="done", scene__in=["campus-to-firm", "firm-to-campus"]),
    "officers": rows_of(Assignment, "recorded_at", made_up={"synthetic": True}, valid_to=None, superseded_at=None),
    "meetings": rows_of(Meeting, "held_at", made_up={"synthetic": True}, state="held"),
    "meeting-items": rows_of(MeetingItem, "made_at", made_up={"synthetic": True}),
    "outreach": rows_of(Reached, "told_at", made_up={"outreach__synthetic": True}),
    "funds": rows_of(Fund, "", made_up={"mark": "synthetic"}),
}
