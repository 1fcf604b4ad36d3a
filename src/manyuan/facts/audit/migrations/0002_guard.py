"""Puts the database's guard on the audit record and writes the start of the chain."""

from django.db import migrations

from manyuan.facts.audit import guard


def put(apps, schema_editor):
    apps.get_model("audit", "ChainHead").objects.get_or_create(pk=1)
    guard.put(schema_editor.connection)


def take_off(apps, schema_editor):
    guard.take_off(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(put, take_off)]
