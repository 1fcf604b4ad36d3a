"""What the reader accepts, what it refuses, and that a refusal names file, line, what was found and what was expected."""

import pytest

from manyuan.engines import dmn

NAMESPACES = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


def model_xml(body: str, version: str = "1.5", before: str = "") -> bytes:
    return f'{before}<definitions xmlns="{NAMESPACES[version]}" name="m" id="m" namespace="urn:m">{body}</definitions>'.encode()


def decision(name: str, text: str, requires: str = "", identity: str = "") -> str:
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision name="{name}" id="{identity or name}"><variable name="{name}"/>{requires}{logic}</decision>'


def needs(*names: str) -> str:
    return "".join(f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>' for name in names)


def faults_of(source: bytes) -> list[dmn.Fault]:
    """Faults of reading or, where it can be read, of making it ready to run."""
    try:
        dmn.Model(dmn.read_dmn(source, file="tier.dmn"))
    except dmn.ModelInvalid as error:
        return error.faults
    return []


@pytest.mark.parametrize("version", NAMESPACES)
def test_every_version_of_the_standard_is_read(version):
    definitions = dmn.read_dmn(model_xml(decision("档次", "1 + 1"), version))
    assert dmn.Model(definitions).decide("档次", {}).value == 2


def test_a_type_with_the_old_feel_prefix_means_the_plain_type():
    body = '<inputData name="x" id="x"><variable name="x" typeRef="feel:number"/></inputData>'
    definitions = dmn.read_dmn(model_xml(body, "1.2").replace(b"<definitions ", b'<definitions xmlns:feel="http://www.omg.org/spec/DMN/20180521/FEEL/" '))
    assert definitions.inputs[0].type_ref == "number"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "xml.syntax"),
        (b"not xml", "xml.syntax"),
        (b"<definitions>", "xml.syntax"),
        (b"<policy/>", "xml.root"),
        (b"<definitions/>", "xml.version"),
        (b'<definitions xmlns="urn:else"/>', "xml.version"),
        (model_xml(decision("a", "1") + decision("a", "2", identity="b")), "model.duplicate"),
        (model_xml(decision("a", "1", needs("nowhere"))), "model.reference"),
        (model_xml(decision("a", "b", needs("b")) + decision("b", "a", needs("a"))), "model.cycle"),
        (model_xml('<decision name="t" id="t"><decisionTable hitPolicy="LUCKY"/></decision>'), "model.hit_policy"),
        (model_xml('<decision name="t" id="t"><invocation/></decision>'), "xml.missing"),
    ],
)
def test_a_faulty_model_is_refused_with_its_code_in_both_languages(source, code):
    (fault,) = faults_of(source)
    assert fault.code == code
    for language in ("zh", "en"):
        assert fault.message(language).startswith("tier.dmn: ")
    assert fault.message("zh") != fault.message("en")


def test_a_fault_names_its_line():
    body = "\n\n" + decision("a", "1", needs("nowhere"))
    (fault,) = faults_of(model_xml(body))
    assert fault.line == 3
    assert "第 3 行" in fault.message("zh") and "line 3" in fault.message("en")


def test_all_faults_are_reported_not_the_first():
    source = model_xml(decision("a", "1", needs("x")) + decision("b", "2", needs("y", "z")))
    assert sorted(str(fault.data["found"]) for fault in faults_of(source)) == ["#x", "#y", "#z"]


def test_a_cycle_is_told_as_the_way_around_it():
    source = model_xml(decision("a", "1", needs("b")) + decision("b", "1", needs("c")) + decision("c", "1", needs("a")))
    (fault,) = faults_of(source)
    assert fault.data["found"] == "a → b → c → a"


def test_rows_with_too_few_and_too_many_cells_are_each_reported():
    cell = "<{0}><text>1</text></{0}>"
    one_in, one_out = cell.format("inputEntry"), cell.format("outputEntry")
    clause = "<input><inputExpression><text>1</text></inputExpression></input><output/>"
    rows = f"<rule>{one_in}{one_out}</rule><rule>{one_out}</rule><rule>{one_in}{one_in}{one_out}</rule>"
    faults = faults_of(model_xml(f'<decision name="t" id="t"><decisionTable>{clause}{rows}</decisionTable></decision>'))
    assert [(f.code, f.data["row"], f.data["found"], f.data["expected"]) for f in faults] == [("model.columns", 2, 0, 1), ("model.columns", 3, 2, 1)]


def test_an_import_without_its_model_is_a_fault():
    body = f'<import name="other" namespace="urn:other" importType="{NAMESPACES["1.5"]}"/>'
    (fault,) = faults_of(model_xml(body))
    assert (fault.code, fault.data["found"]) == ("model.import", "urn:other")


def test_a_file_is_named_by_its_own_name(tmp_path):
    path = tmp_path / "policy.dmn"
    path.write_bytes(b"<policy/>")
    with pytest.raises(dmn.ModelInvalid, match=r"^policy\.dmn: line 1: "):
        dmn.read_dmn(path)


def test_a_local_file_is_never_drawn_in_through_an_entity(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("42424242")
    before = f'<!DOCTYPE definitions [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    source = model_xml(decision("a", '"&x;"'), before=before)
    try:
        definitions = dmn.read_dmn(source)
    except dmn.ModelInvalid:
        return
    assert "42424242" not in repr(definitions)


def test_entities_that_grow_without_end_are_refused_or_left_alone():
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    before = f'<!DOCTYPE definitions [<!ENTITY a0 "ha">{steps}]>'
    try:
        definitions = dmn.read_dmn(model_xml(decision("a", '"&a11;"'), before=before))
    except dmn.ModelInvalid:
        return
    assert len(repr(definitions)) < 10_000


def test_expressions_nested_beyond_measure_are_refused_not_crashed_on():
    deep = "<list>" * 5000 + "</list>" * 5000
    assert [fault.code for fault in faults_of(model_xml(f'<decision name="t" id="t">{deep}</decision>'))] == ["xml.syntax"]


def test_a_file_too_large_is_refused_before_it_is_parsed():
    (fault,) = faults_of(b" " * (20 * 1024 * 1024 + 1))
    assert fault.code == "xml.size"
