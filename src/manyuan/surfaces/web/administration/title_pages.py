"""Titles of all enterprises as a list, and whole lists of them by workbook: template, preview, entered whole."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.enterprises import queries
from manyuan.facts.enterprises.models import Title
from manyuan.facts.enterprises.services import CHANGE
from manyuan.facts.enterprises.title_lists import TitleList, enter_titles, read_titles, title_template
from manyuan.facts.programme.programme import title_names
from manyuan.surfaces.web import figures, words
from manyuan.surfaces.web.acting import actor, download, language, now, today
from manyuan.surfaces.web.administration.asking import administrators, attempt
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status

LARGEST = 2 * 1024 * 1024
_SALT = "title-list"
_KEPT_FOR = 3600
_SHOWN = 200


@administrators
def titles(request: HttpRequest) -> HttpResponse:
    """The titles that the reader may see; the city reads a list in."""
    who = actor(request)
    fault, seen, kept, name = "", None, "", ""
    if request.GET.get("template"):
        return download(title_template(title_names(), language()), gettext("Titles") + ".xlsx")  # type: ignore[arg-type]
    if request.method == "POST":
        if not who.sees_all:
            raise NotAllowed(CHANGE, who)
        if request.POST.get("act") == "commit":
            return _commit(request)
        fault, seen, kept, name = _preview(request)
    table = _table(who)
    table.read(request)
    exported = table.export(request, "titles")
    context = {"table": table, "city": who.sees_all, "fault": fault, "seen": seen, "kept": kept, "file": name, "shown": [] if seen is None else _shown(seen)}
    return exported or render(request, "web/administration/titles.html", context, status=422 if fault else 200)


def _table(who: Any) -> Table:
    kinds, lang = title_names(), language()
    soon = today() + timedelta(days=90)
    states = {
        "held": (gettext("in force"), Q(valid_from__lte=today()) & (Q(valid_to=None) | Q(valid_to__gt=today()))),
        "soon": (gettext("runs out soon"), Q(valid_from__lte=today(), valid_to__gt=today(), valid_to__lte=soon)),
        "over": (gettext("run out"), Q(valid_to__lte=today())),
    }
    return Table(
        "",
        [
            Column("name", gettext("Enterprise"), lambda t: t.enterprise.name, order="enterprise__name", url=lambda t: reverse("web:enterprise_change", args=[t.enterprise.uscc]), wrap=True),
            Column("uscc", gettext("Credit code"), lambda t: t.enterprise.uscc, order="enterprise__uscc"),
            Column("kind", gettext("Titles"), lambda t: words.title(kinds, t.kind, lang), order="kind", wrap=True, cell=lambda t: format_html("{} {}", words.title(kinds, t.kind, lang), mark(t.mark))),
            Column("from", gettext("First day"), lambda t: t.valid_from, order="valid_from", nowrap=True),
            Column("to", gettext("until"), lambda t: t.valid_to, order="valid_to", nowrap=True),
            Column("proof", gettext("Proof (document and number)"), lambda t: t.proof, wrap=True),
            Column("park", gettext("Park"), lambda t: figures.pick(t.enterprise.park) if t.enterprise.park else None, wrap=True),
            Column("state", gettext("State"), lambda t: _state(t)[1], cell=lambda t: status(*_state(t))),
        ],
        queries.title_rows(who),
        search=lambda rows, text: rows.filter(Q(enterprise__name__icontains=text) | Q(enterprise__uscc__startswith=text.upper()) | Q(proof__icontains=text)),
        filters=[
            Filter("kind", gettext("Titles"), [(code, name[lang]) for code, name in kinds.items()], lambda rows, v: rows.filter(kind=v)),
            Filter("state", gettext("State"), [(code, text) for code, (text, _) in states.items()], lambda rows, v: rows.filter(states[v][1])),
        ],
        default_order="-from",
        empty_title=gettext("No title is on record."),
        empty_text=gettext("Enter one on an enterprise's page, or read a list in by workbook."),
    )  # fmt: skip


def _state(row: Title) -> tuple[str, str]:
    if row.valid_from > today():
        return "mute", gettext("not yet")
    if row.valid_to is None or row.valid_to > today():
        return ("risk", gettext("runs out soon")) if row.valid_to is not None and (row.valid_to - today()).days <= 90 else ("good", gettext("in force"))
    return "mute", gettext("run out")


def _preview(request: HttpRequest) -> tuple[str, TitleList | None, str, str]:
    """(what is wrong, what the list would do, the signed file to be entered, its name)."""
    given = request.FILES.get("file")
    if given is None:
        return gettext("No file was chosen. Choose the workbook (.xlsx, .xls or .csv)."), None, "", ""
    if (given.size or 0) > LARGEST:
        return gettext("The file is larger than %(n)s MB.") % {"n": LARGEST // 1024 // 1024}, None, "", ""
    content, name = given.read(), str(given.name)[-100:]
    read: list[TitleList] = []
    fault = attempt(lambda: read.append(read_titles(content=content, file_name=name, kinds=title_names(), by=actor(request), language=language())))  # type: ignore[arg-type]
    if fault:
        return fault, None, "", ""
    kept = signing.dumps({"name": name, "file": base64.b64encode(content).decode()}, salt=_SALT, compress=True)
    return "", read[0], kept if not read[0].fault_count and read[0].lines else "", name


def _commit(request: HttpRequest) -> HttpResponse:
    back = reverse("web:titles")
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=_KEPT_FOR)
        content, name = base64.b64decode(kept["file"]), str(kept["name"])
    except (signing.BadSignature, KeyError, binascii.Error):
        messages.error(request, gettext("The preview is too old. Choose the file again."))
        return HttpResponseRedirect(back)
    done: list[TitleList] = []
    fault = attempt(
        lambda: done.append(enter_titles(content=content, file_name=name, kinds=title_names(), by=actor(request), now=now(), language=language()))  # type: ignore[arg-type]
    )
    if fault:
        messages.error(request, fault)
    else:
        messages.success(request, gettext("Entered: %(new)s new, %(changed)s changed.") % {"new": done[0].new, "changed": done[0].changed})
    return HttpResponseRedirect(back)


def _shown(seen: TitleList) -> list[tuple[Any, str]]:
    kinds, lang = title_names(), language()
    return [(line, words.title(kinds, line.kind, lang)) for line in seen.lines[:_SHOWN]]
