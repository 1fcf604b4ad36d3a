"""Institutes at meetings and in campaigns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_by_login"),
        ("meetings", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="outreach",
            name="institutes",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Guest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("invited", "已邀请"), ("registered", "已报名"), ("declined", "不参加"), ("attended", "已到会")],
                        default="invited",
                        max_length=10,
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_label", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="guests", to="meetings.meeting")),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="guest_at", to="accounts.organisation")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("meeting", "organisation"), name="one_guest_a_meeting")],
            },
        ),
        migrations.CreateModel(
            name="ReachedBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_at", models.DateTimeField()),
                ("clicked_at", models.DateTimeField(null=True)),
                ("acted_at", models.DateTimeField(null=True)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reached_by", to="accounts.organisation")),
                ("outreach", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="bodies", to="meetings.outreach")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("outreach", "organisation"), name="one_reach_a_body")],
            },
        ),
    ]
