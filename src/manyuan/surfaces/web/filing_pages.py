"""Filings: what is owed, one filing from values to lock, and spreadsheets in: template, upload, preview, marked workbook, commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.engines.workbooks import Fault
from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.filings import queries, rights, services, uploads
from manyuan.facts.filings.definition import Field
from manyuan.facts.filings.models import Filing, FilingVersion, Upload
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.quality import due_state
from manyuan.facts.filings.services import NewValues
from manyuan.facts.filings.templates import shown, template
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures, words
from manyuan.surfaces.web.acting import act, actor, download, language, members, now, today
from manyuan.surfaces.web.forms import read_values, written
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import status

MAX_UPLOAD = 100 * 1024 * 1024


@members
def filing_list(request: HttpRequest) -> HttpResponse:
    """The filings that the reader may see, by form, period, state and due day; acts on all that are shown."""
    who = actor(request)
    rows = queries.visible(who).select_related("enterprise", "park").defer("park__positioning_zh", "park__positioning_en", "enterprise__scope")
    lang = language()
    forms = list(queries.current_forms())
    names = {form.code: words.form_name(definition_for(form), lang) for form in forms}
    chosen = request.GET.get("form") if request.GET.get("form") in names else ""
    periods = queries.periods_of(chosen) if chosen else []
    parks = Park.objects.filter(closed_on=None).order_by("code")
    parks = parks if who.sees_all else parks.filter(pk__in=who.park_ids)
    filters = [
        Filter("form", gettext("Form"), sorted(names.items(), key=lambda item: item[1]), lambda r, v: r.filter(form_code=v)),
        Filter("period", gettext("Period"), [(p, words.period(p)) for p in periods], lambda r, v: r.filter(period=v)),
        Filter("state", gettext("State"), [(s, words.filing_state(s)[1]) for s in Filing.State.values], lambda r, v: r.filter(state=v)),
        Filter("due", gettext("Due"), [("overdue", words.due_state("overdue")[1])], lambda r, v: r.filter(state=Filing.State.DRAFT, in_time=None, due_on__lt=today())),
    ]  # fmt: skip
    if who.role is not Role.ENTERPRISE:
        filters.append(Filter("park", gettext("Park"), [(p.code, figures.pick(p)) for p in parks], lambda r, v: r.filter(park__code=v)))
    table = Table(
        "",
        [
            Column("subject", gettext("Enterprise or park"), lambda f: services.subject_of(f), url=lambda f: reverse("web:filing", args=[f.pk]), wrap=True),
            Column("form", gettext("Form"), lambda f: names.get(f.form_code, f.form_code), wrap=True),
            Column("period", gettext("Period"), lambda f: words.period(f.period), order="period"),
            Column("park", gettext("Park"), lambda f: figures.pick(f.park) if f.enterprise_id else None, wrap=True),
            Column("state", gettext("State"), lambda f: words.filing_state(f.state)[1], order="state", cell=lambda f: status(*words.filing_state(f.state))),
            Column("due", gettext("Due on"), lambda f: f.due_on, order="due_on"),
            Column("timely", gettext("On time?"), lambda f: words.due_state(due_state(f, today()))[1], cell=lambda f: status(*words.due_state(due_state(f, today())))),
        ],
        rows,
        search=_searched,
        filters=filters,
        default_order="-period" if chosen and not request.GET.get("period") else "-due",
        empty_title=gettext("Nothing to file"),
        empty_text=gettext("The city opens a period when it is over; what you owe then stands here."),
    ).read(request)  # fmt: skip
    exported = table.export(request, "filings")
    if exported:
        return exported
    context = {
        "table": table, "bulk": _bulk(who, table, chosen), "may_upload": _may_upload(who), "may_open": who.sees_all, "chosen": {k: request.GET.get(k, "") for k in ("form", "period", "park", "state", "due")},
    }  # fmt: skip
    return render(request, "web/filings.html", context)


def _searched(rows: Any, text: str) -> Any:
    return rows.filter(Q(enterprise__name__contains=text) | Q(enterprise__uscc__startswith=text.upper()) | Q(park__name_zh__contains=text))


def _may_upload(who: Any) -> bool:
    return who.role in (Role.COMMITTEE, Role.COMPANY, Role.ENTERPRISE)


def _bulk(who: Any, table: Table, form: str) -> dict[str, str] | None:
    """The act that the reader may do on all filings shown, where form, period and state are chosen."""
    state = table.chosen.get("state")
    if not form or not table.chosen.get("period") or not table.total or table.total > 20_000:
        return None
    if state == "submitted" and who.role is Role.COMMITTEE:
        return {"act": "approve", "text": gettext("Approve all %(n)s") % {"n": table.total}}
    if state == "approved" and who.sees_all:
        return {"act": "lock", "text": gettext("Lock all %(n)s") % {"n": table.total}}
    if state in ("draft", "returned") and _may_upload(who):
        return {"act": "submit", "text": gettext("Submit all that are filled in")}
    return None


@members
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One act on every filing of a form, period, state (and park): submit, approve or lock. All of them or none."""
    who, post = actor(request), request.POST
    rows = queries.visible(who).filter(form_code=post.get("form", ""), period=post.get("period", ""), state=post.get("state", ""))
    if post.get("park"):
        rows = rows.filter(park__code=post["park"])
    what = post.get("act", "")
    if what == "submit":
        rows = rows.filter(latest__isnull=False)
    chosen = list(rows.order_by("pk")[:20_000])
    back = reverse("web:filings") + f"?form={post.get('form', '')}&period={post.get('period', '')}"
    does: dict[str, Callable[[], int]] = {
        "submit": lambda: services.submit_filings(filings=chosen, by=who, now=now()),
        "approve": lambda: services.approve_filings(filings=chosen, by=who, now=now()),
        "lock": lambda: services.lock_filings(filings=chosen, by=who, now=now()),
    }
    if what not in does or not chosen:
        raise NotFound()
    said = {
        "submit": gettext("%(n)s filings submitted."),
        "approve": gettext("%(n)s filings approved."),
        "lock": gettext("%(n)s filings locked; the figures are computed anew."),
    }
    return act(request, does[what], said[what] % {"n": len(chosen)}, back)


