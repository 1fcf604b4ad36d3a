import uuid

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
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=7, unique=True)),
                ("drawn_at", models.DateTimeField()),
                ("closes_on", models.DateField()),
                ("synthetic", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-period"],
            },
        ),
        migrations.CreateModel(
            name="Definition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("is_current", models.BooleanField(default=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("installed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="one_scorecard_definition_version"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("code",), name="one_current_scorecard_definition"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("used", models.BooleanField(default=False)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("round", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="links", to="environment.round")),
            ],
        ),
        migrations.CreateModel(
            name="Scorecard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=7)),
                ("points", models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ("pillars", models.JSONField()),
                ("solid", models.DecimalField(decimal_places=4, max_digits=5)),
                ("synthetic", models.BooleanField(default=False)),
                ("counted_on", models.DateField()),
                ("computed_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("definition", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scorecards", to="environment.definition")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="scorecards", to="parks.park")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["definition", "period", "park"], name="environment_definit_790900_idx"),
                    models.Index(fields=["park", "period"], name="environment_park_id_d4ac5d_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("park__isnull", False), ("superseded_at", None)),
                        fields=("definition", "park", "period"),
                        name="one_current_scorecard",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("park", None), ("superseded_at", None)), fields=("definition", "period"), name="one_current_city_scorecard"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("published_label", models.CharField(max_length=200)),
                ("published_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_label", models.CharField(blank=True, max_length=200)),
                ("withdrawn_reason", models.TextField(blank=True)),
                ("published_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("scorecard", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="publications", to="environment.scorecard")),
            ],
            options={
                "ordering": ["-published_at", "-pk"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("withdrawn_at", None)), fields=("scorecard",), name="one_standing_publication")],
            },
        ),
        migrations.CreateModel(
            name="ItemValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("part", models.DecimalField(decimal_places=4, max_digits=20)),
                ("whole", models.PositiveBigIntegerField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("points", models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ("scorecard", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="values", to="environment.scorecard")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scorecard", "code"), name="one_value_an_item")],
            },
        ),
        migrations.CreateModel(
            name="SurveyForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(unique=True)),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("is_current", models.BooleanField(default=True)),
                ("installed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("is_current",), name="one_current_survey_form")],
            },
        ),
        migrations.AddField(
            model_name="round",
            name="form",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="environment.surveyform"),
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="enterprises.enterprise")),
                ("round", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="environment.round")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("round", "enterprise"), name="one_question_a_round")],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("grades", models.JSONField()),
                ("text", models.TextField(blank=True)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("round", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="environment.round")),
            ],
            options={
                "indexes": [models.Index(fields=["round", "park"], name="environment_round_i_962112_idx")],
            },
        ),
    ]
