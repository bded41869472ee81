"""Street lights by the cabinet that feeds them: on from dusk to dawn, half of them after midnight, a few of them dark."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints, smooth, uniform
from demo.places import Group
from demo.rhythm import DAY, bump, hour, season
from demo.weather import Weather

_ZERO: Final = np.zeros(1, dtype=np.int64)
_LAMP: Final = 0.12  # kW


class Lights:
    """Shares in %, power in kW."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset = weather, weather.offset

    def ready(self, cabinets: Group, t: Ints) -> Floats:
        """Lamps that answer and are whole, of all at the cabinet: mended on workdays, water gets into some when it pours."""
        dark = 1.2 + 1.6 * uniform(cabinets.key("dark"), _ZERO) + 0.9 * smooth(cabinets.key("worn"), t, 4 * DAY)
        return np.clip(100.0 - np.maximum(dark, 0.0) - 22.0 * self.weather.wetness(cabinets, t), 0.0, 100.0)

    def power(self, cabinets: Group, t: Ints) -> Floats:
        """What the lit lamps take."""
        h = hour(t, self.offset)
        dusk, dawn = 18.4 + 0.8 * season(t, self.offset), 6.3 - 0.8 * season(t, self.offset)
        night = np.clip((h - dusk) * 4.0, 0.0, 1.0) + np.clip((dawn - h) * 4.0, 0.0, 1.0)
        dimmed = np.where((h < 5.0) | (h > 23.5), 0.55, 1.0)
        tremble = 1.0 + 0.01 * smooth(cabinets.key("volt"), t, 3600)
        lit = night * dimmed * self.ready(cabinets, t) / 100.0
        return cabinets.fact("lamps", 200.0) * _LAMP * lit * tremble + 0.1 * bump(h, 12.0, 8.0)
