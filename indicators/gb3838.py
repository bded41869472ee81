"""The table of GB 3838-2002: Table 1 (basic items), class names and the grades of a river or basin.

Limits are written as text so that they enter exact arithmetic as printed. Unit mg/L; pH without, 粪大肠菌群 per litre.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

STANDARD = "GB 3838-2002"

Body = Literal["river", "lake"]
WORST = 6  # 劣Ⅴ


@dataclass(frozen=True, slots=True)
class Item:
    """One item: limits of classes Ⅰ..Ⅴ. `least`: a value must reach the limit (溶解氧), else it must not exceed it."""

    key: str
    name: str
    limits: tuple[Fraction, ...]
    lake: tuple[Fraction, ...] = ()
    least: bool = False
    evaluated: bool = True

    def for_body(self, body: Body) -> tuple[Fraction, ...]:
        """The limits that hold in a river or a lake (or reservoir); empty where the item has none there."""
        return self.lake if body == "lake" and self.lake else self.limits


def _row(text: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(number) for number in text.split())


# 总氮 has limits for lakes only and 粪大肠菌群 is judged apart: neither enters the class (环办〔2011〕22号: 24 items less 水温,
# 总氮, 粪大肠菌群). pH has one range for all classes and lives in PH.
_TABLE = (
    Item("do", "溶解氧", _row("7.5 6 5 3 2"), least=True),
    Item("codmn", "高锰酸盐指数", _row("2 4 6 10 15")),
    Item("cod", "化学需氧量", _row("15 15 20 30 40")),
    Item("bod5", "五日生化需氧量", _row("3 3 4 6 10")),
    Item("nh3n", "氨氮", _row("0.15 0.5 1.0 1.5 2.0")),
    Item("tp", "总磷", _row("0.02 0.1 0.2 0.3 0.4"), lake=_row("0.01 0.025 0.05 0.1 0.2")),
    Item("tn", "总氮", (), lake=_row("0.2 0.5 1.0 1.5 2.0"), evaluated=False),
    Item("cu", "铜", _row("0.01 1.0 1.0 1.0 1.0")),
    Item("zn", "锌", _row("0.05 1.0 1.0 2.0 2.0")),
    Item("f", "氟化物", _row("1.0 1.0 1.0 1.5 1.5")),
    Item("se", "硒", _row("0.01 0.01 0.01 0.02 0.02")),
    Item("as", "砷", _row("0.05 0.05 0.05 0.1 0.1")),
    Item("hg", "汞", _row("0.00005 0.00005 0.0001 0.001 0.001")),
    Item("cd", "镉", _row("0.001 0.005 0.005 0.005 0.01")),
    Item("cr6", "铬(六价)", _row("0.01 0.05 0.05 0.05 0.1")),
    Item("pb", "铅", _row("0.01 0.01 0.05 0.05 0.1")),
    Item("cn", "氰化物", _row("0.005 0.05 0.2 0.2 0.2")),
    Item("vp", "挥发酚", _row("0.002 0.002 0.005 0.01 0.1")),
    Item("oil", "石油类", _row("0.05 0.05 0.05 0.5 1.0")),
    Item("las", "阴离子表面活性剂", _row("0.2 0.2 0.2 0.3 0.3")),
    Item("sulfide", "硫化物", _row("0.05 0.1 0.2 0.5 1.0")),
    Item("fecal_coli", "粪大肠菌群", _row("200 2000 10000 20000 40000"), evaluated=False),
)
ITEMS: Mapping[str, Item] = {item.key: item for item in _TABLE}
PH = (Fraction(6), Fraction(9))
PH_NAME = "pH值"
EVALUATED = ("ph", *(item.key for item in _TABLE if item.evaluated))
SATURATED = Fraction(9, 10)  # Table 1: class Ⅰ is also met by 90 % of saturation

CLASS_NAMES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
QUALITY_NAMES = ("优", "优", "良好", "轻度污染", "中度污染", "重度污染")
QUALITY_COLOURS = ("蓝色", "蓝色", "绿色", "黄色", "橙色", "红色")


def class_name(number: float) -> str:
    """The name of a class number: Ⅰ..Ⅴ for 1..5, 劣Ⅴ for 6; IndexError outside."""
    return CLASS_NAMES[_index(number)]


def quality_name(number: float) -> str:
    """The state a class stands for: 优, 良好, 轻度污染, 中度污染, 重度污染 (环办〔2011〕22号)."""
    return QUALITY_NAMES[_index(number)]


def quality_colour(number: float) -> str:
    """The colour word of a class; no official RGB exists."""
    return QUALITY_COLOURS[_index(number)]


def _index(number: float) -> int:
    if not 1 <= number <= WORST:
        raise IndexError(f"{number} is not a water class (1..{WORST})")
    return int(number) - 1
