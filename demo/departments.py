"""What each department's REST interface looks like: paths, field names, time formats, envelopes and marks, all different."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from demo.publication import Record

Json = dict[str, Any]  # a JSON object: any value is allowed by the format
Said = str | int | float | None
Clock = Callable[[int, timezone], str | int]


@dataclass(frozen=True, slots=True)
class Field:
    """How one metric is written: its name and the factor of the department's own unit."""

    name: str
    factor: int = 1
    tenths: bool = False  # factor in tenths: 36 means 3.6

    def value(self, number: float) -> int | float:
        """The number in the department's unit; whole numbers without a point."""
        scaled = round(number * self.factor / 10, 6) if self.tenths else round(number * self.factor, 6)
        return int(scaled) if scaled == int(scaled) else scaled


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One list: the feed behind it, the names of time and place, and its fields by metric."""

    path: str
    source: str
    time: str
    place: str
    fields: Mapping[str, Field]
    code: Callable[[Record], str] = lambda record: record.site
    more: Callable[[Record], Json] = lambda _: {}
    rows: str = "rows"
    clock: Clock | None = None  # where this list writes times in its own way


@dataclass(frozen=True, slots=True)
class Department:
    """One server: its place after the base port, its lists, and its habits."""

    name: str
    port_variable: str
    clock: Clock
    envelope: Callable[[Sequence[Json], int, str], Json]
    endpoints: tuple[Endpoint, ...]
    missing: Said = None
    token: bool = False
    incidents: str = ""


def row(record: Record, endpoint: Endpoint, department: Department, zone: timezone) -> Json:
    """One record as the department writes it."""
    out: Json = {
        "seq": record.seq,
        endpoint.place: endpoint.code(record),
        endpoint.time: (endpoint.clock or department.clock)(record.at, zone),
    }
    for metric, one in endpoint.fields.items():
        value = record.values.get(metric)
        if metric in record.values:
            out[one.name] = department.missing if value is None else one.value(value)
    return out | endpoint.more(record)


def zone_of(offset: int) -> timezone:
    """The city's offset as a fixed zone."""
    return timezone(timedelta(seconds=offset))


def _local(pattern: str) -> Callable[[int, timezone], str]:
    return lambda t, zone: datetime.fromtimestamp(t, UTC).astimezone(zone).strftime(pattern)


def _iso(t: int, zone: timezone) -> str:
    return datetime.fromtimestamp(t, UTC).astimezone(zone).isoformat()


def _epoch_ms(t: int, zone: timezone) -> int:  # noqa: ARG001 - one signature for all clocks
    return t * 1000


def _plain(area: str, **names: str) -> dict[str, Field]:
    return {f"{area}.{metric}": Field(name) for metric, name in names.items()}


def _long_code(record: Record) -> str:
    return record.site + "000000"


def _flag(record: Record) -> Json:
    return {"flag": "D" if record.faulty else "N", "name": record.name}


def _name(record: Record) -> str:
    return record.name


def _named(record: Record) -> Json:
    return {"name": record.name}


# Metric of the service -> what the platform calls it.
REFORM: Final = {
    "items": "items", "items.permit": "permit", "items.public": "publicService", "items.confirm": "confirm",
    "items.other": "otherItems", "items_once": "onceItems", "one_thing": "oneThing", "cross_province": "crossProvince",
    "licences": "licences", "licence_uses": "licenceUses", "bad_due": "badDue", "bad_mended": "badMended",
}  # fmt: skip

HALL: Final = Department(
    "hall", "DEMO_PORT_HALL", _local("%Y-%m-%d %H:%M:%S"),
    lambda rows, total, _: {"code": 0, "message": "ok", "data": {"total": total, "list": list(rows)}},
    (
        Endpoint("/openapi/v1/stat/district", "hall", "statTime", "areaCode",
                 _plain("service", cases="accepted", closed="closed", due="due", closed_on_time="closedOnTime",
                        online_cases="online", instant_cases="instant", ratings="ratings", ratings_good="ratingsGood"),
                 _long_code),
        Endpoint("/openapi/v1/queue", "halls", "statTime", "hallCode",
                 _plain("service", wait_min="waitMinutes", queue="waiting", windows_open="openWindows"), more=_named),
        Endpoint("/openapi/v1/figures", "hall_figures", "statTime", "areaCode",
                 _plain("service", bad_open="badOpen", overdue_open="overdueOpen", time_cut="timeCut",
                        due_soon="dueSoon", bad_late="badLate", kiosks="kiosks", kiosks_online="kiosksOnline"), _long_code),
        Endpoint("/openapi/v1/reform", "hall_reform", "statTime", "areaCode",
                 {f"service.{name}": Field(field) for name, field in REFORM.items()}, _long_code),
        Endpoint("/openapi/v1/bureau", "bureaux", "statTime", "deptCode",
                 _plain("bureau", due="due", on_time="closedOnTime", overdue="overdueOpen"), more=_named),
    ),
    token=True,
)  # fmt: skip

