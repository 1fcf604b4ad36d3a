import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("adcode", models.CharField(max_length=6, unique=True)),
                ("name_zh", models.CharField(max_length=40)),
                ("name_en", models.CharField(max_length=60)),
                ("former_names", models.JSONField(default=list)),
                ("former_codes", models.JSONField(default=list)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
            ],
            options={
                "ordering": ["adcode"],
            },
        ),
        migrations.CreateModel(
            name="ParkChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("found", "设立"),
                            ("merge", "合并"),
                            ("split", "分设"),
                            ("rename", "更名"),
                            ("boundary", "调整边界"),
                            ("move", "调整隶属"),
                            ("close", "撤销"),
                        ],
                        max_length=12,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_label", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["effective_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Park",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=160)),
                (
                    "level",
                    models.CharField(choices=[("national", "国家级"), ("provincial", "省级"), ("municipal", "市级"), ("unknown", "未注明")], max_length=20),
                ),
                ("kind", models.CharField(choices=[("park", "园区"), ("subpark", "分园"), ("park-in-park", "园中园")], default="park", max_length=20)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("place_is_approximate", models.BooleanField(default=True)),
                ("positioning_zh", models.TextField(blank=True)),
                ("positioning_en", models.TextField(blank=True)),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
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
                ("district", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parks", to="parks.district")),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closed_on", None), ("closed_on__gt", models.F("opened_on")), _connector="OR"), name="park_closes_after_opening"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Direction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("code", models.CharField(max_length=40)),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=120)),
                ("industry_prefixes", models.JSONField(default=list)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="directions", to="parks.park")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ParkBoundary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("geometry", models.JSONField(null=True)),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="boundaries", to="parks.park")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ParkChangeLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="parks.parkchange")),
                ("from_park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="changes_out", to="parks.park")),
                ("to_park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="changes_in", to="parks.park")),
            ],
        ),
        migrations.CreateModel(
            name="ParkName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=160)),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="names", to="parks.park")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ParkParent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("parent", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="children", to="parks.park")),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parents", to="parks.park")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("park", models.F("parent")), _negated=True), name="park_is_not_its_own_parent"),
                    models.UniqueConstraint(condition=models.Q(("superseded_at", None), ("valid_to", None)), fields=("park",), name="park_has_one_open_parent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportedFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=200)),
                ("value", models.DecimalField(decimal_places=6, max_digits=24)),
                ("unit", models.CharField(max_length=20)),
                ("comparison", models.CharField(default="=", max_length=8)),
                ("period", models.CharField(max_length=20)),
                ("is_target", models.BooleanField(default=False)),
                ("source", models.CharField(max_length=60)),
                ("place", models.CharField(max_length=200)),
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
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reported_facts", to="parks.park")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("park", "key", "period"), name="one_reported_fact_a_period")],
            },
        ),
    ]
