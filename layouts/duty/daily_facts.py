"""What the program itself writes into a daily: the city's state in sentences, each with the way to where it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.daily import Fact, Line
from domain.instruction import Instruction
from domain.order import Order
from layouts import links, words
from layouts.severity import open_alerts, open_incidents
from layouts.view import View, is_refused
from snapshot.model import Basis

STAGE: Final = "city.status"
# Section -> its metrics; those that a city does not declare are left out.
TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "政务服务": ("service.cases", "service.online_rate", "service.on_time_rate", "service.overdue_open"),
    "12345 热线": ("hotline.requests", "hotline.connect_rate", "hotline.satisfy_rate", "hotline.overdue"),
    "空气": ("air.aqi", "air.pm25", "air.good_days_rate"),
    "水": ("water.good_rate", "rain.hour", "sea.tide"),
    "交通": ("traffic.delay_ratio", "fleet.high_risk_open"),
    "数据": ("system.health_rate",),
}
BASES: Final[tuple[Basis, ...]] = ("yesterday", "week")


@dataclass(frozen=True, slots=True)
class Owed:
    """What is not finished: orders past their time, instructions not carried out."""

    orders: Sequence[Order] = ()
    instructions: Sequence[Instruction] = ()


def line(view: View, metric: str, place: str, by: str) -> Line | None:
    """A number as a line of the daily: as it stands in this view. None where it may not be read or there is no such metric."""
    declared = view.city.metrics.get(metric)
    if declared is None:
        return None
    place = view.place_asked(metric, place)
    reading = view.snapshot.reading(metric, place)
    if is_refused(reading):
        return None
    unit = "" if metric in words.CODED else view.t(declared.unit)
    name = f"{view.either(declared.name, declared.name_en)} · {view.place_name(place or view.city.adcode)}"
    return Line(
        about=f"metric:{metric}@{place or view.city.adcode}", name=name,
        value=f"{words.value(view, declared, reading)} {unit}".strip(), compared=compared(view, metric, place),
        at=reading.at, source=view.source_name(metric), by=by, course=tuple(view.snapshot.trend(metric, place).values),
    )  # fmt: skip


def compared(view: View, metric: str, place: str) -> str:
    """The differences of a number in words; refused ones are left out."""
    digits = view.city.metrics[metric].digits
    found = [view.snapshot.compare(metric, place, basis) for basis in BASES]
    told = [
        f"{words.basis(view, one.basis)} {words.delta(view, one, digits)}" for one in found if one.delta is not None
    ]
    return "，".join(told)


def facts(view: View, owed: Owed) -> list[Fact]:
    """Stage, cases, numbers by section, and what is owed."""
    return [*_stage(view), *_cases(view), *_numbers(view), *_owed(view, owed)]


def _stage(view: View) -> Iterator[Fact]:
    if STAGE in view.city.metrics:
        reading = view.snapshot.reading(STAGE)
        told = words.value(view, view.metric(STAGE), reading)
        why = f"：{view.said(reading.note)}" if reading.note else ""
        yield Fact(section=view.t("运行状态"), text=f"{told}{why}", href=links.indicator(view, STAGE))


def _cases(view: View) -> Iterator[Fact]:
    alerts = open_alerts(view)
    by_level = [(level, sum(int(one.level) == level for one in alerts)) for level in (1, 2, 3, 4)]
    told = "、".join(f"P{level} {n}" for level, n in by_level if n) or view.t("无")
    yield Fact(
        section=view.t("告警"),
        text=view.t("未解除告警 {n} 件：{told}", n=len(alerts), told=told),
        href=links.cases(view),
    )
    incidents = open_incidents(view)
    names = "；".join(view.incident(one).title for one in incidents[:3])
    text = view.t("在处置事件 {n} 起", n=len(incidents))
    yield Fact(section=view.t("事件"), text=f"{text}：{names}" if names else text, href="/incidents")


def _numbers(view: View) -> Iterator[Fact]:
    for section, metrics in TOLD.items():
        for metric in metrics:
            made = line(view, metric, "", "")
            if made is not None and view.snapshot.reading(metric).value is not None:
                name = made.name.rsplit(" · ", 1)[0]
                more = f"（{made.compared}）" if made.compared else ""
                yield Fact(
                    section=view.t(section), text=f"{name} {made.value}{more}", href=links.indicator(view, metric)
                )


def _owed(view: View, owed: Owed) -> Iterator[Fact]:
    n = len(owed.instructions)
    yield Fact(section=view.t("领导批示"), text=view.t("未落实批示 {n} 件", n=n), href="/instructions")
    for one in owed.instructions[:3]:
        yield Fact(
            section=view.t("领导批示"), text=f"{one.id} {view.personal(one.title)}", href=f"/instructions?id={one.id}"
        )
    yield Fact(section=view.t("督办"), text=view.t("逾期工单 {n} 件", n=len(owed.orders)), href="/orders")
    for late in owed.orders[:3]:
        text = f"{late.id} {late.unit} {view.personal(late.title)}"
        yield Fact(section=view.t("督办"), text=text, href=f"/orders?id={late.id}")
