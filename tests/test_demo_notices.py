"""A new demo city starts with notices of the last weeks on their days and a few unread ones; its worker tells nothing of it twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import yaml

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.services import drain
from manyuan.site.demo_notices import play_notices
from manyuan.site.reactions import REACTIONS
from manyuan.work.cases.models import Step
from manyuan.work.cases.services import sweep_clocks
from manyuan.work.cases.tests.conftest import BY, KINDS, office
from manyuan.work.demands.tests.conftest import Desk, desk
from manyuan.work.notices.models import Notice
from manyuan.work.notices.queries import unread_count, visible
from manyuan.work.notices.texts import install_templates

__all__ = ["desk", "office"]


def test_what_went_up_along_the_year_is_told_on_its_day_and_mostly_read(desk: Desk):
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=desk.at)
    User.objects.exclude(username="stray").update(is_demo=True)
    now = desk.at
    for days in (300, 200, 100, 25, 24, 20, 18, 6, 5, 4, 1):
        desk.at = now - timedelta(days=days)
        desk.file()
    folder = Path(KINDS.parent)
    assert play_notices(folder=folder, now=now) > 0
    ups = list(Step.objects.filter(act="escalate").order_by("at").values_list("at", flat=True))
    assert len({at.date() for at in ups}) >= 6 and ups[0] < now - timedelta(days=280), "not all on one day"
    made = list(Notice.objects.order_by("made_at").values_list("made_at", flat=True))
    assert now - timedelta(days=31) < made[0] and made[-1] <= now and len({at.date() for at in made}) >= 6
    for name in ("city", "company", "enterprise"):
        whole, unread = visible(desk.who(name)).count(), unread_count(desk.who(name))
        assert unread <= 7 and (unread > 0) is (whole > 0), name
    count = Notice.objects.count()
    assert play_notices(folder=folder, now=now) == 0
    sweep_clocks(now=now)
    while drain(REACTIONS, now=now):
        pass
    assert Notice.objects.count() == count


def test_without_demo_people_nothing_is_played(desk: Desk):
    desk.file()
    assert play_notices(folder=Path(KINDS.parent), now=desk.at) == 0 and not Notice.objects.exists()
