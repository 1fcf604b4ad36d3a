"""A case that two people move at once, a machine whose clock is set back, an officer who has no right: clear answers, one trail, nothing lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.models import Event
from manyuan.facts.programme.evidence import File
from manyuan.work.cases.errors import MoveNotOpen
from manyuan.work.cases.files import attach
from manyuan.work.cases.models import Case, Clock, Step
from manyuan.work.cases.queries import clocks_of
from manyuan.work.cases.services import assign, comment, extend_clock, hand_over, move_case, pause_clock, reassign, resume_clock, sweep_clocks


def at_once(*works):
    """Do all of it at the same moment, each on a connection of its own; what came of each."""
    barrier, said = threading.Barrier(len(works)), [""] * len(works)

    def run(number, work):
        barrier.wait()
        try:
            work()
            said[number] = "done"
        except MoveNotOpen as error:
            said[number] = error.message("zh-hans")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return said


@pytest.mark.django_db(transaction=True)
def test_of_four_who_accept_at_once_one_wins_and_three_are_told_where_it_stands(office):
    case, by = office.open(), office.who("committee")
    said = at_once(*[lambda: move_case(case=case, move="accept", note="已联系", by=by, now=office.at)] * 4)
    assert sorted(one == "done" for one in said) == [False, False, False, True]
    assert all("办理中" in one for one in said if one != "done")
    assert Step.objects.filter(act="accept").count() == 1 and Event.objects.filter(name="case.moved").count() == 1
    assert Clock.objects.filter(code="contact").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_firm_withdraws_while_the_unit_answers_and_the_trail_says_in_which_order(office):
    case = office.open()
    office.move(case, "accept", "committee")
    unit, firm = office.who("committee"), office.who("enterprise")
    said = at_once(
        lambda: move_case(case=case, move="answer", note="已处理", by=unit, now=office.at),
        lambda: move_case(case=case, move="withdraw", by=firm, now=office.at),
    )
    acts = list(Step.objects.order_by("pk").values_list("act", flat=True))
    assert said[1] == "done" and acts in (["open", "accept", "answer", "withdraw"], ["open", "accept", "withdraw"])
    assert (said[0] == "done") is ("answer" in acts) and Case.objects.get().state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_a_case_up_once(office):
    office.open()
    late = office.now(hours=2)
    at_once(*[lambda: sweep_clocks(now=late)] * 3)
    assert Case.objects.get().level == 1 and Step.objects.filter(act="escalate").count() == 1
    keys = [(one.data["clock"], one.data["colour"]) for one in Event.objects.filter(name="case.reminder")]
    assert len(keys) == len(set(keys))


def test_a_clock_set_back_neither_turns_the_trail_round_nor_saves_a_missed_deadline(office):
    case = office.open()
    office.now(hours=3)
    comment(case=case, text="还没有人联系", by=office.who("enterprise"), now=office.at)
    last = office.at
    back = office.now(hours=-3, minutes=10)  # the machine's clock now stands before the last act and before the deadline
    case = office.move(case, "accept", "committee")
    assert case.changed_at == last and Clock.objects.get(code="contact").state == "missed"
    attach(case=case, file=File("a.txt", b"x"), by=office.who("committee"), now=back)
    pause_clock(case=case, clock="handling", reason="等待检测结果", by=office.who("committee"), now=back)
    resume_clock(case=case, clock="handling", by=office.who("committee"), now=back)
    extend_clock(case=case, clock="handling", reason="等待检测结果", by=office.who("committee"), now=back)
    moments = list(Step.objects.order_by("pk").values_list("at", flat=True))
    assert moments == sorted(moments) and back not in moments
    before = Clock.objects.get(code="handling").due_at
    assert sweep_clocks(now=back - timedelta(days=30)) == [] and Clock.objects.get(code="handling").due_at == before
    assert all(one.used >= 0 and 0 <= one.share <= 100 for one in clocks_of(case, back - timedelta(days=30)))


def test_a_day_that_comes_again_gives_no_number_twice(office):
    numbers = [office.open().number]
    office.now(days=1)
    numbers.append(office.open().number)
    office.now(days=-1)
    numbers.append(office.open().number)
    assert numbers == ["SQ-20261124-0001", "SQ-20261125-0001", "SQ-20261124-0002"]


@pytest.mark.parametrize("who", ["committee_west", "enterprise_west", "company", "institute", "stray"])
def test_who_has_no_right_changes_nothing_by_any_act(office, who):
    case, by, now = office.open(), office.who(who), office.at
    before = (Case.objects.values().get(), Step.objects.count(), list(Clock.objects.values()))
    unit, person = office.unit("company"), office.town["committee"]
    acts = [
        lambda: move_case(case=case, move="accept", note="-", by=by, now=now), lambda: move_case(case=case, move="withdraw", by=by, now=now),
        lambda: hand_over(case=case, unit=unit, note="-", by=by, now=now), lambda: reassign(case=case, unit=unit, note="-", by=by, now=now),
        lambda: assign(case=case, handler=person, by=by, now=now), lambda: comment(case=case, text="-", by=by, now=now),
        lambda: attach(case=case, file=File("a.txt", b"x"), by=by, now=now), lambda: pause_clock(case=case, clock="handling", reason="-", by=by, now=now),
        lambda: extend_clock(case=case, clock="handling", reason="-", by=by, now=now), lambda: resume_clock(case=case, clock="handling", by=by, now=now),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert (Case.objects.values().get(), Step.objects.count(), list(Clock.objects.values())) == before
    assert timezone.is_aware(now)