@members
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """One filing: its values with where each came from, what is wrong, its versions, its trail, what the reader may do."""
    who = actor(request)
    one = queries.filing_for(who, pk)
    definition, fields = queries.shown_fields(one, who)
    lang = language()
    latest, force = one.latest, one.in_force
    values = latest.values if latest else {}
    faults = definition.faults(values) if latest else []
    hidden = {field.key for field in definition.fields} - {field.key for field in fields}
    lines = []
    for field in fields:
        own = [fault for fault in faults if field.key in fault.keys]
        before = force.values.get(field.key) if force is not None and latest is not None and force.pk != latest.pk else None
        lines.append(
            {
                "field": field, "name": field.name(lang), "value": shown(field, values.get(field.key), lang), "missing": field.key not in values,
                "cell": latest.cells.get(field.key, "") if latest else "", "faults": [(f.level, f.message(lang)) for f in own],
                "was": shown(field, before, lang) if before is not None and before != values.get(field.key) else "",
            }
        )  # fmt: skip
    if request.GET.get("export") == "fields" and latest is not None:
        titles = [gettext("Field"), gettext("Value"), gettext("Came from")]
        name = f"{one.form_code}-{one.period}-{one.enterprise.uscc if one.enterprise else one.park.code if one.park else one.pk}"
        return as_xlsx(name, titles, [[line["name"], None if line["missing"] else line["value"], line["cell"]] for line in lines])
    context = {
        "came": any(line["cell"] for line in lines), "filing": one, "form": words.form_name(definition, lang), "period": words.period(one.period), "subject": services.subject_of(one), "lines": lines,
        "state": words.filing_state(one.state), "due": words.due_state(due_state(one, today())), "acts": _acts(who, one), "latest": latest,
        "channel": words.channel(latest.channel) if latest else "", "steps": [{"step": s, "what": words.step(s.action)} for s in queries.steps_of(one)],
        "versions": [{"version": v, "channel": words.channel(v.channel)} for v in queries.versions_of(one)], "hidden": len(hidden), "note": definition.note_zh if lang == "zh" else definition.note_en,
        "errors": sum(f.level == "error" for f in faults if not hidden.intersection(f.keys)),
    }  # fmt: skip
    return render(request, "web/filing.html", context)


def _acts(who: Any, one: Filing) -> dict[str, bool]:
    fill = rights.may_fill(who, one) and one.state in ("draft", "returned")
    return {
        "edit": fill, "submit": fill and one.latest is not None, "approve": one.state == "submitted" and rights.may_approve(who, one),
        "return": (one.state == "submitted" and (rights.may_approve(who, one) or who.sees_all)) or (one.state == "approved" and rights.may_lock(who)),
        "lock": one.state == "approved" and rights.may_lock(who), "unlock": one.state == "locked" and rights.may_lock(who),
    }  # fmt: skip


