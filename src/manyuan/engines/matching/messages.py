"""Every sentence of the engine, Chinese then English, whole. The engine is a library without Django, so it brings its own table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MESSAGES: Final[dict[str, tuple[str, str]]] = {
    # training
    "training.too_little": (
        "数据太少，没有训练：共 {texts} 条不重复的文本，其中可学的标签（每个至少 {per_label} 条）{labels} 个、文本 {usable} 条；"
        "需要至少 {least_labels} 个可学的标签、{in_all} 条文本。请补充已办结的历史记录后再试。",
        "Too little data, nothing was trained: {texts} different texts; labels that can be learned (at least {per_label} texts each): {labels}, with {usable} texts. "
        "Needed: at least {least_labels} such labels and {in_all} texts. Add more past records and try again.",
    ),
    "training.no_better": (
        "训练结果不优于“总是猜最常见的标签”（宏平均 F1：{macro}，基线 {baseline}），模型没有保留，不作推荐。请检查标签是否与文本相符。",
        "The result is no better than always guessing the commonest label (macro-F1 {macro}, baseline {baseline}); the model was not kept and proposes nothing. "
        "Check whether the labels fit the texts.",
    ),
    "training.lengths": ("文本 {texts} 条，标签 {labels} 条，数目不一致。", "There are {texts} texts but {labels} labels; each text needs one label."),
    # a kept model
    "model.missing": ("没有找到模型文件 {path}。请先训练。", "There is no model file {path}. Train one first."),
    "model.damaged": (
        "模型文件 {path} 已损坏或不是本系统的模型（{reason}）。请重新训练。",
        "The model file {path} is damaged or is no model of this system ({reason}). Train it again.",
    ),
    "reason.unreadable": ("无法读取", "it cannot be read"),
    "reason.format": ("格式版本 {found}，应为 {expected}", "format {found}, expected {expected}"),
    "reason.part": ("缺少或多出部分 {part}", "the part {part} is missing or not wanted"),
    "reason.shape": ("{part} 的大小不符", "{part} has the wrong size"),
    "reason.digest": ("内容与校验值不符", "the content does not agree with its digest"),
    # matching an offer with a need
    "category.met": ("类别相同：{category}。", "Same category: {category}."),
    "attribute.met": ("{title}符合：需要{need}，供应{offer}。", "{title} fits: needed {need}, offered {offer}."),
    "attribute.unmet": ("{title}不符：需要{need}，供应{offer}。", "{title} does not fit: needed {need}, offered {offer}."),
    "attribute.unknown": ("{title}未知：需要{need}，供应方没有填写。", "{title} unknown: needed {need}, the offer does not say."),
    "quantity.met": ("数量足够：需要 {need} {unit}，供应 {offer} {unit}。", "Quantity suffices: needed {need} {unit}, offered {offer} {unit}."),
    "quantity.unmet": (
        "数量不足：需要 {need} {unit}，供应 {offer} {unit}，可满足 {share}%。",
        "Quantity falls short: needed {need} {unit}, offered {offer} {unit}, which covers {share}%.",
    ),
    "quantity.unknown": ("数量未知：有一方没有填写。", "Quantity unknown: one side does not say."),
    "quantity.units": ("数量无法比较：需要按{need}计，供应按{offer}计。", "Quantities cannot be compared: the need is in {need}, the offer in {offer}."),
    "region.met": ("同在{place}。", "Both in {place}."),
    "region.unmet": ("不在同一区域：需要方在{need}，供应方在{offer}。", "Not in one region: the need is in {need}, the offer in {offer}."),
    "region.unknown": ("区域未知：有一方没有填写。", "Region unknown: one side does not say."),
    "text.met": ("说明相近，都提到：{words}。", "The descriptions are alike; both mention: {words}."),
    "text.unmet": ("说明中没有相同的词。", "The descriptions share no word."),
    "text.unknown": ("说明太短，无法比较。", "The descriptions are too short to compare."),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "comma": ("、", ", "),
}


def said(code: str, language: str, /, **data: object) -> str:
    """The sentence of `code` in 'zh' or 'en'. A value that is a pair (Chinese, English) is taken in that language too."""
    place = 0 if language.startswith("zh") else 1
    shown: Mapping[str, object] = {key: value[place] if isinstance(value, tuple) else value for key, value in data.items()}
    return MESSAGES[code][place].format(**shown)
