"""The demo city: the same for the same size, all of it or nothing, every value of it marked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.credit_codes import is_demo_code
from manyuan.facts.enterprises.models import Enterprise, Tenancy, Title
from manyuan.facts.filings.models import Filing, FilingVersion, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.computing import compute_period
from manyuan.facts.programme.demo import city
from manyuan.facts.programme.demo.figures import firm_values
from manyuan.facts.programme.demo.firms import demo_firms
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.models import Evidence, IndicatorValue
from manyuan.facts.programme.pack import read_pack

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def build(enterprises: int = 150) -> int:
    pack = read_pack("packs/chengdu")
    install_pack(pack=pack, by=system(), now=NOW)
    return city.build_demo_city(pack=pack, enterprises=enterprises, months=2, now=NOW)


def test_every_value_says_that_it_is_made_up(db):
    assert build() > 500
    assert all(map(is_demo_code, Enterprise.objects.values_list("uscc", flat=True)))
    assert not Enterprise.objects.exclude(mark="synthetic").exists() and not Title.objects.exclude(mark="synthetic").exists()
    assert not Enterprise.objects.exclude(name__contains="演示").exists() and not Park.objects.filter(source="demo").exclude(name_zh__contains="演示").exists()
    assert not FilingVersion.objects.filter(is_synthetic=False).exists() and not Evidence.objects.filter(is_demo=False).exists()
    assert not Tenancy.objects.exclude(park__source="demo").exists(), "no made-up firm sits in a real park"
    compute_period(period="2025", by=system(), now=NOW)
    assert not IndicatorValue.objects.filter(value__isnull=False, counted__gt=0, synthetic=0).exists(), "a figure that stands on made-up filings says so"
    states = set(Filing.objects.values_list("state", flat=True))
    assert {"draft", "submitted", "approved", "locked"} <= states, "something waits for everybody"


def test_the_same_number_is_the_same_firm_whatever_else_there_is(db):
    build()
    assert build() == 0, "a city that is there is left as it is"
    parks = list(Park.objects.filter(source="demo").order_by("code"))
    pack = read_pack("packs/chengdu")
    first, again = list(demo_firms(pack, parks, 150)), list(demo_firms(pack, parks, 150))
    assert first == again
    form = Form.objects.get(code="enterprise-annual", is_current=True)
    stored = {
        v.filing.enterprise.uscc: v.values
        for v in FilingVersion.objects.filter(filing__form=form, filing__period="2024", filing__state="locked").select_related("filing__enterprise")
    }
    made = {firm.uscc: firm_values(firm, definition_for(form), parse_period("2024")) for firm in again if firm.uscc in stored}
    assert stored and made == stored


def test_a_failure_in_the_middle_leaves_nothing(db, monkeypatch):
    def fail(*given: object, **more: object) -> int:
        raise RuntimeError("power cut")

    monkeypatch.setattr(city, "write_filings", fail)
    with pytest.raises(RuntimeError):
        build()
    assert not Enterprise.objects.exists() and not Park.objects.filter(source="demo").exists()
