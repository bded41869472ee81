"""Rivers, reservoirs, rain gauges and water sections: rain arrives here hours later and farther down."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints, normal, smooth, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, season
from demo.weather import STEP, Weather

_MEMORY: Final = 72 * HOUR // STEP  # ten-minute bins of rain that a level still remembers
_ZERO = np.zeros(1, dtype=np.int64)


def _kernel(lag_hours: float, tail_hours: float) -> Floats:
    """A unit response: nothing, a rise around the lag, a slow fall. Sums to 1."""
    hours = (np.arange(_MEMORY) + 0.5) * STEP / HOUR
    shape = 1.0 + lag_hours / tail_hours * 2.0
    values = hours ** (shape - 1.0) * np.exp(-hours / tail_hours)
    out: Floats = values / values.sum()
    return out


# What falls here comes within the hour, what falls upstream in 3 to 8 hours: (km north, lag h, tail h, weight).
_CATCHMENT: Final = ((0.0, 0.7, 1.6, 0.55), (18.0, 3.0, 3.5, 0.75), (42.0, 8.0, 7.0, 0.7))


class Water:
    """Levels in m, discharge in m³/s, storage in 万m³, concentrations in mg/L."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset = weather, weather.offset

    def rise(self, gauges: Group, t: Ints) -> Floats:
        """Metres above the base level: the rain of the last three days through each catchment part's response."""
        first = int(t.min()) // STEP - _MEMORY
        bins = np.arange(first, int(t.max()) // STEP + 1, dtype=np.int64)
        total = np.zeros((len(gauges), bins.size))
        for north, lag, tail, weight in _CATCHMENT:
            up = Group(
                gauges.names, gauges.lon, gauges.lat + north / 111.3, gauges.district, gauges.share, gauges.seed
            )
            rain = self.weather.tenths(up, bins) / 10.0
            kernel = _kernel(lag, tail)
            total += weight * np.stack([np.convolve(row, kernel)[: bins.size] for row in rain])
        # kernel sums to 1 over bins of ten minutes: total is mm per ten minutes of effective rain.
        depth = total * (HOUR / STEP)
        index = np.broadcast_to(t // STEP - first, (len(gauges), np.shape(t)[-1])) - 1
        reach = 0.8 + 0.5 * uniform(gauges.key("reach"), _ZERO)
        taken = np.take_along_axis(depth, index, axis=1)
        return reach * 0.30 * taken**0.82

    def level(self, gauges: Group, t: Ints) -> Floats:
        """Water level on the station's datum, normally two to four metres under the warning level."""
        warning = gauges.fact("warning_level", 20.0)
        below = 2.6 + 1.4 * uniform(gauges.key("below"), _ZERO) - 0.7 * season(t, self.offset)
        wave = 0.10 * smooth(gauges.key("wave"), t, 2 * DAY) + 0.012 * normal(gauges.key("ripple"), t // STEP)
        return warning - below + wave + self.rise(gauges, t)

    def flow(self, gauges: Group, t: Ints) -> Floats:
        """Discharge by a simple rating curve on the depth of water."""
        depth = self.level(gauges, t) - gauges.fact("warning_level", 20.0) + 6.5
        width = gauges.fact("width_m", 0.0)
        width = np.where(width > 0, width, 30 + 160 * uniform(gauges.key("width"), _ZERO))
        return 0.55 * width * np.maximum(depth, 0.3) ** 1.67

    def storage(self, reservoirs: Group, t: Ints) -> Floats:
        """Stored water, from a seasonal filling and the rain of the last three days."""
        full = reservoirs.fact("capacity_wm3", 0.0)
        full = np.where(full > 0, full, 800 + 6000 * uniform(reservoirs.key("full"), _ZERO) ** 2)
        return full * np.clip(self._filling(reservoirs, t), 0.2, 1.02)

    def reservoir_level(self, reservoirs: Group, t: Ints) -> Floats:
        """Level by filling: 0.72 of the capacity is the normal pool."""
        normal_pool = reservoirs.fact("normal_level", 120.0)
        return normal_pool + (np.clip(self._filling(reservoirs, t), 0.2, 1.02) - 0.80) * 14.0

    def rain(self, gauges: Group, t: Ints, hours: float) -> Floats:
        """Sliding rain sum in mm."""
        return self.weather.accumulated(gauges, t, hours)

    def ph(self, sections: Group, t: Ints) -> Floats:
        """Slightly alkaline limestone water."""
        return 7.45 + 0.2 * normal(sections.key("ph0"), _ZERO) + 0.09 * smooth(sections.key("ph"), t, 12 * HOUR)

    def oxygen(self, sections: Group, t: Ints) -> Floats:
        """Dissolved oxygen: colder water holds more; floods carry less."""
        warm = (season(t, self.offset) + 1.0) * 1.1
        return 9.0 - warm + 0.45 * smooth(sections.key("do"), t, 16 * HOUR) - 0.6 * self._flush(sections, t)

    def codmn(self, sections: Group, t: Ints) -> Floats:
        """Permanganate index."""
        return self._dirt(sections, t, "codmn", 1.9, 0.9)

    def ammonia(self, sections: Group, t: Ints) -> Floats:
        """Ammonia nitrogen."""
        return self._dirt(sections, t, "nh3n", 0.22, 1.6)

    def phosphorus(self, sections: Group, t: Ints) -> Floats:
        """Total phosphorus."""
        return self._dirt(sections, t, "tp", 0.052, 1.1)

    def _dirt(self, sections: Group, t: Ints, name: str, base: float, runoff: float) -> Floats:
        """Concentrations grow with the section's target class and with the first flush of rain."""
        kind = sections.fact("class_target", 2.0)
        site = (0.62 + 0.42 * kind / 2.0) * np.exp(0.22 * normal(sections.key(name), _ZERO))
        wander = np.exp(0.16 * smooth(sections.key(name + "w"), t, 20 * HOUR))
        return base * site * wander * (1.0 + runoff * 0.5 * self._flush(sections, t))

    def _flush(self, sections: Group, t: Ints) -> Floats:
        return 1.0 - np.exp(-self.weather.accumulated(sections, t, 24) / 35.0)

    def _filling(self, reservoirs: Group, t: Ints) -> Floats:
        base = 0.74 + 0.05 * season(t - 60 * DAY, self.offset) + 0.04 * normal(reservoirs.key("fill"), _ZERO)
        return base + 0.0009 * self.weather.accumulated(reservoirs, t, 72)
