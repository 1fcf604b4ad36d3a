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
        ("filings", "0002_list_indices"),
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_on", models.DateField()),
                ("back_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_label", models.CharField(max_length=200)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("officer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="absences", to=settings.AUTH_USER_MODEL)),
                ("substitute", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="substitutions", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["first_on", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("back_on__gt", models.F("first_on"))), name="absence_ends_after_start"),
                    models.CheckConstraint(condition=models.Q(("officer", models.F("substitute")), _negated=True), name="nobody_substitutes_themselves"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_label", models.CharField(max_length=200)),
                ("superseded_at", models.DateTimeField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="enterprises.enterprise")),
                ("officer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-valid_from", "-pk"],
                "indexes": [
                    models.Index(fields=["officer", "valid_from"], name="visits_assi_officer_198213_idx"),
                    models.Index(fields=["enterprise", "valid_from"], name="visits_assi_enterpr_684eb9_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"), name="assignment_ends_after_start"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None), ("valid_to", None)), fields=("enterprise",), name="one_open_assignment"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                ("made_label", models.CharField(max_length=200)),
                ("giver", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="handed_over", to=settings.AUTH_USER_MODEL)),
                ("taker", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="taken_over", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="HandOverLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("firm", "联系企业"), ("visit", "走访"), ("case", "事项"), ("substitution", "代班")], max_length=12)),
                ("subject_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=300)),
                ("moved", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("hand_over", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="visits.handover")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("hand_over", "kind", "subject_id"), name="one_line_a_thing"),
                    models.CheckConstraint(
                        condition=models.Q(("moved", True), models.Q(("reason", ""), _negated=True), _connector="OR"), name="what_is_left_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LentCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(null=True)),
                ("absence", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lent", to="visits.absence")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("absence", "case"), name="a_case_is_lent_once")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scene",
                    models.CharField(
                        choices=[("service", "走访服务"), ("campus-to-firm", "高校院所进企业"), ("firm-to-campus", "企业进高校院所")],
                        default="service",
                        max_length=16,
                    ),
                ),
                ("state", models.CharField(choices=[("planned", "已计划"), ("done", "已走访"), ("cancelled", "已取消")], default="planned", max_length=10)),
                ("rule", models.CharField(blank=True, max_length=40)),
                ("key", models.CharField(max_length=36, null=True, unique=True)),
                ("planned_on", models.DateField(null=True)),
                ("done_on", models.DateField(null=True)),
                ("met", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("offline", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("made_at", models.DateTimeField()),
                ("captured_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="enterprises.enterprise")),
                ("officer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to=settings.AUTH_USER_MODEL)),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="parks.park")),
                ("partner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="accounts.organisation")),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["enterprise", "state", "done_on"], name="visits_visi_enterpr_e8981d_idx"),
                    models.Index(fields=["officer", "state", "planned_on"], name="visits_visi_officer_954758_idx"),
                    models.Index(fields=["park", "state", "planned_on"], name="visits_visi_park_id_31002b_idx"),
                    models.Index(fields=["state", "done_on"], name="visits_visi_state_412ef5_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "done"), _negated=True), ("done_on__isnull", False), _connector="OR"),
                        name="a_visit_made_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "planned"), _negated=True), ("planned_on__isnull", False), _connector="OR"),
                        name="a_planned_visit_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scene", "service"), ("partner__isnull", False), _connector="OR"), name="an_exchange_has_its_institute"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form_code", models.CharField(max_length=60)),
                ("values", models.JSONField(default=dict)),
                ("typed", models.JSONField(default=dict)),
                ("fault", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("filing", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="filings.filing")),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="surveys", to="visits.visit")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("visit", "form_code"), name="one_survey_a_rhythm")],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="visits.visit")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("visit", "sha256"), name="one_photo_a_picture")],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("difficulty", "困难诉求"), ("space", "扩产用地用房"), ("capacity", "闲置产能"), ("task", "跟进任务")], max_length=12
                    ),
                ),
                ("text", models.TextField()),
                ("data", models.JSONField(default=dict)),
                ("passed_at", models.DateTimeField(null=True)),
                ("passed_label", models.CharField(blank=True, max_length=200)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_note", models.CharField(blank=True, max_length=300)),
                ("case", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case")),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="visits.visit")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["kind", "passed_at"], name="visits_outc_kind_43bc7f_idx")],
            },
        ),
        migrations.CreateModel(
            name="VisitRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64, unique=True)),
                ("installed_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("is_current",), name="one_current_visit_rules")],
            },
        ),
    ]
