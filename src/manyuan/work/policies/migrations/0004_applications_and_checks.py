import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("policies", "0003_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="entitlement",
            name="screened_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="entitlement",
            name="state",
            field=models.CharField(
                choices=[
                    ("listed", "已列入"),
                    ("held", "待核查"),
                    ("notified", "已告知"),
                    ("disputed", "企业有异议"),
                    ("refused", "企业放弃"),
                    ("assessing", "评审中"),
                    ("accepted", "企业确认"),
                    ("public", "公示中"),
                    ("objected", "异议核查"),
                    ("cleared", "公示无异议"),
                    ("approved", "已审定"),
                    ("paid", "已兑付"),
                    ("returned", "退款待更正"),
                    ("recalled", "追回中"),
                    ("recovered", "已追回"),
                    ("rejected", "不予兑付"),
                    ("lapsed", "不再符合"),
                ],
                default="listed",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="entitlementstep",
            name="to_state",
            field=models.CharField(
                choices=[
                    ("listed", "已列入"),
                    ("held", "待核查"),
                    ("notified", "已告知"),
                    ("disputed", "企业有异议"),
                    ("refused", "企业放弃"),
                    ("assessing", "评审中"),
                    ("accepted", "企业确认"),
                    ("public", "公示中"),
                    ("objected", "异议核查"),
                    ("cleared", "公示无异议"),
                    ("approved", "已审定"),
                    ("paid", "已兑付"),
                    ("returned", "退款待更正"),
                    ("recalled", "追回中"),
                    ("recovered", "已追回"),
                    ("rejected", "不予兑付"),
                    ("lapsed", "不再符合"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "准备材料"),
                            ("submitted", "已提交"),
                            ("sent-back", "退回补正"),
                            ("assessing", "评审中"),
                            ("arbitration", "第三人评审"),
                            ("judged", "已评定"),
                        ],
                        default="preparing",
                        max_length=12,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("judged_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(default=dict)),
                ("entitlement", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="application", to="policies.entitlement")),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["state", "submitted_at"], name="policies_ap_state_1a0b6f_idx")],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessor_label", models.CharField(max_length=200)),
                ("is_arbiter", models.BooleanField(default=False)),
                ("assigned_at", models.DateTimeField()),
                ("assigned_label", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("marks", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True)),
                ("given_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="policies.application")),
                ("assessor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["assessor", "given_at"], name="policies_as_assesso_03d5b7_idx")],
                "constraints": [models.UniqueConstraint(fields=("application", "assessor"), name="one_assessment_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wanted", models.CharField(max_length=120)),
                ("file_name", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                ("uploaded_label", models.CharField(max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="policies.application")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PolicyReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_label", models.CharField(max_length=200)),
                ("figures", models.JSONField()),
                ("done", models.TextField()),
                ("conclusion", models.CharField(choices=[("keep", "继续实施"), ("change", "修订"), ("end", "终止")], max_length=8)),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="policies.policyversion")),
            ],
            options={
                "ordering": ["-year", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AfterCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待检查"), ("in-order", "无问题"), ("wrong", "有问题"), ("recalled", "已要求退回")], default="open", max_length=10
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                ("drawn_label", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_label", models.CharField(blank=True, max_length=200)),
                ("finding", models.TextField(blank=True)),
                ("recall_fen", models.BigIntegerField(null=True)),
                ("recalled_at", models.DateTimeField(null=True)),
                ("recalled_label", models.CharField(blank=True, max_length=200)),
                ("checked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("entitlement", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="after_check", to="policies.entitlement")),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["state", "due_on"], name="policies_af_state_9318b9_idx")],
            },
        ),
    ]
