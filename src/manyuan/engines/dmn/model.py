"""A DMN model as plain values (DMN 1.5, chapters 6 to 8 and 10.2): what `read_dmn` gives, `write_dmn` takes and `Model` runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Element:
    """Anything with a name. line: where it stands in its file (not part of equality)."""

    name: str = ""
    id: str = ""
    label: str = ""
    description: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ItemDefinition(Element):
    """A named type. components: its parts; allowed: unary tests of each value; constraint: unary tests of the whole (a list, say)."""

    type_ref: str = ""
    is_collection: bool = False
    components: tuple[ItemDefinition, ...] = ()
    allowed: str = ""
    constraint: str = ""
    function: FunctionItem | None = None


@dataclass(frozen=True)
class FunctionItem:
    """The type of a function: parameter names and types, and the type of the result."""

    parameters: tuple[tuple[str, str], ...]
    output_type: str


@dataclass(frozen=True)
class Expression:
    """Base of expressions. type_ref: what the value must be, where said."""

    type_ref: str = field(default="", kw_only=True)
    id: str = field(default="", kw_only=True)
    line: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True)
class Literal(Expression):
    """A FEEL expression. language: another expression language, which is refused."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry of a context: variable name (empty: the result), its type, its expression."""

    name: str
    type_ref: str
    expression: Expression | None


@dataclass(frozen=True)
class ContextExpression(Expression):
    """Entries worked out in order, each seeing those before it; one without a name is the value of the whole (DMN 1.5, 10.2.1.4)."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Binding:
    """An argument of an invocation."""

    name: str
    type_ref: str
    expression: Expression | None


@dataclass(frozen=True)
class Invocation(Expression):
    """A call of a function by the names of its parameters; a binding without an expression passes null (7.3.6)."""

    function: Expression
    bindings: tuple[Binding, ...]


@dataclass(frozen=True)
class ListExpression(Expression):
    """A list of expressions; one that is missing is null."""

    items: tuple[Expression | None, ...]


@dataclass(frozen=True)
class Relation(Expression):
    """A table of expressions: a list with a context for each row (10.2.1.6)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Expression | None, ...], ...]


@dataclass(frozen=True)
class FunctionExpression(Expression):
    """A function definition. kind: FEEL, Java or PMML (the last two are refused)."""

    parameters: tuple[tuple[str, str], ...]
    body: Expression | None
    kind: str = "FEEL"


@dataclass(frozen=True)
class Conditional(Expression):
    """if, then, else; a condition that is not true takes the else (10.2.1.8)."""

    condition: Expression | None
    then: Expression | None
    otherwise: Expression | None


@dataclass(frozen=True)
class Iteration(Expression):
    """for, some or every over a list."""

    kind: str
    variable: str
    domain: Expression | None
    body: Expression | None


@dataclass(frozen=True)
class FilterExpression(Expression):
    """The items of a list for which the condition, with `item` and the entries of an item in scope, is true (10.2.1.9)."""

    domain: Expression | None
    condition: Expression | None


@dataclass(frozen=True)
class InputClause:
    """A column of conditions. expression: FEEL, what the cells test; type_ref: its type; values: unary tests of the values it may have."""

    expression: str
    type_ref: str = ""
    label: str = ""
    values: str = ""
    id: str = ""


@dataclass(frozen=True)
class OutputClause:
    """A column of results. name: the entry of the result where there are several columns; values: allowed ones, in the order that PRIORITY and OUTPUT ORDER go by; default: FEEL, the result where no rule matches."""

    name: str = ""
    type_ref: str = ""
    label: str = ""
    values: str = ""
    default: str = ""
    id: str = ""


@dataclass(frozen=True)
class Rule:
    """A row. inputs: unary tests, one for each input clause (empty means `-`); outputs: FEEL, one for each output clause."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    id: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class DecisionTable(Expression):
    """hit_policy: UNIQUE FIRST PRIORITY ANY COLLECT RULE ORDER OUTPUT ORDER; aggregation: SUM COUNT MIN MAX or empty."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: str = "UNIQUE"
    aggregation: str = ""
    output_label: str = ""
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Requirements:
    """What a decision or a function needs: hrefs as written (#id or namespace#id)."""

    inputs: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputData(Element):
    """What whoever asks must give; type_ref: the type that it is held to."""

    type_ref: str = ""


@dataclass(frozen=True)
class Decision(Element):
    """A decision: its logic and what that needs; type_ref: the type that its value is held to."""

    type_ref: str = ""
    requires: Requirements = Requirements()
    expression: Expression | None = None
    question: str = ""
    allowed_answers: str = ""


@dataclass(frozen=True)
class BusinessKnowledge(Element):
    """A business knowledge model: a function that decisions call."""

    type_ref: str = ""
    requires: Requirements = Requirements()
    function: FunctionExpression | None = None


@dataclass(frozen=True)
class DecisionService(Element):
    """Decisions offered as one function: outputs are answered, encapsulated ones run within, input decisions and input data are the parameters (10.4)."""

    type_ref: str = ""
    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnowledgeSource(Element):
    """Where knowledge comes from; kept and written, never run."""

    location: str = ""
    requires: Requirements = Requirements()


@dataclass(frozen=True)
class Import:
    """Another model under a name. kind: the address of its language (DMN's for a model that can be asked); location: a hint, which is not followed."""

    name: str
    namespace: str
    kind: str = ""
    location: str = ""


@dataclass(frozen=True)
class Definitions(Element):
    """A model. artifacts and layout: annotations, groups and the diagram as XML text, kept as they came. file: where it was read (not part of equality)."""

    namespace: str = ""
    items: tuple[ItemDefinition, ...] = ()
    imports: tuple[Import, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[BusinessKnowledge, ...] = ()
    services: tuple[DecisionService, ...] = ()
    sources: tuple[KnowledgeSource, ...] = ()
    artifacts: tuple[str, ...] = field(default=(), compare=False)
    layout: str = field(default="", compare=False)
    file: str = field(default="", compare=False)

    def decision(self, name: str) -> Decision | None:
        return next((d for d in self.decisions if d.name == name), None)


def is_feel(language: str) -> bool:
    """Whether the name of an expression language is FEEL's: its address in any version of the standard, or the word; none at all is FEEL."""
    return not language or "feel" in language.lower()
