"""Who should have a demand: proposed from its text, with how sure and why; the officer decides. And which demands are like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from manyuan.engines.matching.similar import Texts
from manyuan.engines.matching.words import normal
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.parks.models import ParkParent
from manyuan.work.cases.models import Case
from manyuan.work.demands.bodies import bodies_for
from manyuan.work.demands.learned import model, topic_of_label
from manyuan.work.demands.topics import Rules, Topic, rules

SURE = 0.5
"""From this confidence on a demand goes straight to the proposed unit; below it to the desk of the park, which decides."""
LOOKED_AT = 400
BY_SECTOR = 0.15
"""So much of the doubt that is left the firm's sector takes away, where it is one that raises the topic often; it speaks for nothing by itself."""
ALIKE = 0.22
"""From this likeness on a demand is shown as perhaps the same; a person decides."""


@dataclass(frozen=True)
class Proposal:
    """confidence: 0 to 1. source: `model` (trained on own cases) or `words` (the pack's). spoke: the words that spoke for it; sector: whether the
    firm's sector did as well."""

    topic: Topic
    confidence: float
    source: str
    spoke: tuple[str, ...]
    sector: bool = False

    def plain(self) -> dict[str, object]:
        found: dict[str, object] = {"topic": self.topic.code, "confidence": round(self.confidence, 3), "source": self.source, "words": list(self.spoke)}
        return found | ({"sector": True} if self.sector else {})


def propose(text: str, most: int = 3, known: Rules | None = None, industry: str = "") -> list[Proposal]:
    """The likely topics of a text, the likeliest first: by the trained model where there is one, else by the pack's words; where the firm's sector raises one
    of them often, that one is surer. [] where nothing points anywhere. known: the rules in force, where the caller has them; industry: of the firm, a GB/T 4754 code.
    """
    known = known or rules()
    found = _by_model(text, most, known) or _by_words(text, known)
    weighed = [_weighed(one, industry) for one in found]
    return sorted(weighed, key=lambda one: -one.confidence)[:most]


def _by_model(text: str, most: int, known: Rules) -> list[Proposal]:
    trained = model()
    labels = [(topic_of_label(one.label, known), one) for one in trained.propose(text, most)] if trained is not None else []
    return [Proposal(known.topics[code], one.confidence, "model", tuple(one.words)) for code, one in labels if code is not None]


def _weighed(one: Proposal, industry: str) -> Proposal:
    if not industry or not industry.startswith(one.topic.sectors or ("-",)):
        return one
    return replace(one, confidence=one.confidence + (1 - one.confidence) * BY_SECTOR, sector=True)


def _by_words(text: str, known: Rules) -> list[Proposal]:
    plain = normal(text)
    points = {code: tuple(word for word in topic.words if word in plain) for code, topic in known.topics.items()}
    weight = {code: sum(len(word) for word in found) for code, found in points.items() if found}
    whole = sum(weight.values())
    ranked = sorted(weight, key=lambda code: (-weight[code], code))
    # one word alone is a hint; two or more that agree are a reason
    return [Proposal(known.topics[code], weight[code] / (whole + 4), "words", points[code]) for code in ranked]


def unit_for(topic: Topic | None, park_id: int | None) -> Organisation | None:
    """The organisation that takes a topic of a park's firm: the institute that the city named for it; else company or committee of the park (the company's is
    the committee's where there is none), else the city's first."""
    return units_for([topic], park_id)[0]


def units_for(topics: Sequence[Topic | None], park_id: int | None) -> list[Organisation | None]:
    """The same for each of several topics of one park's firm, in three looks at the database."""
    line = _line(park_id) if park_id is not None else []
    named = bodies_for([one.code for one in topics if one is not None], line)
    there = list(Organisation.objects.filter(Q(kind__in=("committee", "company"), park_id__in=line) | Q(kind="city")).order_by("pk"))
    return [named.get(one.code) if one is not None and one.code in named else _of_the_house(one, line, there) for one in topics]


def _of_the_house(topic: Topic | None, line: list[int], there: list[Organisation]) -> Organisation | None:
    kinds = {"company": ("company", "committee"), "committee": ("committee",), "city": (), None: ("committee",)}[topic.unit if topic else None]
    near = [one for one in there if one.kind in kinds]
    nearest = min(near, key=lambda one: (kinds.index(one.kind), line.index(one.park_id or 0), one.pk), default=None)
    return nearest or next((one for one in there if one.kind == "city"), None)


def _line(park_id: int) -> list[int]:
    """The park and those above it, from below."""
    above: dict[int, int] = {}
    for park, parent in ParkParent.objects.filter(superseded_at=None, valid_to=None).order_by("pk").values_list("park_id", "parent_id"):
        above.setdefault(park, parent)
    line, at = [park_id], above.get(park_id)
    while at is not None and at not in line:
        line.append(at)
        at = above.get(at)
    return line


@dataclass(frozen=True)
class Alike:
    """A case that says much the same. score: likeness from 0 to 1; shared: the words that both have, the most telling first."""

    case: Case
    score: float
    shared: tuple[str, ...]


def alike(text: str, among: QuerySet[Case], now: datetime, *, but: int | None = None, most: int = 5) -> list[Alike]:
    """Cases of the last 180 days among these (the newest four hundred) that say much the same, the likest first."""
    if len(text.strip()) < 6:
        return []
    newest = among.filter(opened_at__gte=now - timedelta(days=180)).exclude(pk=but).order_by("-pk").values_list("pk", "title", "text")[:LOOKED_AT]
    found = Texts((pk, f"{title}\n{said}") for pk, title, said in newest).nearest(text, most, ALIKE)
    rows = among.in_bulk([one.key for one in found])
    return [Alike(rows[one.key], one.score, one.words[:6]) for one in found]
