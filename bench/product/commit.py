"""Preview and commit a workbook of so many filings on a new database; rows a second of the commit, as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "manyuan.site.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402

from manyuan.engines.workbooks import write_table  # noqa: E402
from manyuan.facts.audit.actors import system  # noqa: E402
from manyuan.facts.enterprises.credit_codes import demo_code  # noqa: E402
from manyuan.facts.enterprises.services import NewEnterprise, Settled, register_many  # noqa: E402
from manyuan.facts.filings.models import Form  # noqa: E402
from manyuan.facts.filings.opening import definition_for, open_period  # noqa: E402
from manyuan.facts.filings.uploads import commit_upload, preview_upload  # noqa: E402
from manyuan.facts.parks.models import Park  # noqa: E402
from manyuan.facts.programme.installing import install_pack  # noqa: E402
from manyuan.facts.programme.pack import read_pack  # noqa: E402
from manyuan.site.settings import PACK_DIR  # noqa: E402


def main(rows: int) -> None:
    by, now = system("bench"), datetime(2026, 11, 23, 9, tzinfo=UTC)
    call_command("migrate", verbosity=0)
    install_pack(pack=read_pack(PACK_DIR), by=by, now=now)
    park = Park.objects.get(code="xindu-hitech")
    firms = (Settled(NewEnterprise(demo_code(n), f"企业{n}（演示）", mark="synthetic"), park, date(2023, 1, 1)) for n in range(rows))
    register_many(firms=firms, by=by, now=now)
    form = Form.objects.get(code="enterprise-annual")
    open_period(form=form, period="2025", by=by, now=now)
    sheet = definition_for(form).sheet(by)
    keys = [column.key for column in sheet.columns if column.kind in ("money", "integer") and column.key != "rd_staff"]
    values = [{"subject_code": demo_code(n), "subject_name": f"企业{n}（演示）", **dict.fromkeys(keys, 100_000_000)} | {"employees": 10} for n in range(rows)]
    content = write_table(values, sheet.columns)
    started = time.monotonic()
    upload = preview_upload(form=form, period="2025", file_name="bench.xlsx", content=content, by=by, now=now)
    previewed = time.monotonic()
    commit_upload(upload=upload, by=by, now=now)
    done = time.monotonic()
    print(
        json.dumps(
            {
                "rows": rows,
                "counts": upload.counts,
                "preview_s": previewed - started,
                "commit_s": done - previewed,
                "rows_per_second": rows / (done - previewed),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
