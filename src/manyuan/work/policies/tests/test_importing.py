"""Policies out of a folder: drafts only, all or none, the same again changes nothing; the demo plays through."""

from __future__ import annotations

import shutil

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.policies.composing import fields_of
from manyuan.work.policies.errors import PackFaulty
from manyuan.work.policies.importing import import_policies
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.rules import parse
from manyuan.work.policies.tables import tables_file
from manyuan.work.policies.tests.conftest import PACK


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PACK / "policies", tmp_path / "policies")
    shutil.copy(PACK / "delivery.yaml", tmp_path / "delivery.yaml")
    return tmp_path


def test_a_folder_becomes_drafts_once(office, folder):
    done = import_policies(folder=folder, by=office.drafter, now=office.now())
    assert len(done.drafted) >= 25 and not done.changed and not done.same
    assert set(PolicyVersion.objects.values_list("state", flat=True)) == {"draft"}
    again = import_policies(folder=folder, by=office.drafter, now=office.now())
    assert not again.drafted and not again.changed and len(again.same) == len(done.drafted)


def test_a_changed_file_changes_its_draft_and_no_other(office, folder):
    import_policies(folder=folder, by=office.drafter, now=office.now())
    file = folder / "policies" / "cd-rd.yaml"
    file.write_text(file.read_text("utf-8").replace("500000", "600000"), "utf-8")
    done = import_policies(folder=folder, by=office.drafter, now=office.now())
    assert [one.policy.code for one in done.changed] == ["CD-RD"] and not done.drafted


def test_one_bad_file_and_nothing_is_imported(office, folder):
    (folder / "policies" / "cd-rd.yaml").write_text("policies:\n  - code: CD-RD\n    colour: red\n", "utf-8")
    with pytest.raises(PackFaulty, match=r"cd-rd\.yaml") as found:
        import_policies(folder=folder, by=office.drafter, now=office.now())
    assert "colour" in found.value.message("en") and "没有导入" in found.value.message("zh-hans")
    assert not PolicyVersion.objects.exists()


def test_a_delivery_without_policy_or_with_a_wrong_fact_is_a_fault(office, folder):
    good = (folder / "delivery.yaml").read_text("utf-8")
    (folder / "delivery.yaml").write_text(good + "  CD-NONE: {fund: sme}\n", "utf-8")
    with pytest.raises(PackFaulty, match="CD-NONE"):
        import_policies(folder=folder, by=office.drafter, now=office.now())
    (folder / "delivery.yaml").write_text(good.replace("asks: [loan_interest]", "asks: [revenue]"), "utf-8")
    with pytest.raises(PackFaulty, match=r"cd-interest\.yaml"):
        import_policies(folder=folder, by=office.drafter, now=office.now())
    assert not PolicyVersion.objects.exists()


def test_an_empty_folder_is_said(office, tmp_path):
    with pytest.raises(PackFaulty, match="policies"):
        import_policies(folder=tmp_path, by=office.drafter, now=office.now())


def test_only_the_city_imports(office, folder):
    with pytest.raises(NotAllowed):
        import_policies(folder=folder, by=office.firm_actor(), now=office.now())


@pytest.mark.parametrize("kind", ["xlsx", "dmn"])
def test_a_table_beside_the_file_is_written_into_the_draft(office, folder, kind):
    plain = parse((folder / "policies" / "cd-abovescale.yaml").read_text("utf-8"), current_definition())
    file = _table_beside(folder, kind)
    done = import_policies(folder=folder, by=office.drafter, now=office.now())
    draft = next(one for one in done.drafted if one.policy.code == "CD-ABOVESCALE")
    assert fields_of(draft.text)["amount"]["value"] == "#Award" and file not in draft.text
    assert parse(draft.text, current_definition()).amount == plain.amount
    assert not import_policies(folder=folder, by=office.drafter, now=office.now()).changed


@pytest.mark.parametrize(("before", "after"), [("#Award", "#Other"), ("award.xlsx#", "none.xlsx#"), ("award.xlsx#", "../../award.xlsx#")])
def test_a_table_that_is_not_beside_the_file_is_a_fault_and_nothing_is_imported(office, folder, before, after):
    _table_beside(folder, "xlsx")
    path = folder / "policies" / "cd-abovescale.yaml"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(PackFaulty) as caught:
        import_policies(folder=folder, by=office.drafter, now=office.now())
    assert "cd-abovescale.yaml" in caught.value.file and not PolicyVersion.objects.exists()


def _table_beside(folder, kind):
    """The pack's own table as a file beside the policy that had it."""
    path = folder / "policies" / "cd-abovescale.yaml"
    text = path.read_text("utf-8")
    file = f"award.{kind}"
    (folder / "policies" / file).write_bytes(tables_file(fields_of(text)["tables"], kind, current_definition().schema.names))
    path.write_text(text[: text.index("tables:")].replace('"#Award"', f'"{file}#Award"'), "utf-8")
    return file
