"""Surface water class by GB 3838-2002, single-factor method (5.1), and the grade of a river or basin (环办〔2011〕22号)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from indicators.exact import Number, fraction
from indicators.gb3838 import EVALUATED, ITEMS, PH, PH_NAME, SATURATED, WORST, Body, Item

MAIN_POLLUTANTS = 3  # at most three are named for a section (环办〔2011〕22号)
_TARGET = 3  # class Ⅲ: the limit that 超标倍数 refers to


@dataclass(frozen=True, slots=True)
class Water:
    """The class of a section: 1..5, 6 = 劣Ⅴ; None when no evaluated item was measured.

    classes: item -> its own class; determining: the items with the worst class, table order (none when all are Ⅰ);
    exceed: 超标倍数 of items beyond class Ⅲ; main: 主要污染指标, at most three, only for a section worse than Ⅲ.
    """

    value: int | None
    classes: Mapping[str, int] = field(default_factory=dict)
    determining: tuple[str, ...] = ()
    exceed: Mapping[str, Fraction] = field(default_factory=dict)
    main: tuple[str, ...] = ()


def item_class(key: str, value: Number, body: Body = "river", temperature: Number | None = None) -> int | None:
    """The class of one item's value in mg/L (pH without unit); None where the item has no limits in this body of water.

    Where classes share a limit the better one is taken. With a water temperature (°C) class Ⅰ of 溶解氧 is also met by 90 % of
    saturation, 468/(31.6+T) mg/L. KeyError for an unknown item.
    """
    exact = fraction(value)
    if key == "ph":
        return 1 if PH[0] <= exact <= PH[1] else WORST
    item = ITEMS[key]
    limits = item.for_body(body)
    if not limits:
        return None
    if item.least and temperature is not None and _saturated(exact, fraction(temperature)):
        return 1
    return next((i for i, limit in enumerate(limits, 1) if _meets(item, exact, limit)), WORST)


def _meets(item: Item, value: Fraction, limit: Fraction) -> bool:
    return value >= limit if item.least else value <= limit


def _saturated(oxygen: Fraction, temperature: Fraction) -> bool:
    base = Fraction(316, 10) + temperature
    return base > 0 and oxygen * base >= SATURATED * 468


def exceed_multiple(key: str, value: Number, body: Body = "river") -> Fraction | None:
    """超标倍数: value / class Ⅲ limit - 1, when above 0; None when within the limit and for 水温, pH and 溶解氧."""
    item = ITEMS.get(key)
    if item is None or item.least:
        return None
    limits = item.for_body(body)
    multiple = fraction(value) / limits[_TARGET - 1] - 1 if limits else Fraction(0)
    return multiple if multiple > 0 else None


def classify(values: Mapping[str, Number | None], body: Body = "river", temperature: Number | None = None) -> Water:
    """The class of a section from values by item ("ph", "do", "codmn", "nh3n", "tp", ...), worst item decides (5.1).

    Missing items are not evaluated, never taken as Ⅰ; "tn" and "fecal_coli" do not enter the class. temperature (°C) lets 90 %
    of saturation meet class Ⅰ of 溶解氧; the national platform's automatic stations publish without it, so it is asked for.
    """
    found = {key: value for key in EVALUATED if (value := values.get(key)) is not None}
    classes: dict[str, int] = {}
    for key, value in found.items():
        own = item_class(key, value, body, temperature)
        if own is not None:
            classes[key] = own
    worst = max(classes.values(), default=None)
    exceed = {key: m for key in classes if (m := exceed_multiple(key, found[key], body)) is not None}
    return Water(
        value=worst,
        classes=classes,
        determining=tuple(k for k, own in classes.items() if own == worst and own > 1),
        exceed=exceed,
        main=_main(classes, exceed),
    )


def _main(classes: Mapping[str, int], exceed: Mapping[str, Fraction]) -> tuple[str, ...]:
    """Items worse than Ⅲ by class, then by 超标倍数, then in table order."""
    beyond = [key for key, own in classes.items() if own > _TARGET]
    beyond.sort(key=lambda key: (-classes[key], -exceed.get(key, Fraction(0))))
    return tuple(beyond[:MAIN_POLLUTANTS])


def item_name(key: str) -> str:
    """The Chinese name of an item; the key itself when unknown."""
    return PH_NAME if key == "ph" else ITEMS[key].name if key in ITEMS else key


@dataclass(frozen=True, slots=True)
class Basin:
    """The state of a river or basin: its name, and the shares of sections in Ⅰ-Ⅲ and 劣Ⅴ."""

    name: str
    good: Fraction
    bad: Fraction
    sections: int


def basin(classes: Sequence[float]) -> Basin | None:
    """The grade by shares of section classes (环办〔2011〕22号); None without sections.

    The method asks for at least five sections; `sections` tells how many there were. Ⅰ-Ⅲ from 60 to 75 % with 劣Ⅴ at 40 % cannot
    occur together (they would sum above 100 %), so the rules leave no gap.
    """
    if not classes:
        return None
    good = Fraction(sum(c <= _TARGET for c in classes), len(classes))
    bad = Fraction(sum(c >= WORST for c in classes), len(classes))
    return Basin(_basin_name(good, bad), good, bad, len(classes))


def _basin_name(good: Fraction, bad: Fraction) -> str:
    if good >= Fraction(9, 10):
        return "优"
    if good >= Fraction(3, 4):
        return "良好"
    if bad < Fraction(1, 5):
        return "轻度污染"
    return "中度污染" if bad < Fraction(2, 5) else "重度污染"
