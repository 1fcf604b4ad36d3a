"""A NUL is no text: pages turn it away with the name of the field, in the reader's language, and write nothing."""

from __future__ import annotations

import pytest

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.models import AuditRecord


@pytest.mark.parametrize(("language", "says"), [("zh-hans", "应为普通文本"), ("en", "expected plain text")])
def test_a_nul_is_turned_away_by_pages(db, client, language, says):
    town = build_town()
    client.force_login(town["city"], backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["manyuan_language"] = language
    before = AuditRecord.objects.count()
    answers = [client.get("/enterprises/?q=a%00b"), client.post("/parks/west/change/rename/", {"name_zh": "a\0b", "reason": "x"}), client.get("/public/?q=%00")]
    for answer, field in zip(answers, ("q", "name_zh", "q"), strict=True):
        text = answer.content.decode()
        assert answer.status_code == 400 and says in text and field in text
    assert AuditRecord.objects.count() == before
    assert client.get("/enterprises/?q=ab").status_code == 200
