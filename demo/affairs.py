"""Emergency figures, grid and city management, the digital foundation and the economy: slower numbers of an administration."""

from typing import Final

import numpy as np

from demo.incidents import Incidents
from demo.noise import Floats, Ints, normal, poisson, smooth, thin, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, bump, hour, season, waking, workday
from demo.weather import Weather

GRID_STEP: Final = 600
_ZERO = np.zeros(1, dtype=np.int64)


class Affairs:
    """Figures by district or for the whole city; each function says its period."""

    def __init__(self, weather: Weather, incidents: Incidents) -> None:
        self.weather, self.incidents, self.offset = weather, incidents, weather.offset

    # ---- emergency

    def incidents_open(self, districts: Group, t: Ints) -> Floats:
        """Incidents reported and not closed: counted from the incidents themselves."""
        return self.incidents.open_count(districts.names, t)

    def duty_on(self, districts: Group, t: Ints) -> Floats:
        """Attendance in %, a short dip at the change of shift."""
        late = 7.0 * uniform(districts.key("duty"), t // HOUR) ** 4 * bump(hour(t, self.offset), 9.0, 0.6)
        return np.maximum(100.0 - late, 0.0)

    def teams(self, districts: Group, t: Ints) -> Floats:
        """Rescue teams that could leave now."""
        size = np.rint(3.0 + 26.0 * districts.share)
        ready: Floats = np.maximum(size - np.minimum(self.incidents_open(districts, t), 2.0), 1.0)
        return ready

    def hotspots(self, districts: Group, t: Ints) -> Floats:
        """Forest fire hot spots not struck off: dry sunny afternoons, a few hours each."""
        slot = t // (3 * HOUR)
        dry = np.exp(-self.weather.accumulated(districts, slot * 3 * HOUR, 24) / 2.0)
        likely = 0.006 * dry * (0.3 + 1.6 * bump(hour(slot * 3 * HOUR, self.offset), 14.0, 3.0))
        wild = np.where(districts.share < 0.2, 1.0, 0.35)
        seen = uniform(districts.key("hotspot"), slot) < likely * wild * (1.25 - 0.5 * season(t, self.offset))
        age = t - slot * 3 * HOUR
        life = 1800 + 7200 * uniform(districts.key("hotlife"), slot)
        return (seen & (age < life)) * (1.0 - self.weather.script.strength("quiet", t))

    def hazards(self, districts: Group, t: Ints) -> Floats:
        """Major hazards not struck off (a figure of the day)."""
        return np.rint(
            np.maximum(16.0 * districts.share * (1.0 + 0.4 * smooth(districts.key("hazard"), t, 9 * DAY)), 0.0)
        )

    def calls_119(self, districts: Group, t: Ints) -> Floats:
        """Fire calls of the hour, more in wind and on dry days, and for water rescue in storms."""
        wet = self.weather.wetness(districts, t)
        mean = 2.0 * districts.share * (0.3 + waking(t, self.offset)) * (1.0 + 2.5 * wet**2)
        return poisson(districts.key("119"), t // HOUR, mean)

    def calls_120(self, districts: Group, t: Ints) -> Floats:
        """Ambulance calls of the hour."""
        hot = np.clip((self.weather.temperature(districts, t) - 33.0) / 6.0, 0.0, 1.0)
        mean = 9.5 * districts.share * (0.45 + 0.8 * waking(t, self.offset)) * (1.0 + 0.6 * hot)
        return poisson(districts.key("120"), t // HOUR, mean)

    # ---- governance

    def grid_events(self, districts: Group, t: Ints) -> Floats:
        """Grid events of ten minutes."""
        wet = self.weather.wetness(districts, t)
        mean = (
            10.5 * districts.share * waking(t, self.offset) * (0.8 + 0.3 * workday(t, self.offset)) * (1.0 + 1.1 * wet)
        )
        return poisson(districts.key("grid"), t // GRID_STEP, mean)

    def grid_closed(self, districts: Group, t: Ints) -> Floats:
        """Closed in the same ten minutes: nearly as many as came, from the hours before."""
        share = 0.985 - 0.05 * uniform(districts.key("gap.grid"), _ZERO)
        return thin(districts.key("gridc"), t // GRID_STEP, self.grid_events(districts, t - 6 * GRID_STEP), share)

    def grid_found(self, districts: Group, t: Ints) -> Floats:
        """Found by the grid staff first."""
        share = 0.87 - 0.12 * uniform(districts.key("gap.found"), _ZERO)
        return thin(districts.key("gridf"), t // GRID_STEP, self.grid_events(districts, t), share)

    def grid_staff(self, districts: Group, t: Ints) -> Floats:
        """Grid staff with a track in the last half hour."""
        on = 0.06 + 0.86 * np.minimum(waking(t, self.offset) * 1.1, 1.0) * (0.6 + 0.4 * workday(t, self.offset))
        return np.rint(3300.0 * districts.share * on * (1.0 + 0.02 * smooth(districts.key("staff"), t, 3600)))

    def city_cases(self, districts: Group, t: Ints) -> Floats:
        """City-management cases of the hour."""
        return poisson(districts.key("cg"), t // HOUR, 19.0 * districts.share * waking(t, self.offset))

    def city_due(self, districts: Group, t: Ints) -> Floats:
        """City-management cases due in the hour."""
        return poisson(districts.key("cgd"), t // HOUR, 18.5 * districts.share * waking(t - HOUR, self.offset))

    def city_on_time(self, districts: Group, t: Ints) -> Floats:
        """Closed in time."""
        share = 0.985 - 0.07 * uniform(districts.key("gap.cg"), _ZERO)
        return thin(districts.key("cgt"), t // HOUR, self.city_due(districts, t), share)

    # ---- digital foundation

    def catalogues(self, city: Group, t: Ints) -> Floats:
        """Data catalogues on the sharing platform: grows slowly."""
        return np.floor(8_620.0 + (t - 1_760_000_000) / DAY * 3.4 + 0.0 * city.share)

    def shared_calls(self, city: Group, t: Ints) -> Floats:
        """Shared API calls of the hour."""
        load = 4_000 + 82_000 * waking(t - HOUR // 2, self.offset) * (0.45 + 0.55 * workday(t, self.offset))
        return np.rint(load * (1.0 + 0.05 * normal(city.key("api"), t // HOUR)))

    def data_quality(self, city: Group, t: Ints) -> Floats:
        """Share of shared data that passes the checks, in %."""
        return np.clip(98.6 + 0.4 * smooth(city.key("dq"), t, 4 * DAY), 0.0, 100.0)

    def network(self, city: Group, t: Ints) -> Floats:
        """Availability of the hour in %: whole but for a rare cut."""
        cut = (uniform(city.key("net"), t // HOUR) < 0.004) * 4.0 * uniform(city.key("netd"), t // HOUR)
        return np.clip(99.995 - cut - 0.01 * uniform(city.key("net0"), t // HOUR), 0.0, 100.0)

    def cameras(self, areas: Group, t: Ints) -> Floats:
        """Cameras on the sharing platform; constant."""
        return areas.fact("count", 500.0) + 0.0 * t

    def cameras_online(self, areas: Group, t: Ints) -> Floats:
        """Cameras found online: rain and power cuts take some away."""
        share = 0.972 - 0.02 * uniform(areas.key("gap.cam"), _ZERO) - 0.035 * self.weather.wetness(areas, t)
        return np.rint(self.cameras(areas, t) * (share + 0.003 * smooth(areas.key("cam"), t, 5 * HOUR)))

    def cloud_cpu(self, city: Group, t: Ints) -> Floats:
        """Mean CPU load of the government cloud in the hour, in %."""
        day = 24.0 + 27.0 * waking(t - HOUR // 2, self.offset) * (0.5 + 0.5 * workday(t, self.offset))
        return np.clip(day + 2.5 * smooth(city.key("cpu"), t, 6 * HOUR), 1.0, 99.0)

    # ---- economy (months: t is the end of the month)

    def year_to_date(self, city: Group, t: Ints, name: str, a_year: float) -> Floats:
        """A sum since January that reaches about `a_year`, growing some percent a year."""
        year, part = self._year(t)
        growth = 1.0 + 0.045 * (year - 2026)
        return a_year * growth * part * (1.0 + 0.01 * normal(city.key(name), t // DAY))

    def growth(self, city: Group, t: Ints, name: str, mean: float) -> Floats:
        """A year-to-date growth in %, moving by some tenths from month to month."""
        return mean + 1.3 * smooth(city.key(name), t, 120 * DAY) + 0.2 * normal(city.key(name), t // DAY)

    def projects(self, city: Group, t: Ints) -> Floats:
        """Large projects begun since January."""
        return np.rint(self.year_to_date(city, t, "projects", self.weather.facts.economy.projects))

    def power_use(self, city: Group, t: Ints) -> Floats:
        """Electricity of the day that ends at t, in 10,000 kWh: heat, cold and workdays."""
        noon = t - DAY // 2
        strain = np.abs(self.weather.temperature(city, noon) - 19.0) * 38.0
        usual = self.weather.facts.economy.power_use + 620.0 * workday(noon, self.offset)
        return np.rint(usual + strain + 60.0 * normal(city.key("kwh"), t // DAY))

    def entities(self, city: Group, t: Ints) -> Floats:
        """Businesses registered on the day that ends at t."""
        return poisson(city.key("biz"), t // DAY, 18.0 + 165.0 * workday(t - DAY // 2, self.offset) + 0.0 * city.share)

    # ---- environmental enforcement (months: t is the end of the month)

    def enforced(self, districts: Group, t: Ints) -> Floats:
        """On-site checks of the month."""
        return poisson(districts.key("enforce"), t // DAY, 30.0 + 420.0 * districts.share + 0.0 * t)

    def enforced_cases(self, districts: Group, t: Ints) -> Floats:
        """Cases opened: one check in twenty or so."""
        return poisson(districts.key("enforced"), t // DAY, self.enforced(districts, t) * 0.055)

    def fines(self, districts: Group, t: Ints) -> Floats:
        """Fines of the month's cases, in 10,000 yuan."""
        return self.enforced_cases(districts, t) * (4.0 + 9.0 * uniform(districts.key("fine"), t // DAY))

    def _year(self, t: Ints) -> tuple[Floats, Floats]:
        """The year and the part of it that has passed at t."""
        local = (t + self.offset - 1).astype("datetime64[s]")
        start = local.astype("datetime64[Y]")
        year: Floats = start.astype(np.int64).astype(np.float64) + 1970.0
        passed: Floats = (local - start.astype("datetime64[s]")).astype(np.float64) / (365.25 * DAY)
        return year, passed
