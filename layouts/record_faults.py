"""Why a record is in quarantine, in the reader's language: collectors write English sentences, these are their templates.

A template is a message like any other: its English in the catalogue is the very sentence that a collector writes.
"""

import re
from collections.abc import Iterator
from functools import cache

from layouts.text import catalogue

TEMPLATES = (
    "{metric} 在站点 {site}：{problem}",
    "{value} {unit} 超出有效范围 {low} 至 {high}",
    "{raw} 不是数值",
    "{raw} 不是有限的数值",
    "换算后的数值过大",
    "记录没有写明单位",
    "单位 {unit} 未知",
    "{a}（{one}）不能换算为 {b}（{other}）",
    "{a} 换算为 {b} 需要气体的摩尔质量；请给出 molar_mass: g/mol",
    "没有时间",
    "时间 {raw} 超出历法范围",
    "时间 {raw} 早于 1970-01-02：时钟从未校准",
    "时间 {raw} 不符合任何已声明的格式",
    "时间 {raw} 在将来（收到于 {received}）",
    "时间 {raw} 在将来（收到于 {received}）：超过其时钟可超前的 {allowed}",
    "时间 {raw} 过早（收到于 {received}）：超过数据可迟到的 {allowed}",
    "没有这一天",
    "记录没有写明站点",
    "站点 {site} 未声明",
    "站点 {site} 无法登记：记录没有给出区县",
    "站点 {site} 无法登记：{problem}",
    "坐标 {x}, {y} 不是数值",
    "坐标 {x}, {y} 不在地球上",
    "坐标 {x}, {y} 在本市之外",
    "{site} 的记录中没有任何已声明的字段",
    "记录不是带字段的对象",
    "有 {n} 个单元格，表头有 {m} 个",
    "事件没有编号",
    "事件既没有标题也没有类别",
    "状态 {word} 未声明",
    "等级 {word} 未声明",
)


def reason(text: str, lang: str) -> str:
    """A collector's sentence in `lang`: as it is in English, by its template in Chinese. Unknown sentences stay as they are."""
    if lang != "zh":
        return text
    return "；".join(_told(text.split("; ")))


def _told(parts: list[str]) -> Iterator[str]:
    """Each fault of a record in Chinese; a sentence that has a semicolon of its own is put together again."""
    while parts:
        first, *parts = parts
        told = _chinese(first, whole=True)
        if told is None and parts and (told := _chinese(f"{first}; {parts[0]}", whole=True)) is not None:
            parts = parts[1:]
        yield told or _chinese(first) or first


def _chinese(text: str, *, whole: bool = False) -> str | None:
    """The sentence in Chinese; whole: None as well where the sentence within it has no template."""
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found:
            parts = found.groupdict()
            inner = _chinese(parts["problem"], whole=whole) if "problem" in parts else ""
            if inner is None and whole:
                return None
            return template.format(**parts | ({"problem": inner or parts["problem"]} if "problem" in parts else {}))
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """English sentences as patterns: what names a metric first, then those with the most fixed text."""
    english = {template: catalogue("en")[template] for template in TEMPLATES}
    order = sorted(TEMPLATES, key=lambda t: ("{metric}" not in t, -len(re.sub(r"{\w+}", "", english[t]))))
    return tuple((re.compile(re.sub(r"\\{(\w+)\\}", _group, re.escape(english[t]))), t) for t in order)


def _group(found: re.Match[str]) -> str:
    name = found[1]
    return rf"(?P<{name}>{_SHAPES.get(name, '.+?')})"


_SHAPES = {"metric": r"[a-z][a-z0-9_.]*", "site": r"[^:;]+?"}
