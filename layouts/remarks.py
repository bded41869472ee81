"""The one remark under a headline number that its comparisons do not tell."""

from collections.abc import Callable

from domain.health import Freshness
from domain.screen import Item
from layouts.severity import open_incidents
from layouts.theme import AQI, aqi_level
from layouts.view import View, is_judgeable
from snapshot.model import Reading

# AMap's public bands of the delay ratio; GB/T 33171 knows no such bands, so they colour roads and name a state, no more.
DELAY_WORDS = ((1.5, "畅通"), (1.8, "缓行"), (2.2, "拥堵"), (float("inf"), "严重拥堵"))


def remark(view: View, item: Item, reading: Reading) -> str:
    """The remark for a metric that has one, else the reading's own note."""
    if reading.value is None:
        return view.said(reading.note) if reading.note else ""
    if not is_judgeable(reading):
        return ""  # 畅通 or 优 beside a value of hours ago would be a judgement of now
    made = _REMARKS.get(item.metric)
    return made(view, reading) if made else (view.said(reading.note) if reading.note else "")


def sources_up(view: View) -> tuple[int, int]:
    """How many sources deliver in time, and how many there are."""
    states = [h.state for h in view.snapshot.sources.values()]
    return sum(s in (Freshness.LIVE, Freshness.LATE) for s in states), len(states)


def air_word(view: View, value: float | None) -> str:
    """The HJ 633 category of an AQI, "" without one."""
    level = aqi_level(value)
    return view.t(AQI[level - 1][1]) if level else ""


def _air(view: View, reading: Reading) -> str:
    word = air_word(view, reading.value)
    return f"{word} · {view.t('首要')} {reading.note}" if reading.note else word


def _delay(view: View, reading: Reading) -> str:
    return view.t(next(word for top, word in DELAY_WORDS if (reading.value or 0) < top))


def _incidents(view: View, _reading: Reading) -> str:
    grave = sum((i.grade or 9) <= 2 for i in open_incidents(view))
    return view.t("重大以上 {n}", n=grave)


def _health(view: View, _reading: Reading) -> str:
    up, total = sources_up(view)
    return view.t("{up}/{total} 源正常", up=up, total=total)


_REMARKS: dict[str, Callable[[View, Reading], str]] = {
    "air.aqi": _air,
    "traffic.delay_ratio": _delay,
    "emergency.incidents_open": _incidents,
    "system.health_rate": _health,
}
