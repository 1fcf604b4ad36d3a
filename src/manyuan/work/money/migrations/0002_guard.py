"""Puts the database's guard on the ledger."""

from django.db import migrations

from manyuan.facts.audit import guard

TABLES = ("money_posting", "money_transfer")


def put(apps, schema_editor):
    for table in TABLES:
        guard.put(schema_editor.connection, table)


def take_off(apps, schema_editor):
    for table in TABLES:
        guard.take_off(schema_editor.connection, table)


class Migration(migrations.Migration):
    dependencies = [("money", "0001_initial"), ("audit", "0002_guard")]
    operations = [migrations.RunPython(put, take_off)]
