"""What a forecast holds: its highest (or lowest) value within a span, and when it first reaches a level."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from alerts.history import Point
from alerts.rule import Limits, limits
from alerts.signals.base import Quiet, Sample, When, World
from domain.observation import Observation
from domain.rule import Forecast

EVERY = timedelta(minutes=5)  # how often the newest forecasts are looked at when no value comes
_START = datetime.min.replace(tzinfo=UTC)


class Forecasted(Quiet):
    """`expected` is "16:20（80% 区间 15:40–18:10）". Without a forecast good enough to be used there is no figure."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._when, self._metric, self._world = when, when.metric, world
        self._spec = when.forecast or Forecast(within=timedelta(hours=1))
        self._next = _START

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """The forecasts of the sites that reported."""
        sites = {one.site for one in seen}
        return [sample for sample in self._figures(now) if sample.place in sites]

    def due(self) -> datetime | None:
        """Every few minutes, for a new forecast comes without a value."""
        return self._next

    def tick(self, now: datetime) -> Iterable[Sample]:
        """Every site's forecast."""
        self._next = now + EVERY
        return self._figures(now)

    def _figures(self, now: datetime) -> list[Sample]:
        found = []
        for site, points in self._world.history.forecasts(self._metric).items():
            spec = self._world.sites.get(site)
            levels = limits(self._when, spec.facts if spec else {})
            ahead = [point for point in points if now < point.at <= now + self._spec.within]
            if levels is not None and ahead:
                found.append(self._figure(site, now, levels, ahead))
        return found

    def _figure(self, site: str, now: datetime, levels: Limits, ahead: Sequence[Point]) -> Sample:
        near = [self._near(levels.sign, point) for point in ahead]
        value = max(near, key=lambda one: levels.sign * one)
        return Sample(site, now, value, {"expected": self._expected(levels, ahead)})

    def _near(self, sign: int, point: Point) -> float:
        """The value that must cross: the expected one, or the end of the interval that is nearer to calm."""
        if self._spec.sure == "middle":
            return point.middle
        return point.low if sign > 0 else point.high

    def _expected(self, levels: Limits, ahead: Sequence[Point]) -> str:
        """When the expected value reaches the first level, with the moments at which the interval's ends do."""
        first = levels.sign * levels.entry
        far = [(p.at, p.high if levels.sign > 0 else p.low) for p in ahead]
        near = [(p.at, p.low if levels.sign > 0 else p.high) for p in ahead]
        middle = _crossing([(p.at, p.middle) for p in ahead], levels.sign, first)
        if middle is None:
            return ""
        begin = _crossing(far, levels.sign, first) or middle
        end = _crossing(near, levels.sign, first)
        return f"{self._clock(middle)}（80% 区间 {self._clock(begin)}–{self._clock(end) if end else '?'}）"

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._world.zone):%H:%M}"


def _crossing(course: Sequence[tuple[datetime, float]], sign: int, threshold: float) -> datetime | None:
    """When a course first reaches a threshold, between its steps on a straight line."""
    before: tuple[datetime, float] | None = None
    for at, value in course:
        if sign * value >= sign * threshold:
            if before is None or value == before[1]:
                return at
            return before[0] + (at - before[0]) * ((threshold - before[1]) / (value - before[1]))
        before = (at, value)
    return None
