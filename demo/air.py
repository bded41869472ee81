"""Air, fume, outfalls and noise: what rain washes out, sun makes and traffic adds."""

import numpy as np

from demo.noise import Floats, Ints, Keys, keys, normal, smooth, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, bump, hour, rush, season, waking
from demo.weather import Weather

_ZERO = np.zeros(1, dtype=np.int64)


class Air:
    """Hourly concentrations (µg/m³, CO mg/m³) are of the hour that ends at t: the middle of the hour is evaluated."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset, self.climate = weather, weather.offset, weather.facts.climate
        self._city: Keys = keys(weather.seed, ["city"], "air")

    def pm25(self, stations: Group, t: Ints) -> Floats:
        """Seasonal base, stagnation over days, two daily humps, washed out by the rain of the last six hours."""
        m, h = t - HOUR // 2, hour(t - HOUR // 2, self.offset)
        base = self.climate.pm25 - self.climate.pm25_swing * season(m, self.offset)
        stagnant = np.exp(0.38 * smooth(self._city, m, 60 * HOUR) + 0.10 * smooth(stations.key("pm"), m, 5 * HOUR))
        day = 0.9 + 0.22 * bump(h, 8.5, 2.2) + 0.26 * bump(h, 21.0, 3.0) - 0.12 * bump(h, 15.5, 2.5)
        site = 0.85 + 0.35 * uniform(stations.key("site"), _ZERO)
        return np.maximum(base * stagnant * day * site * self._washed(stations, t, 0.055), 2.0)

    def pm10(self, stations: Group, t: Ints) -> Floats:
        """Coarse dust on top of PM2.5; rain takes dust faster than fine particles."""
        dust = 14.0 + 16.0 * waking(t - HOUR // 2, self.offset) + 4.0 * smooth(stations.key("dust"), t, 4 * HOUR)
        dry = self._washed(stations, t, 0.11)
        peak = np.where(self._works(stations, t), 105.0, 0.0)
        return self.pm25(stations, t) * 1.28 + (dust + peak) * dry

    def so2(self, stations: Group, t: Ints) -> Floats:
        """Low everywhere; a little more at noon when fumes from higher up mix down."""
        h = hour(t - HOUR // 2, self.offset)
        return np.maximum(5.5 + 2.2 * bump(h, 11.0, 2.5) + 1.1 * smooth(stations.key("so2"), t, 6 * HOUR), 1.0)

    def no2(self, stations: Group, t: Ints) -> Floats:
        """Exhaust: follows the road, piles up in still air, and the sun turns part of it into ozone."""
        m = t - HOUR // 2
        still = np.exp(0.25 * smooth(self._city, m, 60 * HOUR))
        road = 10.0 + 19.0 * np.minimum(rush(m, self.offset), 1.0) + 7.0 * bump(hour(m, self.offset), 21.0, 2.5)
        return np.maximum(
            road * still * (0.9 + 0.08 * smooth(stations.key("no2"), m, 3 * HOUR)) - 6.0 * self._sun(m), 3.0
        )

    def o3(self, stations: Group, t: Ints) -> Floats:
        """Afternoon ozone: sunshine times heat; titrated at night."""
        m = t - HOUR // 2
        heat = np.clip((self.weather.temperature(stations, m) - 8.0) / 20.0, 0.1, 1.5)
        made = 128.0 * self._sun(m - HOUR) * heat * (1.0 - 0.7 * self.weather.wetness(stations, m))
        return np.maximum(26.0 + made + 6.0 * smooth(stations.key("o3"), m, 4 * HOUR), 4.0)

    def co(self, stations: Group, t: Ints) -> Floats:
        """mg/m³, with traffic and with fine particles."""
        m = t - HOUR // 2
        high = 0.42 + 0.22 * rush(m, self.offset) + 0.006 * self.pm25(stations, t)
        return np.maximum(high + 0.05 * smooth(stations.key("co"), m, 4 * HOUR), 0.1)

    def good_days(self, districts: Group, t: Ints) -> Floats:
        """Good air days of the year to yesterday, in %: a figure the department publishes each morning."""
        return np.clip(
            95.6 + 1.6 * normal(districts.key("good"), _ZERO) + 0.4 * smooth(self._city, t, 20 * DAY), 80, 100
        )

    def fume(self, kitchens: Group, t: Ints) -> Floats:
        """mg/m³ behind the cleaner: lunch and dinner; one kitchen in twenty has a dirty filter for some days."""
        h = hour(t, self.offset)
        meal = bump(h, 12.1, 0.9) + 1.1 * bump(h, 18.9, 1.2) + 0.25 * bump(h, 22.5, 1.2)
        dirty = uniform(kitchens.key("dirty"), (t + self.offset) // (5 * DAY)) < 0.05
        level = 0.07 + meal * (0.55 + 1.35 * dirty) * (0.8 + 0.3 * uniform(kitchens.key("size"), _ZERO))
        return np.maximum(level * (1.0 + 0.13 * normal(kitchens.key("fume"), t // 600)), 0.02)

    def micro_pm25(self, sensors: Group, t: Ints) -> Floats:
        """What a small light-scattering sensor makes of PM2.5: each reads a little high or low, and wet air looks dirty."""
        skew = 0.85 + 0.35 * uniform(sensors.key("skew"), _ZERO)
        return self.pm25(sensors, t) * skew * (1.0 + 0.12 * self.weather.wetness(sensors, t))

    def micro_pm10(self, sensors: Group, t: Ints) -> Floats:
        """PM10 by the same sensor."""
        return self.micro_pm25(sensors, t) * 1.3 + 9.0 * waking(t, self.offset)

    def site_pm10(self, sites: Group, t: Ints) -> Floats:
        """PM10 at a building site's fence: more while they work, unless it rains."""
        works = waking(t, self.offset) * (0.6 + 0.8 * uniform(sites.key("works10"), (t + self.offset) // DAY))
        return self.pm10(sites, t) + 42.0 * works * self._washed(sites, t, 0.2)

    def site_tsp(self, sites: Group, t: Ints) -> Floats:
        """All dust, µg/m³."""
        return self.site_pm10(sites, t) * (1.5 + 0.3 * uniform(sites.key("tsp"), _ZERO))

    def fume_online(self, kitchens: Group, t: Ints) -> Floats:
        """1 when the monitor answers; a few are off for hours."""
        return (uniform(kitchens.key("off"), t // (6 * HOUR)) > 0.045).astype(np.float64)

    def cod(self, outfalls: Group, t: Ints) -> Floats:
        """Chemical oxygen demand in mg/L; a little diluted by rain."""
        base = outfalls.fact("limit_cod", 50.0) * (0.36 + 0.26 * uniform(outfalls.key("cod"), _ZERO))
        wave = 1.0 + 0.16 * smooth(outfalls.key("codw"), t, 9 * HOUR) + 0.12 * waking(t - 3 * HOUR, self.offset)
        return np.maximum(base * wave * (1.0 - 0.12 * self.weather.wetness(outfalls, t)), 3.0)

    def nh3n(self, outfalls: Group, t: Ints) -> Floats:
        """Ammonia nitrogen in mg/L."""
        base = outfalls.fact("limit_nh3n", 5.0) * (0.14 + 0.35 * uniform(outfalls.key("nh"), _ZERO))
        return np.maximum(base * (1.0 + 0.25 * smooth(outfalls.key("nhw"), t, 11 * HOUR)), 0.03)

    def noise(self, sites: Group, t: Ints) -> Floats:
        """dB(A): traffic and people by day, quiet at night, louder in rain."""
        m = t - HOUR // 2
        site = 2.0 * normal(sites.key("db"), _ZERO)
        loud = (
            sites.fact("limit_day", 60.0)
            - 14.5
            + 9.0 * waking(m, self.offset)
            + 3.0 * rush(m, self.offset)
            + 2.5 * self.weather.wetness(sites, m)
        )
        return loud + site + 0.9 * normal(sites.key("dbh"), t // HOUR)

    def _sun(self, t: Ints) -> Floats:
        h = hour(t, self.offset)
        high = np.clip(np.sin(np.pi * (h - 6.2) / 12.2), 0.0, 1.0) * ((h > 6.2) & (h < 18.4))
        return high * (1.0 - 0.75 * self.weather.cloud(t))

    def _washed(self, stations: Group, t: Ints, rate: float) -> Floats:
        return 0.35 + 0.65 * np.exp(-rate * self.weather.accumulated(stations, t, 6))

    def _works(self, stations: Group, t: Ints) -> Floats:
        """Earthworks near a station: a few working hours on few days, the reason of single-station PM10 peaks."""
        h = hour(t, self.offset)
        day = (t + self.offset) // DAY
        return ((uniform(stations.key("works"), day) < 0.012) & (h > 9) & (h < 15)).astype(np.float64)
