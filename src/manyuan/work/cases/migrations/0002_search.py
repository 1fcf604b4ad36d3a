"""The full-text index of cases: a GIN index over their terms on PostgreSQL, an FTS5 table kept by triggers on SQLite."""

from django.db import migrations

_SQLITE = [
    "CREATE VIRTUAL TABLE cases_search USING fts5(terms, content='cases_case', content_rowid='id', tokenize=\"unicode61 remove_diacritics 0 tokenchars '-_.'\")",
    "CREATE TRIGGER cases_search_add AFTER INSERT ON cases_case BEGIN INSERT INTO cases_search(rowid, terms) VALUES (new.id, new.terms); END",
    """CREATE TRIGGER cases_search_change AFTER UPDATE OF terms ON cases_case WHEN old.terms IS NOT new.terms BEGIN
       INSERT INTO cases_search(cases_search, rowid, terms) VALUES ('delete', old.id, old.terms);
       INSERT INTO cases_search(rowid, terms) VALUES (new.id, new.terms); END""",
    "CREATE TRIGGER cases_search_drop AFTER DELETE ON cases_case BEGIN INSERT INTO cases_search(cases_search, rowid, terms) VALUES ('delete', old.id, old.terms); END",
]
_SQLITE_BACK = ["DROP TRIGGER cases_search_add", "DROP TRIGGER cases_search_change", "DROP TRIGGER cases_search_drop", "DROP TABLE cases_search"]


def _make(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE INDEX cases_terms ON cases_case USING gin (string_to_array(terms, ' '))")
    else:
        for statement in _SQLITE:
            editor.execute(statement)


def _drop(apps, editor):
    for statement in ["DROP INDEX cases_terms"] if editor.connection.vendor == "postgresql" else _SQLITE_BACK:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(_make, _drop)]
