import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("enterprises", "0001_initial"),
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sequence",
            fields=[
                ("prefix", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("kind_code", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=80, null=True, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True)),
                ("state", models.CharField(max_length=40)),
                ("phase", models.CharField(choices=[("new", "待受理"), ("open", "办理中"), ("answered", "待确认"), ("closed", "已办结")], max_length=8)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("level", models.PositiveSmallIntegerField(default=0)),
                ("direct", models.BooleanField(default=False)),
                ("reporter_label", models.CharField(max_length=200)),
                ("channel", models.CharField(max_length=12)),
                ("about_kind", models.CharField(blank=True, max_length=40)),
                ("about_id", models.BigIntegerField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("transfers", models.PositiveSmallIntegerField(default=0)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                ("synthetic", models.BooleanField(default=False)),
                ("terms", models.TextField(blank=True)),
                ("enterprise", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="enterprises.enterprise")),
                ("handler", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to=settings.AUTH_USER_MODEL)),
                ("parent", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="cases.case")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="parks.park")),
                ("reporter", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("unit", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="accounts.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("public", models.BooleanField(default=True)),
                ("added_at", models.DateTimeField()),
                ("added_label", models.CharField(max_length=200)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="cases.case")),
            ],
        ),
        migrations.CreateModel(
            name="Kind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("definition", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("is_current", models.BooleanField(default=True)),
                ("installed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="one_kind_version"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("code",), name="one_current_kind"),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cases.kind"),
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("act", models.CharField(max_length=40)),
                ("state", models.CharField(max_length=40)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                ("public", models.BooleanField(default=True)),
                ("data", models.JSONField(default=dict)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="cases.case")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Watcher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="watchers", to="cases.case")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="watched", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "user"), name="one_watch_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "计时中"), ("paused", "已暂停"), ("met", "按时"), ("missed", "超时")], default="running", max_length=8
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("yellow_at", models.DateTimeField()),
                ("orange_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("escalate_at", models.DateTimeField(null=True)),
                ("told", models.CharField(blank=True, max_length=8)),
                ("extended", models.PositiveSmallIntegerField(default=0)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="cases.case")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "escalate_at"], name="cases_clock_state_fbe62c_idx"),
                    models.Index(fields=["state", "due_at"], name="cases_clock_state_ab2478_idx"),
                    models.Index(fields=["code", "state"], name="cases_clock_code_d37009_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "code", "round"), name="one_clock_a_round")],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("phase", "closed"), _negated=True), fields=["unit", "due_at"], name="case_worklist"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("phase", "closed"), _negated=True), fields=["due_at"], name="case_due"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["kind_code", "-opened_at"], name="case_of_kind"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["enterprise", "-opened_at"], name="case_of_firm"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["park", "kind_code", "-opened_at"], name="case_of_park"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["unit", "-opened_at"], name="case_of_unit"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["about_kind", "about_id"], name="case_about"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("phase", "closed")),
                    models.Q(models.Q(("phase", "closed"), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="closed_cases_have_their_moment",
            ),
        ),
    ]
