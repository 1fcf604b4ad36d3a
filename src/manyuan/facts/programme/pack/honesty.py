"""A pack says what is so: nothing built that is not, no figure without its source, nothing invented that does not say so."""

from __future__ import annotations

import zoneinfo

from manyuan.facts.programme.pack.folder import Drafts
from manyuan.facts.programme.pack.records import RECORDS

_INVENTED = ("example", "synthetic")


def check_honesty(drafts: Drafts) -> None:
    """Report claims that the pack or the product cannot keep."""
    _commitments(drafts)
    _numbers(drafts)
    _targets(drafts)
    for park in drafts.entries["demo_parks"]:
        name = park["name"]
        for text, word in ((name.zh, "演示"), (name.en, "demo")) if name else ():
            if word not in text:
                drafts.fault("value.marked", park.place("name"), text, word)
    zone = drafts.pack["timezone"]
    if zone is not None and zone not in zoneinfo.available_timezones():
        drafts.fault("value.zone", drafts.pack.place("timezone"), zone)


def _commitments(drafts: Drafts) -> None:
    for one in drafts.entries["commitments"]:
        measure, machinery = one["measure"], one["machinery"]
        if machinery == "not-yet" and "arrives_with" not in one.places:
            drafts.fault("key.together", one.place("machinery"), "machinery: not-yet", "arrives_with")
        if machinery == "built" and "arrives_with" in one.places:
            drafts.fault("key.apart", one.place("arrives_with"), "arrives_with", "machinery: built")
        if measure is None:
            continue
        for key, needed in (("evidence", "sign_off"), ("sign_off", "evidence")):
            if key in measure.places and needed not in measure.places:
                drafts.fault("key.together", measure.place(key), key, needed)
        kind = RECORDS.get(measure["count"])
        if machinery == "built" and kind is not None and not kind.built:
            drafts.fault("measure.not-built", one.place("machinery"), measure["count"])


def _numbers(drafts: Drafts) -> None:
    """Commitments are numbered from 1 without gaps."""
    numbered = sorted((one for one in drafts.entries["commitments"] if one["number"] is not None), key=lambda one: one["number"])
    if "commitments" in drafts.unread or len(numbered) < len(drafts.entries["commitments"]) or len(numbered) > len(drafts.codes("commitments")):
        return  # a number that is used twice or cannot be read is a fault already
    expected = 1
    for one in numbered:
        if one["number"] > expected:
            drafts.fault("code.gap", one.place("number"), "", str(expected) if one["number"] == expected + 1 else f"{expected} – {one['number'] - 1}")
        expected = one["number"] + 1


def _targets(drafts: Drafts) -> None:
    """A target carries its place in the source, unless the whole programme is invented."""
    notice = drafts.codes("sources").get(drafts.pack["notice"])
    if notice is not None and notice["mark"] in _INVENTED:
        return
    for goal in drafts.entries["goals"]:
        for target in goal.each("targets"):
            if "place" not in target.places and "place" not in goal.places:
                drafts.fault("figure.unsourced", target.at)
