"""Every address and every operation, as every role, on an own and on a foreign record. See README.md here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.rolewalk import table, taking_along, walking
from tests.rolewalk.walking import Seen
from tests.rolewalk.world import KINDS, ROLES, SIDES, foreign_markers

from manyuan.facts.accounts.tests.town import Town

pytestmark = pytest.mark.django_db
TABLE = table.read()
KEPT_OUT = {"login", "refused", "hidden"}


def walk(town: Town, section: str, address: str, method: str, path: str) -> None:
    entry = TABLE[section].get(address)
    if entry is None:
        sources = walking.guess(path)
        seen = {(role, side): walking.ask(town, role, side, method, path, {"with": sources}).word for role in ROLES for side in SIDES}
        pytest.fail(table.line_to_add(section, address, seen, sources), pytrace=False)
    missing = [part for part in walking.parts_of(path) if part not in entry.get("with", {})]
    assert not missing, f"{address}: `with` does not say where these come from: {missing}"
    faults = []
    for role in ROLES:
        for side in SIDES:
            wanted = table.expected(entry, role, side)
            seen = walking.ask(town, role, side, method, path, entry)
            faults += _faults(seen, wanted, entry, f"{role} on {side}")
            if section == "pages":
                faults += [f"{role} on {side}: {fault}" for fault in taking_along.faults(seen.text)]
                posted = walking.ask(town, role, side, "post", path, entry)
                faults += _post_faults(posted, wanted, entry, f"{role} on {side}, empty POST")
    assert not faults, f"{address}\n  " + "\n  ".join(faults)


def _faults(seen: Seen, wanted: str, entry: Mapping[str, Any], who: str) -> list[str]:
    out = [] if seen.word == wanted else [f"{who}: expected {wanted}, found {seen.word} ({seen.status})"]
    if wanted in KEPT_OUT and seen.wrote:
        out.append(f"{who}: kept out, yet something was written")
    return out + _leaks(seen, entry, who)


def _post_faults(seen: Seen, wanted: str, entry: Mapping[str, Any], who: str) -> list[str]:
    out = [f"{who}: status {seen.status}"] if seen.status >= 500 else []
    if wanted in KEPT_OUT and (seen.word == "ok" or seen.wrote):
        out.append(f"{who}: expected to be kept out, found {seen.word} ({seen.status}){', and it wrote' * seen.wrote}")
    return out + _leaks(seen, entry, who)


def _leaks(seen: Seen, entry: Mapping[str, Any], who: str) -> list[str]:
    role = who.split(" ", 1)[0]
    shown = [*entry.get("may_show", []), *entry.get("may_show_to", {}).get(role, [])]
    markers = [marker for marker in foreign_markers(role) if not any(marker.endswith(kind) for kind in shown)]
    return [f"{who}: leak, the answer shows {marker}" for marker in markers if marker in seen.text]


@pytest.mark.parametrize("address", walking.pages())
def test_every_page_opens_for_whom_it_should_and_shows_nothing_foreign(town, address):
    walk(town, "pages", address, "get", address)


@pytest.mark.parametrize("operation", walking.operations())
def test_every_operation_answers_whom_it_should_and_shows_nothing_foreign(town, operation):
    method, path = operation.split(" ", 1)
    walk(town, "api", operation, method, "api/v1/" + path)


def test_the_table_names_no_address_that_is_gone():
    gone = [a for a in TABLE["pages"] if a not in walking.pages()] + [a for a in TABLE["api"] if a not in walking.operations()]
    assert not gone, f"remove from expectations.yaml: {gone}"


def test_the_api_has_no_address_outside_its_document():
    assert walking.undocumented() == []


def test_a_leak_and_a_wrong_outcome_are_seen():
    leaky = Seen("ok", 200, "… WESTFIRM …", wrote=True)
    assert _leaks(leaky, {}, "committee on own") == ["committee on own: leak, the answer shows WESTFIRM"]
    assert not _leaks(leaky, {"may_show": ["FIRM"]}, "committee on own") and not _leaks(leaky, {}, "city on own")
    assert _faults(leaky, "hidden", {"may_show": list(KINDS)}, "stray on own") == [
        "stray on own: expected hidden, found ok (200)",
        "stray on own: kept out, yet something was written",
    ]


def test_the_line_to_add_can_be_pasted():
    import yaml

    seen = {
        (role, side): "hidden" if side == "foreign" and role not in ("city", "anonymous") else "login" if role == "anonymous" else "ok"
        for role in ROLES
        for side in SIDES
    }
    line = table.line_to_add("pages", "parks/{code}/", seen, {"code": "park.code"})
    entry = yaml.safe_load(line.split("\n", 1)[1])["parks/{code}/"]
    assert not table._faults(entry) and entry["with"] == {"code": "park.code"}
    assert all(table.expected(entry, role, side) == word for (role, side), word in seen.items())
