"""The words: every sentence that this engine says, Chinese then English, whole."""

from __future__ import annotations

from typing import Final

FRAMES: Final[dict[str, tuple[str, str]]] = {
    # faults: {sheet} {row} {title} {cell} {found} {expected} {next}
    "cell": ('第 {row} 行"{title}"：得到 "{found}"，应为{expected}。{next}', 'Row {row}, "{title}": found "{found}", expected {expected}. {next}'),
    "cell.required": ('第 {row} 行"{title}"：没有填写，应为{expected}。{next}', 'Row {row}, "{title}": nothing filled in, expected {expected}. {next}'),
    "cell.formula": (
        '第 {row} 行"{title}"：单元格 {cell} 是公式但没有计算结果，应为{expected}。{next}',
        'Row {row}, "{title}": cell {cell} holds a formula without a value, expected {expected}. {next}',
    ),
    "row.duplicate": (
        '第 {row} 行"{title}"："{found}" 与{expected}重复。{next}',
        'Row {row}, "{title}": "{found}" stands also in {expected}. {next}',
    ),
    "row.total_inside": (
        '第 {row} 行：得到 "{found}"，合计或小计行应在表的最后。{next}',
        'Row {row}: found "{found}"; a total row belongs at the bottom. {next}',
    ),
    "header.missing": (
        '表头（第 {row} 行）：没有找到"{title}"这一列，{expected}。{next}',
        'Header (row {row}): the column "{title}" is missing; {expected}. {next}',
    ),
    "header.twice": (
        '表头单元格 {cell}："{found}" 与{expected}都是"{title}"，无法判断用哪一列。{next}',
        'Header cell {cell}: "{found}" and {expected} are both "{title}", so it is unclear which one counts. {next}',
    ),
    "header.unit": (
        '表头单元格 {cell}：得到 "{found}"，"{title}"的单位应为{expected}。{next}',
        'Header cell {cell}: found "{found}", expected "{title}" in {expected}. {next}',
    ),
    # remarks
    "remark.total_row": ('第 {row} 行是"{found}"行，已略过。', 'Row {row} is a total ("{found}") and was left out.'),
    "remark.footer_row": ('第 {row} 行是表下的说明（"{found}"），已略过。', 'Row {row} is a note below the table ("{found}") and was left out.'),
    "remark.blank_rows": ("略过 {count} 个空行。", "{count} blank rows were left out."),
    "remark.hidden_rows": ("有 {count} 个隐藏行，也已读入（第 {rows} 行）。", "{count} hidden rows were read too (rows {rows})."),
    "remark.hidden_columns": ("有隐藏列，也已读入：{columns}。", "Hidden columns were read too: {columns}."),
    "remark.unknown_column": (
        '{cell} 的标题"{found}"不在本表中，这一列没有读入。',
        'The heading "{found}" in {cell} is not part of this sheet; the column was not read.',
    ),
    "remark.unknown_column_near": (
        '{cell} 的标题"{found}"不在本表中，这一列没有读入；最接近的是"{nearest}"。',
        'The heading "{found}" in {cell} is not part of this sheet; the column was not read. The nearest known heading is "{nearest}".',
    ),
    "remark.absent_column": ('文件中没有"{title}"这一列，按未填写处理。', 'The file has no column "{title}"; it counts as not filled in.'),
    "remark.unit_converted": ('"{title}"的表头单位是{found}，已换算为{wanted}。', '"{title}" is headed in {found}; converted to {wanted}.'),
    "remark.unit_unknown": (
        '"{title}"表头括号中的"{found}"不是已知单位，数字按{wanted}读取，请核对。',
        '"{found}" in the heading of "{title}" is no known unit; its numbers were read in {wanted}, please check.',
    ),
    "remark.unit_of_table": (
        "表上方写明单位{found}，已用于没有注明单位的金额列。",
        "The unit {found} stated above the table was applied to money columns without a unit of their own.",
    ),
    "remark.percent_unsure": (
        '"{title}"没有百分比格式，且所有数都不大于 1；已按百分数读入（0.5 即 0.5%），请核对。',
        '"{title}" has no percent format and no number above 1; read as percent (0.5 is 0.5 %), please check.',
    ),
    "remark.sheet_chosen": ('读的是工作表"{sheet}"；没有读：{others}。', 'The sheet "{sheet}" was read; not read: {others}.'),
    "remark.encoding": ("文件编码按 {found} 读取。", "The file was read as {found}."),
    "remark.macros": (
        "文件带有宏或外部链接，只读取数值，没有运行任何内容。",
        "The file carries macros or external links; only values were read and nothing was run.",
    ),
    "remark.faults_beyond": ("另有 {count} 处错误没有逐条列出。", "{count} more faults are not listed one by one."),
}

