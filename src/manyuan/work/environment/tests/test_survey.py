"""The one-minute survey: drawn, answered once, and nobody can be found behind what is shown."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import yaml
from django.db import connection, models

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.filings.periods import parse_period
from manyuan.work.environment import queries
from manyuan.work.environment.errors import LinkUsed, NoSurvey, RoundClosed, RoundExists, WrongAnswer, WrongSurvey
from manyuan.work.environment.installing import install_survey
from manyuan.work.environment.models import Answer, Asked, Link, Round, SurveyForm
from manyuan.work.environment.suppression import shown
from manyuan.work.environment.survey_results import results
from manyuan.work.environment.surveying import answer, draw_due, draw_round, tell_round
from manyuan.work.environment.tests.conftest import BY, PACK
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates

GOOD = {"clear": 5, "service": "4", "effect": 3}


def served(measured, count=1, prefix="A", park=None):
    """Firms of a park, each with a demand that was closed."""
    town = measured.town
    for number in range(count):
        firm = Enterprise.objects.create(
            uscc=f"9151{prefix}{number:013d}", name=f"企业{prefix}{number}", park=park or town.east, source="test", mark="example",
            recorded_at=measured.at, changed_at=measured.at,
        )  # fmt: skip
        setattr(town, f"firm_{prefix}{number}", firm)
        measured.move(measured.demand(f"firm_{prefix}{number}"), "accept", "answer", "confirm")


def draw(measured, period="2026-03"):
    return draw_round(period=period, by=BY, now=measured.at)


def take(measured, drawn, grades=GOOD, text="", count=None):
    for token in list(drawn.links.values())[:count]:
        answer(token=token, grades=grades, text=text, now=measured.at)


def test_who_was_served_in_the_month_is_asked_and_nobody_else(measured):
    measured.solved("firm_east")
    measured.demand("firm_sub")  # not closed
    measured.move(measured.demand("firm_west"), "withdraw")
    drawn = draw(measured)
    assert set(drawn.links) == {measured.town.firm_east.pk}
    assert Asked.objects.get().enterprise == measured.town.firm_east


def test_the_sample_of_a_park_is_bounded_and_the_same_whoever_draws_it(measured):
    served(measured, 25)
    first = set(draw(measured).links)
    Round.objects.all().delete()
    assert len(first) == 20
    assert set(draw(measured).links) == first


def test_who_was_asked_lately_is_left_in_peace(measured):
    measured.solved("firm_east")
    assert len(draw(measured).links) == 1
    measured.later(days=31)
    measured.solved("firm_east")
    measured.solved("firm_sub")
    assert set(draw(measured, "2026-04").links) == {measured.town.firm_sub.pk}


def test_a_month_is_drawn_once_by_the_city_alone(measured):
    measured.solved()
    with pytest.raises(NotAllowed):
        draw_round(period="2026-03", by=measured.who("committee"), now=measured.at)
    assert not Round.objects.exists()
    draw(measured)
    with pytest.raises(RoundExists):
        draw(measured)
    assert Round.objects.count() == 1


def test_the_worker_draws_last_months_survey_in_the_first_ten_days_and_tells_the_firms_alone(measured):
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=measured.at)
    measured.solved("firm_east")
    measured.at = measured.at.replace(month=4, day=11)
    assert draw_due(now=measured.at) == []
    measured.at = measured.at.replace(day=10)
    assert [one.period for one in draw_due(now=measured.at)] == ["2026-03"]
    assert draw_due(now=measured.at) == []
    notice = Notice.objects.get()
    assert (notice.enterprise, notice.park) == (measured.town.firm_east, None)
    token = notice.link.strip("/").split("/")[-1]
    assert answer(token=token, grades=GOOD, text="", now=measured.at)


def test_a_link_takes_one_answer(measured):
    measured.solved()
    token = next(iter(draw(measured).links.values()))
    answer(token=token, grades=GOOD, text="很好", now=measured.at)
    with pytest.raises(LinkUsed):
        answer(token=token, grades=GOOD, text="再来一次", now=measured.at)
    assert Answer.objects.get().grades == {"clear": 5, "service": 4, "effect": 3}


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_taken(measured):
    measured.solved()
    token = next(iter(draw(measured).links.values()))
    told, gate = [], threading.Barrier(2)

    def send():
        gate.wait()
        try:
            answer(token=token, grades=GOOD, text="", now=measured.at)
            told.append("taken")
        except LinkUsed:
            told.append("used")
        finally:
            connection.close()

    both = [threading.Thread(target=send) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["taken", "used"]
    assert Answer.objects.count() == 1


@pytest.mark.parametrize(
    "grades", [{}, {"clear": 5}, GOOD | {"effect": 0}, GOOD | {"effect": 6}, GOOD | {"effect": "x"}, GOOD | {"effect": "²"}, GOOD | {"effect": None}]
)
def test_an_answer_needs_all_three_grades_from_1_to_5_and_a_wrong_one_does_not_use_the_link_up(measured, grades):
    measured.solved()
    token = next(iter(draw(measured).links.values()))
    with pytest.raises(WrongAnswer):
        answer(token=token, grades=grades, text="", now=measured.at)
    assert not Answer.objects.exists()
    assert not Link.objects.get().used


@pytest.mark.parametrize("token", ["", "x" * 24, "../../etc/passwd", "' or 1=1 --", "é" * 24])
def test_an_unknown_link_is_not_there(measured, token):
    with pytest.raises(NotFound):
        answer(token=token, grades=GOOD, text="", now=measured.at)


@pytest.mark.parametrize(("days", "open_"), [(21, True), (22, False)])
def test_a_link_is_open_up_to_its_last_day(measured, days, open_):
    measured.solved()
    token = next(iter(draw(measured).links.values()))
    measured.later(days=days)
    if open_:
        answer(token=token, grades=GOOD, text="", now=measured.at)
    else:
        with pytest.raises(RoundClosed):
            answer(token=token, grades=GOOD, text="", now=measured.at)
    assert Answer.objects.exists() is open_


def test_nothing_leads_from_an_answer_to_an_enterprise_or_a_moment(measured):
    measured.solved()
    drawn = draw(measured)
    records = AuditRecord.objects.count()
    take(measured, drawn, text="保密")
    assert AuditRecord.objects.count() == records
    fields = {one.name: one for model in (Answer, Link) for one in model._meta.get_fields()}
    assert not [name for name, one in fields.items() if isinstance(one, models.DateTimeField | models.DateField)]
    related = {one.related_model for one in fields.values() if one.is_relation}
    assert related == {Round, measured.town.east.__class__}
    assert not any(token in str(row) for token in drawn.links.values() for row in Link.objects.values_list())  # only the digest is kept


def test_without_a_survey_nothing_is_drawn(measured):
    SurveyForm.objects.all().delete()
    with pytest.raises(NoSurvey):
        draw(measured)
    assert draw_due(now=measured.at.replace(month=4, day=2)) == []


def test_telling_without_a_text_in_the_pack_tells_nobody(measured):
    measured.solved()
    assert tell_round(drawn=draw(measured), now=measured.at) == 0


@pytest.mark.parametrize(("count", "seen"), [(4, False), (5, True)])
def test_what_fewer_than_five_said_is_shown_to_nobody_and_not_scored(measured, count, seen):
    served(measured, 6)
    take(measured, draw(measured), count=count)
    measured.compute()
    found = results(parse_period("2026-03"))
    assert (measured.town.east.pk in found, None in found) == (seen, seen)
    value = measured.items(measured.town.east)["effect"]
    assert (value.whole, value.value) == ((5, 3) if seen else (0, None))


def test_a_few_answers_cannot_be_had_as_the_difference_of_two_parks(measured):
    served(measured, 6)
    served(measured, 2, "B", measured.town.east_sub)
    take(measured, draw(measured))
    found = results(parse_period("2026-03"))
    # east holds 8 answers with the sub-park's 2: those 2 are not shown, and east's own 6 are not a shown part, so that nothing can be taken away
    assert set(found) == {measured.town.east.pk, None}
    served(measured, 2, "C", measured.town.west)
    assert found[None].answers == 8


# counts, parts, what is shown (minimum 5)
SUPPRESSED = [
    ({"city": 12, "a": 7, "b": 5}, {"city": ["a", "b"]}, {"city", "a", "b"}),
    ({"city": 12, "a": 8, "b": 4}, {"city": ["a", "b"]}, {"a"}),  # city less a would be the 4 of b
    ({"city": 16, "a": 8, "b": 4, "c": 4}, {"city": ["a", "b", "c"]}, {"city", "a"}),  # city less a are 8 of two parks
    ({"city": 4, "a": 4}, {"city": ["a"]}, set()),
    ({"city": 0}, {}, set()),
    ({"city": 20, "a": 10, "a1": 6, "a2": 4, "b": 10}, {"city": ["a", "b"], "a": ["a1", "a2"]}, {"a1", "b"}),  # city less b less a1 would be the 4 of a2
]


@pytest.mark.parametrize(("counts", "parts", "expected"), SUPPRESSED)
def test_what_may_be_shown_gives_nobody_away_as_a_difference(counts, parts, expected):
    assert shown(counts, parts, 5) == expected


def test_the_quarter_is_not_shown_where_its_months_would_give_the_third_away(measured):
    for prefix, count, month in (("A", 5, 1), ("B", 5, 2), ("C", 2, 3)):
        measured.at = measured.at.replace(month=month, day=3)
        served(measured, count, prefix)
        take(measured, draw(measured, f"2026-0{month}"))
    assert results(parse_period("2026-01"))[None].answers == 5
    assert Answer.objects.count() == 12
    assert results(parse_period("2026Q1")) == {}


def test_free_texts_are_read_by_the_city_alone_in_no_telling_order(measured):
    served(measured, 3)
    drawn = draw(measured)
    for token, text in zip(drawn.links.values(), ["丙", "甲", ""], strict=True):
        answer(token=token, grades=GOOD, text=text, now=measured.at)
    assert queries.free_texts(measured.who("city"), "2026-03") == sorted(["甲", "丙"])
    assert queries.free_texts(measured.who("city"), "2026Q1") == sorted(["甲", "丙"])
    for name in ("committee", "company", "enterprise"):
        assert queries.free_texts(measured.who(name), "2026-03") == []


FAULTS = [("sample: 20", "sample: 0", "sample"), ("minimum: 5", "minimum: 2", "minimum"), ("code: clear", "code: effect", "three"), ("open:", "opens:", "open")]


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS)
def test_a_faulty_survey_is_refused(measured, right, wrong, said):
    text = (PACK / "survey.yaml").read_text("utf-8").replace(right, wrong, 1)
    with pytest.raises(WrongSurvey) as refused:
        install_survey(content=yaml.safe_load(text), by=BY, now=measured.at)
    assert said in refused.value.faults
    assert SurveyForm.objects.get(is_current=True).number == 1


def test_an_answer_counts_for_the_month_that_it_is_about(measured):
    served(measured, 5)
    measured.at = measured.at.replace(month=4, day=2)
    take(measured, draw(measured))
    assert date(2026, 4, 2) + timedelta(days=21) == Round.objects.get().closes_on
    assert results(parse_period("2026-03"))[None].mean("clear") == 5
    assert results(parse_period("2026-04")) == {}
