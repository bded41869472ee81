"""What happens in the city: incidents with a place, a grade and a life from report to close. Pure in (seed, script, time)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from demo.noise import Floats, Ints, keys, poisson, uniform
from demo.places import Group, distance_km
from demo.rhythm import HOUR, MINUTE, rush, waking
from demo.scenario import FOREVER, Script
from demo.weather import Weather
from domain.incident import IncidentGrade, IncidentStatus

SLOT: Final = 1800
_STREET_KMH: Final = 60.0
LONGEST: Final = 14 * HOUR


@dataclass(frozen=True, slots=True)
class Kind:
    """How often (a city and day, in fair weather), how much more in the wet, how long (hours), and in which words."""

    name: str
    a_day: float
    wet: float
    hours: tuple[float, float]
    words: tuple[str, ...]
    department: str
    road: bool = False
    street: bool = False  # on slower roads only: no water main lies under a motorway


KINDS: Final[tuple[Kind, ...]] = (
    Kind("traffic_accident", 19.0, 2.2, (0.7, 3.0), ("两车追尾", "多车相撞", "货车侧翻", "摩托车与小客车刮碰"),
         "市公安局交通警察支队", road=True),
    Kind("fire", 2.6, -0.8, (1.0, 5.0), ("沿街商铺火情", "居民楼厨房火情", "厂房冒烟", "电动车起火"), "市消防救援支队"),
    Kind("gas", 0.7, 0.0, (1.5, 6.0), ("燃气管道泄漏", "瓶装气泄漏"), "市住房和城乡建设局"),
    Kind("pipe_burst", 2.2, 0.4, (3.0, 9.0), ("供水主管爆裂", "供水支管漏水"), "市城市管理和综合执法局",
         road=True, street=True),
    Kind("power_cut", 1.6, 5.0, (1.5, 7.0), ("10 kV 线路跳闸停电", "台区故障停电"), "市供电公司"),
    Kind("crowd", 0.5, -0.9, (1.0, 3.0), ("景区客流聚集", "市场人员聚集"), "市公安局"),
    Kind("flood", 0.05, 260.0, (3.0, 10.0), ("道路积水", "低洼处内涝", "涵洞积水"), "市水利局", road=True),
    Kind("landslide", 0.03, 120.0, (5.0, 13.0), ("边坡塌方", "山体滑坡"), "市自然资源局", road=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One incident with its whole life; times in epoch seconds. `stages` are (when, status, what is said), oldest first."""

    id: str
    kind: str
    title: str
    at: int
    closed: int
    district: str
    lon: float
    lat: float
    grade: IncidentGrade
    department: str
    stages: tuple[tuple[int, IncidentStatus, str], ...]

    def known(self, now: int) -> tuple[int, IncidentStatus, str] | None:
        """The newest stage told by `now`; None before the first report."""
        told = [s for s in self.stages if s[0] <= now]
        return told[-1] if told else None


