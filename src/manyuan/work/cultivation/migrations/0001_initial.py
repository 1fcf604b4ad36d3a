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
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.CharField(choices=[("park", "园区级"), ("city", "市级")], max_length=4)),
                ("met", models.CharField(max_length=7)),
                ("reason", models.CharField(max_length=300)),
                ("decision", models.CharField(max_length=200)),
                ("lead_post", models.CharField(max_length=80)),
                ("entered_on", models.DateField()),
                ("entered_label", models.CharField(max_length=200)),
                ("left_on", models.DateField(null=True)),
                ("left_reason", models.CharField(blank=True, max_length=300)),
                ("left_decision", models.CharField(blank=True, max_length=200)),
                ("left_label", models.CharField(blank=True, max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="anchors", to="enterprises.enterprise")),
                ("park", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="anchors", to="parks.park")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("left_on", None)), fields=("enterprise",), name="one_open_anchor"),
                    models.CheckConstraint(
                        condition=models.Q(("left_on", None), models.Q(("left_reason", ""), _negated=True), _connector="OR"), name="anchor_exit_has_its_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64, unique=True)),
                ("installed_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("is_current",), name="one_current_ladder_set")],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                ("goal", models.CharField(max_length=300)),
                ("ladder", models.CharField(blank=True, max_length=40)),
                ("rung", models.CharField(blank=True, max_length=40)),
                ("origin", models.JSONField(default=dict)),
                ("due_on", models.DateField()),
                ("expires_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待企业确认"),
                            ("running", "实施中"),
                            ("declined", "企业未同意"),
                            ("closing", "待企业确认结果"),
                            ("closed", "已结束"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True, choices=[("reached", "达成"), ("partly", "部分达成"), ("missed", "未达成"), ("dropped", "中止")], max_length=10
                    ),
                ),
                ("result_note", models.TextField(blank=True)),
                ("unconfirmed_reason", models.CharField(blank=True, max_length=300)),
                ("made_at", models.DateTimeField()),
                ("made_label", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="enterprises.enterprise")),
                ("officer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to=settings.AUTH_USER_MODEL)),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["park", "state"], name="cultivation_park_id_161018_idx"),
                    models.Index(fields=["enterprise", "state"], name="cultivation_enterpr_f809cc_idx"),
                    models.Index(fields=["state", "expires_on"], name="cultivation_state_fd3f23_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("expires_on__gte", models.F("due_on"))), name="plan_expires_after_due"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="closed_plans_have_their_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "closed"), _negated=True), models.Q(("result", ""), _negated=True), _connector="OR"),
                        name="closed_plans_have_a_result",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("case", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case")),
                ("plan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="cultivation.plan")),
                ("unit", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation")),
            ],
            options={
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=10)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
                ("plan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="cultivation.plan")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PoolEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ladder", models.CharField(max_length=40)),
                ("rung", models.CharField(max_length=40)),
                ("by_rule", models.CharField(max_length=12)),
                ("decision", models.CharField(max_length=200)),
                ("entered_on", models.DateField()),
                ("entered_label", models.CharField(max_length=200)),
                ("left_on", models.DateField(null=True)),
                (
                    "left_reason",
                    models.CharField(
                        blank=True,
                        choices=[("reached", "已晋级"), ("fallen-back", "不再符合入库条件"), ("moved", "迁出"), ("wish", "企业自愿退出"), ("other", "其他")],
                        max_length=12,
                    ),
                ),
                ("left_note", models.CharField(blank=True, max_length=300)),
                ("left_label", models.CharField(blank=True, max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pool_entries", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("left_on", None)), fields=("enterprise", "rung"), name="one_pool_entry_a_rung"),
                    models.CheckConstraint(
                        condition=models.Q(("left_on", None), models.Q(("left_reason", ""), _negated=True), _connector="OR"), name="pool_exit_has_its_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300)),
                ("due_on", models.DateField()),
                ("state", models.CharField(choices=[("open", "待兑现"), ("kept", "已兑现"), ("broken", "未兑现")], default="open", max_length=6)),
                ("settled_on", models.DateField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("made_label", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                ("anchor", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="promises", to="cultivation.anchor")),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation")),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_on", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("settled_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_promises_have_their_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(choices=[("nightly", "每日"), ("demand", "手动"), ("changed", "变更")], max_length=8)),
                ("as_of", models.DateField()),
                ("facts_hash", models.CharField(max_length=64)),
                ("engine_version", models.CharField(max_length=20)),
                ("enterprises", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("ladders", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="cultivation.ladderset")),
            ],
            options={
                "indexes": [models.Index(fields=["cause", "as_of"], name="cultivation_cause_92f459_idx")],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ladder", models.CharField(max_length=40)),
                ("held", models.CharField(blank=True, max_length=40)),
                ("held_rank", models.PositiveSmallIntegerField(default=0)),
                ("held_until", models.DateField(null=True)),
                ("by_rule", models.CharField(blank=True, max_length=40)),
                ("by_rule_rank", models.PositiveSmallIntegerField(default=0)),
                ("next", models.CharField(blank=True, max_length=40)),
                ("next_outcome", models.CharField(blank=True, max_length=12)),
                ("share", models.PositiveIntegerField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="places", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="places", to="cultivation.run")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["park", "ladder"], name="cultivation_park_id_82c25b_idx"),
                    models.Index(fields=["ladder", "held_rank"], name="cultivation_ladder_3952d6_idx"),
                    models.Index(fields=["ladder", "next_outcome", "share"], name="cultivation_ladder_a3ee3f_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("enterprise", "ladder"), name="one_place_a_ladder")],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ladder", models.CharField(max_length=40)),
                ("rung", models.CharField(max_length=40)),
                ("rules", models.CharField(max_length=60)),
                ("when", models.CharField(choices=[("current", "现行"), ("coming", "将施行"), ("ended", "已停止")], max_length=8)),
                ("review", models.BooleanField(default=False)),
                ("held", models.BooleanField(default=False)),
                ("outcome", models.CharField(choices=[("meets", "达标"), ("near", "差一步"), ("not", "未达标"), ("undetermined", "无法判定")], max_length=12)),
                ("failing", models.JSONField(default=list)),
                ("missing", models.JSONField(default=list)),
                ("lever", models.CharField(blank=True, max_length=60)),
                ("found", models.BigIntegerField(null=True)),
                ("needed", models.BigIntegerField(null=True)),
                ("share", models.PositiveIntegerField(null=True)),
                ("mark", models.CharField(blank=True, max_length=12)),
                ("synthetic", models.BooleanField(default=False)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="standings", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parks.park")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="cultivation.run")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("share__isnull", False)), fields=["park", "share"], name="standing_cheapest_of_park"),
                    models.Index(condition=models.Q(("share__isnull", False)), fields=["share"], name="standing_cheapest"),
                    models.Index(fields=["rung", "rules", "outcome"], name="cultivation_rung_96fdf1_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("enterprise", "rung", "rules"), name="one_standing_a_rule_set")],
            },
        ),
    ]
