"""Scorecards by version of their definition, what each item stood on, who published them; survey rounds, private links and anonymous answers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Definition(models.Model):
    """A scorecard as the pack defines it: pillars, items, floors and targets. A changed definition is a new version; what was scored stays as it was."""

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)
    installed_at = models.DateTimeField()

    class Meta:
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_scorecard_definition_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_scorecard_definition"),
        ]


class Scorecard(models.Model):
    """A park (with all below it), or the city (park null), in a month, quarter or year. Superseded, never overwritten.

    pillars: code -> {points, known}. solid: the share of the weight that stands on enough cases; below the definition's least it is not ranked.
    counted_on: the day up to which events were counted.
    """

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="scorecards")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="scorecards")
    period = models.CharField(max_length=7)
    points = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    pillars = models.JSONField()
    solid = models.DecimalField(max_digits=5, decimal_places=4)
    synthetic = models.BooleanField(default=False)
    counted_on = models.DateField()
    computed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["definition", "period", "park"]), models.Index(fields=["park", "period"])]
        constraints = [
            models.UniqueConstraint(fields=["definition", "park", "period"], condition=Q(superseded_at=None, park__isnull=False), name="one_current_scorecard"),
            models.UniqueConstraint(fields=["definition", "period"], condition=Q(superseded_at=None, park=None), name="one_current_city_scorecard"),
        ]


class ItemValue(models.Model):
    """An item of a scorecard: part ÷ whole as counted, the value in the item's unit and the points; both null where nothing was counted."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="values")
    code = models.CharField(max_length=40)
    part = models.DecimalField(max_digits=20, decimal_places=4)
    whole = models.PositiveBigIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    points = models.DecimalField(max_digits=7, decimal_places=4, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scorecard", "code"], name="one_value_an_item")]


class Publication(models.Model):
    """A scorecard shown to the public by a named official, as it was at that moment; withdrawn with a reason, never deleted."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="publications")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_label = models.CharField(max_length=200)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_label = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["scorecard"], condition=Q(withdrawn_at=None), name="one_standing_publication")]


class SurveyForm(models.Model):
    """The questions and how a round is drawn, as the pack has them."""

    number = models.PositiveSmallIntegerField(unique=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_survey_form")]


class Round(models.Model):
    """The survey of one month: who was served in it is asked, by a sample that anybody can draw again."""

    form = models.ForeignKey(SurveyForm, on_delete=models.PROTECT, related_name="rounds")
    period = models.CharField(max_length=7, unique=True)
    drawn_at = models.DateTimeField()
    closes_on = models.DateField()  # the last day
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-period"]


class Asked(models.Model):
    """An enterprise was asked in a round. Nothing leads from here to a link or an answer."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="asked")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "enterprise"], name="one_question_a_round")]


class Link(models.Model):
    """A private link, known by its digest alone: of a park, not of an enterprise. used: it was answered; when is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="links")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    used = models.BooleanField(default=False)


class Answer(models.Model):
    """What somebody answered: grades by question, 1 to 5, and a free text. No enterprise, no link, no moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="answers")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="+")
    grades = models.JSONField()
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["round", "park"])]
