"""Enterprises: who they are, what they were called, which titles they hold and where they sat, each since when and from whom."""

from django.db import models
from django.db.models import F, Q

from manyuan.facts.parks.models import District, Mark, Park


class Industry(models.Model):
    """A line of GB/T 4754-2017: section (level 1, letter), division (2), group (3) or class (4)."""

    code = models.CharField(max_length=4, primary_key=True)
    section = models.CharField(max_length=1)
    level = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=80)

    class Meta:
        ordering = ["code"]


class Enterprise(models.Model):
    """One legal entity, known by its unified social credit code (GB 32100-2015)."""

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    registered_on = models.DateField(null=True)
    kind = models.CharField(max_length=80, blank=True)
    capital_fen = models.BigIntegerField(null=True)
    capital_text = models.CharField(max_length=80, blank=True)  # as it was given, currency and all
    capital_currency = models.CharField(max_length=3, blank=True)
    scope = models.TextField(blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="enterprises")
    district_basis = models.CharField(max_length=20, blank=True)  # address | name | code | given
    address = models.CharField(max_length=300, blank=True)
    industry = models.ForeignKey(Industry, on_delete=models.PROTECT, null=True)
    status = models.CharField(max_length=20, default="active")  # active | closed
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="enterprises")  # today's tenancy, kept by services
    source = models.CharField(max_length=60)
    mark = models.CharField(max_length=12, choices=Mark)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["park", "name"]),
            models.Index(fields=["name"]),
            models.Index(fields=["district"]),
            models.Index(fields=["changed_at"]),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseName(models.Model):
    """A former name or an alias."""

    class Kind(models.TextChoices):
        FORMER = "former", "曾用名"
        ALIAS = "alias", "别名"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="other_names")
    name = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=8, choices=Kind)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=60, blank=True)


class Title(models.Model):
    """A title held (规上, 四上, 高新技术企业, 专精特新, 小巨人, 链主 …): kinds come from the pack; half-open period; proof."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="titles")
    kind = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    proof = models.CharField(max_length=200)
    source = models.CharField(max_length=60)
    mark = models.CharField(max_length=12, choices=Mark)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "valid_from", "valid_to"]), models.Index(fields=["valid_to"])]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="title_ends_after_start"),
            models.UniqueConstraint(fields=["enterprise", "kind", "valid_from"], condition=Q(superseded_at=None), name="one_title_a_start"),
        ]


class Tenancy(models.Model):
    """The enterprise sits in the park for a half-open period. At most one open tenancy at a time: a firm is counted once."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="tenancies")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="tenancies")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    holding = models.CharField(max_length=10, blank=True)  # rented | owned
    basis = models.CharField(max_length=20, default="given")  # given | moved | merge | split
    change = models.ForeignKey("parks.ParkChange", on_delete=models.PROTECT, null=True, related_name="tenancies")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["park", "valid_from", "valid_to"]), models.Index(fields=["enterprise", "valid_from"])]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="tenancy_ends_after_start"),
            models.UniqueConstraint(fields=["enterprise"], condition=Q(valid_to=None, superseded_at=None), name="one_open_tenancy"),
        ]


class ImportRun(models.Model):
    """One import of registrations: what came in, what was found. The same file twice changes nothing."""

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    actor_label = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    reject_file = models.CharField(max_length=300, blank=True)
