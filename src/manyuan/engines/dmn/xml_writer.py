"""A model as DMN 1.5 XML. Meaning, layout and artifacts are kept; vendors' extension elements are not."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault, ModelInvalid

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
LAYOUT = "https://www.omg.org/spec/DMN/20230324/DMNDI/"
_OLD_MODEL = re.compile(r"https?://www\.omg\.org/spec/DMN/\d{8}/(?:MODEL/|dmn\.xsd)")
_OLD_LAYOUT = re.compile(r"https?://www\.omg\.org/spec/DMN/\d{8}/DMNDI/")
Node = Any  # an lxml element; lxml has no types


def write_dmn(definitions: m.Definitions) -> bytes:
    """The model as an XML document in UTF-8. The same model gives the same bytes. Raises ModelInvalid for text that XML cannot hold."""
    try:
        return _document(definitions)
    except ValueError as error:
        raise ModelInvalid([Fault("xml.text", definitions.file, 0, {"found": str(error)})]) from None


def _document(definitions: m.Definitions) -> bytes:
    root = etree.Element(_tag("definitions"), nsmap={None: NAMESPACE})
    _named(root, definitions)
    root.set("namespace", definitions.namespace)
    for one in definitions.imports:
        node = _child(root, "import", name=one.name, namespace=one.namespace, importType=one.kind or NAMESPACE)
        if one.location:
            node.set("locationURI", one.location)
    for item in definitions.items:
        _item(root, "itemDefinition", item)
    for data in definitions.inputs:
        _variable(_named(_child(root, "inputData"), data), data.name, data.type_ref)
    for decision in definitions.decisions:
        _decision(root, decision)
    for business in definitions.knowledge:
        _business(root, business)
    for service in definitions.services:
        _service(root, service)
    for source in definitions.sources:
        node = _named(_child(root, "knowledgeSource"), source)
        if source.location:
            node.set("locationURI", source.location)
        _requirements(node, source.requires)
    for text in (*definitions.artifacts, definitions.layout):
        if text:
            root.append(etree.fromstring(_OLD_LAYOUT.sub(LAYOUT, _OLD_MODEL.sub(NAMESPACE, text))))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _child(parent: Node, element: str, **attributes: str) -> Node:
    node = etree.SubElement(parent, _tag(element))
    for key, value in attributes.items():
        if value:
            node.set(key, value)
    return node


def _text(parent: Node, name: str, text: str) -> None:
    """<name><text>…</text></name>"""
    _child(_child(parent, name), "text").text = text


def _named(node: Node, element: m.Element) -> Node:
    node.set("name", element.name)
    if element.id:
        node.set("id", element.id)
    if element.label:
        node.set("label", element.label)
    if element.description:
        _child(node, "description").text = element.description
    return node


def _variable(node: Node, name: str, type_ref: str) -> None:
    _child(node, "variable", name=name, typeRef=type_ref)


def _item(parent: Node, tag: str, item: m.ItemDefinition) -> None:
    node = _named(_child(parent, tag), item)
    if item.is_collection:
        node.set("isCollection", "true")
    if item.type_ref:
        _child(node, "typeRef").text = item.type_ref
    if item.allowed:
        _text(node, "allowedValues", item.allowed)
    if item.constraint:
        _text(node, "typeConstraint", item.constraint)
    for component in item.components:
        _item(node, "itemComponent", component)
    if item.function is not None:
        inner = _child(node, "functionItem", outputTypeRef=item.function.output_type)
        for name, type_ref in item.function.parameters:
            _child(inner, "parameters", name=name, typeRef=type_ref)


def _requirements(node: Node, requires: m.Requirements) -> None:
    for outer, inner, hrefs in (
        ("informationRequirement", "requiredInput", requires.inputs),
        ("informationRequirement", "requiredDecision", requires.decisions),
        ("knowledgeRequirement", "requiredKnowledge", requires.knowledge),
        ("authorityRequirement", "requiredAuthority", requires.authorities),
    ):
        for href in hrefs:
            _child(_child(node, outer), inner, href=href)


def _decision(root: Node, decision: m.Decision) -> None:
    node = _named(_child(root, "decision"), decision)
    if decision.question:
        _child(node, "question").text = decision.question
    if decision.allowed_answers:
        _child(node, "allowedAnswers").text = decision.allowed_answers
    _variable(node, decision.name, decision.type_ref)
    _requirements(node, decision.requires)
    if decision.expression is not None:
        _expression(node, decision.expression)


def _business(root: Node, business: m.BusinessKnowledge) -> None:
    node = _named(_child(root, "businessKnowledgeModel"), business)
    _variable(node, business.name, business.type_ref)
    if business.function is not None:
        _function(node, "encapsulatedLogic", business.function)
    _requirements(node, business.requires)


def _service(root: Node, service: m.DecisionService) -> None:
    node = _named(_child(root, "decisionService"), service)
    _variable(node, service.name, service.type_ref)
    for name, hrefs in (
        ("outputDecision", service.outputs),
        ("encapsulatedDecision", service.encapsulated),
        ("inputDecision", service.input_decisions),
        ("inputData", service.input_data),
    ):
        for href in hrefs:
            _child(node, name, href=href)


def _common(node: Node, expression: m.Expression) -> Node:
    if expression.id:
        node.set("id", expression.id)
    if expression.type_ref:
        node.set("typeRef", expression.type_ref)
    return node


def _function(parent: Node, tag: str, function: m.FunctionExpression) -> None:
    node = _common(_child(parent, tag), function)
    if function.kind != "FEEL":
        node.set("kind", function.kind)
    for name, type_ref in function.parameters:
        _child(node, "formalParameter", name=name, typeRef=type_ref)
    if function.body is not None:
        _expression(node, function.body)


def _optional(parent: Node, tag: str, expression: m.Expression | None) -> None:
    node = _child(parent, tag)
    if expression is not None:
        _expression(node, expression)


def _expression(parent: Node, expression: m.Expression) -> None:
    match expression:
        case m.Literal(text, language):
            node = _common(_child(parent, "literalExpression", expressionLanguage=language), expression)
            _child(node, "text").text = text
        case m.ContextExpression(entries):
            node = _common(_child(parent, "context"), expression)
            for entry in entries:
                inner = _child(node, "contextEntry")
                if entry.name:
                    _variable(inner, entry.name, entry.type_ref)
                if entry.expression is not None:
                    _expression(inner, entry.expression)
        case m.Invocation(function, bindings):
            node = _common(_child(parent, "invocation"), expression)
            _expression(node, function)
            for binding in bindings:
                inner = _child(node, "binding")
                _child(inner, "parameter", name=binding.name, typeRef=binding.type_ref)
                if binding.expression is not None:
                    _expression(inner, binding.expression)
        case m.ListExpression(items):
            node = _common(_child(parent, "list"), expression)
            for item in items:
                if item is not None:
                    _expression(node, item)
        case m.Relation(columns, rows):
            node = _common(_child(parent, "relation"), expression)
            for name in columns:
                _child(node, "column", name=name)
            for row in rows:
                inner = _child(node, "row")
                for cell in row:
                    if cell is not None:
                        _expression(inner, cell)
        case m.FunctionExpression():
            _function(parent, "functionDefinition", expression)
        case m.Conditional(condition, then, otherwise):
            node = _common(_child(parent, "conditional"), expression)
            for tag, part in (("if", condition), ("then", then), ("else", otherwise)):
                _optional(node, tag, part)
        case m.Iteration(kind, variable, domain, body):
            node = _common(_child(parent, kind, iteratorVariable=variable), expression)
            _optional(node, "in", domain)
            _optional(node, "return" if kind == "for" else "satisfies", body)
        case m.FilterExpression(domain, condition):
            node = _common(_child(parent, "filter"), expression)
            _optional(node, "in", domain)
            _optional(node, "match", condition)
        case m.DecisionTable():
            _table(parent, expression)
        case _:
            raise TypeError(type(expression).__name__)


def _table(parent: Node, table: m.DecisionTable) -> None:
    node = _common(
        _child(
            parent,
            "decisionTable",
            hitPolicy=table.hit_policy,
            aggregation=table.aggregation,
            outputLabel=table.output_label,
        ),
        table,
    )
    for clause in table.inputs:
        inner = _child(node, "input", id=clause.id, label=clause.label)
        expression = _child(inner, "inputExpression", typeRef=clause.type_ref)
        _child(expression, "text").text = clause.expression
        if clause.values:
            _text(inner, "inputValues", clause.values)
    for output in table.outputs:
        inner = _child(node, "output", id=output.id, name=output.name, label=output.label, typeRef=output.type_ref)
        if output.values:
            _text(inner, "outputValues", output.values)
        if output.default:
            _text(inner, "defaultOutputEntry", output.default)
    for name in table.annotations:
        _child(node, "annotation", name=name)
    for rule in table.rules:
        inner = _child(node, "rule", id=rule.id)
        for cell in rule.inputs:
            _text(inner, "inputEntry", cell)
        for cell in rule.outputs:
            _text(inner, "outputEntry", cell)
        for note in rule.annotations:
            _text(inner, "annotationEntry", note)
