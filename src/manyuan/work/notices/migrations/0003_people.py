"""Notices to one person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_by_login"),
        ("enterprises", "0001_initial"),
        ("notices", "0002_institutes"),
        ("parks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_has_one_recipient",
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["person", "-id"], name="notices_not_person__f51905_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("enterprise", None), ("organisation", None), ("park", None)),
                    models.Q(("enterprise", None), ("park", None), ("person", None)),
                    models.Q(("enterprise", None), ("organisation", None), ("person", None)),
                    models.Q(("organisation", None), ("park", None), ("person", None)),
                    _connector="OR",
                ),
                name="notice_has_one_recipient",
            ),
        ),
    ]
