"""Mailbox of the contact, what was said by telephone, and letters with a code."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("demands", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="demand",
            name="mail_sealed",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="demand",
            name="mail_shown",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="demand",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("address_sealed", models.TextField()),
                ("code_sealed", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发送"), ("sending", "发送中"), ("sent", "已发送"), ("failed", "发送失败"), ("unknown", "结果不明")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("demand", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="demands.demand")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="letter_due")],
            },
        ),
    ]
