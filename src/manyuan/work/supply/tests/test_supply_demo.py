"""The demo's year: played once, marked, the same every time, with an end of every kind."""

from pathlib import Path

from manyuan.facts.accounts.tests.town import Town
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.supply.demo import play_supply
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.tests.conftest import NOW, Market


def test_the_demo_plays_once_and_every_record_is_marked(market: Market):
    assert play_supply(folder=Path("packs/chengdu"), now=NOW) == 0  # too small a city
    town: Town = market.town
    for number in range(60):
        Enterprise.objects.create(
            uscc=demo_code(number), name=f"示例企业{number}", park=town.east, source="demo", mark="synthetic", recorded_at=NOW, changed_at=NOW
        )
    leader = Enterprise.objects.order_by("-pk")[0]
    leader.titles.create(kind="chain-leader", valid_from=NOW.date(), proof="x", source="test", mark="synthetic", recorded_at=NOW)
    made = play_supply(folder=Path("packs/chengdu"), now=NOW)
    assert made == Posting.objects.count() + Introduction.objects.count() > 200
    assert not Posting.objects.filter(synthetic=False).exists() and not Introduction.objects.filter(synthetic=False).exists()
    assert set(Introduction.objects.values_list("state", flat=True)) >= {"invited", "agreed", "dealt", "failed"}
    assert set(Posting.objects.filter(scene="chain", side="need").values_list("enterprise", flat=True)) == {leader.pk}
    assert play_supply(folder=Path("packs/chengdu"), now=NOW) == 0