@members
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit, approve, return, lock or unlock one filing."""
    who = actor(request)
    one = queries.filing_for(who, pk)
    reason = request.POST.get("reason", "")
    what = request.POST.get("act", "")
    common: dict[str, Any] = {"filings": [one], "by": who, "now": now()}
    does: dict[str, tuple[Callable[[], int], str]] = {
        "submit": (lambda: services.submit_filings(**common), gettext("Submitted. The park committee checks it next.")),
        "approve": (lambda: services.approve_filings(**common), gettext("Approved. The city office locks it next.")),
        "return": (lambda: services.return_filings(reason=reason, **common), gettext("Returned with your reason.")),
        "lock": (lambda: services.lock_filings(**common), gettext("Locked; the figures are computed anew.")),
        "unlock": (
            lambda: services.unlock_filings(reason=reason, **common),
            gettext("Unlocked for a correction; the locked figures stay in force until then."),
        ),
    }
    if what not in does:
        raise NotFound()
    do, said = does[what]
    return act(request, do, said, reverse("web:filing", args=[pk]))


@members
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in one filing on the page, in the units of the form."""
    who = actor(request)
    one = queries.filing_for(who, pk)
    if not _acts(who, one)["edit"]:
        raise NotFound()
    definition, fields = queries.shown_fields(one, who)
    values = dict(one.latest.values) if one.latest else {}
    faults: dict[str, str] = {}
    given: dict[str, str] = {}
    if request.method == "POST":
        read, faults, given = read_values(fields, request.POST, language())
        if not faults:
            kept = {key: value for key, value in values.items() if key not in {field.key for field in fields}}
            new = NewValues(one, {**kept, **{key: value for key, value in read.items() if value is not None}})
            services.save_values(given=[new], channel=FilingVersion.Channel.FORM, by=who, now=now())
            if request.POST.get("then") == "submit":
                fresh = queries.filing_for(who, pk)
                said = gettext("Submitted. The park committee checks it next.")
                return act(request, lambda: services.submit_filings(filings=[fresh], by=who, now=now()), said, reverse("web:filing", args=[pk]))
            return HttpResponseRedirect(reverse("web:filing", args=[pk]))
    lang = language()
    rows = [
        {"field": f, "name": f.column().heading(lang), "text": given.get(f.key, written(f, values.get(f.key))), "fault": faults.get(f.key, ""), "note": f.note_zh if lang == "zh" else f.note_en, "choices": _choices(f, lang)}
        for f in fields
    ]  # fmt: skip
    context = {
        "filing": one,
        "rows": rows,
        "form": words.form_name(definition, lang),
        "period": words.period(one.period),
        "subject": services.subject_of(one),
        "wrong": len(faults),
    }
    return render(request, "web/filing_edit.html", context, status=422 if faults else 200)


def _choices(field: Field, lang: str) -> list[tuple[str, str]]:
    if field.kind == "boolean":
        return [("true", gettext("yes")), ("false", gettext("no"))]
    return [(choice.code, choice.zh if lang == "zh" else choice.en) for choice in field.choices]


@members
def upload(request: HttpRequest) -> HttpResponse:
    """Choose form and period, take the template, upload the workbook; earlier uploads below."""
    who = actor(request)
    subject = {Role.COMPANY: "park"}.get(who.role, "")
    forms = [form for form in queries.current_forms(subject) if who.role is not Role.ENTERPRISE or form.subject == "enterprise"]
    names = {form.code: words.form_name(definition_for(form), language()) for form in forms}
    chosen = request.POST.get("form") or request.GET.get("form") or (forms[0].code if forms else "")
    periods = queries.periods_of(chosen) if chosen in names else []
    period = request.POST.get("period") or request.GET.get("period") or (periods[0] if periods else "")
    fault = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None:
            fault = gettext("No file was chosen. Choose the workbook (.xlsx, .xls or .csv).")
        elif chosen not in names or period not in periods:
            fault = gettext("Choose a form and a period that is open.")
        elif given.size is not None and given.size > MAX_UPLOAD:
            fault = gettext("The file has %(found)s MB; at most 100 MB are taken. Split it.") % {"found": f"{given.size / 1048576:.1f}"}
        else:
            try:
                made = uploads.preview_upload(
                    form=queries.form_named(chosen), period=period, file_name=given.name or "", content=given.read(), by=who, now=now(),
                    park_id=next(iter(sorted(who.park_ids)), None),
                )  # fmt: skip
                return HttpResponseRedirect(reverse("web:upload_one", args=[made.pk]))
            except DomainError as error:
                fault = error.message(get_language() or "zh-hans")
    earlier = uploads.visible_uploads(who).order_by("-pk")[:20]
    owed = queries.visible(who).filter(form_code=chosen, period=period) if chosen and period else None
    context = {
        "forms": names, "chosen": chosen, "periods": [(p, words.period(p)) for p in periods], "period": period, "fault": fault,
        "earlier": [{"upload": u, "form": names.get(u.form.code, u.form.code), "period": words.period(u.period), "state": _upload_state(u.state)} for u in earlier],
        "owed": queries.counts(owed, today()) if owed is not None else None, "may": _may_upload(who),
    }  # fmt: skip
    return render(request, "web/upload.html", context, status=422 if fault else 200)


