"""Schemes of the pack, runs of them over a year, a line for each enterprise, objections, and who is excused. Lines are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Scheme(models.Model):
    """How enterprises are scored, as the pack has it: items with weights and bases, edges of the grades, who is not graded. A text that changed is a new number."""

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    mark = models.CharField(max_length=12)
    is_current = models.BooleanField(default=True)
    installed_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_scheme_a_number"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_scheme"),
        ]

    def title(self, language: str) -> str:
        return str(self.content["title"]["zh" if language.startswith("zh") else "en"])


class Run(models.Model):
    """One version of an evaluation: a year, the city or a park, a scheme. Published it is never altered; a correction makes the next version.

    digest: over its lines and the scheme, so that anybody can see that they are the ones that were published.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="runs")
    code = models.CharField(max_length=40)  # of the scheme: versions of one evaluation share it
    year = models.PositiveSmallIntegerField()
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")  # None: the whole city
    number = models.PositiveSmallIntegerField()
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    computed_label = models.CharField(max_length=200)
    reason = models.TextField(blank=True)  # why there is a new version
    counts = models.JSONField(default=dict)  # grade or why not graded -> number
    digest = models.CharField(max_length=64)
    synthetic = models.BooleanField(default=False)
    dropped_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_label = models.CharField(max_length=200, blank=True)
    closes_on = models.DateField(null=True)  # the last day on which an objection is in time
    confirmed_at = models.DateTimeField(null=True)
    confirmed_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-year", "code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "year", "park", "number"], condition=Q(park__isnull=False), name="one_park_run_a_number"),
            models.UniqueConstraint(fields=["code", "year", "number"], condition=Q(park=None), name="one_city_run_a_number"),
        ]


class Line(models.Model):
    """One enterprise in one run: the figures that it stood on, what each item came to, the place and the grade. Append-only (the database refuses changes).

    inputs: field of the form -> value as filed; filing, version: where they were read. ungraded: why there is no grade (a code of the scheme,
    `no-report` or `missing`). values, points: item -> decimal text or null; filled: items that took the peers' mean.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="lines")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="per_mu_lines")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    inputs = models.JSONField(default=dict)
    filing_id = models.BigIntegerField(null=True)
    version_id = models.BigIntegerField(null=True)
    ungraded = models.CharField(max_length=20, blank=True)
    values = models.JSONField(default=dict)
    points = models.JSONField(default=dict)
    filled = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    total = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    rank = models.PositiveIntegerField(null=True)
    grade = models.CharField(max_length=4, blank=True)
    changed = models.BooleanField(default=True)  # against the version before: only then may the firm object again
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "enterprise"], name="one_line_a_run")]
        indexes = [models.Index(fields=["run", "grade"]), models.Index(fields=["run", "park"]), models.Index(fields=["enterprise"])]


class Objection(models.Model):
    """An enterprise doubts its line, in time. Decided with a reason by somebody who did not compute the run; upheld, the next version reads its figures anew."""

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        UPHELD = "upheld", "成立"
        DISMISSED = "dismissed", "不成立"

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="objections")
    text = models.TextField()
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_label = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    answered_in = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="answers")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line"], condition=Q(state="open"), name="one_open_per_mu_objection")]


class Excuse(models.Model):
    """An enterprise that is not graded in a year for a reason that no register holds (under construction, say), with its proof."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    proof = models.CharField(max_length=300)
    entered_at = models.DateTimeField()
    entered_label = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "year"], condition=Q(withdrawn_at=None), name="one_excuse_a_year")]
