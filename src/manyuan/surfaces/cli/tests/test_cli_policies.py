"""`manyuan policies`: what was handed in, what is looked at after the payment, and a policy's year in figures."""

from __future__ import annotations

import json

from click.testing import CliRunner

from manyuan.surfaces.cli.policies import policies
from manyuan.work.policies.after_payment import draw_checks
from manyuan.work.policies.tests.conftest import office
from manyuan.work.policies.tests.test_after_payment import paid
from manyuan.work.policies.tests.test_applications import assessed, desk, submitted

__all__ = ["desk", "office", "paid"]


def run(*arguments, code=0, language="zh"):
    done = CliRunner().invoke(policies, [str(one) for one in arguments], env={"MANYUAN_LANGUAGE": language})
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_applications_are_listed_with_what_came_of_them(desk):
    assessed(desk, ("55", "35"), ("50", "35"))
    line = run("applications")
    assert "\tRD\t" in line and "已评定" in line and line.rstrip().endswith("87.5\t100%")
    assert "judged" in run("applications", language="en") and run("applications", "--state", "submitted") == ""


def test_an_application_that_is_not_judged_yet_has_no_total(desk):
    submitted(desk)
    assert run("applications", "--state", "submitted").endswith("\t\t\n")


def test_checks_and_the_year_in_figures(paid):
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    assert run("checks").count("待检查\t抽查") == 2 and run("checks", "--state", "wrong") == ""
    found = json.loads(run("report", "RD", "--year", 2026))
    assert found["coverage"]["paid"] == 2 and found["cost_fen"] == 38_00 and found["checks"] == {"open": 2}


def test_a_policy_that_is_not_there_is_named(paid):
    assert "没有已发布的政策 NO" in run("report", "NO", code=1)
