"""Parks: a tree with dated names, parents, boundaries and directions. Nothing is overwritten; a change closes one row and opens another.

Periods are half-open: a row holds from `valid_from` up to, not including, `valid_to` (null: still).
"""

from django.db import models
from django.db.models import F, Q


class Mark(models.TextChoices):
    """How far a figure is verified; shown wherever the figure is shown."""

    VERIFIED = "V", "read in the official text"
    COPY = "C", "seen in a secondary copy"
    GENERAL = "GK", "general knowledge, not verified"
    EXAMPLE = "example", "an example"
    SYNTHETIC = "synthetic", "made up for the demo"
    REPORTED = "reported", "reported by a named source"


class District(models.Model):
    """A district or county of the city, with the names and codes it had before."""

    adcode = models.CharField(max_length=6, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    former_names = models.JSONField(default=list)
    former_codes = models.JSONField(default=list)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        ordering = ["adcode"]

    def __str__(self) -> str:
        return self.name_zh


class Park(models.Model):
    """A park, a sub-park or a park within a park (园中园). The row is the identity; name, parent and boundary are dated."""

    class Level(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCIAL = "provincial", "省级"
        MUNICIPAL = "municipal", "市级"
        UNKNOWN = "unknown", "未注明"

    class Kind(models.TextChoices):
        PARK = "park", "园区"
        SUBPARK = "subpark", "分园"
        PARK_IN_PARK = "park-in-park", "园中园"

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=100)  # today's name; history in ParkName
    name_en = models.CharField(max_length=160)
    level = models.CharField(max_length=20, choices=Level)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PARK)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="parks")
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    place_is_approximate = models.BooleanField(default=True)
    positioning_zh = models.TextField(blank=True)
    positioning_en = models.TextField(blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    source = models.CharField(max_length=60)
    mark = models.CharField(max_length=12, choices=Mark)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(closed_on=None) | Q(closed_on__gt=F("opened_on")), name="park_closes_after_opening")]

    def __str__(self) -> str:
        return self.name_zh


class _Dated(models.Model):
    """A row about a park that holds for a half-open period and was recorded, and perhaps superseded, at a moment."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True


class ParkName(_Dated):
    park = models.ForeignKey(Park, on_delete=models.CASCADE, related_name="names")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160)


class ParkParent(_Dated):
    """`park` lies under `parent` for the period; a park without a row stands at the top."""

    park = models.ForeignKey(Park, on_delete=models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="children")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(park=F("parent")), name="park_is_not_its_own_parent"),
            models.UniqueConstraint(fields=["park"], condition=Q(valid_to=None, superseded_at=None), name="park_has_one_open_parent"),
        ]


class ParkBoundary(_Dated):
    """Where the park lies: GeoJSON geometry (WGS 84 / CGCS2000 degrees) if drawn, and its area in m2."""

    park = models.ForeignKey(Park, on_delete=models.CASCADE, related_name="boundaries")
    geometry = models.JSONField(null=True)
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2, null=True)


class Direction(_Dated):
    """A primary industrial direction (主攻方向) of a park."""

    park = models.ForeignKey(Park, on_delete=models.CASCADE, related_name="directions")
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    industry_prefixes = models.JSONField(default=list)  # GB/T 4754-2017 codes that count as this direction


class ParkChange(models.Model):
    """An action on the tree with an effective date: what was merged, split, renamed, moved, and why."""

    class Kind(models.TextChoices):
        FOUND = "found", "设立"
        MERGE = "merge", "合并"
        SPLIT = "split", "分设"
        RENAME = "rename", "更名"
        BOUNDARY = "boundary", "调整边界"
        MOVE = "move", "调整隶属"
        CLOSE = "close", "撤销"

    kind = models.CharField(max_length=12, choices=Kind)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    actor_label = models.CharField(max_length=200)
    reason = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["effective_on", "id"]


class ParkChangeLine(models.Model):
    """One edge of a change: what was in `from_park` before is in `to_park` after."""

    change = models.ForeignKey(ParkChange, on_delete=models.CASCADE, related_name="lines")
    from_park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="changes_out")
    to_park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="changes_in")


class ReportedFact(models.Model):
    """A figure that a named source reports of a park (for instance the notice), with date and place in the source."""

    park = models.ForeignKey(Park, on_delete=models.CASCADE, related_name="reported_facts")
    key = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=20)
    comparison = models.CharField(max_length=8, default="=")  # = > >= (的 "余", "超")
    period = models.CharField(max_length=20)
    is_target = models.BooleanField(default=False)
    source = models.CharField(max_length=60)
    place = models.CharField(max_length=200)
    mark = models.CharField(max_length=12, choices=Mark)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "key", "period"], name="one_reported_fact_a_period")]
