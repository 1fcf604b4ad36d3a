from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.facts.audit import guard
from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.audit.canonical import digest, plain
from manyuan.facts.audit.models import AppendOnly, AuditRecord, ChainHead
from manyuan.facts.audit.queries import last_changes, trail
from manyuan.facts.audit.services import record, verify

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def write(count: int = 3, by: Actor | None = None, **given):
    facts = {
        "action": "parks.rename",
        "subject_kind": "park",
        "subject_id": 7,
        "before": {"name": "旧"},
        "after": {"name": "新"},
    }
    return [record(by=by or system(), now=NOW, **{**facts, **given}) for _ in range(count)]


@pytest.fixture
def tampering(db):
    with guard.lifted(connection):
        yield lambda sql, *values: connection.cursor().execute(sql, values)


@pytest.mark.django_db
def test_records_are_numbered_without_gaps_and_each_covers_the_one_before():
    first, second, third = write(3)
    assert [first.id, second.id, third.id] == [1, 2, 3]
    assert second.previous_digest == first.digest and third.previous_digest == second.digest
    assert verify().ok and verify().records == 3


@pytest.mark.django_db
def test_an_empty_chain_is_whole():
    assert verify().ok and verify().records == 0


@pytest.mark.django_db
def test_dates_decimals_and_null_characters_are_recorded_as_they_will_be_read_back():
    write(
        1,
        after={
            "area": Decimal("1.50"),
            "on": date(2026, 1, 2),
            "share": 0.1,
            "ids": {3, 1, 2},
            "text": "a\x00b",
            5: (1, None, True),
        },
    )
    kept = AuditRecord.objects.get().after
    assert kept == {
        "area": "1.50",
        "on": "2026-01-02",
        "share": "0.1",
        "ids": [1, 2, 3],
        "text": "a␀b",
        "5": [1, None, True],
    }
    assert verify().ok


@pytest.mark.django_db
def test_an_object_cannot_be_recorded_and_nothing_is_written():
    with pytest.raises(TypeError, match="plain values"):
        write(1, after={"park": object()})
    with pytest.raises(ValueError, match="action"):
        write(1, action="")
    with pytest.raises(ValueError, match="time zone"):
        record(by=system(), now=datetime(2026, 1, 1), action="a.b", subject_kind="park", subject_id=1)
    assert AuditRecord.objects.count() == 0 and verify().ok


@pytest.mark.django_db
def test_a_write_that_fails_leaves_no_record_and_no_gap():
    write(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        write(1)
        raise RuntimeError
    assert write(1)[0].id == 2 and verify().ok


@pytest.mark.parametrize(
    ("change", "bad", "reason"),
    [
        ("UPDATE audit_auditrecord SET reason = 'x' WHERE id = 2", 2, "changed"),
        ("UPDATE audit_auditrecord SET actor_label = 'x' WHERE id = 3", 3, "changed"),
        ("UPDATE audit_auditrecord SET at = '2026-11-23 09:31:00+00:00' WHERE id = 1", 1, "changed"),
        ('UPDATE audit_auditrecord SET after = \'{"name": "x"}\' WHERE id = 2', 2, "changed"),
        ("DELETE FROM audit_auditrecord WHERE id = 2", 2, "missing"),
        ("DELETE FROM audit_auditrecord WHERE id = 1", 1, "missing"),
        ("DELETE FROM audit_auditrecord WHERE id = 4", 4, "tail_missing"),
        ("UPDATE audit_chainhead SET record_id = 3", 3, "broken_link"),
        ("UPDATE audit_auditrecord SET id = 9 WHERE id = 4", 4, "tail_missing"),
    ],
)
def test_a_tampered_record_is_found_and_named(tampering, change, bad, reason):
    write(4)
    tampering(change)
    found = verify()
    assert (found.ok, found.first_bad_id, found.reason) == (False, bad, reason)
    assert str(bad) in found.message("en") and str(bad) in found.message("zh-hans")


def test_a_record_forged_with_a_fitting_digest_breaks_the_next_link(tampering):
    write(3)
    forged = AuditRecord.objects.get(pk=2)
    forged.reason = "forged"
    from manyuan.facts.audit.chain import fields_of

    tampering(
        "UPDATE audit_auditrecord SET reason = 'forged', digest = %s WHERE id = 2",
        digest(forged.previous_digest, fields_of(forged)),
    )
    assert verify().first_bad_id == 3 and verify().reason == "broken_link"


def test_a_record_put_in_after_the_end_is_found(tampering):
    write(2)
    end = ChainHead.objects.get()
    write(1)
    tampering("UPDATE audit_chainhead SET record_id = 2, digest = %s", end.digest)
    assert verify().first_bad_id == 3 and verify().reason == "beyond_end"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        lambda: AuditRecord.objects.first().save(),
        lambda: AuditRecord.objects.first().delete(),
        lambda: AuditRecord.objects.update(reason="x"),
        lambda: AuditRecord.objects.all().delete(),
        lambda: AuditRecord.objects.create(),
        lambda: AuditRecord.objects.bulk_create([]),
    ],
)
def test_the_code_refuses_to_change_or_remove_a_record(act):
    write(1)
    with pytest.raises(AppendOnly):
        act()
    assert verify().ok and verify().records == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE audit_auditrecord SET reason = 'x'", "DELETE FROM audit_auditrecord"])
def test_the_database_refuses_to_change_or_remove_a_record(change):
    write(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert verify().ok and verify().records == 1


@pytest.mark.django_db
def test_flush_is_refused_outside_demo_and_tests(settings):
    write(1)
    settings.DEMO = settings.TESTING = False
    with pytest.raises(CommandError, match="append-only"):
        call_command("flush", interactive=False)
    assert AuditRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_emptying_a_test_database_puts_the_guard_back():
    write(1)
    call_command("flush", interactive=False, verbosity=0)
    assert AuditRecord.objects.count() == 0
    assert write(1)[0].id == 1
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord")


@pytest.mark.django_db
def test_verify_tells_its_progress(monkeypatch):
    monkeypatch.setattr("manyuan.facts.audit.chain._CHUNK", 2)
    write(5)
    told = []
    verify(lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.django_db
def test_the_city_reads_every_change_and_others_their_own():
    officer = Actor(id=42, label="园区经办", role=Role.COMMITTEE)
    write(1)
    write(1, by=officer, action="filings.approve")
    assert last_changes(system()).count() == 2
    assert [r.action for r in last_changes(officer)] == ["filings.approve"]
    assert last_changes(system(), action="filings.").count() == 1
    assert last_changes(Actor(id=None, label="", role=Role.PUBLIC)).count() == 0
    assert trail("park", 7).count() == 2 and trail("park", 8).count() == 0


def test_a_refusal_says_who_may_not_do_what_in_both_languages():
    refusal = NotAllowed("filings.approve", Actor(id=1, label="张三", role=Role.ENTERPRISE))
    assert isinstance(refusal, PermissionError) and refusal.http_status == 403
    assert "张三" in refusal.message("en") and "no right" in refusal.message("en")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.dates(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
        max_leaves=10,
    )
)
@settings(max_examples=200, deadline=None)
def test_the_plain_form_is_its_own_plain_form_and_survives_json(value):
    import json

    once = plain(value)
    assert plain(once) == once == json.loads(json.dumps(once))
