"""The screening commands at the command line: what is printed, and the exit code."""

from click.testing import CliRunner

from manyuan.surfaces.cli.screening import policy

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="tiers" namespace="urn:tiers">
<inputData name="Revenue" id="revenue"><variable name="Revenue" typeRef="number"/></inputData>
<decision name="Tier" id="tier"><informationRequirement><requiredInput href="#revenue"/></informationRequirement>
<decisionTable><input><inputExpression typeRef="number"><text>Revenue</text></inputExpression></input><output name="tier"/>
<rule><inputEntry><text>&lt; 20</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
<rule><inputEntry><text>&gt;= {}</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_policy_check_takes_a_model_and_its_exit_code_tells_errors_from_warnings(tmp_path, monkeypatch):
    monkeypatch.setenv("MANYUAN_LANGUAGE", "en")
    file = tmp_path / "tiers.dmn"
    for bound, code, says in ((20, 0, "no faults found"), (19, 1, "rows 1, 2 overlap"), (21, 0, "no rule covers")):
        file.write_text(MODEL.format(bound), encoding="utf-8")
        found = CliRunner().invoke(policy, ["check", str(file)])
        assert (found.exit_code, says in found.output) == (code, True), found.output
