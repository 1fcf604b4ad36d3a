"""The sentences of the faults, Chinese and English, by code. Fields in braces are filled in by the fault."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # files
    "file.missing": ("缺少文件 {expected}。", "The file {expected} is missing."),
    "file.unknown": ("不认识文件 {found}。{hint}", "The file {found} is not known to packs. {hint}"),
    "file.encoding": ("文件不是 UTF-8 编码（{found}）。请另存为 UTF-8。", "The file is not UTF-8 ({found}). Save it as UTF-8."),
    "file.size": ("文件有 {found} 字节，上限是 {expected} 字节。", "The file has {found} bytes; at most {expected} are read."),
    "file.many": ("文件夹中有 {found} 个文件，上限是 {expected} 个。", "The folder holds {found} files; at most {expected} are read."),
    "file.link": ("{found} 指向包外的文件；包内只能有普通文件。", "{found} points outside the pack; a pack holds plain files only."),
    "faults.many": ("另有 {found} 处错误未列出。", "{found} more faults are not listed."),
    # YAML
    "yaml.syntax": ("YAML 语法错误：{found}。", "YAML syntax error: {found}."),
    "yaml.alias": ("不支持 YAML 别名 *{found}；请把内容写出来。", "YAML aliases (*{found}) are not supported; write the content out."),
    "yaml.tag": ("不支持 YAML 标签 {found}。", "YAML tags ({found}) are not supported."),
    "yaml.depth": ("嵌套超过 {expected} 层。", "Nested deeper than {expected} levels."),
    "yaml.nodes": ("文件内容超过 {expected} 项。", "The file holds more than {expected} items."),
    "yaml.documents": ("一个文件只能有一个 YAML 文档。", "A file may hold one YAML document only."),
    "yaml.key": ("键必须是文字，得到的是{found}。", "A key must be text; found {found}."),
    "yaml.duplicate-key": ("键“{found}”重复；前一处在第 {expected} 行。", "The key {found!r} occurs twice; the first stands in line {expected}."),
    # keys and values
    "key.unknown": ("不认识键“{found}”。{hint}", "The key {found!r} is not known here. {hint}"),
    "key.missing": ("缺少键“{expected}”。", "The key {expected!r} is missing."),
    "key.one-of": ("应当恰好有其中一个键：{expected}；得到：{found}。", "Exactly one of these keys is expected: {expected}; found: {found}."),
    "key.together": ("有“{found}”时还需要“{expected}”。", "{found!r} needs {expected!r} beside it."),
    "key.apart": ("有“{expected}”时不能有“{found}”。", "{found!r} cannot stand beside {expected!r}."),
    "value.type": ("得到{found}，应为{expected}。", "Found {found}; expected {expected}."),
    "value.empty": ("值为空，应为{expected}。", "The value is empty; expected {expected}."),
    "value.choice": ("得到“{found}”，应为其中之一：{expected}。{hint}", "Found {found!r}; expected one of: {expected}. {hint}"),
    "value.range": ("得到 {found}，应为{expected}。", "Found {found}; expected {expected}."),
    "value.long": ("文字有 {found} 字，上限是 {expected} 字。", "The text has {found} characters; at most {expected} fit."),
    "value.order": ("{found} 不能晚于（大于） {expected}。", "{found} must not be after (greater than) {expected}."),
    "value.zone": ("没有时区“{found}”；应为 IANA 名称，例如 Asia/Shanghai。", "There is no time zone {found!r}; expected an IANA name such as Asia/Shanghai."),
    "value.marked": ("演示园区的名称“{found}”必须含有“{expected}”。", "The name of a demo park, {found!r}, must contain {expected!r}."),
    # codes and references
    "code.duplicate": ("编号“{found}”重复；前一处在 {expected}。", "The code {found!r} is used twice; the first stands at {expected}."),
    "code.gap": ("任务编号不连续：缺少 {expected}。", "The numbers of the commitments have a gap: {expected} is missing."),
    "reference.unknown": ("{kind}“{found}”不存在。{hint}", "There is no {kind} {found!r}. {hint}"),
    "reference.cycle": ("上下级成环：{found}。", "The parents form a circle: {found}."),
    # goals
    "target.same-day": ("同一目标在 {found} 有两个指标值；前一处在第 {expected} 行。", "Two targets of one goal on {found}; the first stands in line {expected}."),
    "target.order": ("日期应由早到晚：{found} 排在 {expected} 之后。", "Targets stand in the order of their days: {found} stands after {expected}."),
    "target.backwards": ("{found} 的目标值与方向相反：{expected}。", "The target on {found} goes against the goal's direction: {expected}."),
    "target.band": (
        "累计分档：{day} 的 {found} 小于其包含的目标“{inner}”的 {expected}（{where}）。",
        "Cumulative bands: {found} is less than the {expected} of the goal {inner!r} that it includes, due {day} ({where}).",
    ),
    "target.other-goal": ("目标“{expected}”已为指标“{indicator}”定下 {found} 的目标值。", "The goal {expected!r} already sets a target for the indicator {indicator!r} on {found}."),
    "target.none": ("定量目标至少要有一个带日期的目标值。", "A quantitative goal needs at least one dated target."),
    "date.outside": ("{found} 不在行动期限之内（{expected}）。", "{found} lies outside the programme ({expected})."),
    # units and formulas
    "unit.unknown": ("不认识单位“{found}”。{hint}", "The unit {found!r} is not known. {hint}"),
    "unit.goal": ("目标的单位是“{found}”，其指标“{indicator}”的单位是“{expected}”。", "The goal is in {found!r}, its indicator {indicator!r} in {expected!r}."),
    "unit.formula": ("公式的结果是“{found}”，指标的单位是“{expected}”。", "The formula yields {found!r}; the indicator is in {expected!r}."),
    "unit.kind": ("{kind}字段的单位不能是“{found}”；应为：{expected}。", "A {kind} field cannot be in {found!r}; expected: {expected}."),
    "formula.refused": ("FEEL 不接受：{said}", "FEEL refuses it: {said}"),
    "formula.result": ("表达式的结果是{found}，应为{expected}。", "The expression yields {found}; expected {expected}."),
    "formula.unused": ("公式没有用到输入“{found}”。", "The formula does not use the input {found!r}."),
    "input.lowest": ("指标“{found}”只有全市值，不能逐园区使用。", "The indicator {found!r} has a value for the whole city only; it has none for a park."),
    "input.period": ("“{found}”的周期（{period}）与指标的周期（{expected}）不同。", "{found!r} is reported by {period}, the indicator by {expected}."),
    # honesty
    "measure.not-built": ("“{found}”的功能尚未建成，machinery 不能写 built。", "The machinery behind {found!r} is not built; `machinery` cannot say built."),
    "figure.unsourced": ("数字没有来源；请写 place（来源、段落、邻近数字）。", "A figure without a source; give its place (source, section, nearest figure)."),
    "name.same": ("{kind}“{found}”与 {expected} 同名，填报时无法区分。", "The {kind} {found!r} has the same name as {expected}; filers could not tell them apart."),
    # map
    "map.json": ("不是合法的 JSON：{found}。", "It is not valid JSON: {found}."),
    "map.shape": ("得到{found}，应为{expected}。", "Found {found}; expected {expected}."),
    "map.ring": ("多边形的环没有闭合或少于四个点。", "A ring of the polygon is not closed or has fewer than four points."),
    "map.place": ("坐标 {found} 不在{expected}之内。", "The position {found} lies outside {expected}."),
    "map.district": ("地图中没有区县“{expected}”。", "The map lacks the district {expected!r}."),
    "map.attribution": ("地图文件没有写明来源（attribution）。", "The map file does not state its attribution."),
}  # fmt: skip
