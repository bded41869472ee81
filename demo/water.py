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
_CATCHMENT: Final = ((0.0, 0.5, 1.3, 0.6), (18.0, 3.0, 3.5, 0.75), (42.0, 8.0, 7.0, 0.7))


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
            up = Group(gauges.names, gauges.lon, gauges.lat + north / 111.3, gauges.district, gauges.share, gauges.seed)
            rain = self.weather.tenths(up, bins) / 10.0
            kernel = _kernel(lag, tail)
            total += weight * np.stack([np.convolve(row, kernel)[: bins.size] for row in rain])
        # kernel sums to 1 over bins of ten minutes: total is mm per ten minutes of effective rain.
        depth = total * (HOUR / STEP)
        index = np.broadcast_to(t // STEP - first, (len(gauges), np.shape(t)[-1])) - 1
        taken = np.take_along_axis(depth, index, axis=1)
        # A river is built for its own floods: about 17 mm/h of effective rain takes it from normal to its warning level.
        room = gauges.fact("warning_level", 20.0) - gauges.fact("normal_level", 16.0)
        reach = 0.8 + 0.4 * uniform(gauges.key("reach"), _ZERO)
        return reach * np.maximum(room, 1.0) * (taken / 17.0) ** 0.85

    def level(self, gauges: Group, t: Ints) -> Floats:
        """Water level on the station's datum."""
        usual = gauges.fact("normal_level", 16.0) + 0.35 * season(t, self.offset)
        wave = 0.10 * smooth(gauges.key("wave"), t, 2 * DAY) + 0.012 * normal(gauges.key("ripple"), t // STEP)
        return usual + wave + self.rise(gauges, t)

    def flow(self, gauges: Group, t: Ints) -> Floats:
        """Discharge by a simple rating curve through the usual level and discharge."""
        depth = np.maximum(self.level(gauges, t) - gauges.fact("normal_level", 16.0) + 3.0, 0.3)
        return gauges.fact("normal_flow", 50.0) * (depth / 3.0) ** 1.67

    def storage(self, reservoirs: Group, t: Ints) -> Floats:
        """Stored water, from a seasonal filling and the rain of the last three days."""
        return reservoirs.fact("capacity_wan_m3", 2000.0) * self._filling(reservoirs, t)

    def reservoir_level(self, reservoirs: Group, t: Ints) -> Floats:
        """Level by filling: full at the flood limit level, empty at the dead level."""
        top, dead = reservoirs.fact("flood_limit_level", 120.0), reservoirs.fact("dead_level", 100.0)
        return dead + (top - dead) * self._filling(reservoirs, t) ** 0.6

    def groundwater(self, wells: Group, t: Ints) -> Floats:
        """From the ground down to the water, m: shallower after two days of rain, deeper towards the end of the winter."""
        usual = 2.6 + 5.0 * uniform(wells.key("depth"), _ZERO) - 0.5 * season(t - 60 * DAY, self.offset)
        filled = 0.011 * self.weather.accumulated(wells, t, 48)
        return np.maximum(usual - filled + 0.12 * smooth(wells.key("well"), t, 5 * DAY), 0.2)

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
        # In still water phosphorus settles; the limits of lakes are four to five times stricter (GB 3838-2002).
        lake = sections.rows_with("body", "lake")
        return self._dirt(sections, t, "tp", 0.052, 1.1) * (1.0 - 0.74 * lake)

    def brook_oxygen(self, brooks: Group, t: Ints) -> Floats:
        """Dissolved oxygen of a brook in town: less at night, less where sewage comes in."""
        clean = 3.6 + 2.6 * uniform(brooks.key("clean"), _ZERO)
        day = 0.5 * np.sin(2 * np.pi * ((t + self.offset) % DAY / DAY - 0.3))
        return np.maximum(clean + day + 0.4 * smooth(brooks.key("do"), t, 14 * HOUR), 0.3)

    def brook_ammonia(self, brooks: Group, t: Ints) -> Floats:
        """Ammonia nitrogen of a brook in town."""
        base = 0.7 + 2.2 * uniform(brooks.key("nh"), _ZERO)
        return base * np.exp(0.3 * smooth(brooks.key("nhw"), t, 18 * HOUR)) * (1.0 + 0.8 * self._flush(brooks, t))

    def _dirt(self, sections: Group, t: Ints, name: str, base: float, runoff: float) -> Floats:
        """Concentrations grow with the section's target class and with the first flush of rain."""
        kind = sections.fact("class_target", 2.0)
        site = (0.62 + 0.42 * kind / 2.0) * np.exp(0.22 * normal(sections.key(name), _ZERO))
        wander = np.exp(0.16 * smooth(sections.key(name + "w"), t, 20 * HOUR))
        return base * site * wander * (1.0 + runoff * 0.5 * self._flush(sections, t))

    def _flush(self, sections: Group, t: Ints) -> Floats:
        return 1.0 - np.exp(-self.weather.accumulated(sections, t, 24) / 35.0)

    def _filling(self, reservoirs: Group, t: Ints) -> Floats:
        base = 0.70 + 0.05 * season(t - 60 * DAY, self.offset) + 0.04 * normal(reservoirs.key("fill"), _ZERO)
        return np.clip(base + 0.0008 * self.weather.accumulated(reservoirs, t, 72), 0.2, 1.02)