FILE: Final[dict[str, tuple[str, str]]] = {
    "file.empty": ("文件是空的。请选择填好的表格再上传。", "The file is empty. Choose the filled-in spreadsheet and upload it again."),
    "file.kind": (
        '"{name}" 不是可以读取的表格，应为 .xlsx、.xls 或 .csv。请另存为其中一种再上传。',
        '"{name}" is no spreadsheet that can be read; expected .xlsx, .xls or .csv. Save it as one of these and upload it again.',
    ),
    "file.damaged": (
        '"{name}" 打不开：{reason}。请用表格软件打开并另存一份再上传。',
        '"{name}" cannot be opened: {reason}. Open it in a spreadsheet program, save a copy and upload that.',
    ),
    "file.encrypted": ('"{name}" 设有打开密码。请去掉密码另存后再上传。', '"{name}" is protected by a password. Save a copy without it and upload that.'),
    "file.encoding": (
        '"{name}" 既不是 UTF-8 也不是 GB18030 编码（第 {line} 行附近）。请另存为"CSV UTF-8"再上传。',
        '"{name}" is neither UTF-8 nor GB18030 (near line {line}). Save it as "CSV UTF-8" and upload it again.',
    ),
    "file.separated": (
        '"{name}" 第 {line} 行无法按 CSV 读取：{reason}。请检查引号后再上传。',
        '"{name}" cannot be read as CSV at line {line}: {reason}. Check the quotes and upload it again.',
    ),
    "file.entities": (
        '"{name}" 内含文档类型或实体声明，出于安全不予读取。请用表格软件另存后再上传。',
        '"{name}" contains a document type or entity declaration and is refused for safety. Save it anew in a spreadsheet program and upload that.',
    ),
    "file.no_sheet": ('"{name}" 里没有可读的工作表。请检查后再上传。', '"{name}" has no sheet to read. Check it and upload it again.'),
    "file.no_header": (
        '"{name}" 里没有找到表头，应有：{expected}。请使用下载的模板，或补上这些列标题。',
        '"{name}" has no header row; expected: {expected}. Use the downloaded template or add these headings.',
    ),
    "file.file_bytes": (
        "文件有 {found} 字节，上限 {limit} 字节。请拆成几个文件上传。",
        "The file has {found} bytes; the limit is {limit}. Split it and upload the parts.",
    ),
    "file.unpacked_bytes": (
        "文件解开后超过 {limit} 字节，不予读取。请删去图片和多余工作表，或拆成几个文件。",
        "Unpacked, the file exceeds {limit} bytes and is refused. Remove pictures and needless sheets, or split it.",
    ),
    "file.ratio": (
        "文件中 {part} 的压缩比超过 {limit}，像是压缩炸弹，不予读取。请用表格软件另存后再上传。",
        "{part} in the file is packed more than {limit} times, as a zip bomb would be; refused. Save it anew in a spreadsheet program.",
    ),
    "file.parts": (
        "文件内含 {found} 个部件，上限 {limit}。请删去多余内容后再上传。",
        "The file has {found} parts; the limit is {limit}. Remove what is not needed and upload it again.",
    ),
    "file.cells": (
        "工作表范围有 {found} 个单元格，上限 {limit}。请删去空白区域，或拆成几个文件。",
        "The sheets span {found} cells; the limit is {limit}. Remove blank areas or split the file.",
    ),
    "file.columns": (
        "工作表有 {found} 列，上限 {limit}。请删去右侧多余的列。",
        "A sheet has {found} columns; the limit is {limit}. Remove needless columns on the right.",
    ),
    "file.rows": (
        "工作表有 {found} 行，上限 {limit}。请拆成几个文件上传。",
        "A sheet has {found} rows; the limit is {limit}. Split the file and upload the parts.",
    ),
    "file.sheets": (
        "文件有 {found} 个工作表，上限 {limit}。请删去不用的工作表。",
        "The file has {found} sheets; the limit is {limit}. Remove those not needed.",
    ),
    "file.text_bytes": (
        "单元格文字合计超过 {limit} 字节，不予读取。请删去多余文字。",
        "The cell texts exceed {limit} bytes and are refused. Remove needless text.",
    ),
}
