import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("enterprises", "0001_initial"),
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(choices=[("publication", "发布"), ("nightly", "夜间全量"), ("changed", "事实变化")], max_length=12)),
                ("as_of", models.DateField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("facts_hash", models.CharField(max_length=64)),
                ("engine_version", models.CharField(max_length=20)),
                ("enterprises", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("versions", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "已列入"),
                            ("held", "待核查"),
                            ("notified", "已告知"),
                            ("disputed", "企业有异议"),
                            ("refused", "企业放弃"),
                            ("accepted", "企业确认"),
                            ("public", "公示中"),
                            ("objected", "异议核查"),
                            ("cleared", "公示无异议"),
                            ("approved", "已审定"),
                            ("paid", "已兑付"),
                            ("returned", "退款待更正"),
                            ("rejected", "不予兑付"),
                            ("lapsed", "不再符合"),
                        ],
                        default="listed",
                        max_length=10,
                    ),
                ),
                ("synthetic", models.BooleanField(default=False)),
                ("as_of", models.DateField()),
                ("listed_at", models.DateTimeField()),
                ("promised_on", models.DateField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
            ],
        ),
        migrations.CreateModel(
            name="EntitlementStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("listed", "已列入"),
                            ("held", "待核查"),
                            ("notified", "已告知"),
                            ("disputed", "企业有异议"),
                            ("refused", "企业放弃"),
                            ("accepted", "企业确认"),
                            ("public", "公示中"),
                            ("objected", "异议核查"),
                            ("cleared", "公示无异议"),
                            ("approved", "已审定"),
                            ("paid", "已兑付"),
                            ("returned", "退款待更正"),
                            ("rejected", "不予兑付"),
                            ("lapsed", "不再符合"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                ("entitlement", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="policies.entitlement")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "起草"),
                            ("review", "审核"),
                            ("published", "已发布"),
                            ("superseded", "已被新版取代"),
                            ("ended", "已终止"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("text_hash", models.CharField(max_length=64)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(default="money", max_length=10)),
                ("way", models.CharField(max_length=16)),
                ("mark", models.CharField(max_length=12)),
                ("source", models.CharField(max_length=120)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("delivery", models.JSONField(default=dict)),
                ("drafted_label", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("published_label", models.CharField(blank=True, max_length=200)),
                ("published_at", models.DateTimeField(null=True)),
                ("facts_hash", models.CharField(blank=True, max_length=64)),
                ("engine_version", models.CharField(blank=True, max_length=20)),
                ("end_reason", models.TextField(blank=True)),
                ("drafted_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("policy", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="policies.policy")),
                ("published_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["policy", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "number"), name="one_policy_version_a_number"),
                    models.UniqueConstraint(condition=models.Q(("state", "published")), fields=("policy",), name="one_published_version"),
                    models.UniqueConstraint(condition=models.Q(("state__in", ["draft", "review"])), fields=("policy",), name="one_version_at_work"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"), name="version_ends_after_start"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="entitlement",
            name="version",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="policies.policyversion"),
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("opened_on", models.DateField()),
                ("closes_on", models.DateField()),
                ("opened_by_label", models.CharField(max_length=200)),
                ("closed_at", models.DateTimeField(null=True)),
                ("entitlements", models.ManyToManyField(related_name="public_notices", to="policies.entitlement")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="public_notices", to="policies.policyversion")),
            ],
            options={
                "ordering": ["-opened_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("contact", models.CharField(blank=True, max_length=120)),
                ("made_at", models.DateTimeField()),
                ("state", models.CharField(choices=[("open", "待核查"), ("upheld", "成立"), ("dismissed", "不成立")], default="open", max_length=10)),
                ("decided_by_label", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("entitlement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="policies.entitlement")),
                ("notice", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="policies.publicnotice")),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("content", "业务审核"), ("legal", "合法性审核"), ("finance", "资金审核")], max_length=8)),
                ("agreed", models.BooleanField()),
                ("note", models.TextField(blank=True)),
                ("reviewer_label", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("reviewer", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="policies.policyversion")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="NearMiss",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("condition", models.CharField(max_length=60)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="near_misses", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parks.park")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="near", to="policies.policyversion")),
                ("screening", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="policies.screening")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["enterprise"], name="policies_ne_enterpr_b80ca7_idx"),
                    models.Index(fields=["version", "park"], name="policies_ne_version_98aa0a_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("version", "enterprise"), name="one_near_miss")],
            },
        ),
        migrations.CreateModel(
            name="FactRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("values", models.JSONField()),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enterprises.enterprise")),
                ("screening", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="policies.screening")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("screening", "enterprise"), name="one_fact_row")],
            },
        ),
        migrations.AddField(
            model_name="entitlement",
            name="screening",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.screening"),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("approver_label", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("approver", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("entitlement", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="policies.entitlement")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entitlement", "approver"), name="one_approval_a_person")],
            },
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["enterprise", "state"], name="policies_en_enterpr_e2f611_idx"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["version", "state", "park"], name="policies_en_version_f73bc9_idx"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["park", "state"], name="policies_en_park_id_a2c10f_idx"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["state", "changed_at"], name="policies_en_state_724075_idx"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(fields=("version", "enterprise", "year"), name="one_entitlement_a_year"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gte", 0)), name="entitlement_is_not_negative"),
        ),
    ]
