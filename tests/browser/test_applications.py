"""An application as people do it: a firm at its telephone hands in its documents, two assessors differ, a third decides, three approve; the firm reads it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.browser.conftest import PASSWORD, City, wait_for
from tests.browser.test_policies import _press

pytestmark = pytest.mark.browser
PREPARED = """
import json
from django.utils import timezone
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.services import make_organisation, make_user
from manyuan.facts.audit.actors import system
from manyuan.work.policies.models import Application, Paper
row = Application.objects.get(state="preparing").entitlement
Paper.objects.filter(application=row.application).delete()
now, by = timezone.now(), system("test")
firm = make_organisation(kind="enterprise", name_zh=row.enterprise.name, enterprise=row.enterprise, by=by, now=now)
city = Organisation.objects.filter(kind="city").first()
for name, house in (("drugmaker", firm), ("approver", city)):
    person = make_user(username=name, organisation=house, password=%r, display_name=name, by=by, now=now)
    person.must_change_password = False
    person.save()
print(json.dumps({"pk": row.pk, "application": row.application.pk}))
"""
OVER = """
from datetime import timedelta
from django.utils import timezone
from manyuan.work.policies.models import PublicNotice
PublicNotice.objects.filter(version__policy__code="CD-NEWDRUG-MADE", closed_at=None).update(closes_on=timezone.localdate() - timedelta(days=1))
"""
MARKS = {"institute": ("38", "36", "18"), "park2": ("20", "18", "8"), "park1": ("34", "32", "14")}


def _fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def _mark(page: Any, address: str, person: str) -> None:
    page.goto(address)
    for box, mark in zip(page.locator("#marks input[type=number]").all(), MARKS[person], strict=True):
        box.fill(mark)
    page.fill("#marks textarea[name=text]", f"依据申报材料（{person}）")
    _press(page, "提交打分")


def test_documents_two_assessors_who_differ_a_third_person_and_three_approvals(city: City):
    made = json.loads(city.manyuan("python", PREPARED % PASSWORD).splitlines()[-1])
    own, theirs = f"{city.url}/entitlements/{made['pk']}/", f"{city.url}/policies-applied/{made['application']}/"

    firm = city.open("drugmaker", width=390)
    firm.goto(own)
    _fits(firm)
    _press(firm, "提交申报")
    assert firm.locator(".my-message").filter(has_text="药品注册批件").count() == 1, "what is missing is named"
    for number, name in enumerate(("药品注册批件", "项目备案")):
        firm.locator("#papers .my-evidence", has_text=name).locator("input[type=file]").set_input_files(
            {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": f"{name}：测试材料".encode()}
        )
        with firm.expect_navigation():
            firm.locator("#papers .my-evidence", has_text=name).get_by_role("button", name="上传").click()
        assert firm.locator("#papers").get_by_role("link", name=".txt").count() == number + 1
        _fits(firm)
    with firm.expect_navigation():
        firm.locator("#papers .my-evidence", has_text="项目备案").get_by_role("button", name="移除").click()
    assert firm.locator("#papers").get_by_role("link", name=".txt").count() == 1, "a wrong document is taken away again"
    firm.locator("#papers .my-evidence", has_text="项目备案").locator("input[type=file]").set_input_files(
        {"name": "项目备案（正式）.txt", "mimeType": "text/plain", "buffer": "项目备案：测试材料".encode()}
    )
    with firm.expect_navigation():
        firm.locator("#papers .my-evidence", has_text="项目备案").get_by_role("button", name="上传").click()
    _press(firm, "提交申报")
    assert "承诺办结日" in firm.content() and firm.locator("#papers input[type=file]").count() == 0
    _fits(firm)

    lead = city.open("city")
    lead.goto(f"{city.url}/policies-applied/?state=submitted")
    assert lead.locator(f"a[href*='/policies-applied/{made['application']}/']").count() >= 1
    lead.goto(theirs)
    for at, person in enumerate(("institute", "park2")):
        _choose(lead, at, person)
    _press(lead, "邀请")

    pages = {person: city.open(person, width=768) for person in MARKS}
    for person in ("institute", "park2"):
        wait_for(lambda page=pages[person]: _told(page, city, "请评审：创新药产业化支持"), 180)
        _mark(pages[person], theirs, person)
        assert "park2" not in pages["institute"].locator("main").inner_text()
    assert pages["park1"].goto(theirs).status == 404, "who is not asked sees nothing"
    lead.goto(theirs)
    _choose(lead, 0, "park1")
    _press(lead, "邀请")
    wait_for(lambda: _told(pages["park1"], city, "请裁定：创新药产业化支持"), 180)
    pages["park1"].goto(theirs)
    assert "38 / 40" not in pages["park1"].locator("main").inner_text(), "the third person sees neither"
    _mark(pages["park1"], theirs, "park1")
    lead.goto(theirs)
    assert "80 / 100" in lead.locator("main").inner_text()

    firm.goto(own)
    text = firm.locator("main").inner_text()
    assert "80 / 100" in text and "已确认" in text
    _fits(firm)

    policy = f"{city.url}/policies/CD-NEWDRUG-MADE/"
    lead.goto(policy)
    _press(lead, "公示")
    city.manyuan("python", OVER)
    lead.goto(policy)
    _press(lead, "结束公示")
    for person in ("city", "finance", "approver"):
        page = lead if person == "city" else city.open(person)
        page.goto(policy)
        _press(page, "审定")
        firm.goto(own)
        assert ("已审定" in firm.locator("h1").inner_text()) == (person == "approver"), person
        if page is not lead:
            page.context.close()
    for page in (firm, lead, *pages.values()):
        page.context.close()


def _choose(page: Any, at: int, person: str) -> None:
    """Choose a person by what the list calls them."""
    names = {"institute": "研究院（", "park2": "管委会乙", "park1": "管委会甲"}
    box = page.locator("select[name=person]").nth(at)
    value = next(one.get_attribute("value") for one in box.locator("option").all() if names[person] in one.inner_text())
    box.select_option(value)


def _told(page: Any, city: City, subject: str) -> bool:
    page.goto(f"{city.url}/notices/")
    return bool(page.get_by_text(subject).count())
