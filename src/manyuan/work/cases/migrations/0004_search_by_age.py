"""PostgreSQL: the index of terms also holds in which stretches of numbers a case lies, so that the newest that hold a word are found without reading all."""

from django.db import migrations

_STRETCHES = "ARRAY['#a' || ((id >> 13)::text), '#b' || ((id >> 15)::text), '#c' || ((id >> 17)::text), '#d' || ((id >> 19)::text)]"


def _make(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX cases_terms")
        editor.execute(f"CREATE INDEX cases_terms ON cases_case USING gin ((string_to_array(terms, ' ') || {_STRETCHES})) WITH (gin_pending_list_limit = 256)")


def _drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX cases_terms")
        editor.execute("CREATE INDEX cases_terms ON cases_case USING gin (string_to_array(terms, ' '))")


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_opened_by")]
    operations = [migrations.RunPython(_make, _drop)]