class Incidents:
    """Finds the events that touch a stretch of time."""

    def __init__(self, weather: Weather, districts: Group, roads: Group, others: Group, script: Script) -> None:
        self.weather, self.districts, self.script = weather, districts, script
        self._places = {True: roads, False: others}
        self._slots = lru_cache(maxsize=16)(self._of_slots)
        self._scripted = self._script_events()

    def between(self, first: int, last: int) -> list[Event]:
        """Every event that began or was still open in [first, last], by time of beginning."""
        found = [*self._slots((first - LONGEST) // SLOT, last // SLOT + 1), *self._scripted]
        return sorted((e for e in found if e.at <= last and e.closed >= first), key=lambda e: (e.at, e.id))

    def open_count(self, codes: Sequence[str], t: Ints) -> Floats:
        """How many are open at (districts, times): reported and not closed."""
        times = np.broadcast_to(t, (len(codes), np.shape(t)[-1]))
        out = np.zeros(times.shape)
        for e in self.between(int(t.min()), int(t.max())):
            if e.district in codes:
                row = list(codes).index(e.district)
                out[row] += (times[row] >= e.stages[0][0]) & (times[row] < e.closed)
        return out

    def blocking(self, roads: Group, t: Ints) -> Floats:
        """The share of speed left on road segments near open road incidents: 1 free .. 0.35 blocked."""
        out = np.ones((len(roads), np.shape(t)[-1]))
        road_kinds = {k.name for k in KINDS if k.road}
        for e in self.between(int(t.min()), int(t.max())):
            if e.kind not in road_kinds:
                continue
            near = distance_km(roads.lon, roads.lat, e.lon, e.lat) < 2.5
            held = (t >= e.at) & (t < e.at + (e.closed - e.at) * 0.7)
            out *= np.where(near & held, 0.6, 1.0)
        return np.maximum(out, 0.35)

    def _of_slots(self, first: int, end: int) -> tuple[Event, ...]:
        slots = np.arange(first, end, dtype=np.int64).reshape(1, -1)
        return tuple(e for kind in KINDS for e in self._natural(kind, slots))

    def _natural(self, kind: Kind, slots: Ints) -> list[Event]:
        middle = slots * SLOT + SLOT // 2
        offset = self.weather.offset
        busy = rush(middle, offset) + 0.15 if kind.road else waking(middle, offset) + 0.2
        # The rain at the slot's beginning: a scenario that starts inside a slot must not change what the slot already told.
        wet = self.weather.wetness(self.districts, slots * SLOT)
        # Flood and landslide need real rain: the square leaves drizzle without effect.
        factor = np.maximum(1.0 + kind.wet * wet**2, 0.0)
        mean = kind.a_day / 48.0 * 2.1 * busy * factor * self.districts.share
        counts = poisson(self.districts.key(f"incident.{kind.name}"), slots, mean)
        rows, columns = np.nonzero(counts)
        found = [
            self._event(kind, self.districts.names[r], int(slots[0, c]), n)
            for r, c in zip(rows, columns, strict=True)
            for n in range(min(int(counts[r, c]), 3))
        ]
        return [e for e in found if self.script.at(e.at) != "quiet"]

    def _event(self, kind: Kind, district: str, slot: int, n: int) -> Event:
        name = f"{kind.name}|{district}|{slot}|{n}"
        u = uniform(keys(self.weather.seed, [name], "event"), np.arange(9, dtype=np.int64))[0]
        low, high = kind.hours
        grade: IncidentGrade = 4 if u[0] < 0.955 else 3 if u[0] < 0.995 else 2
        start = slot * SLOT + int(u[1] * SLOT)
        words = kind.words[int(u[2] * len(kind.words))]
        return self._told(kind, district, words, start, (float(low + (high - low) * u[3] ** 2), grade, u))

    def _script_events(self) -> tuple[Event, ...]:
        out: list[Event | None] = []
        by_name = {k.name: k for k in KINDS}
        for scenario, scene in self.weather.facts.scenarios.items():
            for period in self.script.of(scenario):
                for one in scene.incidents:
                    at = period.start + one.minutes * MINUTE
                    if at < period.end:
                        key = keys(self.weather.seed, [f"{one.kind}{at}"], "event")
                        u = uniform(key, np.arange(9, dtype=np.int64))[0]
                        event = self._told(by_name[one.kind], one.district, one.title, at, (one.hours, one.grade, u))
                        out.append(event if at >= period.entered else _met(event, period.entered))
        return tuple(e for e in out if e is not None)

    def _told(self, kind: Kind, district: str, words: str, at: int, life: tuple[float, IncidentGrade, Floats]) -> Event:
        """Steps: 1 place it at a site of the district, 2 lay out its stages, 3 number it as duty rooms do."""
        hours, grade, u = life
        facts = self.weather.facts
        department = facts.departments.get(kind.name, kind.department)
        group = self._places[kind.road]
        rows = [i for i, d in enumerate(group.district) if d == district] or list(range(len(group)))
        if kind.street:
            free = group.fact("free_flow_kmh", 50.0)
            rows = [i for i in rows if free[i, 0] <= _STREET_KMH] or rows
        row = rows[int(u[4] * len(rows))]
        lon = float(group.lon[row, 0] + (u[5] - 0.5) * 0.004)
        lat = float(group.lat[row, 0] + (u[6] - 0.5) * 0.004)
        where = group.sites[row].name.removesuffix("雨量站") if group.sites else ""
        closed = at + int(hours * HOUR)
        told, hand = at + int(60 + 180 * u[7]), at + int(300 + 1200 * u[8])
        stages: tuple[tuple[int, IncidentStatus, str], ...] = (
            (told, "open", f"{department}接报，正在核实"),
            (max(hand, told + 60), "handling", "力量已到场，正在处置"),
            (max(at + (closed - at) * 2 // 3, hand + 120), "handling", "险情得到控制，秩序逐步恢复"),
            (max(closed, hand + 240), "closed", "处置完毕，已恢复正常"),
        )
        number = f"{facts.initials}{at}{district[-2:]}{int(u[4] * 97):02d}"
        return Event(
            number,
            kind.name,
            f"{where} {words}".strip(),
            at,
            stages[-1][0],
            district,
            lon,
            lat,
            grade,
            department,
            stages,
        )


def _met(event: Event, entered: int) -> Event | None:
    """An event that had begun when its scenario was entered: told then for the first time; None when it was over."""
    stages = [(max(when, entered), status, said) for when, status, said in event.stages]
    newest = [stage for stage, next_one in pairwise([*stages, (FOREVER, "closed", "")]) if next_one[0] > entered]
    return replace(event, stages=tuple(newest)) if event.closed > entered else None
