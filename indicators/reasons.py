"""Why a figure is refused, or a status raised, as declared templates: every reason is named here and translated by the catalogue.

A reason travels as the finished Chinese sentence; a screen in another language finds the template it was made from again.
"""

from enum import StrEnum


class Why(StrEnum):
    """Templates with {placeholders}. Every one has its English in the catalogue; a test holds them together."""

    NO_VALUE = "本期无数据"
    NO_BASE = "无基期数据"
    STALE = "本期数据已过期"
    NO_TARGET = "未设目标值"
    NO_GROWTH = "基数不大于 0，不计算增幅"
    REDEFINED = "口径变更：{day} 起执行第 {n} 版口径"
    RESTANDARDISED = "标准变更：{old} → {new}，须按同一标准重算"
    SHIFTED = "避开节假日，基期取 {day}"
    RESTATED = "基期已按 {name} 重算"
    MOVED = "区划调整，范围不同"
    OTHER_DAY = "本期为{a}，基期为{b}，不可比"
    NO_CALENDAR = "节假日历表只含 {a}–{b} 年"
    UNCOVERED_NOW = "本期数据覆盖率 {n}%，低于 80%"
    UNCOVERED_BASE = "基期数据覆盖率 {n}%，低于 80%"
    UNCOVERED = "数据覆盖率 {n}%，低于 80%"
    FEW_NOW = "本期样本量 {n}，少于 {m}"
    FEW_BASE = "基期样本量 {n}，少于 {m}"
    FEW = "样本量 {n}，少于 {m}"
    NO_DATA = "无数据"
    NO_DIRECTION = "指标无优劣方向，不排名"
    NO_POPULATION = "缺少常住人口，不能折算每万人"
    OTHER_STANDARD = "标准不同：{name}"
    UNNAMED = "未注明"
    MISSING = "缺：{names}"
    INCIDENT = "{grade}事件：{title}"
    UNGRADED = "未定级"
    WARNING = "官方预警生效：{title}"
    RESPONSE = "{level}级应急响应：{title}"
    ALERT = "P{n} 告警：{say}"
    SOURCE_DOWN = "数据源中断：{name}"
    SOURCE_STALE = "数据源过期：{name}"

    def say(self, **values: object) -> str:
        """The sentence; KeyError for a placeholder without a value."""
        return self.value.format(**values)
