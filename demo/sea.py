"""The sea of a coastal city: tide, waves, and the water that buoys measure. Nothing here judges; there is no class of water."""

import numpy as np

from demo.noise import Floats, Ints, normal, smooth, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, season
from demo.weather import Weather

_ZERO = np.zeros(1, dtype=np.int64)
_LUNAR_DAY = 89_428.0  # seconds: 24 h 50 min 28 s
_LATER = 35 * DAY  # the sea follows the air's year by about five weeks


class Sea:
    """Levels in m, temperature in °C, salinity in ‰, oxygen in mg/L, chlorophyll a in µg/L."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset, self.facts = weather, weather.offset, weather.facts.sea

    def tide(self, gauges: Group, t: Ints) -> Floats:
        """Water level: a daily and a half-daily tide, springs and neaps, and what a steady wind piles up."""
        lag = 1800.0 * uniform(gauges.key("lag"), _ZERO)
        turn = 2 * np.pi * (t - lag) / _LUNAR_DAY
        spring = 1.0 + 0.22 * np.cos(2 * np.pi * t / (14.765 * DAY))
        wave = spring * (0.36 * np.cos(turn) + 0.20 * np.cos(2 * turn))
        piled = 0.10 * smooth(gauges.key("surge"), t, 18 * HOUR)
        level: Floats = gauges.fact("mean_level", 0.9) + gauges.fact("tidal_range", 1.0) * wave + piled
        return level

    def wave(self, buoys: Group, t: Ints) -> Floats:
        """Significant wave height; grows with the wind."""
        wind = self.weather.wind(buoys, t)
        return np.maximum(
            self.facts.wave_m * (0.35 + 0.28 * wind) * (1.0 + 0.12 * normal(buoys.key("wave"), t // HOUR)), 0.1
        )

    def temperature(self, buoys: Group, t: Ints) -> Floats:
        """Surface water; never below the freezing point of sea water."""
        year = self.facts.mean_c + self.facts.swing_c * season(t - _LATER, self.offset)
        return np.maximum(year + 0.5 * smooth(buoys.key("sst"), t, 2 * DAY), -1.6)

    def salinity(self, buoys: Group, t: Ints) -> Floats:
        """Rivers freshen it after rain."""
        fresh = 1.0 - np.exp(-self.weather.accumulated(buoys, t, 48) / 60.0)
        return self.facts.salinity - 2.2 * fresh + 0.2 * smooth(buoys.key("salt"), t, DAY)

    def ph(self, buoys: Group, t: Ints) -> Floats:
        """Sea water is slightly alkaline."""
        return 8.08 + 0.05 * smooth(buoys.key("ph"), t, DAY)

    def oxygen(self, buoys: Group, t: Ints) -> Floats:
        """Colder water holds more."""
        return 11.2 - 0.17 * self.temperature(buoys, t) + 0.3 * smooth(buoys.key("do"), t, 15 * HOUR)

    def chlorophyll(self, buoys: Group, t: Ints) -> Floats:
        """More in warm water, with blooms of some days."""
        warm = np.clip((self.temperature(buoys, t) - 8.0) / 16.0, 0.05, 1.2)
        return 3.4 * warm * np.exp(0.5 * smooth(buoys.key("chl"), t, 4 * DAY))
