"""The policy editor loses nothing: what a form shows is all that a policy file may hold; tables go out to Excel and DMN and come back."""

from __future__ import annotations

import io
from dataclasses import replace
from html.parser import HTMLParser

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from manyuan.engines.screening import read_policy_text
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.policies.composing import compose, differences, fields_of
from manyuan.work.policies.importing import import_policies
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.tests.conftest import PACK, office  # noqa: F401 -- a fixture

FULL = """policies:
  - code: FULL
    name: {zh: 全部字段, en: Every field}
    source: example
    mark: synthetic
    start: 2026-01-01
    end: 2028-01-01
    delivery: application
    group: one-only
    ceiling: yearly
    requires: []
    judged: [专家评审, 现场核查]
    note: {zh: 说明, en: A remark}
    score:
      above: 60
      clause: 第四条
      text: {zh: 评分高于 60 分, en: More than 60 points}
      items:
        - {id: rd, points: 50, least: "if rd >= 1000 then 50 else 0", most: "50", text: {zh: 研发, en: R&D}}
        - {id: staff, points: 50, least: "0", most: "50", text: {zh: 人员, en: Staff}}
    conditions:
      - {id: who, clause: 第一条, table: "#Who", text: {zh: 属支持对象, en: Is supported}}
      - {id: grade, clause: 第二条, table: "#Grade", is: 2, text: {zh: 第二档, en: Grade two}}
      - {id: staff, clause: 第三条, when: "staff >= 1", text: {zh: 有从业人员, en: Has staff}}
    amount: {table: "#Pays", rounding: down, scale: 0, cap: 100000.5, floor: 10, clause: 第五条}
ceilings:
  yearly: 2000000
tables:
  Who:
    inputs: [section, {expression: staff, label: 人数, type: number, values: "[0..100000]"}]
    output: {name: ok, type: boolean}
    notes: [依据]
    rules:
      - ['"C"', ">= 10", true, 第一款]
      - ['not("C", "D")', "[5..9]", "true", ""]
  Grade: {hit: FIRST, inputs: [revenue], output: {default: "1"}, rules: [[">= 100", 2]]}
  Pays: {hit: FIRST, inputs: [rd], rules: [[">= 1000", "rd * 0.1"], ["-", "5"]]}
"""
DELIVERY = {
    "fund": "test", "budget": "1000", "shortfall": "pro-rata", "objection_days": 3, "promised_days": 30, "asks": ["graduates_hired"], "documents": ["合同", "发票"], "limit": 500,
    "check_share": 35, "check_days": 45, "check_by": "committee", "evaluate_days": 77,
    "judging": {"items": [{"code": "new", "zh": "创新性", "en": "Novelty", "least": 5, "most": 40}], "limit": "7.5", "days": 12, "bands": [{"from": 30, "share": 100}, {"from": 20, "share": 50}]},
}  # fmt: skip


