"""Which firm of a park that is split goes into which new park: named ones first, then by industry, the others where it is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from manyuan.facts.enterprises.errors import NotTenantsOf, SharedOutTwice
from manyuan.facts.enterprises.models import Enterprise, Industry, Tenancy
from manyuan.facts.parks.models import Park


@dataclass(frozen=True)
class Share:
    """What goes into one new park. code: the new park's; industries: codes of GB/T 4754-2017 or their beginnings, or section letters;
    firms: credit codes or exact names."""

    code: str
    industries: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()


def share_out(*, park: Park, shares: Sequence[Share], rest: str | None) -> dict[int, str]:
    """Firm (id) to the code of its new park, for every firm that sits in `park` itself (those of parks under it stay there).

    The longest beginning of an industry's code decides. rest: where the others go; None: they are left out (and stay).
    Raises SharedOutTwice for a firm or an industry named for two parks, NotTenantsOf for one that does not sit there.
    """
    rows = Tenancy.objects.filter(park=park, valid_to=None, superseded_at=None).values_list(
        "enterprise_id", "enterprise__uscc", "enterprise__name", "enterprise__industry_id"
    )
    present = list(rows)
    named = _once((text, share.code) for share in shares for text in share.firms)
    by_industry = _once((text.upper(), share.code) for share in shares for text in share.industries)
    sections = dict(Industry.objects.values_list("code", "section"))
    known = {text for _, uscc, name, _ in present for text in (uscc, name)}
    foreign = [text for text in named if text not in known]
    if foreign:
        held = dict(Enterprise.objects.filter(uscc__in=foreign).values_list("uscc", "name"))
        raise NotTenantsOf(park=park.name_zh, count=len(foreign), names="、".join(held.get(text, text) for text in foreign[:3]))
    out = {}
    for firm, uscc, name, industry in present:
        if uscc in named and name in named and named[uscc] != named[name]:
            raise SharedOutTwice(found=name, first=named[uscc], second=named[name])
        goal = named.get(uscc) or named.get(name) or _by_industry(industry, sections.get(industry or "", ""), by_industry) or rest
        if goal is not None:
            out[firm] = goal
    return out


def _by_industry(code: str | None, section: str, goals: dict[str, str]) -> str | None:
    if not code:
        return None
    for length in range(len(code), 0, -1):
        if code[:length] in goals:
            return goals[code[:length]]
    return goals.get(section)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    out: dict[str, str] = {}
    for text, code in pairs:
        if out.get(text, code) != code:
            raise SharedOutTwice(found=text, first=out[text], second=code)
        out[text] = code
    return out
