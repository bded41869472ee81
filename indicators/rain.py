"""Rain grades by GB/T 28592-2012, and which criteria of the rainstorm warning signals a gauge's totals meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from indicators.exact import Number, fraction, half_even

STANDARD = "GB/T 28592-2012"
SIGNAL_STANDARD = "中国气象局令第16号"

# The standard defines these two periods only: an hourly "暴雨" is not in it.
Period = Literal["24h", "12h"]
GRADE_NAMES = ("微量降雨", "小雨", "中雨", "大雨", "暴雨", "大暴雨", "特大暴雨")
LOWS: Mapping[Period, tuple[Fraction, ...]] = {
    "24h": tuple(Fraction(n) for n in ("0.1", "10", "25", "50", "100", "250")),
    "12h": tuple(Fraction(n) for n in ("0.1", "5", "15", "30", "70", "140")),
}


def grade(millimetres: Number, period: Period = "24h") -> int:
    """The grade 1 小雨 .. 6 特大暴雨 of a total in mm, judged at 0.1 mm (GB/T 28592-2012 Table 1); 0 is below 0.1 mm."""
    amount = half_even(fraction(millimetres), 1)
    return sum(amount >= low for low in LOWS[period])


def grade_name(number: float) -> str:
    """The name of a grade; 0 is 微量降雨 (a trace, or none). IndexError outside 0..6."""
    if not 0 <= number < len(GRADE_NAMES):
        raise IndexError(f"{number} is not a rain grade (0..{len(GRADE_NAMES) - 1})")
    return GRADE_NAMES[int(number)]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rainstorm criterion: at least `millimetres` within `hours`. `colour` is the official warning colour's word."""

    colour: Literal["红色", "橙色", "黄色", "蓝色"]
    hours: int
    millimetres: int

    @property
    def words(self) -> str:
        """What may be said of a gauge that meets it; issuing a signal is the weather office's alone."""
        return f"{self.hours}小时雨量达到暴雨{self.colour}预警信号标准（{self.millimetres}毫米）"


# CMA Order 16 (2007) annex, most severe first.
RAINSTORM = (
    Criterion("红色", 3, 100),
    Criterion("橙色", 3, 50),
    Criterion("黄色", 6, 50),
    Criterion("蓝色", 12, 50),
)


def criterion_met(totals: Mapping[int, Number | None]) -> Criterion | None:
    """The most severe criterion that measured totals (hours -> mm) meet; None when none is met or no period is known.

    A total over a shorter period also counts for a longer one. Gauges show only that the amount fell: whether it continues,
    and whether a signal is issued, is for the weather office.
    """
    return next((c for c in RAINSTORM if _most(totals, c.hours) >= c.millimetres), None)


def _most(totals: Mapping[int, Number | None], hours: int) -> Fraction:
    within = [fraction(mm) for span, mm in totals.items() if span <= hours and mm is not None]
    return max(within, default=Fraction(0))
