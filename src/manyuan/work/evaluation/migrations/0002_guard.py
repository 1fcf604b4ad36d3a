"""Puts the database's guard on the lines of runs: what was computed is never altered."""

from django.db import migrations

from manyuan.facts.audit import guard


def put(apps, schema_editor):
    guard.put(schema_editor.connection, "evaluation_line")


def take_off(apps, schema_editor):
    guard.take_off(schema_editor.connection, "evaluation_line")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("audit", "0002_guard")]
    operations = [migrations.RunPython(put, take_off)]
