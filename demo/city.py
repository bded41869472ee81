"""The simulated city: every metric a department reports, at any place and time, from one consistent world."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from demo import cloud, places
from demo.affairs import Affairs
from demo.air import Air
from demo.elsewhere import Elsewhere
from demo.incidents import Incidents
from demo.lights import Lights
from demo.noise import Floats, Ints
from demo.outages import Outages
from demo.places import Group
from demo.reform import KINDS, Reform
from demo.scenario import Script
from demo.sea import Sea
from demo.service import TOPICS, Hall, Hotline
from demo.traffic import Traffic
from demo.visitors import Visitors
from demo.water import Water
from demo.weather import Weather
from domain.city import City

Formula = Callable[[Group, Ints], Floats]

DISTRICT: Final = "district"
CITY: Final = "city"


class World:
    """A pure function of (seed, script, time); making one costs milliseconds, so a new script is a new world."""

    def __init__(self, city: City, script: Script, offset: int) -> None:
        self.city, self.script, self.offset = city, script, offset
        self._groups = {DISTRICT: places.districts(city), CITY: places.whole(city)}
        self.outages = Outages(city.spec.demo_seed, offset, script)
        self.weather = Weather(city, offset, script)
        roads, others = self.group("segment"), _indoors(city)
        self.incidents = Incidents(self.weather, self._groups[DISTRICT], roads, others, script)
        self._formulas = _formulas(self.weather, self.incidents)

    def group(self, kind: str) -> Group:
        """The places of a kind: a site kind, "district" or "city"."""
        if kind not in self._groups:
            self._groups[kind] = places.of_kind(self.city, kind)
        return self._groups[kind]

    def values(self, metric: str, group: Group, t: Ints) -> Floats:
        """True values before any fault, not rounded. `t` is (1, n) or (places, n), epoch seconds."""
        return self._formulas[metric](group, t)

    @property
    def metrics(self) -> frozenset[str]:
        """Every metric the world can tell."""
        return frozenset(self._formulas)


def _indoors(city: City) -> Group:
    """Where things that are not on a road happen: in the towns, which rain gauges stand for, else near other sites."""
    for kind in ("rain", "parking", "hall"):
        found = places.of_kind(city, kind)
        towns = [i for i, name in enumerate(s.name for s in found.sites) if "山区" not in name]
        if towns:
            return found.part(towns)
    return places.districts(city)


def _formulas(weather: Weather, incidents: Incidents) -> Mapping[str, Formula]:
    return {
        **_service(weather),
        **_reform(weather),
        **_environment(weather),
        **_water(weather),
        **_coast(weather),
        **_beside(weather),
        **_traffic(weather, incidents),
        **_affairs(weather, incidents),
    }


def _service(weather: Weather) -> dict[str, Formula]:
    hall, line = Hall(weather), Hotline(weather)
    topics: dict[str, Formula] = {f"hotline.topic.{name}": partial(line.topic, name=name) for name in TOPICS}
    return topics | {
        "service.cases": hall.cases,
        "service.closed": hall.closed,
        "service.due": hall.due,
        "service.closed_on_time": hall.closed_on_time,
        "service.online_cases": hall.online,
        "service.instant_cases": hall.instant,
        "service.ratings": hall.ratings,
        "service.ratings_good": hall.ratings_good,
        "service.bad_open": hall.bad_open,
        "service.overdue_open": hall.overdue,
        "service.time_cut": hall.time_cut,
        "service.wait_min": hall.wait,
        "service.queue": hall.queue,
        "service.windows_open": hall.windows,
        "hotline.calls": line.calls,
        "hotline.connected": line.connected,
        "hotline.connect_30m": line.connect_30m,
        "hotline.wait_s": line.wait,
        "hotline.requests": line.requests,
        "hotline.followed": line.followed,
        "hotline.responded": line.responded,
        "hotline.resolved": line.resolved,
        "hotline.satisfied": line.satisfied,
        "hotline.overdue": line.overdue,
    }


def _reform(weather: Weather) -> dict[str, Formula]:
    reform = Reform(weather.offset)
    kinds: dict[str, Formula] = {f"service.items.{kind}": partial(reform.of_kind, kind=kind) for kind in KINDS}
    return kinds | {
        "service.items": reform.items,
        "service.items_once": reform.once,
        "service.one_thing": reform.one_thing,
        "service.cross_province": reform.cross_province,
        "service.licences": reform.licences,
        "service.licence_uses": reform.licence_uses,
        "service.bad_due": reform.bad_due,
        "service.bad_mended": reform.bad_mended,
        "service.due_soon": reform.due_soon,
        "service.bad_late": reform.bad_late,
        "service.kiosks": reform.kiosks,
        "service.kiosks_online": reform.kiosks_online,
        "bureau.due": reform.bureau_due,
        "bureau.on_time": reform.bureau_on_time,
        "bureau.overdue": reform.bureau_overdue,
    }


def _environment(weather: Weather) -> dict[str, Formula]:
    air = Air(weather)
    return {
        "air.pm25": air.pm25,
        "air.pm10": air.pm10,
        "air.so2": air.so2,
        "air.no2": air.no2,
        "air.o3": air.o3,
        "air.co": air.co,
        "air.good_days_rate": air.good_days,
        "weather.temp": weather.temperature,
        "weather.humidity": weather.humidity,
        "weather.wind": weather.wind,
        "weather.rain_1h": partial(weather.accumulated, hours=1),
        "weather.rain_24h": partial(weather.accumulated, hours=24),
        "fume.concentration": air.fume,
        "fume.online": air.fume_online,
        "outfall.cod": air.cod,
        "outfall.nh3n": air.nh3n,
        "micro.pm25": air.micro_pm25,
        "micro.pm10": air.micro_pm10,
        "dust.pm10": air.site_pm10,
        "dust.tsp": air.site_tsp,
        "noise.leq": air.noise,
    }


def _water(weather: Weather) -> dict[str, Formula]:
    water = Water(weather)
    return {
        "water.ph": water.ph,
        "water.do": water.oxygen,
        "water.codmn": water.codmn,
        "water.nh3n": water.ammonia,
        "water.tp": water.phosphorus,
        "brook.do": water.brook_oxygen,
        "brook.nh3n": water.brook_ammonia,
        "hydro.level": water.level,
        "hydro.flow": water.flow,
        "reservoir.level": water.reservoir_level,
        "reservoir.storage": water.storage,
        "rain.hour": partial(weather.accumulated, hours=1),
        "rain.h3": partial(weather.accumulated, hours=3),
        "groundwater.depth": water.groundwater,
    }


def _beside(weather: Weather) -> dict[str, Formula]:
    lights, elsewhere = Lights(weather), Elsewhere(weather)
    return {
        "lights.ready": lights.ready,
        "lights.power": lights.power,
        "neighbour.pm25": elsewhere.pm25,
        "neighbour.o3": elsewhere.o3,
        "model.temp": elsewhere.model_temperature,
        "model.rain": elsewhere.model_rain,
    }


def _coast(weather: Weather) -> dict[str, Formula]:
    sea, visitors = Sea(weather), Visitors(weather)
    return {
        "sea.tide": sea.tide,
        "sea.wave": sea.wave,
        "sea.temp": sea.temperature,
        "sea.salinity": sea.salinity,
        "sea.ph": sea.ph,
        "sea.do": sea.oxygen,
        "sea.chlorophyll": sea.chlorophyll,
        "beach.people": visitors.on_beach,
        "beach.bathing": visitors.bathing,
        "tourism.visitors": visitors.arrivals,
        "tourism.rooms_rate": visitors.rooms,
    }


def _traffic(weather: Weather, incidents: Incidents) -> dict[str, Formula]:
    traffic = Traffic(weather, incidents)
    return {
        "traffic.speed": traffic.speed,
        "traffic.volume": traffic.volume,
        "bus.on_time_rate": traffic.bus_on_time,
        "bus.in_service": traffic.buses,
        "bus.delay": traffic.bus_delay,
        "bus.passengers": traffic.passengers,
        "fleet.online": traffic.fleet_online,
        "fleet.total": traffic.fleet_total,
        "fleet.high_risk_open": traffic.high_risk,
        "parking.free": traffic.parking_free,
        "overload.checked": traffic.weighed,
        "overload.found": traffic.overloaded,
    }


def _affairs(weather: Weather, incidents: Incidents) -> dict[str, Formula]:
    affairs = Affairs(weather, incidents)
    told = weather.facts.economy
    growth = {"industry_growth": told.industry_growth, "investment_growth": told.investment_growth}
    sums = {"gdp_ytd": told.gdp_ytd, "retail_ytd": told.retail_ytd, "tax_ytd": told.tax_ytd}
    figures: dict[str, Formula] = {
        f"economy.{name}": partial(affairs.growth, name=name, mean=mean) for name, mean in growth.items()
    }
    figures |= {
        f"economy.{name}": partial(affairs.year_to_date, name=name, a_year=total) for name, total in sums.items()
    }
    return figures | {
        "enforce.checks": affairs.enforced,
        "enforce.cases": affairs.enforced_cases,
        "enforce.fines": affairs.fines,
        "economy.projects_started": affairs.projects,
        "economy.power_use": affairs.power_use,
        "economy.new_entities": affairs.entities,
        "emergency.incidents_open": affairs.incidents_open,
        "emergency.duty_on": affairs.duty_on,
        "emergency.teams_ready": affairs.teams,
        "fire.hotspots": affairs.hotspots,
        "safety.hazards_open": affairs.hazards,
        "calls.119": affairs.calls_119,
        "calls.120": affairs.calls_120,
        "grid.events": affairs.grid_events,
        "grid.closed": affairs.grid_closed,
        "grid.found_first": affairs.grid_found,
        "grid.staff_online": affairs.grid_staff,
        "citymgmt.cases": affairs.city_cases,
        "citymgmt.due": affairs.city_due,
        "citymgmt.closed_on_time": affairs.city_on_time,
        "data.catalogues": affairs.catalogues,
        "data.shared_calls": affairs.shared_calls,
        "data.quality_rate": affairs.data_quality,
        "network.availability": affairs.network,
        "video.online": affairs.cameras_online,
        "video.total": affairs.cameras,
        "cloud.cpu": affairs.cloud_cpu,
        "cloud.memory": partial(cloud.memory, offset=weather.offset),
        "cloud.storage": cloud.storage,
        "cloud.traffic": partial(cloud.traffic, offset=weather.offset),
    }
