"""What the fact sheet stands on beside filings: the definition of its columns, and facts that no form holds."""

from django.db import models
from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Mark


class FactDefinitions(models.Model):
    """The columns of the fact sheet as a pack gives them (facts.yaml as JSON). One is current; older ones stay for what was decided under them."""

    content = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_fact_definition")]


class DeclaredFact(models.Model):
    """A fact that no form holds: asked for once and then held, or loaded from a register. Superseded, never overwritten.

    value: as filings store values (money integer fen, counts integer, rates decimal text, dates ISO text, boolean, category text).
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="declared_facts")
    fact = models.CharField(max_length=60)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    proof = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=120)
    mark = models.CharField(max_length=12, choices=Mark)
    actor_label = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["fact", "valid_from"]), models.Index(fields=["enterprise", "fact"])]
        constraints = [models.UniqueConstraint(fields=["enterprise", "fact", "valid_from"], condition=Q(superseded_at=None), name="one_declared_fact_a_day")]
