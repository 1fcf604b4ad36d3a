"""Item definitions as FEEL types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.feel import types
from manyuan.engines.feel.interpreter import Frame


@dataclass(frozen=True)
class AllowedType(types.ConstrainedType):
    """A type with allowed values as an item definition writes them. text: the unary tests that each value meets."""

    text: str = ""


def allowed_texts(kind: types.Type) -> tuple[str, ...]:
    """The unary tests that a value of a type meets, its own and those of the types that it is made from."""
    found: list[str] = []
    while isinstance(kind, types.ConstrainedType):
        found += [kind.text] if isinstance(kind, AllowedType) else []
        kind = kind.base
    return tuple(found)


class TypeBook:
    """The types of a model by name, those of imported models as `import.name`."""

    def __init__(self, definitions: m.Definitions, imported: Mapping[str, TypeBook]) -> None:
        self.all: dict[str, types.Type] = {f"{name}.{key}": kind for name, book in imported.items() for key, kind in book.all.items()}
        self.names: set[str] = set()
        self._items = {item.name: item for item in definitions.items}
        self._open: set[str] = set()
        for item in definitions.items:
            self._collect(item)
        for item in definitions.items:
            self.all.setdefault(item.name, self._named(item.name))

    def get(self, reference: str) -> types.Type | None:
        """The type of a reference; None for no reference or an unknown one."""
        if not reference:
            return None
        return self.all.get(reference) or types.SIMPLE.get(reference) or self._parsed(reference)

    def _parsed(self, reference: str) -> types.Type | None:
        """list<…>, context<…> and function types written out."""
        if "<" not in reference:
            return None
        try:
            node = feel.parse(f"null instance of {reference}", names=self.all)
            return types.resolve(node.type, self.all) if isinstance(node, feel.tree.InstanceOf) else None
        except (feel.FeelError, types.UnknownType):
            return None

    def _collect(self, item: m.ItemDefinition) -> None:
        self.names.add(item.name)
        for component in item.components:
            self._collect(component)

    def _named(self, name: str) -> types.Type:
        if name in self.all:
            return self.all[name]
        if name in self._open or name not in self._items:
            return types.SIMPLE.get(name, types.ANY)  # a type within itself: its shape is not checked further
        self._open.add(name)
        self.all[name] = kind = self._build(self._items[name])
        self._open.discard(name)
        return kind

    def _build(self, item: m.ItemDefinition) -> types.Type:
        if item.components:
            kind: types.Type = types.ContextType(entries=tuple((c.name, self._build(c)) for c in item.components))
        elif item.function is not None:
            kind = types.FunctionType(
                parameters=tuple(self._named_or(t) for _, t in item.function.parameters),
                result=self._named_or(item.function.output_type),
            )
        else:
            kind = self._named_or(item.type_ref)
        if item.allowed and item.allowed.strip() != "-":
            kind = self._constrained(item.name, kind, item.allowed)
        if item.is_collection:
            kind = types.ListType(item=kind)
        if item.constraint and item.constraint.strip() != "-":
            kind = self._constrained(item.name, kind, item.constraint)
        return kind

    def _named_or(self, reference: str) -> types.Type:
        if not reference:
            return types.ANY
        if reference in self._items and reference not in types.SIMPLE:
            return self._named(reference)
        return self.get(reference) or types.ANY

    def _constrained(self, name: str, base: types.Type, text: str) -> types.Type:
        try:
            program = feel.compile_tests(text, names=self.names)
        except feel.FeelError:
            return base

        def allows(value: object) -> bool:
            return program.run_in(value, Frame({}, None, feel.new_runtime())) is True

        return AllowedType(name=name, base=base, allows=allows, text=text)
