import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("cases", "0002_search"),
        ("enterprises", "0001_initial"),
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("order", models.PositiveSmallIntegerField()),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("kind", models.CharField(choices=[("regulatory", "行政监管"), ("service", "公共服务"), ("market", "市场运营")], max_length=10)),
                ("roles", models.JSONField()),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="Power",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("from_zh", models.CharField(max_length=120)),
                ("from_en", models.CharField(max_length=300)),
                ("document_zh", models.CharField(max_length=200)),
                ("document_en", models.CharField(max_length=300)),
                ("granted_on", models.DateField()),
                ("unused_months", models.PositiveSmallIntegerField(default=6)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("filed_by_id", models.BigIntegerField(null=True)),
                ("filed_label", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "办理中"), ("granted", "已办结"), ("refused", "不予办理"), ("withdrawn", "已撤回")], default="open", max_length=10
                    ),
                ),
                ("lane", models.CharField(blank=True, choices=[("", "普通"), ("park", "园区绿色通道"), ("city", "市级绿色通道")], default="", max_length=4)),
                ("values", models.JSONField(default=dict)),
                ("outcomes", models.JSONField(default=dict)),
                ("engine", models.TextField()),
                ("filed_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("trips", models.PositiveSmallIntegerField(default=0)),
                ("left_park", models.PositiveSmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("case", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="application", to="cases.case")),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="parks.park")),
            ],
            options={
                "ordering": ["-filed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="GreenLane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.CharField(choices=[("park", "园区绿色通道"), ("city", "市级绿色通道")], max_length=4)),
                ("reason", models.TextField()),
                ("granted_by_id", models.BigIntegerField(null=True)),
                ("granted_label", models.CharField(max_length=200)),
                ("granted_at", models.DateTimeField()),
                ("sped_up", models.JSONField(default=list)),
                ("due_before", models.DateField()),
                ("due_after", models.DateField()),
                ("application", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="green", to="matters.application")),
            ],
        ),
        migrations.CreateModel(
            name="Kpi",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=60)),
                ("order", models.PositiveSmallIntegerField()),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("indicator", models.CharField(blank=True, max_length=60)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["body", "order"],
                "constraints": [models.UniqueConstraint(fields=("body", "code"), name="one_kpi_a_body")],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agent_label", models.CharField(max_length=200)),
                ("acts", models.JSONField()),
                ("matters", models.JSONField(default=list)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("given_label", models.CharField(max_length=200)),
                ("given_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_label", models.CharField(blank=True, max_length=200)),
                ("synthetic", models.BooleanField(default=False)),
                ("agent", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="mandates", to=settings.AUTH_USER_MODEL)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="mandates", to="enterprises.enterprise")),
            ],
            options={
                "ordering": ["-given_at", "-pk"],
                "indexes": [models.Index(fields=["agent", "enterprise"], name="matters_man_agent_i_88d30f_idx")],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="mandate",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="matters.mandate"),
        ),
        migrations.CreateModel(
            name="AgentAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(choices=[("file", "代为申请"), ("supply", "代为补充材料"), ("withdraw", "代为撤回")], max_length=12)),
                ("agent_id", models.BigIntegerField()),
                ("label", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                ("application", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="agent_acts", to="matters.application")),
                ("mandate", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="done", to="matters.mandate")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MatterVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("number", models.PositiveSmallIntegerField()),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("group", models.CharField(max_length=20)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        max_length=12,
                    ),
                ),
                ("content", models.JSONField()),
                ("process", models.TextField()),
                ("content_hash", models.CharField(max_length=64)),
                ("is_current", models.BooleanField(default=True)),
                ("installed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["group", "code", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="one_matter_version_a_number"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("code",), name="one_current_matter"),
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="version",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="matters.matterversion"),
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[("attract", "招"), ("invest", "投"), ("finance", "融"), ("build", "建"), ("manage", "管"), ("operate", "营")], max_length=8
                    ),
                ),
                ("body", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=80)),
                ("holder", models.CharField(max_length=80)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("label", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="parks.park")),
            ],
            options={
                "ordering": ["park", "stage", "-since"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("until", None)), fields=("park", "stage"), name="one_holder_a_stage")],
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("conditions", models.TextField(blank=True)),
                ("staff", models.PositiveSmallIntegerField()),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        default="reported",
                        max_length=12,
                    ),
                ),
                ("recorded_label", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="powers", to="parks.park")),
                ("power", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holdings", to="matters.power")),
            ],
            options={
                "ordering": ["power__code", "park__code"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("until", None)), fields=("power", "park"), name="one_open_holding")],
            },
        ),
        migrations.CreateModel(
            name="Reform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("about_zh", models.TextField()),
                ("about_en", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "谋划"), ("pilot", "试点"), ("in-force", "已推行"), ("dropped", "已终止")], default="planned", max_length=10
                    ),
                ),
                ("since", models.DateField()),
                ("due_on", models.DateField(null=True)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "read in the official text"),
                            ("C", "seen in a secondary copy"),
                            ("GK", "general knowledge, not verified"),
                            ("example", "an example"),
                            ("synthetic", "made up for the demo"),
                            ("reported", "reported by a named source"),
                        ],
                        max_length=12,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reforms", to="parks.park")),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ReformNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        blank=True, choices=[("planned", "谋划"), ("pilot", "试点"), ("in-force", "已推行"), ("dropped", "已终止")], max_length=10
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("document", models.CharField(blank=True, max_length=200)),
                ("on", models.DateField()),
                ("label", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("reform", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="matters.reform")),
            ],
            options={
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ServiceRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("state", models.CharField(choices=[("wanted", "已申请"), ("given", "已提供"), ("declined", "未提供")], default="wanted", max_length=10)),
                ("note", models.TextField(blank=True)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="services", to="matters.application")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("application", "code"), name="one_request_a_service")],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task", models.CharField(max_length=40, unique=True)),
                ("node", models.CharField(max_length=80)),
                ("code", models.CharField(max_length=60)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=300)),
                ("by", models.CharField(max_length=12)),
                ("outside", models.BooleanField(default=False)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("no-power", "未赋权"),
                            ("no-capacity", "有权但承接能力不足"),
                            ("outside-conditions", "超出赋权条件"),
                            ("system", "业务系统未贯通"),
                            ("originals", "须核验原件"),
                            ("level", "法定由上级办理"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("sent_up", models.BooleanField(default=False)),
                ("sent_up_reason", models.TextField(blank=True)),
                ("state", models.CharField(choices=[("open", "待办"), ("done", "已完成"), ("dropped", "不再需要")], default="open", max_length=8)),
                ("outcome", models.CharField(blank=True, max_length=8)),
                ("note", models.TextField(blank=True)),
                ("trips", models.PositiveSmallIntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
                ("done_label", models.CharField(blank=True, max_length=200)),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="matters.application")),
                ("holding", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="matters.holding")),
                ("power", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="matters.power")),
                ("unit", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="accounts.organisation")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["unit", "state", "due_on"], name="matters_ste_unit_id_512fc6_idx"),
                    models.Index(fields=["power", "state"], name="matters_ste_power_i_38cbb6_idx"),
                    models.Index(fields=["application", "state"], name="matters_ste_applica_3f1f5c_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_up", False), models.Q(("cause", ""), _negated=True), _connector="OR"), name="sent_up_has_a_cause"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("field", "字段"), ("material", "材料")], max_length=8)),
                ("key", models.CharField(max_length=60)),
                (
                    "how",
                    models.CharField(
                        choices=[("reused", "已有，未再要"), ("asked", "首次收取"), ("corrected", "企业更正"), ("again", "已有仍再要")], max_length=10
                    ),
                ),
                ("source", models.JSONField(default=dict)),
                ("value", models.JSONField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("asked_label", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(null=True)),
                ("given_label", models.CharField(blank=True, max_length=200)),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="asked", to="matters.application")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["kind", "key", "how"], name="matters_ask_kind_31b95c_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how__in", ["again", "corrected"]), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="again_has_a_reason",
                    ),
                    models.UniqueConstraint(condition=models.Q(("given_at", None)), fields=("application", "kind", "key"), name="one_open_question"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.CharField(max_length=12)),
                ("letter", models.CharField(blank=True, max_length=2)),
                ("label", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("duty", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="own", to="matters.duty")),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="duty_roles", to="parks.park")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("duty", "park", "body"), name="one_role_a_body")],
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["enterprise", "state"], name="matters_app_enterpr_790170_idx"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["park", "state", "due_on"], name="matters_app_park_id_fe0f0e_idx"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "due_on"], name="matters_app_state_931b01_idx"),
        ),
    ]