def _upload_state(state: str) -> tuple[str, str]:
    return {"previewed": ("accent", gettext("Previewed, not written")), "committed": ("good", gettext("Written")), "discarded": ("mute", gettext("Put aside"))}[
        state
    ]


@members
def take_template(request: HttpRequest) -> HttpResponse:
    """The workbook for a form and period, with what is held prefilled."""
    who = actor(request)
    form = queries.form_named(request.GET.get("form", ""))
    content, name = template(form=form, period=request.GET.get("period", ""), by=who, language="zh" if language() == "zh" else "en")
    return download(content, name)


def _upload_for(request: HttpRequest, pk: int) -> Upload:
    row = uploads.visible_uploads(actor(request)).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row  # type: ignore[no-any-return]


@members
def upload_one(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of an upload: what is new, changed, unchanged and wrong, and every fault with its cell."""
    row = _upload_for(request, pk)
    lang = language()
    definition = definition_for(row.form)
    fields = {field.key: field for field in definition.fields}
    chosen = request.GET.get("show", "")
    lines = []
    for line in row.preview.get("rows", []):
        if chosen and line["status"] != chosen:
            continue
        if len(lines) == 200:
            break
        changes = [
            {"name": fields[key].name(lang), "was": shown(fields[key], before, lang), "is": shown(fields[key], after, lang)} for key, before, after in line["changes"] if key in fields
        ]  # fmt: skip
        lines.append(
            {**line, "status": words.row_status(line["status"]), "code_status": line["status"], "changes": changes[:6], "more": max(0, len(changes) - 6)}
        )
    faults = [Fault.from_json(data) for data in row.preview.get("faults", [])]
    context = {
        "upload": row, "form": words.form_name(definition, lang), "period": words.period(row.period), "counts": row.counts, "lines": lines, "chosen": chosen,
        "faults": [{"cell": f.cell or f.row, "text": f.message(lang)} for f in faults[:200]], "fault_count": row.preview.get("fault_count", len(faults)),
        "remarks": [texts[0 if lang == "zh" else 1] for texts in row.preview.get("remarks", [])],
        "warnings": [{"row": w[0], "name": w[1], "text": w[2 if lang == "zh" else 3]} for w in row.preview.get("warnings", [])[:100]],
        "state": _upload_state(row.state), "open": row.state == "previewed", "own": row.uploaded_by_id == actor(request).id, "writes": row.counts.get("new", 0) + row.counts.get("changed", 0),
        "tabs": [(code, words.row_status(code), row.counts.get(code, 0)) for code in uploads.STATUSES],
    }  # fmt: skip
    return render(request, "web/upload_one.html", context)


@members
@require_POST
def upload_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Commit, commit and submit, look again, or put aside."""
    who = actor(request)
    row = Upload.objects.select_related("form").get(pk=_upload_for(request, pk).pk)
    back = reverse("web:upload_one", args=[pk])
    what = request.POST.get("act", "")
    if what == "discard":
        return act(request, lambda: uploads.discard_upload(upload=row, by=who, now=now()), gettext("Put aside; nothing was written."), reverse("web:upload"))
    if what == "again":
        return act(request, lambda: uploads.renew_preview(upload=row, by=who), gettext("The preview is new."), back)
    if what == "submit":
        chosen = list(Filing.objects.filter(versions__upload=row, state__in=["draft", "returned"]).distinct().order_by("pk"))
        return act(request, lambda: services.submit_filings(filings=chosen, by=who, now=now()), gettext("%(n)s filings submitted.") % {"n": len(chosen)}, back)
    if what != "commit":
        raise NotFound()
    n = row.counts.get("new", 0) + row.counts.get("changed", 0)
    return act(
        request,
        lambda: uploads.commit_upload(upload=row, by=who, now=now()),
        gettext("%(n)s rows written as drafts. Submit them when they are complete.") % {"n": n},
        back,
    )


@members
def upload_marked(request: HttpRequest, pk: int) -> HttpResponse:
    """The same workbook with each wrong cell marked and explained."""
    row = Upload.objects.select_related("form").get(pk=_upload_for(request, pk).pk)
    content = uploads.marked_workbook(upload=row, by=actor(request), language="zh" if language() == "zh" else "en")
    stem = row.file_name.rsplit(".", 1)[0]
    return download(content, f"{stem}-{gettext('marked')}.xlsx")


@members
def upload_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it came."""
    row = Upload.objects.get(pk=_upload_for(request, pk).pk)
    return download(bytes(row.content), row.file_name, "application/octet-stream")
