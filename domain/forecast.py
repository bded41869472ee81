"""What is expected of a series' next hours, and how well earlier expectations did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from domain.observation import SeriesKey

Method = Literal["naive", "holt_winters"]


class Step(NamedTuple):
    """One hour of a forecast. `at` is the hour's beginning (aware UTC); the ends are those of the 80 % and 95 % intervals."""

    at: datetime
    low95: float
    low80: float
    middle: float
    high80: float
    high95: float


class Skill(NamedTuple):
    """How forecasts did on `scored` hours.

    mase: their mean absolute error over that of the seasonal naive forecast on the same hours; None where that one made no
    error. inside80, inside95: the share of hours in the intervals, 0..1. live: measured on forecasts that were kept until
    the truth came, otherwise by going through the past as if it had not been known.
    """

    scored: int
    mase: float | None
    inside80: float
    inside95: float
    live: bool = False


class Tally(NamedTuple):
    """Sums over the hours whose truth has come: count, absolute errors, those of the naive forecast, hits of the intervals."""

    n: float = 0
    error: float = 0
    naive: float = 0
    hits80: float = 0
    hits95: float = 0

    def skill(self) -> Skill:
        """The sums as shares. Only where n > 0."""
        mase = self.error / self.naive if self.naive > 0 else None
        return Skill(round(self.n), mase, self.hits80 / self.n, self.hits95 / self.n, live=True)


class Weights(NamedTuple):
    """Smoothing of level, trend and season, 0..1, and how the trend fades from hour to hour; `fitted` when they were found."""

    level: float
    trend: float
    season: float
    damping: float
    fitted: datetime


NOTHING_SCORED = Tally()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The newest forecast of one series.

    made: the end of the last hour it knew. method: which forecast `steps` is; "naive" where the model is no better. skill:
    that method's. trial: the model's forecast that waits for its last hour's truth. tally: the model's scores so far.
    """

    key: SeriesKey
    made: datetime
    method: Method
    steps: tuple[Step, ...]
    skill: Skill
    weights: Weights | None = None
    trial: tuple[Step, ...] = ()
    tally: Tally = NOTHING_SCORED
