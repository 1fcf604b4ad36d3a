"""Context functions (DMN 1.5, 10.3.4.9) and boolean ones."""

from __future__ import annotations

from manyuan.engines.feel.builtins.registry import Unfit, builtin

Entries = dict[str, object]


@builtin("get value(m: context, key: string)")
def _get_value(m: Entries, key: str) -> object:
    """The value at a key or along a list of keys; null where there is none."""
    return m.get(key)


@builtin("get value(m: context, keys: list)")
def _get_value_deep(m: Entries, keys: list[object]) -> object:
    if not keys:
        raise Unfit("键的列表为空", "the list of keys is empty")
    found: object = m
    for key in keys:
        if not isinstance(key, str) or not isinstance(found, dict):
            return None
        found = found.get(key)
    return found


@builtin("get entries(m: context)")
def _get_entries(m: Entries) -> list[object]:
    """The entries as contexts of key and value."""
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list)")
def _context(entries: list[object]) -> Entries:
    """A context made of entries with key and value."""
    out: Entries = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise Unfit("每个条目须有字符串 key 和 value", "every entry has a string key and a value")
        if entry["key"] in out:
            raise Unfit(f"键 {entry['key']} 重复", f"the key {entry['key']} occurs twice")
        out[entry["key"]] = entry["value"]
    return out


@builtin("context put(context: context, key: string, value: any)")
def _context_put(context: Entries, key: str, value: object) -> Entries:
    """The context with a value put at a key or along keys."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def _context_put_deep(context: Entries, keys: list[object], value: object) -> Entries:
    if not keys or not all(isinstance(key, str) for key in keys):
        raise Unfit("键须为非空的字符串列表", "keys is a list of strings, not empty")
    first = str(keys[0])
    if len(keys) == 1:
        return {**context, first: value}
    inner = context.get(first)
    if inner is not None and not isinstance(inner, dict):
        raise Unfit(f"{first} 不是上下文", f"{first} is not a context")
    return {**context, first: _context_put_deep(inner or {}, keys[1:], value)}


@builtin("context merge(contexts: list)")
def _context_merge(contexts: list[object]) -> Entries:
    """The contexts as one; later ones win."""
    out: Entries = {}
    for one in contexts:
        if not isinstance(one, dict):
            raise Unfit("列表中须都是上下文", "the list must hold contexts")
        out.update(one)
    return out


@builtin("not(negand: any)")
def _not(negand: object) -> bool | None:
    """The negation; null for anything but a boolean."""
    return (not negand) if isinstance(negand, bool) else None
