"""A city with plausible values for layout tests and for looking at a screen before anything else runs."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import yaml

from access.rights import RIGHTS
from domain.account import WHOLE, Reach, Role, Viewer
from domain.alert import Alert, AlertLevel, Condition
from domain.case import Case
from domain.city import City, CitySpec, MapSpec
from domain.forecast import Outlook
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.instruction import Instruction
from domain.metric import Metric, Window
from domain.place import District, Site
from domain.screen import Screen
from domain.source import AtSpec, SiteSpec, SourceSpec
from layouts.moments import Moments
from layouts.pages import Pages
from layouts.panels import KINDS
from layouts.source import Records
from layouts.view import plain_layer_url
from snapshot.model import Basis, Comparison, Rank, Reading, Trend

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 6, 34, 8, tzinfo=UTC)  # 14:34:08 in the city
CITY = "441800"
DISTRICTS = (
    ("441802", "清城区", "Qingcheng", 113.13, 23.67),
    ("441803", "清新区", "Qingxin", 112.90, 23.90),
    ("441821", "佛冈县", "Fogang", 113.55, 23.88),
    ("441823", "阳山县", "Yangshan", 112.65, 24.48),
    ("441825", "连山壮族瑶族自治县", "Lianshan", 112.08, 24.57),
    ("441826", "连南瑶族自治县", "Liannan", 112.28, 24.65),
    ("441881", "英德市", "Yingde", 113.38, 24.20),
    ("441882", "连州市", "Lianzhou", 112.40, 24.90),
)
# key: name, English, unit, digits, aggregate, better, target, value, swing over a day, site kind
_METRICS: dict[str, tuple[str, str, str, int, str, str, float | None, float, float, str]] = {
    "city.status": ("运行状态", "City status", "级", 0, "last", "lower", None, 3, 0.4, ""),
    "city.index": ("综合运行指数", "City index", "分", 1, "mean", "higher", None, 88.4, 1.5, ""),
    "service.cases": ("办件量", "Cases", "件", 0, "sum", "none", None, 1846, 0, ""),
    "service.online_rate": ("全程网办率", "Online rate", "%", 1, "mean", "higher", 96.8, 96.8, 0.8, ""),
    "service.on_time_rate": ("按时办结率", "Closed on time", "%", 1, "mean", "higher", 95, 96.1, 0.5, ""),
    "service.good_rate": ("好评率", "Rated good", "%", 1, "mean", "higher", 98, 99.6, 0.3, ""),
    "hotline.connect_rate": ("接通率", "Answer rate", "%", 1, "mean", "higher", 95, 98.2, 1.0, ""),
    "hotline.requests": ("受理量", "Requests", "件", 0, "sum", "none", None, 1032, 0, ""),
    "air.aqi": ("空气质量指数", "AQI", "", 0, "mean", "lower", None, 46, 24, "air"),
    "air.pm25": ("细颗粒物", "PM2.5", "µg/m³", 0, "mean", "lower", None, 24, 6, "air"),
    "air.pm10": ("可吸入颗粒物", "PM10", "µg/m³", 0, "mean", "lower", None, 46, 9, "air"),
    "air.o3": ("臭氧", "O3", "µg/m³", 0, "mean", "lower", None, 92, 30, "air"),
    "air.no2": ("二氧化氮", "NO2", "µg/m³", 0, "mean", "lower", None, 18, 5, "air"),
    "air.so2": ("二氧化硫", "SO2", "µg/m³", 0, "mean", "lower", None, 6, 1, "air"),
    "air.co": ("一氧化碳", "CO", "mg/m³", 1, "mean", "lower", None, 0.6, 0.1, "air"),
    "traffic.delay_ratio": ("拥堵延时指数", "Congestion delay", "", 2, "mean", "lower", None, 1.38, 0.25, "segment"),
    "emergency.incidents_open": ("在处置事件", "Open incidents", "起", 0, "last", "lower", None, 7, 2, ""),
    "system.health_rate": ("数据健康度", "Data health", "%", 1, "last", "higher", None, 95.0, 1.5, ""),
    "hydro.level": ("水位", "Water level", "m", 2, "mean", "none", None, 12.31, 0.4, "gauge"),
    "water.class": ("水质类别", "Water class", "", 0, "last", "lower", None, 2, 0.2, "section"),
    "weather.temp": ("气温", "Temperature", "℃", 1, "mean", "none", None, 21.4, 4, "weather"),
    "weather.humidity": ("湿度", "Humidity", "%", 0, "mean", "none", None, 78, 6, "weather"),
    "weather.wind": ("风速", "Wind", "m/s", 1, "mean", "none", None, 3.2, 1, "weather"),
}
_TOPICS = (
    ("noise", "噪声扰民", "Noise", 212), ("property", "物业管理", "Property", 184), ("parking", "停车管理", "Parking", 140),
    ("utilities", "供水供电", "Utilities", 101), ("roads", "道路破损", "Roads", 76), ("sanitation", "环境卫生", "Sanitation", 63),
    ("transit", "公共交通", "Transit", 54), ("labour", "劳动纠纷", "Labour", 41), ("medical", "医疗卫生", "Medical", 33),
    ("other", "其他", "Other", 128),
)  # fmt: skip
_TOPIC_OF = {"city": "system", "air": "environment", "weather": "environment", "hydro": "water"}


def _metric(key: str) -> Metric:
    name, name_en, unit, digits, aggregate, better, target, _, _, kind = _METRICS[key]
    area = key.split(".")[0]
    return Metric.model_validate(
        {
            "key": key, "name": name, "name_en": name_en, "unit": unit, "topic": _TOPIC_OF.get(area, area),
            "definition": f"{name}的口径：统计时段内全部有效记录，剔除重复和撤回。", "department": "市政务服务数据管理局",
            "aggregate": aggregate, "across": "mean" if aggregate != "sum" else "sum", "better": better, "target": target,
            "digits": digits, "every": "5m", "site_kind": kind, "standard": "HJ 633-2026" if key == "air.aqi" else "",
        }
    )  # fmt: skip


def _topic_metric(key: str, name: str, name_en: str) -> Metric:
    return Metric(
        key=f"hotline.topic.{key}", name=name, name_en=name_en, unit="件", topic="hotline", aggregate="sum", across="sum",
        definition=f"{name}类诉求的受理件数", department="市 12345 热线", every="5m",
    )  # fmt: skip


def _sites() -> dict[str, Site]:
    sites: list[Site] = []
    for i, (code, name, _, lon, lat) in enumerate(DISTRICTS):
        for j in range(3):
            x, y = lon + 0.11 * math.sin(i * 3 + j * 2.1), lat + 0.09 * math.cos(i * 2 + j * 1.7)
            sites.append(
                Site(id=f"air-{code}-{j}", name=f"{name}空气站{j + 1}", kind="air", district=code, lon=x, lat=y)
            )
            line = ((x - 0.04, y - 0.02), (x, y + 0.01), (x + 0.05, y + 0.02))
            road = f"{name[:2]}大道{j + 1} 东→西"
            sites.append(
                Site(id=f"road-{code}-{j}", name=road, kind="segment", district=code, line=line, illustrative=True)
            )
        facts = {"warning_level": 11.0 + i * 0.4}
        gauge = Site(
            id=f"gauge-{code}", name=f"{name}水文站", kind="gauge", district=code, lon=lon, lat=lat - 0.08, facts=facts
        )
        sites.append(gauge)
    return {s.id: s for s in sites}


def screen(name: str = "overview") -> Screen:
    """The committed screen, read the way config reads it."""
    data = yaml.safe_load((ROOT / "cities/441800/screens" / f"{name}.yaml").read_text(encoding="utf-8"))
    panels = tuple(KINDS[p["kind"]][0].model_validate(p) for p in data.pop("panels"))
    return Screen(key=name, panels=panels, **data)


def city(**changes: object) -> City:
    """The demonstration city with just the metrics the overview shows."""
    districts = tuple(District(adcode=c, name=n, name_en=e, population=400_000) for c, n, e, _, _ in DISTRICTS)
    layers = {name: f"{name}.geojson" for name in ("districts", "context", "water", "streams", "towns")}
    where = MapSpec(
        center=(112.75, 24.25), zoom=8.0, approval_number="GS(2024)0650号", layers=layers,
        attribution=("天地图", "GSHHG", "© OpenStreetMap contributors（ODbL 1.0）", "GeoNames（CC BY 4.0）"),
    )  # fmt: skip
    spec = CitySpec(
        adcode=CITY, name="清远市", name_en="Qingyuan", title="清远市城市运行驾驶舱", demo=True, districts=districts, map=where,
        title_en="Qingyuan City Operations Cockpit",
    )  # fmt: skip
    metrics = {key: _metric(key) for key in _METRICS} | {
        m.key: m for m in (_topic_metric(k, n, e) for k, n, e, _ in _TOPICS)
    }
    made = City(spec, ROOT / "cities/441800", metrics, _sites(), _sources(), {}, {"overview": screen()})
    return replace(made, **changes)  # type: ignore[arg-type]  # the names are the dataclass's own


def viewer(role: Role = Role.SHIFT, reach: Reach = WHOLE) -> Viewer:
    """Somebody of a role, as far as a reach goes."""
    return Viewer(f"{role}.1", "张三", role, RIGHTS[role], reach, session="s1")


VIEWER = viewer()


def layer_url(name: str, reach: Reach) -> str:
    """A plain address, another one for each reach."""
    return plain_layer_url(name) + ("" if reach.whole else "?narrow")


def pages(live: "FakeSnapshot | None", keep: Callable[[str, bool], Records] = lambda key, raw: Records()) -> Pages:
    """The pages of the made-up city; its replays are of the same values."""
    moments = Moments(lambda: live, lambda at: FakeSnapshot(at=at, live=False))
    return Pages(city(), moments, layer_url, keep)


def _sources() -> dict[str, SourceSpec]:
    names = {
        "hall": "一体化平台", "hotline": "12345 平台", "air": "环境监测中心", "roads": "交通指挥平台", "hydro": "水文站网",
        "incidents": "应急指挥系统", "fume": "油烟监测", "weather": "市气象局",
    }  # fmt: skip
    at, where = AtSpec(path="t"), SiteSpec(fixed="441800")
    return {
        k: SourceSpec(key=k, kind="http_json", department=n, name=n, every="5m", at=at, site=where, metrics={"x.y": "v"}) for k, n in names.items()
    }  # fmt: skip


_SOURCE_OF = {
    "service": "hall",
    "hotline": "hotline",
    "air": "air",
    "traffic": "roads",
    "hydro": "hydro",
    "weather": "weather",
}


def _wobble(*words: object) -> float:
    """-1..1, the same for the same words in every process."""
    return math.sin(sum((i + 1) * ord(c) for i, c in enumerate("|".join(map(str, words)))) * 12.9898)


def _shape(hour: float) -> float:
    """The day's course of people's business: nothing at night, two humps with a lunch break."""
    return math.exp(-(((hour - 10) / 1.6) ** 2)) + 0.92 * math.exp(-(((hour - 15.3) / 1.7) ** 2)) + 0.03


@dataclass
class FakeSnapshot:
    """Fulfils the Snapshot protocol with made-up but steady values. `states` overrides freshness by metric prefix."""

    at: datetime = NOW
    version: int = 1
    live: bool = True
    city: City = field(default_factory=city)
    states: Mapping[str, Freshness] = field(default_factory=dict)
    blank: bool = False
    extra_alerts: int = 0
    broken: str = ""
    reach: Reach = WHOLE
    cases: Mapping[str, Case] = field(default_factory=dict)
    instructions: Sequence[Instruction] = ()
    papers: int = 0
    outlooks: Mapping[tuple[str, str], Outlook] = field(default_factory=dict)

    @cached_property
    def alerts(self) -> Sequence[Alert]:
        if self.blank:
            return ()
        rows = [
            ("rain_red", "hydro.level", "gauge-441881", 1, 3, "暴雨红色预警 · 英德市连江流域 1 小时雨量 62 mm"),
            ("level", "hydro.level", "gauge-441803", 2, 8, "连江高道站水位超警戒 0.42 m"),
            ("pm10", "air.aqi", "air-441881-1", 3, 36, "英德站 PM10 小时均值 168 µg/m³"),
            ("wait", "service.on_time_rate", "441825", 3, 54, "连山县按时办结率低于 92%"),
            ("jam", "traffic.delay_ratio", "road-441803-1", 4, 72, "清新大道2 拥堵超过 20 分钟"),
        ]
        sites = list(self.city.sites)
        long = "条很长的预警内容，用来检查列表、地图和标题在大量预警下的表现是否稳定"
        more = range(self.extra_alerts)
        rows += [(f"more{i}", "air.aqi", sites[i % len(sites)], 1 + i % 4, 80 + i, f"第 {i + 1} {long}") for i in more]
        return [
            Alert(f"{r}|{s}", r, m, s, AlertLevel(lv), Condition.FIRING, self.at - timedelta(minutes=ago), self.at, 1.0, say)
            for r, m, s, lv, ago, say in rows
        ]  # fmt: skip

    @cached_property
    def incidents(self) -> Sequence[Incident]:
        if self.blank:
            return ()
        rows = (
            ("i1", "traffic_accident", "G107 K2487 多车相撞", 2, 113.18, 23.78, "441802", "交警支队", 22),
            ("i2", "power_cut", "阳山县城西片区停电", 3, 112.62, 24.47, "441823", "供电局", 63),
            ("i3", "pipe_burst", "清城区人民二路供水管爆裂", None, 113.05, 23.69, "441802", "水务集团", 95),
        )
        return [
            Incident(i, "incidents", k, t, self.at - timedelta(minutes=ago), self.at, self.at, "handling", g, dep, d, "", lon, lat, {"影响": "约 200 户"})
            for i, k, t, g, lon, lat, d, dep, ago in rows
        ]  # fmt: skip

    @cached_property
    def sources(self) -> Mapping[str, SourceHealth]:
        ok = None if self.blank else self.at - timedelta(minutes=1)
        state = Freshness.NONE if self.blank else Freshness.LIVE
        made = {k: SourceHealth(k, state, self.at, ok, ok, 1200) for k in self.city.sources}
        if not self.blank:
            made["fume"] = SourceHealth(
                "fume", Freshness.DOWN, self.at - timedelta(hours=2), error="connection refused"
            )
        return made

    def _state(self, metric: str) -> Freshness:
        return next((s for p, s in self.states.items() if metric.startswith(p)), Freshness.LIVE)

    def reading(self, metric: str, place: str = "", window: Window | None = None) -> Reading:
        if metric == self.broken:
            raise RuntimeError("a planted failure")
        place = place or self.city.adcode
        state = Freshness.NONE if self.blank else self._state(metric)
        if state is Freshness.NONE:
            return Reading(metric, place, source=self.source_of(metric))
        minutes = {Freshness.LIVE: 1, Freshness.LATE: 12}.get(state, 190)
        at = self.at - timedelta(minutes=minutes)
        value = self._value(metric, place)
        note = {"air.aqi": "O₃", "city.status": "暴雨红色 · 防汛Ⅲ级响应"}.get(metric, "")
        return Reading(
            metric, place, value, at, at, state, coverage=0.97, n=1846, source=self.source_of(metric), note=note
        )

    def _value(self, metric: str, place: str) -> float:
        if metric.startswith("hotline.topic."):
            base = float(next(v for k, _, _, v in _TOPICS if metric.endswith(k)))
            return base if place == CITY else float(round(base / 7 * (1.2 + _wobble(metric, place))))
        m = self.city.metrics[metric]
        base, swing = _METRICS[metric][7:9] if metric in _METRICS else (m.target or 60.0, 3.0)
        if place == CITY:
            return base
        if m.aggregate == "sum":
            return float(round(base / 8 * (1 + 0.5 * _wobble(metric, place))))
        width = {"city.index": 9.0, "service.on_time_rate": 3.6, "traffic.delay_ratio": 0.95}.get(metric, swing)
        return round(base + width * _wobble(metric, place), m.digits)

    def readings(self, metric: str, district: str = "") -> Sequence[Reading]:
        kind = self.city.metrics[metric].site_kind
        here = [
            s for s in self.city.sites.values() if kind and s.kind == kind and (not district or s.district == district)
        ]
        return [self.reading(metric, s.id) for s in here]

    def by_district(self, metric: str, window: Window | None = None) -> Sequence[Reading]:
        return [self.reading(metric, code) for code in self.city.districts]

    def _course(self, metric: str, place: str, at: datetime, step: timedelta) -> float | None:
        if self.blank:
            return None
        place = place or CITY
        local = at.astimezone(self.city.zone)
        hour = local.hour + local.minute / 60
        base = self._value(metric, place)
        if self.city.metrics[metric].aggregate == "sum":
            return round(base / 7.6 * _shape(hour) * (step / timedelta(hours=1)) * (1 + 0.06 * _wobble(metric, at.day)))
        if metric == "traffic.delay_ratio":
            rush = math.exp(-(((hour - 8) / 0.9) ** 2)) + math.exp(-(((hour - 18) / 1.1) ** 2))
            return round(1.08 + 0.7 * rush + 0.2 * _shape(hour) + 0.03 * _wobble(metric, at.isoformat()), 3)
        swing = _METRICS.get(metric, (0,) * 10)[8]
        return round(base + swing * (0.7 * math.sin(hour / 24 * 6.28 - 1.2) + 0.3 * _wobble(metric, at.isoformat())), 3)

    def trend(
        self,
        metric: str,
        place: str = "",
        hours: int = 24,
        step: timedelta = timedelta(hours=1),
        end: datetime | None = None,
    ) -> Trend:
        end = (end or self.at).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        count = int(timedelta(hours=hours) / step)
        at = tuple(end - step * (count - i) for i in range(count))
        return Trend(metric, place, step, at, tuple(self._course(metric, place, a, step) for a in at))

    def outlook(self, metric: str, place: str = "") -> Outlook | None:
        return self.outlooks.get((metric, place))

    def today(self, metric: str, place: str = "", days_ago: int = 0, step: timedelta = timedelta(hours=1)) -> Trend:
        midnight = self.at.astimezone(self.city.zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
            days=days_ago
        )
        end = self.at if days_ago == 0 else midnight + timedelta(days=1)
        count = math.ceil((end - midnight) / step)
        at = tuple((midnight + step * i).astimezone(UTC) for i in range(count))
        return Trend(metric, place, step, at, tuple(self._course(metric, place, a, step) for a in at))

    def compare(
        self, metric: str, place: str = "", basis: Basis = "yesterday", window: Window | None = None
    ) -> Comparison:
        m = self.city.metrics[metric]
        value = self.reading(metric, place).value
        if value is None:
            return Comparison(basis, refused="当前无数据")
        if basis == "year":
            return Comparison(
                basis, refused="标准变更：2026-03-01 起执行 HJ 633-2026" if metric == "air.aqi" else "去年同期无数据"
            )
        if basis == "target":
            if m.target is None:
                return Comparison(basis, refused="未设目标")
            return Comparison(basis, m.target, round(value - m.target, 2), "pt", value >= m.target)
        change = round(4.5 * _wobble(metric, basis), 1)
        better = {"higher": change > 0, "lower": change < 0}.get(m.better)
        unit = "pt" if m.unit == "%" else "%" if m.aggregate == "sum" else ""
        return Comparison(basis, value - change, change, unit, better)  # type: ignore[arg-type]  # one of the three literals

    def ranking(self, metric: str, window: Window | None = None) -> Sequence[Rank]:
        rows = sorted(self.by_district(metric), key=lambda r: -(r.value or 0))
        if self.blank:
            return [Rank(r.place, None, None, refused="当前无数据") for r in rows]
        return [Rank(r.place, i + 1, r.value, 300, max(1, i + 1 + round(_wobble(r.place)))) for i, r in enumerate(rows)]

    def source_of(self, metric: str) -> str:
        return _SOURCE_OF.get(metric.split(".")[0], "")

    def events_per(self, minutes: int = 30, hours: int = 24) -> Trend:
        step = timedelta(minutes=minutes)
        end = self.at.replace(minute=30, second=0, microsecond=0) + step
        count = hours * 60 // minutes
        at = tuple(end - step * (count - i) for i in range(count))
        values = tuple(
            0.0 if self.blank else float(max(0, round(2.2 + 2.6 * _wobble("events", i)))) for i in range(count)
        )
        return Trend("events", "", step, at, values)
