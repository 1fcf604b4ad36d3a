"""Committee and company (管委会+公司): who has which duty, what each is measured by, who holds the post of each stage; conflicts are found by rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.parks.models import Park
from manyuan.work.matters.errors import WrongInput
from manyuan.work.matters.models import Duty, DutyRole, Kpi, Post
from manyuan.work.matters.registers import BODIES, LETTERS

SET = gettext_noop("say who has which duty in this park")
NAME = gettext_noop("name who holds this post")


@dataclass(frozen=True)
class Line:
    """A duty in a park. roles: body → letter; own: the park has it otherwise than the pack proposes."""

    duty: Duty
    roles: Mapping[str, str]
    own: bool


@dataclass(frozen=True)
class Conflict:
    """A rule that is broken. rule: two-accountable | none-accountable | nobody-does-it | company-regulates | same-measure | no-company | no-post.
    what: {zh, en} of the duty, measure or stage."""

    rule: str
    what: Mapping[str, str]


def matrix(park: Park | None) -> list[Line]:
    """The duties of a park; of none, as the pack proposes them."""
    own: dict[int, dict[str, str]] = {}
    for row in DutyRole.objects.filter(park=park) if park else ():
        own.setdefault(row.duty_id, {})[row.body] = row.letter
    out = []
    for duty in Duty.objects.filter(is_current=True):
        roles = {body: letter for body, letter in {**duty.roles, **own.get(duty.pk, {})}.items() if letter}
        out.append(Line(duty, roles, roles != duty.roles))
    return out


def conflicts(park: Park | None) -> list[Conflict]:
    """Every rule that the park's duties, measures and posts break."""
    found = [conflict for line in matrix(park) for conflict in _of_line(line)]
    shared: dict[str, set[str]] = {}
    kpis = list(Kpi.objects.all())
    for one in kpis:
        shared.setdefault(one.indicator or one.code, set()).add(one.body)
    for one in kpis:
        if one.body == "company" and len(shared[one.indicator or one.code]) > 1:
            found.append(Conflict("same-measure", _named(one)))
    if park is not None:
        kinds = set(Organisation.objects.filter(park=park).values_list("kind", flat=True))
        if "company" not in kinds:
            found.append(Conflict("no-company", {"zh": park.name_zh, "en": park.name_en}))
        filled = set(Post.objects.filter(park=park, until=None).values_list("stage", flat=True))
        found += [Conflict("no-post", {"zh": stage.label, "en": stage.value}) for stage in Post.Stage if stage.value not in filled]
    return found


def _of_line(line: Line) -> list[Conflict]:
    accountable = [body for body, letter in line.roles.items() if "A" in letter]
    doing = [body for body, letter in line.roles.items() if "R" in letter]
    out, what = [], _named(line.duty)
    if len(accountable) > 1:
        out.append(Conflict("two-accountable", what))
    if not accountable:
        out.append(Conflict("none-accountable", what))
    if not doing:
        out.append(Conflict("nobody-does-it", what))
    if line.duty.kind == Duty.Kind.REGULATORY and line.roles.get("company", "I") not in ("C", "I"):
        out.append(Conflict("company-regulates", what))
    return out


def _named(row: Duty | Kpi) -> dict[str, str]:
    return {"zh": row.name_zh, "en": row.name_en}


@transaction.atomic
def set_role(*, duty: Duty, park: Park, body: str, letter: str, by: Actor, now: datetime) -> DutyRole:
    """The park has a duty so: letter R, A, C, I, RA, or empty. By its committee or the city. A conflict is not refused but shown. Raises NotAllowed, WrongInput."""
    if not (by.sees_all or (by.role is Role.COMMITTEE and park.pk in by.park_ids)):
        raise NotAllowed(SET, by)
    if body not in BODIES:
        raise WrongInput(found=body, expected=", ".join(BODIES))
    if letter and letter not in LETTERS:
        raise WrongInput(found=letter, expected=", ".join(LETTERS))
    before = DutyRole.objects.filter(duty=duty, park=park, body=body).values_list("letter", flat=True).first()
    row, _ = DutyRole.objects.update_or_create(duty=duty, park=park, body=body, defaults={"letter": letter, "label": by.label[:200], "at": now})
    known = {"letter": before if before is not None else duty.roles.get(body, "")}
    after = {"duty": duty.code, "body": body, "letter": letter}
    audit.record(by=by, now=now, action="matters.set_duty", subject_kind="park", subject_id=park.code, before=known, after=after)
    return row


@transaction.atomic
def name_post(*, park: Park, stage: str, body: str, title: str, holder: str, since: date, synthetic: bool = False, by: Actor, now: datetime) -> Post:
    """Somebody holds the post of a stage from the day; who held it before does so no longer. By the committee or company of the park, or the city.

    Raises NotAllowed, WrongInput.
    """
    if not (by.sees_all or (by.role in (Role.COMMITTEE, Role.COMPANY) and park.pk in by.park_ids)):
        raise NotAllowed(NAME, by)
    if stage not in Post.Stage.values:
        raise WrongInput(found=stage, expected=", ".join(Post.Stage.values))
    if body not in ("committee", "company"):
        raise WrongInput(found=body, expected="committee, company")
    for text, longest in ((title, 80), (holder, 80)):
        if not 0 < len(text.strip()) <= longest:
            raise WrongInput(found=text[:40], expected=f"1–{longest}")
    before = Post.objects.select_for_update(of=("self",)).filter(park=park, stage=stage, until=None).first()
    if before is not None:
        if since <= before.since:
            raise WrongInput(found=since.isoformat(), expected=f"> {before.since}")
        before.until = since
        before.save(update_fields=["until"])
    row = Post.objects.create(
        park=park, stage=stage, body=body, title=title.strip(), holder=holder.strip(), since=since, label=by.label[:200], recorded_at=now, synthetic=synthetic
    )
    after = {"stage": stage, "body": body, "title": row.title, "since": since}
    audit.record(by=by, now=now, action="matters.name_post", subject_kind="park", subject_id=park.code, after=after)
    return row


def posts(park: Park) -> list[tuple[Post.Stage, Post | None]]:
    """The six stages in order, each with who holds its post now."""
    held = {one.stage: one for one in Post.objects.filter(park=park, until=None)}
    return [(stage, held.get(stage.value)) for stage in Post.Stage]


def kpis() -> dict[str, list[Kpi]]:
    """What each body is measured by."""
    out: dict[str, list[Kpi]] = {"committee": [], "company": []}
    for one in Kpi.objects.all():
        out[one.body].append(one)
    return out
