"""Roads, buses, fleets, car parks and weigh stations: what rush hour, rain and accidents make of them."""

import numpy as np

from demo.incidents import Incidents
from demo.noise import Floats, Ints, normal, poisson, smooth, thin, uniform
from demo.places import Group
from demo.rhythm import MINUTE, bump, hour, rush, waking, workday
from demo.weather import Weather

_ZERO = np.zeros(1, dtype=np.int64)


class Traffic:
    """Functions of (places, times); speeds in km/h, counts in vehicles."""

    def __init__(self, weather: Weather, incidents: Incidents) -> None:
        self.weather, self.incidents, self.offset = weather, incidents, weather.offset

    def speed(self, roads: Group, t: Ints) -> Floats:
        """Five-minute mean travel speed: free flow less congestion, less rain, less what an incident blocks."""
        free = roads.fact("free_flow_kmh", 45.0)
        # Out of town the same rush fills a motorway half as much as a main street.
        town = np.clip(1.35 - free / 110.0, 0.4, 1.0)
        load = (0.70 + 0.5 * uniform(roads.key("load"), _ZERO)) * town
        pressure = rush(t, self.offset) * (1.0 + 0.10 * smooth(roads.key("week"), t, 5 * 3600))
        wet = self.weather.wetness(roads, t)
        left = 1.0 - np.clip(0.03 + 0.44 * load * pressure * (1.0 + 0.45 * wet), 0.0, 0.8)
        left = left * (1.0 - 0.26 * wet) * self.incidents.blocking(roads, t)
        jitter = 1.0 + 0.028 * normal(roads.key("speed"), t // MINUTE)
        return np.clip(free * left * jitter, 4.0, 125.0)

    def volume(self, roads: Group, t: Ints) -> Floats:
        """Vehicles through the section in five minutes, both directions."""
        lanes = 14.0 + 1.1 * roads.fact("free_flow_kmh", 45.0)
        busy = 0.07 + 0.9 * np.minimum(waking(t, self.offset) * 0.62 + 0.5 * rush(t, self.offset), 1.15)
        size = 0.6 + 0.8 * uniform(roads.key("size"), _ZERO)
        fewer = 1.0 - 0.22 * self.weather.wetness(roads, t)
        return poisson(roads.key("volume"), t // MINUTE, lanes * size * busy * fewer)

    def bus_on_time(self, lines: Group, t: Ints) -> Floats:
        """Share of arrivals within three minutes of the timetable, in %; late when the roads are slow or wet."""
        base = 94.0 - 9.0 * rush(t, self.offset) - 11.0 * self.weather.wetness(lines, t)
        return np.clip(base + 2.0 * smooth(lines.key("bus"), t, 2700), 35.0, 100.0)

    def buses(self, lines: Group, t: Ints) -> Floats:
        """Buses out on a line, 0 between 23:00 and 5:30."""
        size = lines.fact("vehicles", 8.0)
        h = hour(t, self.offset)
        running = ((h >= 5.5) & (h < 23.0)) * (0.55 + 0.4 * rush(t, self.offset))
        return np.rint(size * np.minimum(running, 1.0))

    def bus_delay(self, lines: Group, t: Ints) -> Floats:
        """Mean delay of a line's trips in seconds: grows as fewer are on time."""
        return np.maximum(60.0 + 5.5 * (100.0 - self.bus_on_time(lines, t)), 20.0)

    def passengers(self, lines: Group, t: Ints) -> Floats:
        """Passengers who got on within five minutes."""
        full = 0.5 + 5.5 * np.minimum(rush(t, self.offset) + 0.35 * waking(t, self.offset), 1.3)
        return poisson(lines.key("boarded"), t // MINUTE, np.maximum(self.buses(lines, t) * full, 0.01))

    def fleet_total(self, fleets: Group, t: Ints) -> Floats:
        """Vehicles of a company under networked control; constant."""
        return fleets.fact("vehicles", 120.0) + 0.0 * t

    def fleet_online(self, fleets: Group, t: Ints) -> Floats:
        """Vehicles with a valid position in the last ten minutes."""
        share = 0.72 + 0.24 * waking(t, self.offset) + 0.015 * smooth(fleets.key("online"), t, 3600)
        total = self.fleet_total(fleets, t)
        return np.minimum(np.rint(total * np.clip(share, 0.0, 0.995)), total)

    def high_risk(self, fleets: Group, t: Ints) -> Floats:
        """High-risk alarms not yet dealt with: one lives between 2 and 25 minutes, so most are gone at the next look."""
        quarter = t // 1800
        born = uniform(fleets.key("risk"), quarter) < 0.012 + 0.02 * self.weather.wetness(fleets, quarter * 1800)
        age = t - quarter * 1800
        life = 120 + 1400 * uniform(fleets.key("risklife"), quarter) ** 2
        calm = self.weather.script.strength("quiet", t)
        return (born & (age < life)) * (1.0 - calm)

    def parking_free(self, parks: Group, t: Ints) -> Floats:
        """Free bays: fullest at noon and in the evening."""
        bays = parks.fact("spaces", 200.0)
        h = hour(t, self.offset)
        full = 0.32 + 0.42 * bump(h, 11.5, 2.4) + 0.46 * bump(h, 19.5, 2.0) + 0.05 * smooth(parks.key("park"), t, 1800)
        return np.rint(bays * np.clip(1.0 - full, 0.01, 1.0))

    def weighed(self, districts: Group, t: Ints) -> Floats:
        """Lorries weighed in the hour."""
        busy = 20.0 + 130.0 * waking(t, self.offset) * (0.75 + 0.25 * workday(t, self.offset))
        return poisson(districts.key("weighed"), t // 3600, busy * (0.3 + 3.5 * districts.share))

    def overloaded(self, districts: Group, t: Ints) -> Floats:
        """Lorries found over the limit, about 1.4 % of those weighed."""
        checked = self.weighed(districts, t)
        return checked - thin(districts.key("overload"), t // 3600, checked, 0.986)
