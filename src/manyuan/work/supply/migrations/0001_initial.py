import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("enterprises", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scenes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(unique=True)),
                ("definition", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("installed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("offer", "供应"), ("need", "需求")], max_length=5)),
                ("scene", models.CharField(max_length=40)),
                ("category", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True)),
                ("attributes", models.JSONField(default=dict)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("until", models.DateField(null=True)),
                ("is_public", models.BooleanField(default=False)),
                ("contact_name", models.CharField(blank=True, max_length=60)),
                ("contact_sealed", models.TextField(blank=True)),
                ("state", models.CharField(choices=[("open", "有效"), ("closed", "已关闭")], default="open", max_length=6)),
                ("origin", models.CharField(max_length=80, null=True, unique=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("made_label", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("enterprise", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="enterprises.enterprise")),
                (
                    "organisation",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="accounts.organisation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["category", "side", "state"], name="supply_post_categor_a35ea6_idx"),
                    models.Index(fields=["enterprise"], name="supply_post_enterpr_a42c92_idx"),
                    models.Index(fields=["changed_at"], name="supply_post_changed_f92a07_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("enterprise", None), ("organisation", None), _connector="XOR"), name="posting_has_one_owner"),
                    models.CheckConstraint(condition=models.Q(("quantity", None), ("quantity__gt", 0), _connector="OR"), name="posting_quantity_is_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("invited", "待同意"), ("agreed", "洽谈中"), ("declined", "未同意"), ("dealt", "已成交"), ("failed", "未成交")],
                        default="invited",
                        max_length=8,
                    ),
                ),
                ("score", models.PositiveSmallIntegerField()),
                ("message", models.CharField(blank=True, max_length=500)),
                ("invited_label", models.CharField(max_length=200)),
                ("invited_at", models.DateTimeField()),
                ("offer_agreed_at", models.DateTimeField(null=True)),
                ("need_agreed_at", models.DateTimeField(null=True)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("value_fen", models.BigIntegerField(null=True)),
                ("why_not", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("recorded_side", models.CharField(blank=True, max_length=5)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField()),
                ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions_of_need", to="supply.posting")),
                ("offer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions_of_offer", to="supply.posting")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "closed_at"], name="supply_intr_state_b847ac_idx"),
                    models.Index(fields=["changed_at"], name="supply_intr_changed_afafc0_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state__in", ["invited", "agreed"])), fields=("offer", "need"), name="one_open_introduction"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "dealt"), _negated=True), ("value_fen__gt", 0), _connector="OR"), name="deal_has_a_value"
                    ),
                    models.CheckConstraint(condition=models.Q(("state", "dealt"), ("value_fen", None), _connector="OR"), name="only_a_deal_has_a_value"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["declined", "failed"]), _negated=True), models.Q(("why_not", ""), _negated=True), _connector="OR"
                        ),
                        name="what_failed_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["agreed", "dealt", "failed"]), _negated=True),
                            models.Q(("need_agreed_at__isnull", False), ("offer_agreed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="both_agreed_first",
                    ),
                ],
            },
        ),
    ]
