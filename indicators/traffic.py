"""Road congestion: the index of GB/T 33171-2016 Annex C (TPI from DTP), and the delay ratio, which is nobody's standard."""

from collections.abc import Mapping
from fractions import Fraction

from indicators.exact import Number, cut, fraction

STANDARD = "GB/T 33171-2016"
DELAY_STANDARD = ""  # 拥堵延时指数 is a map service's own ratio: no standard may be named beside it

PLACES = 4  # stored values are cut (not rounded) here: no class border is crossed, no displayed digit is lost

# Annex C: DTP bin borders and their TPI. Straight lines between them are convention; the annex fixes only the borders.
DTP_BINS = tuple(Fraction(n, 10) for n in (0, 3, 5, 6, 7, 10))
TPI_BINS = (0, 2, 4, 6, 8, 10)

LEVEL_NAMES = ("畅通", "基本畅通", "轻度拥堵", "中度拥堵", "严重拥堵")
_SPEED_BORDERS = tuple(Fraction(n, 10) for n in (7, 5, 4, 3))

# A standing queue has no finite travel time. Below walking pace (km/h) the delay ratio stays where it is, by convention,
# so that a blocked road weighs in the city's mean instead of vanishing from it.
CRAWL = 5


def free_flow(facts: Mapping[str, object]) -> float | None:
    """The free-flow speed in km/h from a segment's facts (`free_flow_kmh`, capped by `speed_limit_kmh`); None when unknown.

    GB/T 33171-2016 takes the mean of the highest ninth of 30 days' speeds, no higher than the limit.
    """
    speed, limit = facts.get("free_flow_kmh"), facts.get("speed_limit_kmh")
    if isinstance(speed, bool) or not isinstance(speed, int | float) or speed <= 0:
        return None
    capped = min(speed, limit) if isinstance(limit, int | float) and limit > 0 else speed
    return float(capped)


def tti(speed: Number, free: Number) -> Fraction | None:
    """Travel time index: mean over free-flow travel time, at least 1 (GB/T 33171-2016); None at a standstill."""
    v, vf = fraction(speed), fraction(free)
    return max(vf / v, Fraction(1)) if v > 0 else None


def dtp(speed: Number, free: Number) -> Fraction:
    """Delay time proportion (t - tf) / t = 1 - v / vf, within 0..1 (GB/T 33171-2016)."""
    share = 1 - fraction(speed) / fraction(free)
    return min(max(share, Fraction(0)), Fraction(1))


def tpi_of_dtp(proportion: Number) -> Fraction:
    """The traffic performance index 0..10 of a delay time proportion (GB/T 33171-2016 Annex C)."""
    share = min(max(fraction(proportion), Fraction(0)), Fraction(1))
    step = next(i for i in range(1, len(DTP_BINS)) if share <= DTP_BINS[i])
    low, high = DTP_BINS[step - 1], DTP_BINS[step]
    return TPI_BINS[step - 1] + (share - low) / (high - low) * (TPI_BINS[step] - TPI_BINS[step - 1])


def tpi(speed: Number, free: Number) -> float:
    """The TPI of a segment from its speed and free-flow speed (km/h), cut to 4 decimals. ZeroDivisionError for free = 0."""
    return cut(tpi_of_dtp(dtp(speed, free)), PLACES)


def delay_ratio(speed: Number, free: Number) -> float:
    """拥堵延时指数: actual over free-flow travel time, at least 1, cut to 4 decimals. Not the TPI of any standard."""
    return cut(max(fraction(free) / max(fraction(speed), Fraction(CRAWL)), Fraction(1)), PLACES)


def tpi_level(index: Number) -> str:
    """The level name of a TPI: [0,2) 畅通, [2,4), [4,6), [6,8), [8,10] 严重拥堵 (GB/T 33171-2016)."""
    return LEVEL_NAMES[min(int(max(fraction(index), Fraction(0)) // 2), len(LEVEL_NAMES) - 1)]


def segment_level(speed: Number, free: Number) -> str:
    """The level name of a segment by V/Vf: above 70 % 畅通, down to 30 % and below 严重拥堵 (GB/T 33171-2016)."""
    share = fraction(speed) / fraction(free)
    return LEVEL_NAMES[sum(share <= border for border in _SPEED_BORDERS)]
