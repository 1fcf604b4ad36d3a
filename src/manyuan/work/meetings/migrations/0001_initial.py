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
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "已排期"), ("announced", "报名中"), ("held", "已召开"), ("cancelled", "已取消")], default="planned", max_length=10
                    ),
                ),
                ("theme", models.CharField(blank=True, max_length=200)),
                ("sections", models.JSONField(default=list)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("seats", models.PositiveSmallIntegerField(null=True)),
                ("minutes", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("held_at", models.DateTimeField(null=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("synthetic", models.BooleanField(default=False)),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="parks.park")),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="accounts.organisation")),
            ],
            options={
                "ordering": ["starts_at", "pk"],
                "indexes": [
                    models.Index(fields=["park", "starts_at"], name="meetings_me_park_id_709752_idx"),
                    models.Index(fields=["state", "starts_at"], name="meetings_me_state_d9b979_idx"),
                    models.Index(fields=["kind", "starts_at"], name="meetings_me_kind_e912b9_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="meeting_ends_after_start"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "held"), _negated=True), ("held_at__isnull", False), _connector="OR"),
                        name="meeting_held_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("invited", "已邀请"), ("registered", "已报名"), ("declined", "不参加"), ("attended", "已到会")],
                        default="invited",
                        max_length=10,
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(default=0)),
                ("question", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_label", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="enterprises.enterprise")),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="meetings.meeting")),
            ],
            options={
                "indexes": [models.Index(fields=["enterprise", "state"], name="meetings_in_enterpr_77114c_idx")],
                "constraints": [models.UniqueConstraint(fields=("meeting", "enterprise"), name="one_invitation_a_firm")],
            },
        ),
        migrations.CreateModel(
            name="AgendaPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("section", models.CharField(blank=True, max_length=1)),
                ("speaker", models.CharField(blank=True, max_length=100)),
                ("minutes", models.PositiveSmallIntegerField(default=15)),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="agenda", to="meetings.meeting")),
            ],
            options={
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="MeetingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "carried_from",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="carried_to", to="meetings.meetingitem"),
                ),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="meeting_items", to="cases.case")),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="meeting_items", to="enterprises.enterprise")),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="meetings.meeting")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("meeting", "case"), name="a_case_once_a_meeting")],
            },
        ),
        migrations.CreateModel(
            name="MeetingKinds",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64, unique=True)),
                ("installed_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("is_current",), name="one_current_meeting_kinds")],
            },
        ),
        migrations.CreateModel(
            name="Outreach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title_zh", models.CharField(max_length=120)),
                ("title_en", models.CharField(blank=True, max_length=160)),
                ("text", models.TextField()),
                ("condition", models.TextField()),
                ("policy_code", models.CharField(blank=True, max_length=40)),
                ("state", models.CharField(choices=[("draft", "草稿"), ("sent", "已发送")], default="draft", max_length=6)),
                ("facts_hash", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField()),
                ("made_label", models.CharField(max_length=200)),
                ("sent_at", models.DateTimeField(null=True)),
                ("unknown", models.PositiveIntegerField(default=0)),
                ("synthetic", models.BooleanField(default=False)),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="outreach", to="parks.park")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Reached",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_at", models.DateTimeField()),
                ("clicked_at", models.DateTimeField(null=True)),
                ("acted_at", models.DateTimeField(null=True)),
                ("act", models.CharField(blank=True, max_length=20)),
                ("enterprise", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reached_by", to="enterprises.enterprise")),
                ("outreach", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reached", to="meetings.outreach")),
            ],
            options={
                "indexes": [models.Index(fields=["enterprise", "acted_at"], name="meetings_re_enterpr_54cb24_idx")],
                "constraints": [models.UniqueConstraint(fields=("outreach", "enterprise"), name="one_reach_a_firm")],
            },
        ),
        migrations.CreateModel(
            name="CalendarAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="calendar_addresses", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("revoked_at", None)), fields=("user",), name="one_calendar_address")],
            },
        ),
    ]
