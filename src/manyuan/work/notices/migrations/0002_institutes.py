"""Notices to institutes and service bodies."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_by_login"),
        ("enterprises", "0001_initial"),
        ("notices", "0001_initial"),
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_has_one_recipient",
        ),
        migrations.AddField(
            model_name="notice",
            name="organisation",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="accounts.organisation"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["organisation", "-id"], name="notices_not_organis_e4ba25_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("enterprise", None), ("park", None)),
                    models.Q(("enterprise", None), ("organisation", None)),
                    models.Q(("organisation", None), ("park", None)),
                    _connector="OR",
                ),
                name="notice_has_one_recipient",
            ),
        ),
    ]
