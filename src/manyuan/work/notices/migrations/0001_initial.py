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
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "电子邮件"),
                            ("wecom", "企业微信群机器人"),
                            ("dingtalk", "钉钉群机器人"),
                            ("feishu", "飞书群机器人"),
                            ("sms", "短信"),
                        ],
                        max_length=8,
                    ),
                ),
                ("address_sealed", models.TextField()),
                ("shown", models.CharField(max_length=60)),
                ("fingerprint", models.CharField(max_length=64)),
                ("rhythm", models.CharField(choices=[("soon", "随时"), ("daily", "每日汇总"), ("weekly", "每周汇总")], default="soon", max_length=6)),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                ("made_at", models.DateTimeField()),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="channels", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("user", "kind", "fingerprint"), name="one_channel_an_address")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("data", models.JSONField(default=dict)),
                ("link", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("enterprise", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="parks.park")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发送"), ("sending", "发送中"), ("sent", "已发送"), ("failed", "发送失败"), ("unknown", "结果不明")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("together", models.PositiveSmallIntegerField(default=1)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notices.channel")),
                ("notice", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notices.notice")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["state", "due_at"], name="notices_del_state_4d5a62_idx"),
                    models.Index(fields=["channel", "state"], name="notices_del_channel_d3c5a9_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("notice", "channel"), name="one_delivery_a_channel")],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("notice", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="notices.notice")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("notice", "user"), name="one_reading_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("subject_zh", models.CharField(max_length=200)),
                ("subject_en", models.CharField(max_length=200)),
                ("body_zh", models.TextField()),
                ("body_en", models.TextField()),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="one_template_version"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("code",), name="one_current_template"),
                ],
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="template",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notices.template"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["enterprise", "-id"], name="notices_not_enterpr_81f100_idx"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["park", "-id"], name="notices_not_park_id_f8e88d_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(condition=models.Q(("enterprise", None), ("park", None), _connector="OR"), name="notice_has_one_recipient"),
        ),
    ]
