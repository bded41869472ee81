"""Numbers, states and differences in words."""

from access.reach import REFUSED
from domain.health import STATE, STATE_CODES, Freshness
from domain.incident import Incident
from domain.metric import Metric
from layouts.view import View, is_refused
from snapshot.model import Basis, Comparison, Reading

FRESHNESS: dict[Freshness, str] = {
    Freshness.LIVE: "实时",
    Freshness.LATE: "延迟",
    Freshness.STALE: "过期",
    Freshness.DOWN: "中断",
    Freshness.NONE: "无数据",
}
STATUS = ("正常", "关注", "预警", "响应", "应急")
CLASSES = ("Ⅰ类", "Ⅱ类", "Ⅲ类", "Ⅳ类", "Ⅴ类", "劣Ⅴ类")
GRADES = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
GRADE_WORDS = {1: "特别重大", 2: "重大", 3: "较大", 4: "一般"}
INCIDENT_STATES = {"open": "待处置", "handling": "处置中", "closed": "已办结"}
BASES: dict[Basis, str] = {
    "yesterday": "较昨日",
    "week": "较上周",
    "month": "较上月",
    "year": "同比",
    "target": "较目标",
    "progress": "较时序",
}
SOURCE_STATES = ("正常", *(FRESHNESS[state] for state in STATE_CODES if state is not Freshness.LIVE))
# Metrics whose value is a code: its words by value from 1, a source's state from 0.
CODED: dict[str, tuple[str, ...]] = {"city.status": STATUS, "water.class": CLASSES, STATE: SOURCE_STATES}


def figure(value: float | None, digits: int) -> str:
    """A number with thousands separators and fixed digits, "—" for none; never "-0"."""
    if value is None:
        return "—"
    text = f"{value:,.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def value(view: View, metric: Metric, reading: Reading) -> str:
    """The reading's number, or the words its code stands for."""
    words = CODED.get(metric.key)
    if words is None or reading.value is None:
        return figure(reading.value, metric.digits)
    first = 0 if metric.key == STATE else 1
    code = min(max(round(reading.value), first), first + len(words) - 1)
    word = view.t(words[code - first])
    return f"{code} {word}" if metric.key == "city.status" else word


def state(view: View, reading: Reading) -> str:
    """The freshness of a reading in one word, or that it may not be read."""
    return view.t(REFUSED if is_refused(reading) else FRESHNESS[reading.freshness])


def as_of(view: View, reading: Reading) -> str:
    """The freshness of a reading in words with its time: 「实时 · 截至 14:05」."""
    told = state(view, reading)
    return told if reading.at is None else f"{told} · " + view.t("截至 {time}", time=view.clock(reading.at))


def basis(view: View, kind: Basis) -> str:
    """What a difference is against."""
    return view.t(BASES[kind])


def delta(view: View, comparison: Comparison, digits: int) -> str:
    """The difference with its arrow, 「持平」 when it rounds to nothing."""
    if comparison.delta is None:
        return view.t("不可比")
    places = 1 if comparison.unit == "%" else digits
    size = figure(abs(comparison.delta), places)
    if not size.strip("0.,"):
        return view.t("持平")
    return ("▲" if comparison.delta > 0 else "▼") + size + ("%" if comparison.unit == "%" else "")


def explain(view: View, comparison: Comparison, digits: int) -> str:
    """The difference as a sentence for a tooltip: its base, its direction, or why there is none."""
    name = basis(view, comparison.basis)
    if comparison.delta is None:
        return f"{name}：{view.said(comparison.refused) if comparison.refused else view.t('不可比')}"
    unit = view.t("个百分点") if comparison.unit == "pt" else comparison.unit
    sense = {True: view.t("变好"), False: view.t("变差"), None: ""}[comparison.better]
    change = figure(comparison.delta, 1 if comparison.unit == "%" else digits)
    change = "+" + change if comparison.delta > 0 else change.replace("-", "−")
    base = view.t("基数 {value}", value=figure(comparison.base, digits))
    parts = [f"{name} {change}{unit}", base, sense, view.said(comparison.note)]
    return " · ".join(p for p in parts if p)


def incident_state(view: View, incident: Incident) -> str:
    """Where an incident stands."""
    return view.t(INCIDENT_STATES[incident.status])