class _Form(HTMLParser):
    """What a browser would send of the editor's form if nothing were touched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._in, self._template, self._select, self._area = False, 0, None, None
        self.feed(page)

    def handle_starttag(self, tag, given):
        one = dict(given)
        if tag == "form":
            self._in = "hx-post" in one
        self._template += tag == "template"
        if not self._in or self._template:
            return
        name = one.get("name")
        if tag == "input" and name and one.get("type") not in ("file", "checkbox", "radio"):
            self.sent.append((name, one.get("value") or ""))
        elif tag == "input" and name and one.get("type") == "checkbox" and "checked" in one:
            self.sent.append((name, one.get("value") or "on"))
        elif tag == "select":
            self._select = [name, None]
        elif tag == "option" and self._select is not None:
            if self._select[1] is None or "selected" in one:
                self._select[1] = one.get("value")
            self._option = "value" not in one and ("selected" in one or self._select[1] is None)
        elif tag == "textarea":
            self._area = [name, ""]

    def handle_data(self, text):
        if self._area is not None:
            self._area[1] += text
        elif self._select is not None and getattr(self, "_option", False) and text.strip():
            self._select[1], self._option = text.strip(), False

    def handle_endtag(self, tag):
        self._template -= tag == "template"
        self._in = self._in and tag != "form"
        if tag == "select" and self._select is not None:
            self.sent.append((self._select[0], self._select[1] or ""))
            self._select = None
        if tag == "textarea" and self._area is not None:
            self.sent.append((self._area[0], self._area[1]))
            self._area = None

    def data(self, **changed):
        out: dict[str, list[str]] = {}
        for name, value in self.sent:
            out.setdefault(name, []).append(value)
        return out | changed


def _meaning(text):
    found, faults = read_policy_text(text, current_definition().schema)
    assert not faults, faults
    fields = fields_of(text)
    return [replace(one, file="", line=0) for one in found.policies], found.ceilings, fields.get("note"), fields["tables"]


@pytest.fixture
def clerk(office, client):  # noqa: F811
    client.force_login(office.town["city"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def _published(office, clerk, text=FULL):  # noqa: F811
    from manyuan.work.policies.drafting import draft_policy

    version = draft_policy(text=text, delivery=DELIVERY, by=office.drafter, now=office.now())
    PolicyVersion.objects.filter(pk=version.pk).update(state="published")
    version.refresh_from_db()
    return version


def test_the_next_version_of_every_policy_of_the_pack_says_the_same(office, clerk):  # noqa: F811
    made = import_policies(folder=PACK, by=office.drafter, now=office.now()).drafted
    PolicyVersion.objects.update(state="published")
    assert len(made) >= 25
    for version in PolicyVersion.objects.select_related("policy"):
        code = version.policy.code
        sent = _Form(clerk.get(f"/policies/{code}/edit/").content.decode()).data()
        answer = clerk.post(f"/policies/{code}/edit/", sent)
        assert answer.status_code == 302, answer.content.decode().split('id="faults"')[1][:500]
        draft = version.policy.versions.get(state="draft")
        assert draft.number == 2 and draft.delivery == version.delivery, code
        assert _meaning(draft.text) == _meaning(version.text), code


def test_whatever_a_policy_file_may_hold_is_in_the_form(office, clerk):  # noqa: F811
    version = _published(office, clerk)
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data()
    assert clerk.post("/policies/FULL/edit/", sent).status_code == 302
    draft = version.policy.versions.get(state="draft")
    assert draft.delivery == version.delivery
    was, now = _meaning(version.text), _meaning(draft.text)
    assert was[:3] == now[:3]
    assert differences(version.text, draft.text) == [] or {name for name, _, _ in differences(version.text, draft.text)} <= {"Who.hit", "Who.notes"}


def test_judging_and_checking_are_edited(office, clerk):  # noqa: F811
    version = _published(office, clerk)
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data()
    sent |= {"d-check_share": "50", "j-limit": "9", "j-most": ["60"], "b-from": ["50", "20"], "s-above": "70"}
    assert clerk.post("/policies/FULL/edit/", sent).status_code == 302
    draft = version.policy.versions.get(state="draft")
    assert draft.delivery["check_share"] == 50 and draft.delivery["judging"]["limit"] == "9" and draft.delivery["judging"]["items"][0]["most"] == "60"
    assert ("score.above", "60", "70") in differences(version.text, draft.text)


def test_a_judged_item_without_a_range_is_told_at_its_place_and_nothing_is_saved(office, clerk):  # noqa: F811
    version = _published(office, clerk)
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data() | {"j-most": ["2"]}
    answer = clerk.post("/policies/FULL/edit/", sent)
    assert answer.status_code == 422 and "5 – 2" in answer.content.decode()
    assert version.policy.versions.count() == 1


def _post(clerk, version, **more):
    sent = _Form(clerk.get(f"/policies/{version.policy.code}/edit/").content.decode()).data()
    return clerk.post("/policies/tables/", sent | more)


def _grid(page):
    return fields_of(compose({"code": "X", "tables": _tables(page)}).text)["tables"]


def _tables(page):
    from django.http import QueryDict

    from manyuan.surfaces.web.policy_form import tables_of

    post = QueryDict(mutable=True)
    for name, values in _Form(f'<form hx-post="">{page}</form>').data().items():
        post.setlist(name, values)
    return tables_of(post)


@pytest.mark.parametrize("kind", ["xlsx", "dmn"])
def test_tables_go_out_and_come_back_unchanged(office, clerk, kind):  # noqa: F811
    version = _published(office, clerk)
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data()
    out = clerk.post("/policies/tables/file/", sent | {"as": kind})
    assert out.status_code == 200 and out["Content-Disposition"].endswith(f'"FULL.{kind}"')
    assert clerk.get(f"/policies/FULL/tables.{kind}").content[:4] == out.content[:4]
    looked = _post(clerk, version, op="read", **{"tables-file": SimpleUploadedFile(f"t.{kind}", out.content)}).content.decode()
    assert looked.count("my-status mute") >= 3 and "my-faults" not in looked.replace("my-faults warn", "")
    _post(clerk, version, op="leave")


def test_a_changed_cell_is_shown_before_it_counts_and_then_taken_over(office, clerk):  # noqa: F811
    version = _published(office, clerk)
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/policies/FULL/tables.xlsx").content))
    book["Pays"]["B9"] = ">= 2000"
    changed = io.BytesIO()
    book.save(changed)
    looked = _post(clerk, version, op="read", **{"tables-file": SimpleUploadedFile("t.xlsx", changed.getvalue())}).content.decode()
    assert "&gt;= 1000 | rd * 0.1" in looked and "&gt;= 2000 | rd * 0.1" in looked
    assert _grid(looked)[2]["rules"][0][0] == ">= 1000"
    incoming = _Form(f'<form hx-post="">{looked}</form>').data()
    taken = clerk.post("/policies/tables/", incoming | {"op": "take"}).content.decode()
    assert [one["rules"][0] for one in _grid(taken)][2] == [">= 2000", "rd * 0.1"]
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data()
    sent = {name: values for name, values in sent.items() if not name.startswith("t")} | _Form(f'<form hx-post="">{taken}</form>').data()
    assert clerk.post("/policies/FULL/edit/", sent).status_code == 302
    draft = version.policy.versions.get(state="draft")
    assert ("Pays.1", ">= 1000 | rd * 0.1", ">= 2000 | rd * 0.1") in differences(version.text, draft.text)


@pytest.mark.parametrize(
    ("cell", "value", "said"), [("B9", ">= ", "Pays!B9"), ("C9", None, "没有输出"), ("B2", "COLLECT SUM", "COLLECT"), ("B3", "Foo", "Pays!B3")]
)
def test_a_wrong_workbook_names_its_faults_and_changes_nothing(office, clerk, cell, value, said):  # noqa: F811
    version = _published(office, clerk)
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/policies/FULL/tables.xlsx").content))
    book["Pays"][cell] = value
    changed = io.BytesIO()
    book.save(changed)
    looked = _post(clerk, version, op="read", **{"tables-file": SimpleUploadedFile("t.xlsx", changed.getvalue())}).content.decode()
    assert said in looked and 'name="t-incoming"' not in looked
    assert _grid(looked)[2]["rules"][0][0] == ">= 1000"


def test_columns_and_tables_are_added_and_removed(office, clerk):  # noqa: F811
    version = _published(office, clerk)
    wider = _grid(_post(clerk, version, op="column:2").content.decode())[2]
    assert len(wider["inputs"]) == 2 and wider["rules"][0] == [">= 1000", "-", "rd * 0.1"]
    narrower = _grid(_post(clerk, version, op="uncolumn:0:1").content.decode())[0]
    assert narrower["inputs"] == ["section"] and narrower["rules"][0] == ['"C"', "true", "第一款"]
    assert [one["name"] for one in _grid(_post(clerk, version, op="table").content.decode())] == ["Who", "Grade", "Pays", "T1"]
    assert [one["name"] for one in _grid(_post(clerk, version, op="drop:1").content.decode())] == ["Who", "Pays"]


def test_the_checker_names_the_row_of_a_fault_and_what_is_doubtful(office, clerk):  # noqa: F811
    _published(office, clerk)
    sent = _Form(clerk.get("/policies/FULL/edit/").content.decode()).data()
    cells = list(sent["t2-cell"])
    cells[0] = ">= "
    answer = clerk.post("/policies/check/", sent | {"t2-cell": cells}).content.decode()
    assert "决策表 3 第 1 行" in answer
    cells[0] = "-"
    assert "my-faults warn" in clerk.post("/policies/check/", sent | {"t2-cell": cells}).content.decode()


def test_a_firm_has_no_editor(office, client):  # noqa: F811
    client.force_login(office.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/policies/new/").status_code == 403
    for address in ("/policies/tables/", "/policies/tables/file/"):
        assert client.post(address, {"op": "table"}).status_code == 404


STEEP = """policies:
  - code: STEEP
    name: {zh: 断崖, en: Steep}
    source: example
    mark: example
    start: 2026-01-01
    delivery: no-application
    conditions:
      - {id: new, clause: 第一条, when: 'registered_on >= date("2023-01-01")', text: {zh: 2023 年以来成立, en: Founded since 2023}}
    amount: {value: 500000, clause: 第二条}
"""


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "成立日期晚一天 · 0元 → 50万元"), ("en", "Registered on: a day later · 0 yuan → 500,000 yuan")])
def test_the_checker_names_cliffs_beside_a_policy_without_fault_and_not_beside_one_with(office, clerk, language, said):  # noqa: F811
    _published(office, clerk, STEEP)
    sent = _Form(clerk.get("/policies/STEEP/edit/").content.decode()).data()
    clerk.cookies["manyuan_language"] = language
    found = clerk.post("/policies/check/", sent).content.decode()
    assert said in found.replace("\xa0", " "), found
    assert clerk.post("/policies/check/", sent | {"amount-value": ["50000 +"]}).content.decode().count("my-faults") == 1
