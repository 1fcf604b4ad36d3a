"""The files of a pack and the keys that each may hold. docs/packs.md is written from this table (`python -m manyuan.facts.programme.pack.reference`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyuan.facts.programme.pack import model as m
from manyuan.facts.programme.pack.records import RECORDS
from manyuan.facts.programme.pack.shapes import CODE, KEY, Amount, Both, Day, Key, ListOf, Named, OneOf, Pattern, Plain, Record, Ref, Shape, Whole, YesNo

MARKS: Final = ("V", "C", "GK", "example", "synthetic", "reported")
LEVELS: Final = ("national", "provincial", "municipal", "unknown")
FIELD_KINDS: Final = ("text", "integer", "decimal", "money", "percent", "date", "month", "quarter", "year", "boolean", "choice", "uscc")
PERIODS: Final = ("month", "quarter", "year")

_LINE, _TEXT = Both(120, 300), Both()
_MARK = OneOf(*MARKS)
_LONGITUDE, _LATITUDE = Amount("-180", "180"), Amount("-90", "90")
_ADCODE = Pattern(r"\d{6}", "六位行政区划代码", "a six-digit division code")
_PREFIX = Pattern(r"[A-T]|\d{2,4}", "GB/T 4754 代码或其开头（如 C、39、3976）", "a GB/T 4754 code or its beginning (C, 39, 3976)")
_FEEL = Plain(2000)

PLACE: Final = Record(
    m.Place,
    {
        "in": Key(Ref("sections"), "source and section: `notice.report`", True),
        "near": Key(Plain(80), "the figure or term that stands nearest to it in the source"),
    },
    attributes={"in": "section"},
)
EVIDENCE: Final = Record(m.EvidenceItem, {"code": Key(CODE, "code within the entry", True), "name": Key(_LINE, "what is to be shown", True)})

PACK: Final = Record(
    m.Pack,
    {
        "code": Key(CODE, "code of the pack", True),
        "version": Key(Pattern(r"\d+\.\d+\.\d+", "版本号（如 1.0.0）", "a version such as 1.0.0"), "version; the change log says what changed", True),
        "name": Key(_LINE, "name of the programme", True),
        "city": Key(_LINE, "name of the city", True),
        "timezone": Key(Plain(60), "IANA time zone; days end there", True),
        "starts": Key(Day(), "first day of the programme", True),
        "ends": Key(Day(), "last day of the programme; targets lie within", True),
        "register_starts": Key(Day(), "first day of which the park register speaks (not the founding of parks)", True),
        "notice": Key(Ref("sources"), "the source that announces the programme", True),
        "map": Key(
            Record(
                m.MapNote,
                {
                    "setting": Key(Plain(60), "name of the setting that holds the map approval number", True),
                    "note": Key(_TEXT, "what to say while there is none", True),
                    "attribution": Key(_TEXT, "whom to name beside the map", True),
                    "source": Key(Ref("sources"), "source of the polygons", True),
                },
            ),
            "what must be shown with the district map",
            True,
        ),
    },
)

SOURCE: Final = Record(
    m.Source,
    {
        "title": Key(_LINE, "title", True),
        "mark": Key(_MARK, "how far it is verified: V read in the official text, C secondary copy, GK general knowledge, example, synthetic, reported", True),
        "publisher": Key(_LINE, "who published it"),
        "date": Key(Day(), "its date"),
        "date_is": Key(_LINE, "what the date is the date of, if not of publication"),
        "number": Key(Plain(80), "document number"),
        "licence": Key(Plain(80), "licence of data"),
        "sections": Key(Named(Record(m.Section, {"name": Key(_LINE, "headline of the section", True)})), "sections that places point at, by code"),
        "note": Key(_TEXT, "what a reader should know about it"),
    },
)

CAMPAIGN: Final = Record(
    m.Campaign,
    {
        "code": Key(CODE, "code", True),
        "kind": Key(OneOf("goals", "campaign", "guarantee"), "goals | campaign | guarantee", True),
        "name": Key(_LINE, "name", True),
        "summary": Key(_TEXT, "what it is about, in your own words", True),
        "place": Key(PLACE, "where the source speaks of it"),
    },
)

TARGET: Final = Record(
    m.Target,
    {
        "due_on": Key(Day(), "by the end of this day", True),
        "value": Key(Amount(), "value to reach, in the goal's unit", True),
        "place": Key(PLACE, "where the figure stands in the source; required unless the pack's notice is marked example or synthetic"),
    },
)
GOAL: Final = Record(
    m.Goal,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "parent": Key(Ref("goals"), "the goal it belongs to"),
        "indicator": Key(Ref("indicators"), "what measures it (makes it quantitative)"),
        "unit": Key(Plain(20), "unit of the targets; that of the indicator"),
        "direction": Key(OneOf("more", "less"), "whether more or less is better; default more"),
        "targets": Key(ListOf(TARGET), "dated targets, earliest first"),
        "includes": Key(Ref("goals"), "cumulative band: the goal whose count is part of this one's"),
        "due_on": Key(Day(), "date of a qualitative goal"),
        "evidence": Key(ListOf(EVIDENCE), "evidence required (makes it qualitative)"),
        "sign_off": Key(Ref("roles"), "role that accepts the evidence"),
        "levels": Key(ListOf(OneOf(*LEVELS)), "park levels it speaks of; left out: all"),
        "place": Key(PLACE, "where the source speaks of it"),
        "note": Key(_TEXT, "how it is read: assumptions belong here"),
    },
)

MEASURE: Final = Record(
    m.Measure,
    {
        "indicator": Key(Ref("indicators"), "measured by an indicator"),
        "count": Key(OneOf(*RECORDS), "measured by a count of records of this kind"),
        "of": Key(ListOf(Plain(80)), "only records of these codes (titles, forms, goals, campaigns)"),
        "evidence": Key(ListOf(EVIDENCE, 1), "measured by evidence"),
        "sign_off": Key(Ref("roles"), "role that accepts the evidence"),
    },
    one_of=("indicator", "count", "evidence"),
)
COMMITMENT: Final = Record(
    m.Commitment,
    {
        "number": Key(Whole(1, 999), "number; without gaps from 1", True),
        "campaign": Key(Ref("campaigns"), "the head it stands under", True),
        "also": Key(ListOf(Ref("campaigns")), "further heads it concerns"),
        "term": Key(Plain(120), "the official term, in the source's language", True),
        "name": Key(Both(200, 300), "what will exist or happen, in your own words", True),
        "place": Key(PLACE, "where the source says it", True),
        "owners": Key(ListOf(Ref("roles"), 1), "roles that own it", True),
        "parks": Key(ListOf(Ref("parks")), "parks concerned; left out: all"),
        "goal": Key(Ref("goals"), "goal it serves"),
        "measure": Key(MEASURE, "how it is measured", True),
        "machinery": Key(OneOf("built", "not-yet"), "whether the product can do it today", True),
        "arrives_with": Key(_LINE, "with not-yet: what it comes with"),
    },
)

FIGURE: Final = Record(
    m.ReportedFigure,
    {
        "key": Key(CODE, "what it is a figure of", True),
        "name": Key(_LINE, "name", True),
        "value": Key(Amount(), "value, in the unit", True),
        "unit": Key(Plain(20), "unit code (docs: Units)", True),
        "comparison": Key(OneOf("=", ">", ">=", "~"), "= exactly, > more than (突破, 超), >= at least (余), ~ about"),
        "period": Key(
            Pattern(r"\d{4}(-\d{2}-\d{2})?(/\d{4}(-\d{2}-\d{2})?)?", "年、日期或起止", "a year, a day or a span"), "when: 2023, 2024-10-24, 2024/2029", True
        ),
        "is_target": Key(YesNo(), "an aim, not an observation"),
        "basis": Key(_TEXT, "what the figure rests on or leaves open"),
        "place": Key(PLACE, "where it stands in the source", True),
        "mark": Key(_MARK, "how far it is verified", True),
    },
)
PARK: Final = Record(
    m.ParkEntry,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "kind": Key(OneOf("park", "subpark", "park-in-park"), "default park"),
        "parent": Key(Ref("parks"), "the park it lies in"),
        "level": Key(OneOf(*LEVELS), "national | provincial | municipal | unknown", True),
        "level_mark": Key(_MARK, "how sure the level is", True),
        "districts": Key(ListOf(Ref("districts"), 1), "districts it lies in, the main one first", True),
        "longitude": Key(_LONGITUDE, "degrees; approximate unless point_mark is V"),
        "latitude": Key(_LATITUDE, "degrees"),
        "point_mark": Key(_MARK, "how sure the point is; default GK"),
        "area_m2": Key(Amount("0"), "area, only where known"),
        "known_from": Key(Day(), "first day in the register; default the pack's register_starts"),
        "directions": Key(ListOf(Ref("directions")), "primary industrial directions"),
        "positioning": Key(_TEXT, "what it wants to be, in your own words"),
        "facts": Key(ListOf(FIGURE), "figures that sources report of it"),
        "source": Key(Ref("sources"), "where the park is named", True),
        "mark": Key(_MARK, "how far the entry is verified", True),
        "note": Key(_TEXT, "what a reader should know"),
    },
)
DEMO_PARK: Final = Record(
    m.DemoPark,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name; must contain 演示 and (demo)", True),
        "level": Key(OneOf(*LEVELS), "level", True),
        "district": Key(Ref("districts"), "district", True),
        "scale": Key(OneOf("over-100bn", "over-50bn", "over-10bn", "small"), "how large the demo generator makes it (revenue a year in yuan)", True),
        "directions": Key(ListOf(Ref("directions")), "directions"),
        "subparks": Key(ListOf(_LINE), "names of sub-parks"),
    },
)

INPUT: Final = Record(
    m.Input,
    {
        "field": Key(Ref("fields"), "`form.field`: a list, one value per filing of the period"),
        "title": Key(Ref("titles"), "a number: enterprises present that hold the title on the period's last day"),
        "enterprises": Key(OneOf("present"), "a number: enterprises present on the period's last day, each once"),
        "indicator": Key(Ref("indicators"), "another indicator, same park and period"),
        "each": Key(OneOf("park"), "with indicator: a list, one value per park at the top of the tree"),
        "park": Key(OneOf("area_m2"), "an attribute of parks: a list, one value per park at the top of the tree"),
        "filings": Key(Ref("forms"), "a number of filings of the form; needs count"),
        "count": Key(OneOf("owed", "submitted", "in-time", "locked"), "which filings"),
        "when": Key(OneOf("same", "previous", "year-ago"), "of which period; default same"),
    },
    one_of=m.INPUT_KINDS,
)
INDICATOR: Final = Record(
    m.Indicator,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "group": Key(CODE, "heading under which pages list it"),
        "unit": Key(Plain(20), "unit code (see Units)", True),
        "direction": Key(OneOf("more", "less", "none"), "which way is better", True),
        "period": Key(OneOf(*PERIODS), "month | quarter | year", True),
        "lowest": Key(OneOf("park", "city"), "park: a value for each park; city: only for the whole; default park"),
        "over_parks": Key(
            OneOf("sum", "distinct", "recompute", "none"), "from parks to the whole: add; each enterprise once; formula over all inputs; not at all", True
        ),
        "over_time": Key(OneOf("last", "sum", "mean", "recompute"), "from periods to a longer one", True),
        "inputs": Key(Named(INPUT, KEY, "name"), "what the formula may use, by name", True),
        "formula": Key(_FEEL, "FEEL over the names of the inputs; money in yuan, percentages in percent points", True),
        "decimals": Key(Whole(0, 8), "decimals shown; default 0"),
        "meaning": Key(_TEXT, "what it says and what it leaves out"),
        "source": Key(Ref("sources"), "source of the definition"),
    },
)

CHOICE: Final = Record(
    m.Choice,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "aliases": Key(ListOf(Plain(60)), "other spellings"),
    },
)
FIELD: Final = Record(
    m.Field,
    {
        "key": Key(KEY, "key; a name in FEEL", True),
        "name": Key(_LINE, "heading of the column", True),
        "kind": Key(OneOf(*FIELD_KINDS), "kind of value", True),
        "unit": Key(Plain(20), "unit as filers see it: 万元, 亩, 人, 平方米 …"),
        "required": Key(YesNo(), "default false"),
        "minimum": Key(Amount(), "least value, in the unit; for text the number of characters"),
        "maximum": Key(Amount(), "greatest value"),
        "choices": Key(ListOf(CHOICE, 1), "answers of a choice field"),
        "prefill": Key(
            Pattern(r"last|registry\.(uscc|name|industry|district|address)", "last 或 registry.<属性>", "last or registry.<attribute>"),
            "last: from the last filing; registry.uscc, name, industry, district, address",
        ),
        "aliases": Key(ListOf(Plain(60)), "other headings under which uploads may bring it"),
        "visible_to": Key(ListOf(Ref("roles")), "roles that see the value; left out: all who see the filing"),
        "note": Key(_TEXT, "help for filers"),
    },
)
CHECK: Final = Record(
    m.Check,
    {
        "code": Key(CODE, "code", True),
        "holds": Key(_FEEL, "FEEL over field keys; a fault when it is false, silent when a value is missing", True),
        "level": Key(OneOf("error", "warning"), "error stops a submission, warning asks", True),
        "message": Key(_TEXT, "what to tell the filer", True),
    },
)
FORM: Final = Record(
    m.Form,
    {
        "code": Key(CODE, "code", True),
        "version": Key(Whole(1, 9999), "version; raise it with every change of fields", True),
        "name": Key(_LINE, "name", True),
        "subject": Key(OneOf("enterprise", "park"), "who files", True),
        "period": Key(OneOf(*PERIODS), "how often", True),
        "due_days": Key(Whole(0, 366), "days after the period's end by which it is due", True),
        "owed_by": Key(ListOf(Ref("titles")), "titles of which a firm must hold one to owe the form; left out: every firm in a park"),
        "fields": Key(ListOf(FIELD, 1), "fields in order", True),
        "checks": Key(ListOf(CHECK), "cross-field checks"),
        "note": Key(_TEXT, "what the form is for"),
        "source": Key(Ref("sources"), "source of the definitions"),
    },
)

TITLE: Final = Record(
    m.TitleKind,
    {
        "code": Key(CODE, "code", True),
        "name": Key(_LINE, "name", True),
        "months": Key(Whole(1, 600), "usual validity in months"),
        "group": Key(CODE, "titles that form one ladder"),
        "rank": Key(Whole(1, 99), "rung in the ladder"),
        "source": Key(Ref("sources"), "source of the definition"),
        "note": Key(_TEXT, "what a reader should know"),
    },
)
ROLE: Final = Record(
    m.Role,
    {
        "code": Key(OneOf("city", "committee", "company", "enterprise", "institute", "public"), "the product's role", True),
        "sign": Key(Plain(4), "sign in lists", True),
        "name": Key(_LINE, "name", True),
        "owns": Key(_TEXT, "what it answers for", True),
    },
)
INDUSTRIES: Final = Record(
    m.Pack,
    {
        "layers": Key(ListOf(Record(m.IndustryLayer, {"code": Key(CODE, "code", True), "name": Key(_LINE, "name", True)})), "layers of the industry tag", True),
        "directions": Key(
            ListOf(
                Record(
                    m.IndustryDirection,
                    {
                        "code": Key(CODE, "code", True),
                        "name": Key(_LINE, "name", True),
                        "layer": Key(Ref("layers"), "layer", True),
                        "industry_prefixes": Key(ListOf(_PREFIX), "GB/T 4754-2017 codes that count as it, by their beginning"),
                        "mark": Key(_MARK, "how sure the assignment is; default example"),
                    },
                )
            ),
            "industrial directions",
            True,
        ),
    },
)
DISTRICT: Final = Record(
    m.DistrictEntry,
    {
        "adcode": Key(_ADCODE, "division code (GB/T 2260)", True),
        "name": Key(_LINE, "name", True),
        "former_names": Key(ListOf(Plain(40)), "names it had before"),
        "former_codes": Key(ListOf(_ADCODE), "codes it had before"),
        "longitude": Key(_LONGITUDE, "degrees"),
        "latitude": Key(_LATITUDE, "degrees"),
    },
)
YEAR: Final = Record(
    m.CalendarYear,
    {
        "year": Key(Whole(1990, 2100), "year", True),
        "source": Key(Ref("sources"), "source", True),
        "holidays": Key(
            ListOf(
                Record(
                    m.Holiday,
                    {
                        "name": Key(_LINE, "name", True),
                        "first": Key(Day(), "first day off", True),
                        "last": Key(Day(), "last day off", True),
                        "make_up": Key(ListOf(Day()), "working days that make up for it"),
                    },
                )
            ),
            "days off",
            True,
        ),
    },
)


@dataclass(frozen=True)
class File:
    """A file of the pack. kind: the tuple of Pack that it fills ('' for pack.yaml and industries.yaml, which fill several).

    each: every file of the folder `name` holds one entry; otherwise the file is a list, and a folder of such files will do too."""

    name: str
    kind: str
    shape: Shape
    required: bool = True
    each: bool = False


FILES: Final = (
    File("pack", "", PACK),
    File("sources", "sources", Named(SOURCE)),
    File("campaigns", "campaigns", ListOf(CAMPAIGN)),
    File("goals", "goals", ListOf(GOAL)),
    File("commitments", "commitments", ListOf(COMMITMENT)),
    File("parks", "parks", ListOf(PARK)),
    File("demo", "demo_parks", ListOf(DEMO_PARK), required=False),
    File("indicators", "indicators", ListOf(INDICATOR)),
    File("forms", "forms", FORM, each=True),
    File("titles", "titles", ListOf(TITLE)),
    File("roles", "roles", ListOf(ROLE)),
    File("industries", "", INDUSTRIES),
    File("districts", "districts", ListOf(DISTRICT)),
    File("calendar", "calendar", YEAR, required=False, each=True),
)
OTHER_FILES: Final = ("districts.geojson", "CHANGELOG.md")
LATER: Final = (
    "policies", "cases", "matters", "processes", "anchors", "ladders", "facts.yaml", "delivery.yaml", "notices.yaml", "demands.yaml", "ladders.yaml", "anchors.yaml",
    "permu.yaml", "scenes.yaml", "matters.yaml", "powers.yaml", "duties.yaml", "reforms.yaml", "visits.yaml", "meetings.yaml", "outreach.yaml", "scorecard.yaml",
    "survey.yaml",
)  # fmt: skip
"""Folders and files of a pack that others read (facts and policies: `manyuan.facts.factsheet`, `manyuan.work.policies`); the pack reader leaves them alone."""
