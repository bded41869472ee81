"""The sky over the city: rain that moves, temperature, humidity and wind. Every other department looks at this."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from demo.noise import Floats, Ints, keys, normal, smooth, uniform
from demo.places import Group, distance_km
from demo.rhythm import DAY, HOUR, MINUTE, bump, hour, season
from demo.scenario import FOREVER, Period, Script
from domain.city import City

STEP: Final = 600  # rain gauges tip into ten-minute bins; sums are exact in tenths of a millimetre
_SLOT: Final = 8 * HOUR  # at most one weather system starts in each
_LONGEST: Final = 12 * HOUR
_KEPT: Final = 6
_AROUND: Final = (1.7, 1.4)  # degrees: the box around the map's middle, for a city that names none


@dataclass(frozen=True, slots=True)
class Storm:
    """A rain system: a bell in space that drifts, an envelope in time. peak in mm/h, radius in km, drift in degrees/h."""

    start: int
    length: int
    peak: float
    lon: float
    lat: float
    radius: float
    drift_lon: float
    drift_lat: float
    rise: float = 0.3  # the part of its life until full strength
    cut: int = FOREVER  # a scenario that is ended: the rain stops within twenty minutes, what fell before stays true


class Weather:
    """Rain and air over any place at any time; pure in (city, script, time)."""

    def __init__(self, city: City, offset: int, script: Script) -> None:
        self.facts, self.offset, self.script = city.demonstration, offset, script
        self.seed = seed = city.spec.demo_seed
        lon, lat = city.spec.map.center
        wide, high = _AROUND
        self._box = self.facts.rain.box or (lon - wide / 2, lat - high / 2, wide, high)
        self._storm_at = self.facts.rain.heavy_at or (lon, lat)
        self._latitude = self.facts.climate.at_latitude or lat
        self._slot_keys = {name: keys(seed, ["storm"], name) for name in ("at", "peak", "where", "size", "go")}
        self._city = keys(seed, ["city"], "sky")
        # Ten metrics ask for the same wetness in a row; the newest answers are kept.
        self._wet: dict[tuple[tuple[str, ...], tuple[int, ...], bytes], Floats] = {}
        self._slot_storm = lru_cache(maxsize=512)(self._storm_of_slot)

    def storms(self, first: int, last: int) -> list[Storm]:
        """Every system that rains at some time in [first, last]."""
        slots = range((first - _LONGEST) // _SLOT - 1, last // _SLOT + 1)
        found = [s for s in map(self._slot_storm, slots) if s is not None]
        found += [storm for p in self.script.of("rainstorm") for storm in _scenario_storms(p, self._storm_at)]
        return [s for s in found if s.start <= last and s.start + s.length >= first]

    def rate(self, places: Group, t: Ints) -> Floats:
        """Rain intensity in mm/h at (places, times)."""
        out = np.zeros(np.broadcast_shapes((len(places), 1), np.shape(t)))
        if out.size == 0:
            return out
        times = np.atleast_2d(t)
        for storm in self.storms(int(t.min()), int(t.max())):
            wet = np.flatnonzero(((times >= storm.start) & (times <= storm.start + storm.length)).any(axis=0))
            if wet.size:
                span = slice(int(wet[0]), int(wet[-1]) + 1)
                out[:, span] += _rain_of(storm, places, times[:, span])
        if not out.any():
            return out
        patchy = np.clip(1.0 + 0.45 * smooth(places.key("patch"), t, 2400), 0.15, 1.9)
        dry = self.script.strength("quiet", t)
        return np.where(out < 0.15, 0.0, out * patchy) * (1.0 - dry)

    def accumulated(self, places: Group, t: Ints, hours: float) -> Floats:
        """Rain of the last `hours` in mm, sliding, ending at the newest full ten-minute bin before each time."""
        span = int(hours * HOUR)
        first = (int(t.min()) - span) // STEP
        bins = np.arange(first, int(t.max()) // STEP + 1, dtype=np.int64)
        total = np.cumsum(self.tenths(places, bins), axis=1)
        total = np.concatenate([np.zeros((len(places), 1)), total], axis=1)
        end = np.broadcast_to(t // STEP - first, (len(places), np.shape(t)[-1]))
        begin = end - span // STEP
        rows = np.arange(len(places)).reshape(-1, 1)
        return (total[rows, end] - total[rows, begin]) / 10.0

    def tenths(self, places: Group, bins: Ints) -> Floats:
        """Rain in each ten-minute bin, in whole tenths of a millimetre as a tipping bucket counts."""
        middle = (bins * STEP + STEP // 2).reshape(1, -1)
        dither = uniform(places.key("tip"), bins.reshape(1, -1))
        return np.floor(self.rate(places, middle) * (STEP / HOUR) * 10.0 + dither * 0.999)

    def wetness(self, places: Group, t: Ints) -> Floats:
        """0 dry .. 1 pouring, from the last half hour: what drivers, callers and visitors react to."""
        key = (places.names, np.shape(t), t.tobytes())
        found = self._wet.get(key)
        if found is None:
            recent = (self.rate(places, t) + self.rate(places, t - 900) + self.rate(places, t - 1800)) / 3.0
            found = 1.0 - np.exp(-recent / 9.0)
            if len(self._wet) >= _KEPT:
                self._wet.pop(next(iter(self._wet)))
            self._wet[key] = found
        return found

    def cloud(self, t: Ints) -> Floats:
        """0 clear .. 1 overcast over the whole city."""
        return np.clip(0.45 + 0.38 * smooth(self._city, t, 30 * HOUR), 0.0, 1.0)

    def temperature(self, places: Group, t: Ints) -> Floats:
        """Degrees Celsius: year, weather of the week, day, cloud, rain, and cooler in the mountains of the north."""
        climate, h = self.facts.climate, hour(t, self.offset)
        year = climate.mean_c + climate.swing_c * season(t, self.offset)
        week = 2.6 * smooth(self._city, t + 7 * DAY, 3 * DAY)
        swing = (5.2 - 3.4 * self.cloud(t)) * (bump(h, 14.8, 4.2) * 1.7 - 0.75)
        north = (places.lat - self._latitude) * climate.cooler_north_c
        rain = 2.5 * self.wetness(places, t)
        return year + week + swing - north - rain + 0.3 * smooth(places.key("temp"), t, 3 * HOUR)

    def humidity(self, places: Group, t: Ints) -> Floats:
        """Relative humidity in %: high at dawn, in summer and in rain."""
        climate, h = self.facts.climate, hour(t, self.offset)
        base = (
            climate.humidity
            + climate.humidity_swing * season(t, self.offset)
            - 16.0 * bump(h, 14.8, 4.0) * (1.2 - self.cloud(t))
        )
        wet = base + 24.0 * self.wetness(places, t) + 2.5 * smooth(places.key("humid"), t, 4 * HOUR)
        return np.clip(wet, 18.0, 100.0)

    def wind(self, places: Group, t: Ints) -> Floats:
        """Ten-minute mean wind in m/s; gusty in storms, calm at night."""
        sun = bump(hour(t, self.offset), 15.0, 4.5)
        calm = self.facts.climate.wind + 1.0 * sun + 0.9 * np.abs(smooth(self._city, t + DAY, 16 * HOUR))
        gust = 0.35 * smooth(places.key("wind"), t, 2400)
        return np.maximum(calm + gust + 5.0 * self.wetness(places, t), 0.0)

    def _storm_of_slot(self, slot: int) -> Storm | None:
        """The natural weather system of one eight-hour slot: likelier, shorter and harder in summer."""
        tick = np.array([[slot]], dtype=np.int64)
        u = {name: float(uniform(key, tick)[0, 0]) for name, key in self._slot_keys.items()}
        u2 = {name: float(uniform(key, tick + 2**30)[0, 0]) for name, key in self._slot_keys.items()}
        warm = (float(season(tick * _SLOT, self.offset)[0, 0]) + 1.0) / 2.0
        rain, (west, south, wide, high) = self.facts.rain, self._box
        if u["at"] > rain.winter + (rain.summer - rain.winter) * warm:
            return None
        length = int((2.5 + 7.0 * u["size"] * (1.2 - warm)) * HOUR)
        peak = float(np.exp(0.9 + 1.5 * warm + 0.55 * float(normal(self._slot_keys["peak"], tick)[0, 0])))
        return Storm(
            start=slot * _SLOT + int(u2["at"] * _SLOT),
            length=length,
            peak=min(peak, 55.0),
            lon=west + wide * u["where"],
            lat=south + high * u2["where"],
            radius=22.0 + 38.0 * u2["size"],
            drift_lon=0.12 * (u["go"] - 0.3),
            drift_lat=0.08 * (u2["go"] - 0.5),
        )


def _scenario_storms(period: Period, at: tuple[float, float]) -> tuple[Storm, Storm]:
    """Steady heavy rain for seven hours, and on top of it a cloudburst in the first ninety minutes, full within five.

    So the first gauges pass 30 mm in an hour within half an hour of the start, while the audience looks on.
    """
    lon, lat = at
    steady, burst = 7 * HOUR, 90 * MINUTE
    return (
        Storm(period.start, steady, 48.0, lon, lat, 34.0, 0.012, -0.035, rise=600 / steady, cut=period.end),
        Storm(period.start, burst, 52.0, lon, lat, 26.0, 0.012, -0.035, rise=300 / burst, cut=period.end),
    )


def _rain_of(storm: Storm, places: Group, t: Ints) -> Floats:
    age = (t - storm.start) / storm.length
    hours = (t - storm.start) / HOUR
    envelope = np.clip(age / storm.rise, 0.0, 1.0) * np.clip((1.0 - age) / 0.25, 0.0, 1.0)
    envelope = envelope * np.clip(1.0 - (t - storm.cut) / 1200, 0.0, 1.0)
    far = distance_km(places.lon, places.lat, storm.lon + storm.drift_lon * hours, storm.lat + storm.drift_lat * hours)
    return storm.peak * envelope * np.exp(-0.5 * (far / storm.radius) ** 2)
