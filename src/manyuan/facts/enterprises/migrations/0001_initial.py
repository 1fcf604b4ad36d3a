import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("actor_label", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("reject_file", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Industry",
            fields=[
                ("code", models.CharField(max_length=4, primary_key=True, serialize=False)),
                ("section", models.CharField(max_length=1)),
                ("level", models.PositiveSmallIntegerField()),
                ("name_zh", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Enterprise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.CharField(max_length=18, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("registered_on", models.DateField(null=True)),
                ("kind", models.CharField(blank=True, max_length=80)),
                ("capital_fen", models.BigIntegerField(null=True)),
                ("capital_text", models.CharField(blank=True, max_length=80)),
                ("capital_currency", models.CharField(blank=True, max_length=3)),
                ("scope", models.TextField(blank=True)),
                ("district_basis", models.CharField(blank=True, max_length=20)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("status", models.CharField(default="active", max_length=20)),
                ("source", models.CharField(max_length=60)),
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
                ("recorded_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("district", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="enterprises", to="parks.district")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="enterprises", to="parks.park")),
                ("industry", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="enterprises.industry")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["park", "name"], name="enterprises_park_id_a3a1b7_idx"),
                    models.Index(fields=["name"], name="enterprises_name_bce2a4_idx"),
                    models.Index(fields=["district"], name="enterprises_distric_3d0be5_idx"),
                    models.Index(fields=["changed_at"], name="enterprises_changed_fe171e_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnterpriseName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=200)),
                ("kind", models.CharField(choices=[("former", "曾用名"), ("alias", "别名")], max_length=8)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("source", models.CharField(blank=True, max_length=60)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="other_names", to="enterprises.enterprise")),
            ],
        ),
        migrations.CreateModel(
            name="Tenancy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("holding", models.CharField(blank=True, max_length=10)),
                ("basis", models.CharField(default="given", max_length=20)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("change", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tenancies", to="parks.parkchange")),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tenancies", to="enterprises.enterprise")),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="tenancies", to="parks.park")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["park", "valid_from", "valid_to"], name="enterprises_park_id_d89c53_idx"),
                    models.Index(fields=["enterprise", "valid_from"], name="enterprises_enterpr_7b255a_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"), name="tenancy_ends_after_start"
                    ),
                    models.UniqueConstraint(condition=models.Q(("superseded_at", None), ("valid_to", None)), fields=("enterprise",), name="one_open_tenancy"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Title",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("proof", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=60)),
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
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="titles", to="enterprises.enterprise")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "valid_from", "valid_to"], name="enterprises_kind_cc0b6d_idx"),
                    models.Index(fields=["valid_to"], name="enterprises_valid_t_21523f_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"), name="title_ends_after_start"
                    ),
                    models.UniqueConstraint(condition=models.Q(("superseded_at", None)), fields=("enterprise", "kind", "valid_from"), name="one_title_a_start"),
                ],
            },
        ),
    ]
