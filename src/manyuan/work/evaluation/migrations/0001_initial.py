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
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("computed_at", models.DateTimeField()),
                ("computed_label", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("counts", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("synthetic", models.BooleanField(default=False)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("published_label", models.CharField(blank=True, max_length=200)),
                ("closes_on", models.DateField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_label", models.CharField(blank=True, max_length=200)),
                ("computed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("previous", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.run")),
            ],
            options={
                "ordering": ["-year", "code", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inputs", models.JSONField(default=dict)),
                ("filing_id", models.BigIntegerField(null=True)),
                ("version_id", models.BigIntegerField(null=True)),
                ("ungraded", models.CharField(blank=True, max_length=20)),
                ("values", models.JSONField(default=dict)),
                ("points", models.JSONField(default=dict)),
                ("filled", models.JSONField(default=list)),
                ("missing", models.JSONField(default=list)),
                ("total", models.DecimalField(decimal_places=8, max_digits=20, null=True)),
                ("rank", models.PositiveIntegerField(null=True)),
                ("grade", models.CharField(blank=True, max_length=4)),
                ("changed", models.BooleanField(default=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="per_mu_lines", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="evaluation.run")),
            ],
            options={
                "ordering": ["rank", "pk"],
                "indexes": [
                    models.Index(fields=["run", "grade"], name="evaluation__run_id_d0fe08_idx"),
                    models.Index(fields=["run", "park"], name="evaluation__run_id_c3ff2a_idx"),
                    models.Index(fields=["enterprise"], name="evaluation__enterpr_2b848c_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("run", "enterprise"), name="one_line_a_run")],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("mark", models.CharField(max_length=12)),
                ("is_current", models.BooleanField(default=True)),
                ("installed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["code", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="one_scheme_a_number"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("code",), name="one_current_scheme"),
                ],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="scheme",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="evaluation.scheme"),
        ),
        migrations.CreateModel(
            name="Excuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=20)),
                ("proof", models.CharField(max_length=300)),
                ("entered_at", models.DateTimeField()),
                ("entered_label", models.CharField(max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enterprises.enterprise")),
            ],
            options={
                "ordering": ["-year", "pk"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("withdrawn_at", None)), fields=("enterprise", "year"), name="one_excuse_a_year")],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_label", models.CharField(max_length=200)),
                ("state", models.CharField(choices=[("open", "待核查"), ("upheld", "成立"), ("dismissed", "不成立")], default="open", max_length=10)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_label", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="evaluation.line")),
                ("answered_in", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="evaluation.run")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("state", "open")), fields=("line",), name="one_open_per_mu_objection")],
            },
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("park__isnull", False)), fields=("code", "year", "park", "number"), name="one_park_run_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(condition=models.Q(("park", None)), fields=("code", "year", "number"), name="one_city_run_a_number"),
        ),
    ]
