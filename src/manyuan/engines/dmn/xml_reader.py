"""DMN XML 1.1 to 1.5 into a model. No entities, no DTD, no network; every fault with its line, every text with its place (`places`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.model import (
    Binding,
    BusinessKnowledge,
    Conditional,
    ContextExpression,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    Entry,
    Expression,
    FilterExpression,
    FunctionExpression,
    FunctionItem,
    Import,
    InputClause,
    InputData,
    Invocation,
    ItemDefinition,
    Iteration,
    KnowledgeSource,
    ListExpression,
    Literal,
    OutputClause,
    Relation,
    Requirements,
    Rule,
    is_feel,
)  # fmt: skip
from manyuan.engines.dmn.places import Mark, marks_of, placed

MAX_BYTES = 20 * 1024 * 1024
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
HIT_POLICIES = {"UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"}
ARTIFACTS = frozenset({"textAnnotation", "association", "group", "elementCollection", "performanceIndicator", "organizationUnit"})
Node = Any  # an lxml element; lxml has no types


def read_dmn(source: str | Path | bytes, *, file: str = "") -> Definitions:
    """Read a model from a path or from bytes. Raises ModelInvalid with every fault found."""
    if isinstance(source, bytes):
        content = source
    else:
        file = file or Path(source).name
        content = Path(source).read_bytes()
    if len(content) > MAX_BYTES:
        raise ModelInvalid([Fault("xml.size", file, 0, {"found": len(content), "limit": MAX_BYTES})])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ModelInvalid([Fault("xml.syntax", file, error.lineno or 0, {"found": error.msg})]) from None
    if root.getroottree().docinfo.doctype:
        raise ModelInvalid([Fault("xml.doctype", file, 1, {})])
    texts = [node for node in root.iter() if _local(node) == "text"]
    marks = marks_of(content, root.getroottree().docinfo.encoding or "utf-8", "text") if texts else []
    return _Reader(file, {node: found for node, (text, found) in zip(texts, marks) if found and text == node.text}).definitions(root)


def _local(node: Node) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


class _Reader:
    def __init__(self, file: str, marks: dict[Node, tuple[Mark, ...]]) -> None:
        self.file = file
        self.marks = marks
        self.faults: list[Fault] = []

    def fault(self, code: str, node: Node, **data: object) -> None:
        self.faults.append(Fault(code, self.file, node.sourceline or 0, data))

    def definitions(self, root: Node) -> Definitions:
        name = etree.QName(root)
        if name.localname != "definitions":
            raise ModelInvalid([Fault("xml.root", self.file, root.sourceline or 0, {"found": name.localname})])
        if name.namespace not in NAMESPACES:
            raise ModelInvalid([Fault("xml.version", self.file, root.sourceline or 0, {"found": name.namespace or "–"})])
        layout = next((etree.tostring(n, encoding="unicode").strip() for n in root if _local(n) == "DMNDI"), "")
        found = Definitions(
            **self.named(root),
            namespace=root.get("namespace", ""),
            items=tuple(self.item(n) for n in self.all(root, "itemDefinition")),
            imports=tuple(
                Import(n.get("name", ""), n.get("namespace", ""), n.get("importType", ""), n.get("locationURI", "")) for n in self.all(root, "import")
            ),
            inputs=tuple(InputData(**self.named(n), type_ref=self.variable_type(n)) for n in self.all(root, "inputData")),
            decisions=tuple(self.decision(n) for n in self.all(root, "decision")),
            knowledge=tuple(self.business(n) for n in self.all(root, "businessKnowledgeModel")),
            services=tuple(self.service(n) for n in self.all(root, "decisionService")),
            sources=tuple(
                KnowledgeSource(**self.named(n), location=n.get("locationURI", ""), requires=self.requirements(n)) for n in self.all(root, "knowledgeSource")
            ),
            artifacts=tuple(etree.tostring(n, encoding="unicode").strip() for n in root if _local(n) in ARTIFACTS),
            layout=layout,
            file=self.file,
        )
        self.check_duplicates(found)
        self.check_languages(root)
        if self.faults:
            raise ModelInvalid(self.faults)
        return found

    def check_duplicates(self, found: Definitions) -> None:
        seen: set[str] = set()
        for element in (*found.inputs, *found.decisions, *found.knowledge, *found.services):
            if element.name in seen:
                self.faults.append(Fault("model.duplicate", self.file, element.line, {"found": element.name}))
            seen.add(element.name)

    def check_languages(self, root: Node) -> None:
        for node in root.iter():
            language = node.get("expressionLanguage", "")
            if not is_feel(language):
                self.fault("model.language", node, element=_local(node), found=language)

    # small reads
    def all(self, node: Node, name: str) -> list[Node]:
        return [child for child in node if _local(child) == name]

    def one(self, node: Node, name: str) -> Node | None:
        return next((child for child in node if _local(child) == name), None)

    def text(self, node: Node | None, name: str = "text") -> str:
        child = self.one(node, name) if node is not None else None
        if child is None:
            return ""
        marks = self.marks.get(child)
        return placed(child.text, marks) if marks else (child.text or "").strip()

    def named(self, node: Node) -> dict[str, Any]:
        return {
            "name": " ".join(node.get("name", "").split()),
            "id": node.get("id", ""),
            "label": node.get("label", ""),
            "description": self.text(node, "description"),
            "line": node.sourceline or 0,
        }

    def variable_type(self, node: Node) -> str:
        variable = self.one(node, "variable")
        return self.type_of(variable) if variable is not None else ""

    def type_of(self, node: Node) -> str:
        """A type reference as attribute or, in old files, with the prefix `feel:` or as an element."""
        given = node.get("typeRef") or self.text(node, "typeRef")
        prefix, _, rest = given.partition(":")
        return rest.strip() if rest and prefix in ("feel", *(p for p in node.nsmap if p)) else given.strip()

    # types
    def item(self, node: Node) -> ItemDefinition:
        function = None
        inner = self.one(node, "functionItem")
        if inner is not None:
            parameters = tuple((p.get("name", ""), self.type_of(p)) for p in self.all(inner, "parameters"))
            function = FunctionItem(parameters, inner.get("outputTypeRef", ""))
        return ItemDefinition(
            **self.named(node),
            type_ref=self.type_of(node),
            is_collection=node.get("isCollection") == "true",
            components=tuple(self.item(n) for n in self.all(node, "itemComponent")),
            allowed=self.text(self.one(node, "allowedValues")),
            constraint=self.text(self.one(node, "typeConstraint")),
            function=function,
        )

    # elements
    def requirements(self, node: Node) -> Requirements:
        found: dict[str, list[str]] = {
            "requiredInput": [],
            "requiredDecision": [],
            "requiredKnowledge": [],
            "requiredAuthority": [],
        }
        for child in node:
            if _local(child) in ("informationRequirement", "knowledgeRequirement", "authorityRequirement"):
                for inner in child:
                    if _local(inner) in found and _local(child) != "authorityRequirement":
                        found[_local(inner)].append(inner.get("href", ""))
                    elif _local(child) == "authorityRequirement":
                        found["requiredAuthority"].append(inner.get("href", ""))
        return Requirements(*(tuple(found[key]) for key in ("requiredInput", "requiredDecision", "requiredKnowledge", "requiredAuthority")))

    def decision(self, node: Node) -> Decision:
        return Decision(
            **self.named(node),
            type_ref=self.variable_type(node),
            requires=self.requirements(node),
            expression=self.expression_in(node),
            question=self.text(node, "question"),
            allowed_answers=self.text(node, "allowedAnswers"),
        )

    def business(self, node: Node) -> BusinessKnowledge:
        logic = self.one(node, "encapsulatedLogic")
        return BusinessKnowledge(
            **self.named(node),
            type_ref=self.variable_type(node),
            requires=self.requirements(node),
            function=self.function(logic) if logic is not None else None,
        )

    def service(self, node: Node) -> DecisionService:
        def hrefs(name: str) -> tuple[str, ...]:
            return tuple(n.get("href", "") for n in self.all(node, name))

        return DecisionService(
            **self.named(node),
            type_ref=self.variable_type(node),
            outputs=hrefs("outputDecision"),
            encapsulated=hrefs("encapsulatedDecision"),
            input_decisions=hrefs("inputDecision"),
            input_data=hrefs("inputData"),
        )

    # expressions
    def expression_in(self, node: Node | None) -> Expression | None:
        """The expression among the children of a node."""
        if node is None:
            return None
        for child in node:
            method = _EXPRESSIONS.get(_local(child))
            if method:
                return method(self, child)
        return None

    def common(self, node: Node) -> dict[str, Any]:
        return {"type_ref": self.type_of(node), "id": node.get("id", ""), "line": node.sourceline or 0}

    def literal(self, node: Node) -> Literal:
        return Literal(self.text(node), node.get("expressionLanguage", ""), **self.common(node))

    def context(self, node: Node) -> ContextExpression:
        entries = []
        for entry in self.all(node, "contextEntry"):
            variable = self.one(entry, "variable")
            name = " ".join(variable.get("name", "").split()) if variable is not None else ""
            entries.append(Entry(name, self.type_of(variable) if variable is not None else "", self.expression_in(entry)))
        return ContextExpression(tuple(entries), **self.common(node))

    def invocation(self, node: Node) -> Invocation:
        function = next((method(self, c) for c in node if (method := _EXPRESSIONS.get(_local(c)))), None)
        if function is None:
            self.fault("xml.missing", node, element="invocation", expected="literalExpression")
            function = Literal("null")
        bindings = []
        for binding in self.all(node, "binding"):
            parameter = self.one(binding, "parameter")
            name = parameter.get("name", "") if parameter is not None else ""
            bindings.append(
                Binding(
                    " ".join(name.split()),
                    self.type_of(parameter) if parameter is not None else "",
                    self.expression_in(binding),
                )
            )
        return Invocation(function, tuple(bindings), **self.common(node))

    def list(self, node: Node) -> ListExpression:
        items = tuple(method(self, child) for child in node if (method := _EXPRESSIONS.get(_local(child))))
        return ListExpression(items, **self.common(node))

    def relation(self, node: Node) -> Relation:
        columns = tuple(" ".join(n.get("name", "").split()) for n in self.all(node, "column"))
        rows: list[tuple[Expression, ...]] = []
        for row in self.all(node, "row"):
            cells = tuple(method(self, child) for child in row if (method := _EXPRESSIONS.get(_local(child))))
            if len(cells) != len(columns):
                self.fault("model.columns", row, element="relation", row=len(rows) + 1, found=len(cells), expected=len(columns))
            rows.append(cells)
        return Relation(columns, tuple(rows), **self.common(node))

    def function(self, node: Node) -> FunctionExpression:
        parameters = tuple((" ".join(n.get("name", "").split()), self.type_of(n)) for n in self.all(node, "formalParameter"))
        return FunctionExpression(parameters, self.expression_in(node), node.get("kind", "FEEL"), **self.common(node))

    def conditional(self, node: Node) -> Conditional:
        parts = (self.expression_in(self.one(node, name)) for name in ("if", "then", "else"))
        return Conditional(*parts, **self.common(node))

    def iteration(self, node: Node) -> Iteration:
        body = self.one(node, "return") if _local(node) == "for" else self.one(node, "satisfies")
        return Iteration(
            _local(node),
            node.get("iteratorVariable", ""),
            self.expression_in(self.one(node, "in")),
            self.expression_in(body),
            **self.common(node),
        )

    def filter(self, node: Node) -> FilterExpression:
        return FilterExpression(self.expression_in(self.one(node, "in")), self.expression_in(self.one(node, "match")), **self.common(node))

    def table(self, node: Node) -> DecisionTable:
        inputs = []
        for clause in self.all(node, "input"):
            expression = self.one(clause, "inputExpression")
            inputs.append(
                InputClause(
                    self.text(expression), self.type_of(expression) if expression is not None else "", clause.get("label", ""),
                    self.text(self.one(clause, "inputValues")), clause.get("id", ""),
                )
            )  # fmt: skip
        outputs = [
            OutputClause(
                n.get("name", ""), self.type_of(n), n.get("label", ""), self.text(self.one(n, "outputValues")), self.text(self.one(n, "defaultOutputEntry")),
                n.get("id", ""),
            )
            for n in self.all(node, "output")
        ]  # fmt: skip
        rules = []
        for number, rule in enumerate(self.all(node, "rule"), 1):
            cells_in = tuple(self.text(n) for n in self.all(rule, "inputEntry"))
            cells_out = tuple(self.text(n) for n in self.all(rule, "outputEntry"))
            for found, expected in ((len(cells_in), len(inputs)), (len(cells_out), len(outputs))):
                if found != expected:
                    self.fault(
                        "model.columns",
                        rule,
                        element=node.get("id", "decisionTable"),
                        row=number,
                        found=found,
                        expected=expected,
                    )
            notes = tuple(self.text(n) for n in self.all(rule, "annotationEntry"))
            rules.append(Rule(cells_in, cells_out, notes, rule.get("id", ""), line=rule.sourceline or 0))
        policy = node.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            self.fault("model.hit_policy", node, element=node.get("id", ""), found=policy)
        annotations = tuple(n.get("name", "") for n in self.all(node, "annotation"))
        return DecisionTable(
            tuple(inputs),
            tuple(outputs),
            tuple(rules),
            policy,
            node.get("aggregation", ""),
            node.get("outputLabel", ""),
            annotations,
            **self.common(node),
        )


_EXPRESSIONS = {
    "literalExpression": _Reader.literal,
    "context": _Reader.context,
    "invocation": _Reader.invocation,
    "list": _Reader.list,
    "relation": _Reader.relation,
    "functionDefinition": _Reader.function,
    "conditional": _Reader.conditional,
    "for": _Reader.iteration,
    "some": _Reader.iteration,
    "every": _Reader.iteration,
    "filter": _Reader.filter,
    "decisionTable": _Reader.table,
}
