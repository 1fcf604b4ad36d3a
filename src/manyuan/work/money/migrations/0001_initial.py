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
            name="Fund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("recipients", models.CharField(choices=[("enterprises", "企业"), ("parks", "园区")], default="enterprises", max_length=12)),
                ("limit_fen", models.BigIntegerField(null=True)),
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
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=200)),
                ("bank", models.CharField(max_length=200)),
                ("number_sealed", models.TextField()),
                ("last_digits", models.CharField(max_length=4)),
                ("fingerprint", models.CharField(max_length=64)),
                ("entered_by_id", models.BigIntegerField(null=True)),
                ("entered_label", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_label", models.CharField(blank=True, max_length=200)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "enterprise",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bank_accounts", to="enterprises.enterprise"),
                ),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bank_accounts", to="parks.park")),
            ],
            options={
                "ordering": ["-entered_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("enterprise", None), ("park", None), _connector="XOR"), name="account_has_one_owner"),
                    models.UniqueConstraint(condition=models.Q(("park", None), ("replaced_at", None)), fields=("enterprise",), name="one_current_account"),
                    models.UniqueConstraint(condition=models.Q(("enterprise", None), ("replaced_at", None)), fields=("park",), name="one_current_park_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=80, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                ("line", models.CharField(blank=True, max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "待审定"),
                            ("approved", "已审定"),
                            ("paying", "支付中"),
                            ("paid", "已支付"),
                            ("returned", "退汇待更正"),
                            ("recalled", "追回中"),
                            ("recovered", "已追回"),
                            ("released", "已撤销"),
                        ],
                        default="reserved",
                        max_length=10,
                    ),
                ),
                ("drafted_by_id", models.BigIntegerField(null=True)),
                ("drafted_label", models.CharField(max_length=200)),
                ("needs", models.PositiveSmallIntegerField(default=2)),
                ("synthetic", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("enterprise", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="enterprises.enterprise")),
                ("park", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="parks.park")),
                ("fund", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="money.fund")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["fund", "year", "line", "state"], name="money_claim_fund_id_d1d49a_idx"),
                    models.Index(fields=["enterprise", "state"], name="money_claim_enterpr_9809e1_idx"),
                    models.Index(fields=["park", "state"], name="money_claim_park_id_51c78a_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="claim_is_positive"),
                    models.CheckConstraint(condition=models.Q(("enterprise", None), ("park", None), _connector="XOR"), name="claim_has_one_recipient"),
                    models.CheckConstraint(condition=models.Q(("needs__gte", 2)), name="claim_needs_two"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("approver_label", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("approver", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="money.claim")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("claim", "approver"), name="one_yes_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待导出"), ("sent", "已送国库"), ("done", "已办结"), ("cancelled", "已撤销")], default="open", max_length=10
                    ),
                ),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("made_label", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("fund", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="money.fund")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("line", models.CharField(blank=True, max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("granted", "预算来源"),
                            ("available", "可用"),
                            ("earmarked", "已预留"),
                            ("reserved", "待审定"),
                            ("approved", "已审定"),
                            ("paying", "支付中"),
                            ("paid", "已支付"),
                            ("returned", "退汇"),
                            ("receivable", "应收回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("fund", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="money.fund")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("fund", "year", "line", "kind"), name="one_ledger_account")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True)),
                ("fen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待支付"), ("paid", "已支付"), ("failed", "支付失败"), ("returned", "退汇"), ("cancelled", "已撤销")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("bank_reference", models.CharField(blank=True, max_length=80)),
                ("bank_note", models.CharField(blank=True, max_length=200)),
                ("settled_on", models.DateField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="money.bankaccount")),
                ("batch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="money.batch")),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="money.claim")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["batch", "state"], name="money_payme_batch_i_f8abc4_idx")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state__in", ["waiting", "paid"])), fields=("claim",), name="one_living_payment_a_claim")
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("act", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("fund", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="money.fund")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["fund", "-id"], name="money_posti_fund_id_4dda07_idx")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fen", models.BigIntegerField()),
                ("claim", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="money.claim")),
                ("posting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="money.posting")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="given", to="money.account")),
                ("target", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="taken", to="money.account")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["source", "fen"], name="money_trans_source__fb1826_idx"),
                    models.Index(fields=["target", "fen"], name="money_trans_target__2252f6_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("fen__gt", 0)), name="transfer_is_positive"),
                    models.CheckConstraint(condition=models.Q(("source", models.F("target")), _negated=True), name="transfer_has_two_sides"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UseReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("used_fen", models.BigIntegerField()),
                ("text", models.TextField()),
                ("proof", models.CharField(max_length=200)),
                ("made_label", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("state", models.CharField(choices=[("open", "待核查"), ("agreed", "核查通过"), ("refused", "核查不通过")], default="open", max_length=10)),
                ("checked_label", models.CharField(blank=True, max_length=200)),
                ("checked_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="use_reports", to="money.claim")),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("state", "open")), fields=("claim",), name="one_open_use_report")],
            },
        ),
    ]
