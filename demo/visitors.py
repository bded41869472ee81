"""Visitors: the season, the weekend and the hour bring them; rain keeps them from the beach."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints, poisson, smooth
from demo.places import Group, column
from demo.rhythm import DAY, HOUR, bump, hour, workday
from demo.weather import Weather

_YEAR: Final = 365.2425
_WARM: Final = 20.0  # °C of the air below which a beach is for walking only


class Visitors:
    """Counts of people; nothing for a city without a season."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset, self.facts = weather, weather.offset, weather.facts.tourism

    def season(self, t: Ints) -> Floats:
        """1 on a weekday at the height, 1.6 at its weekends, `rest` in the quiet months."""
        if self.facts is None:
            return np.ones(np.shape(t))
        day = ((t + self.offset) / DAY) % _YEAR
        gap = (day - (self.facts.height - 0.5) * _YEAR / 12 + _YEAR / 2) % _YEAR - _YEAR / 2
        high = self.facts.rest + (1.0 - self.facts.rest) * np.exp(-0.5 * (gap / self.facts.days) ** 2)
        return high * (1.6 - 0.6 * workday(t, self.offset))

    def pressure(self, t: Ints) -> Floats:
        """What the season does to car parks and buses: 1 on average, and always where there is no season."""
        return np.ones(np.shape(t)) if self.facts is None else 0.8 + 0.45 * self.season(t)

    def arrivals(self, districts: Group, t: Ints) -> Floats:
        """Visitors who came in the hour that ends at t."""
        if self.facts is None:
            return np.zeros(np.broadcast_shapes((len(districts), 1), np.shape(t)))
        m = t - HOUR // 2
        h = hour(m, self.offset)
        day = (0.02 + 0.9 * bump(h, 10.5, 2.6) + 0.35 * bump(h, 16.0, 2.5)) / 8.7
        mean = self.facts.visitors * self.season(m) * day * self._shares(districts)
        return poisson(districts.key("visitors"), t // HOUR, mean * (1.0 - 0.4 * self.weather.wetness(districts, m)))

    def rooms(self, districts: Group, t: Ints) -> Floats:
        """Hotel rooms taken, in %."""
        level = 28.0 + 46.0 * np.minimum(self.season(t), 1.35) + 4.0 * smooth(districts.key("rooms"), t, 2 * DAY)
        return np.clip(level, 5.0, 99.0)

    def on_beach(self, beaches: Group, t: Ints) -> Floats:
        """People on a beach now: of its capacity, by season, warmth, hour and rain."""
        h = hour(t, self.offset)
        warm = np.clip((self.weather.temperature(beaches, t) - 4.0) / (_WARM - 4.0), 0.08, 1.0)
        full = 0.55 * self.season(t) * warm * (bump(h, 10.2, 1.8) + 1.1 * bump(h, 16.4, 2.0))
        mean = beaches.fact("capacity", 3000.0) * full * (1.0 - 0.85 * self.weather.wetness(beaches, t))
        return poisson(beaches.key("people"), t // 600, np.maximum(mean, 0.0))

    def bathing(self, beaches: Group, t: Ints) -> Floats:
        """1 while bathing is open: warm months, daytime, no storm."""
        h = hour(t, self.offset)
        warm = self.weather.temperature(beaches, t // DAY * DAY + 6 * HOUR) > _WARM
        return (warm & (h >= 8.0) & (h < 19.0) & (self.weather.wetness(beaches, t) < 0.5)).astype(np.float64)

    def _shares(self, districts: Group) -> Floats:
        named = self.facts.shares if self.facts else {}
        return column([named.get(one, 0.0) for one in districts.names]) if named else districts.share
