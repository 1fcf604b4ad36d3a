"""A pack's matters: every fault at its place, versions, and what runs stays on its own."""

from __future__ import annotations

import shutil

import pytest

from manyuan.work.matters.catalogue import definition_of, matter_by_code, reform_of
from manyuan.work.matters.errors import WrongMatters
from manyuan.work.matters.installing import check_matters, install_matters
from manyuan.work.matters.models import MatterVersion, Power, Reform
from manyuan.work.matters.tests.conftest import BY, NOW, PACK


@pytest.fixture
def pack(tmp_path):
    for name in ("powers.yaml", "duties.yaml", "reforms.yaml"):
        shutil.copy(PACK / name, tmp_path / name)
    shutil.copytree(PACK / "matters", tmp_path / "matters")
    return tmp_path


def change(pack, file, old, new):
    path = pack / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_pack_has_no_fault():
    assert check_matters(PACK) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "said"),
    [
        ("matters/address-change.yaml", "process: one-review.bpmn", "process: one-reviw.bpmn", "matters/address-change.yaml:7:", "one-reviw.bpmn"),
        ("matters/address-change.yaml", "process: one-review.bpmn", "process: ../cases/x.bpmn", "matters/address-change.yaml:7:", "x.bpmn"),
        ("matters/investment-filing.yaml", "power: investment-filing", "power: investment-filling", "matters/investment-filing.yaml:22:", "Did you mean"),
        ("matters/investment-filing.yaml", "  review:", "  reviews:", "matters/investment-filing.yaml:22:", "reviews"),
        ("matters/investment-filing.yaml", "days: 3\n", "days: 2\n", "matters/investment-filing.yaml:8:", "at least the 3"),
        ("matters/investment-filing.yaml", "key: credit_code", "key: firm_name", "matters/investment-filing.yaml:12:", "used twice"),
        ("matters/investment-filing.yaml", "mark: example", "mark: sure", "matters/investment-filing.yaml:6:", "sure"),
        ("matters/utility-connection.yaml", "type: yes-no", "type: choice", "matters/utility-connection.yaml:16:", "choices"),
        ("matters/one-review.bpmn", 'outcomes.review = "refuse"', 'outcomes.reviw = "refuse"', "matters/one-review.bpmn:", "reviw"),
        ("matters/one-review.bpmn", '<userTask id="issue" name="办结送达"/>', '<scriptTask id="issue"><script>1</script></scriptTask>', "matters/one-review.bpmn:16:", "scriptTask"),
        ("powers.yaml", "granted_on: 2024-12-01", "granted_on: soon", "powers.yaml:6:", "soon"),
        ("duties.yaml", "company: C, city: C}", "company: X, city: C}", "duties.yaml:", "X"),
        ("reforms.yaml", "state: pilot", "state: piloting", "reforms.yaml:5:", "pilot"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_place(pack, file, old, new, where, said):
    change(pack, file, old, new)
    found = [one.message("en") for one in check_matters(pack)]
    assert any(one.startswith(where) and said in one for one in found), found
    assert all(one.message("zh") != one.message("en") for one in check_matters(pack))


@pytest.mark.django_db
def test_a_pack_with_one_fault_is_not_installed_at_all(pack):
    change(pack, "matters/one-review.bpmn", "</process>", "")
    with pytest.raises(WrongMatters) as found:
        install_matters(content=pack / "matters", by=BY, now=NOW)
    assert "matters/one-review.bpmn:" in found.value.message("en")
    assert not MatterVersion.objects.exists() and not Power.objects.exists() and not Reform.objects.exists()


def test_a_changed_process_is_a_new_version_and_what_runs_stays_on_its_own(desk, pack):
    running = desk.file()
    assert install_matters(content=pack / "matters", by=BY, now=NOW) == 0
    change(pack, "matters/one-review.bpmn", '<userTask id="issue" name="办结送达"/>', '<userTask id="issue" name="办结"/>')
    change(
        pack, "matters/one-review.bpmn", '<sequenceFlow id="f2" sourceRef="accept" targetRef="review"/>',
        '<sequenceFlow id="f2" sourceRef="accept" targetRef="second"/><userTask id="second"/><sequenceFlow id="f2b" sourceRef="second" targetRef="review"/>',
    )  # fmt: skip
    for name in ("address-change", "investment-filing", "talent-housing"):
        change(pack, f"matters/{name}.yaml", "steps:\n", "steps:\n  second: {name: {zh: 复核, en: Second look}, by: committee, days: 0}\n")
    assert install_matters(content=pack / "matters", by=BY, now=desk.now()) == 3
    assert matter_by_code("investment-filing").number == 2
    desk.do(running, "accept")
    assert desk.open(running) == ["review"], "the old process knows no second look"
    newer = desk.file()
    desk.do(newer, "accept")
    assert desk.open(newer) == ["second"]
    assert (running.version.number, newer.version.number) == (1, 2)


def test_before_and_after_are_counted_from_the_lists(desk):
    version = matter_by_code("construction-permit")
    none, all_ = reform_of(version), reform_of(version, frozenset({"planning-check", "fire-review", "environment-check", "permit-decision"}))
    assert (none.before.materials, none.before.fields, none.before.steps, none.before.days, none.before.trips) == (12, 46, 6, 35, 7)
    assert (none.after.materials, none.after.fields, none.after.steps, none.after.days, none.after.trips) == (2, 3, 6, 15, 4)
    assert all_.after.trips == 0, "a park that holds the powers sends nobody out"
    permit = reform_of(matter_by_code("production-permit"))
    assert (permit.before.steps, permit.after.steps) == (5, 4), "mending is not on the usual way"
    assert definition_of(version).services[0]["free"] is True
