"""Every message of the engine, whole sentences in both languages. The engine is a library without Django, so it brings its own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Phrase:
    """A message within another: put into words in the language of the whole."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)


MESSAGES: dict[str, tuple[str, str]] = {
    # code: (Chinese, English)
    "where": ("第 {line} 行第 {column} 列：", "line {line}, column {column}: "),
    "syntax.unexpected": ("遇到 {found}，应为{expected}。", "found {found}, expected {expected}."),
    "syntax.character": (
        "字符 {found} 不能出现在这里，应为 FEEL 的符号、名称或数字。",
        "the character {found} cannot stand here; expected a symbol, name or number of FEEL.",
    ),
    "syntax.string": ("字符串没有结束，应有右引号。", "the string does not end; expected its closing quote."),
    "syntax.escape": (
        '转义 {found} 无效，应为 \\n、\\t、\\"、\\\\、\\uXXXX 或 \\UXXXXXX。',
        'the escape {found} is not valid; expected \\n, \\t, \\", \\\\, \\uXXXX or \\UXXXXXX.',
    ),
    "syntax.comment": ("注释没有结束，应有 */。", "the comment does not end; expected */."),
    "syntax.number": ("数字 {found} 写法有误，应如 1234.5 或 1e6。", "the number {found} is not well formed; expected one such as 1234.5 or 1e6."),
    "syntax.key": ("上下文中的键 {found} 出现了两次。", "the context has the key {found} twice."),
    "limit.length": (
        "表达式长 {found} 个字符，上限为 {limit}。",
        "the expression has {found} characters; the limit is {limit}.",
    ),
    "limit.depth": ("嵌套超过 {limit} 层。", "nested deeper than {limit} levels."),
    "limit.steps": ("计算超过 {limit} 步，已停止。", "stopped after {limit} steps."),
    "limit.time": ("计算超过 {limit} 秒，已停止。", "stopped after {limit} seconds."),
    "limit.size": (
        "结果超过 {limit} 个元素或字符，已停止。",
        "stopped: the result would have more than {limit} items or characters.",
    ),
    "input.float": (
        "变量“{name}”是浮点数 {found}；金额与比率须为整数或 Decimal。",
        "the variable {name!r} is a float, {found}; give an int or a Decimal.",
    ),
    "input.class": (
        "变量“{name}”的类型 {found} 不是 FEEL 的类型。",
        "the variable {name!r} has the class {found}, which FEEL does not know.",
    ),
    "null.name": ("没有名为“{name}”的变量。", "there is no variable named {name!r}."),
    "null.property": ("{kind}没有属性“{name}”。", "{kind} has no property {name!r}."),
    "null.operand": ("{operator} 不能用于 {left} 和 {right}。", "{operator} cannot take {left} and {right}."),
    "null.unary": ("负号不能用于 {found}。", "minus cannot take {found}."),
    "null.compare": ("{left} 与 {right} 不可比较。", "{left} and {right} cannot be compared."),
    "null.division": ("除数为零。", "division by zero."),
    "null.number": ("数值超出十进制 34 位的范围。", "the number is beyond the range of 34-digit decimals."),
    "null.condition": ("条件不是真假值，而是 {found}。", "the condition is not a boolean but {found}."),
    "null.call": ("{found} 不是函数，不能调用。", "{found} is not a function and cannot be called."),
    "null.arguments": (
        "函数“{name}”不接受这样的参数：{found}。",
        "the function {name!r} does not take these arguments: {found}.",
    ),
    "null.value": ("函数“{name}”：{reason}。", "the function {name!r}: {reason}."),
    "null.external": (
        "外部函数（{found}）出于安全不予执行。",
        "the external function ({found}) is refused for safety.",
    ),
    "null.index": ("下标 {found} 超出范围。", "the index {found} is out of range."),
    "null.iterate": ("{found} 不能遍历。", "{found} cannot be iterated over."),
    "null.literal": ('@"{found}" 不是日期、时间或时长。', '@"{found}" is not a date, a time or a duration.'),
    "null.key": ("上下文的键须为字符串。", "keys of a context are strings."),
    "null.type": ("没有名为“{name}”的类型。", "there is no type named {name!r}."),
    "null.clock": (
        "函数“{name}”需要调用者给出当前时刻。",
        "the function {name!r} needs the moment to be passed in by the caller.",
    ),
    "check.name": ("没有名为“{name}”的变量。{hint}", "there is no variable named {name!r}. {hint}"),
    "check.function": ("没有名为“{name}”的函数。{hint}", "there is no function named {name!r}. {hint}"),
    "check.known": ("应为已知名称，如 {known}", "Expected a known name, such as {known}"),
    "check.near": ("是否指“{near}”？", "Did you mean {near!r}?"),
    "check.arity": (
        "函数“{name}”得到 {found} 个参数，应为 {expected} 个。",
        "the function {name!r} got {found} arguments, expected {expected}.",
    ),
    "check.parameter": (
        "函数“{name}”没有名为“{found}”的参数，应为：{expected}。",
        "the function {name!r} has no parameter {found!r}; expected: {expected}.",
    ),
    "check.operands": (
        "{operator} 的两边是{left}与{right}，类型不合，应为同一类型或可相运算的类型。",
        "the sides of {operator} are {left} and {right}, which do not fit; expected the same type or types that go together.",
    ),
    "check.units": (
        "{operator} 的两边单位不同：{left} 与 {right}，应为同一单位。",
        "the sides of {operator} have different units: {left} and {right}; expected the same unit.",
    ),
    "check.mixed": (
        "函数“{name}”的参数单位不同：{left} 与 {right}，应为同一单位。",
        "the arguments of {name!r} have different units: {left} and {right}; expected the same unit.",
    ),
    "check.condition": ("条件的类型是{found}，应为真假值。", "the condition is {found}, expected boolean."),
    "check.property": ("{kind}没有属性“{name}”。{hint}", "{kind} has no property {name!r}. {hint}"),
    "check.argument": (
        "函数“{name}”的参数“{parameter}”是{found}，应为{expected}。",
        "the parameter {parameter!r} of {name!r} is {found}, expected {expected}.",
    ),
    "check.call": ("{found}不是函数。", "{found} is not a function."),
    "check.type": ("没有名为“{name}”的类型。{hint}", "there is no type named {name!r}. {hint}"),
    "expected.expression": ("一个表达式", "an expression"),
    "expected.name": ("一个名称", "a name"),
    "expected.end": ("表达式的结尾", "the end of the expression"),
    "expected.type": ("一个类型名", "the name of a type"),
    "found.end": ("表达式的结尾", "the end of the expression"),
}


def word(code: str, language: str, **data: object) -> str:
    """The message in 'zh' or 'en'. Data that name another message (`expected.…`, `found.…`, a Phrase) are put into words first."""
    pair = MESSAGES[code]
    text = pair[0] if language.startswith("zh") else pair[1]
    shown = {}
    for key, value in data.items():
        if isinstance(value, Phrase):
            value = word(value.code, language, **value.data)
        elif isinstance(value, str) and value in MESSAGES:
            value = word(value, language)
        shown[key] = value
    return text.format(**shown) if code == "where" else text.format(**shown).rstrip()