ENVIRONMENT: Final = Department(
    "environment", "DEMO_PORT_ENV", _local("%Y-%m-%dT%H:%M:%S"),
    lambda rows, total, _: {"status": "success", "count": total, "data": list(rows)},
    (
        Endpoint("/air/hourly", "air", "time", "station",
                 _plain("air", pm25="pm25", pm10="pm10", so2="so2", no2="no2", o3="o3_1h", co="co"), more=_flag),
        Endpoint("/air/goodDays", "air_days", "time", "areaCode", _plain("air", good_days_rate="goodRate")),
        Endpoint("/weather/observations", "weather", "time", "station",
                 _plain("weather", temp="temp", humidity="rh", rain_1h="rain1h", rain_24h="rain24h")
                 | {"weather.wind": Field("windKmh", 36, tenths=True)}),
        Endpoint("/sea/buoys", "buoys", "time", "buoy",
                 _plain("sea", wave="hs", ph="ph", salinity="salinity", do="do", temp="sst", chlorophyll="chla")),
    ),
    missing="--",
)  # fmt: skip

TRAFFIC: Final = Department(
    "traffic", "DEMO_PORT_TRAFFIC", _epoch_ms,
    lambda rows, total, key: {"total": total, key: list(rows)},
    (
        Endpoint("/road/segments", "roads", "ts", "id", _plain("traffic", speed="speed"), more=_named,
                 rows="segments"),
        Endpoint("/road/counts", "road_counts", "ts", "id", _plain("traffic", volume="count"), rows="segments"),
        Endpoint("/parking/lots", "parking", "ts", "lot", _plain("parking", free="free"), rows="lots"),
        Endpoint("/overload/hourly", "overload", "ts", "areaCode", _plain("overload", checked="checked", found="found"),
                 rows="areas"),
    ),
)  # fmt: skip

EMERGENCY: Final = Department(
    "emergency", "DEMO_PORT_EMERGENCY", _epoch_ms,
    lambda rows, total, _: {"success": True, "result": {"total": total, "rows": list(rows)}},
    (
        Endpoint("/hydro/stations", "hydro", "tm", "stcd", _plain("hydro", level="z", flow="q"), more=_named),
        Endpoint("/hydro/reservoirs", "reservoirs", "tm", "stcd",
                 {"reservoir.level": Field("rz"), "reservoir.storage": Field("w", 10_000)}, more=_named),
        Endpoint("/hydro/rain", "rain_gauges", "tm", "stcd", _plain("rain", hour="drp1", h3="drp3")),
        Endpoint("/sea/tides", "tides", "tm", "stcd", {"sea.tide": Field("tideCm", 100)}, more=_named),
        *(
            Endpoint(path, source, "statTime", "areaCode", fields, clock=_iso)
            for path, source, fields in (
                ("/figures/now", "emergency", _plain("emergency", incidents_open="openEvents")),
                ("/figures/hourly", "emergency_hours", _plain("emergency", duty_on="dutyOn", teams_ready="teams")),
                ("/figures/daily", "hazards", _plain("safety", hazards_open="hazards")),
                ("/forest/hotspots", "hotspots", _plain("fire", hotspots="hotspots")),
                ("/calls/hourly", "calls", {"calls.119": Field("fire"), "calls.120": Field("medical")}),
            )
        ),
    ),
    missing=-9999, incidents="/event/list",
)  # fmt: skip

GOVERNANCE: Final = Department(
    "governance", "DEMO_PORT_GOVERNANCE", _local("%Y/%m/%d %H:%M"),
    lambda rows, total, _: {"items": list(rows), "count": total},
    (
        Endpoint("/grid/summary", "grid", "time", "district",
                 _plain("grid", events="filed", closed="closed", found_first="foundFirst", staff_online="staffOnline"),
                 _name),
        Endpoint("/citymgmt/summary", "citymgmt", "time", "district",
                 _plain("citymgmt", cases="filed", due="due", closed_on_time="closedOnTime"), _name),
        Endpoint("/tourism/beaches", "beaches", "time", "beach", _plain("beach", people="people", bathing="open")),
        Endpoint("/tourism/summary", "visitors", "time", "district",
                 _plain("tourism", visitors="arrived", rooms_rate="roomsTaken"), _name),
    ),
)  # fmt: skip

DEPARTMENTS: Final = (HALL, ENVIRONMENT, TRAFFIC, EMERGENCY, GOVERNANCE)
