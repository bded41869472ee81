"""Scenarios by name: stretches of time in which the same city is overlaid by something worth showing."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from demo.noise import Floats, Ints
from domain.city import City
from domain.duration import parse_duration
from domain.errors import CockpitError

NORMAL: Final = "normal"
SCENARIOS: Final[dict[str, str]] = {
    NORMAL: "平常的一天",
    "rainstorm": "强降雨：一片地区暴雨，路滑车慢，河流数小时内相继超警，诉求与险情上升",
    "feed_outage": "数据中断：交通部门接口 503，油烟监测超时，热线库停止更新",
    "hotline_surge": "热线激增：一个城区停水引发集中来电，接通率下降",
    "quiet": "平静：无雨、无险情、无故障",
}
FOREVER: Final = 2**40


@dataclass(frozen=True, slots=True)
class Period:
    """One scenario from `start` to `end`, in epoch seconds; `end` is FOREVER while it lasts.

    ahead: how far into its course it was entered. Somebody wanted to see its peak at once: what its first part brought was
    never told, and the city is from then on as if it had been.
    """

    name: str
    start: int
    end: int = FOREVER
    ahead: int = 0

    @property
    def entered(self) -> int:
        """From when on people can know of it."""
        return self.start + self.ahead


@dataclass(frozen=True)
class Script:
    """Everything that was and is played, oldest first. Times outside every period are `normal`.

    A period only ever changes values at or after its start, so what was published before stays true.
    """

    periods: tuple[Period, ...] = field(default=())

    def at(self, t: int) -> str:
        """The scenario's name at a moment."""
        names = [p.name for p in self.periods if p.start <= t < p.end]
        return names[-1] if names else NORMAL

    def switched(self, name: str, now: int, ahead: int = 0) -> "Script":
        """The script after switching to a scenario now, `ahead` seconds into its course; the same one again goes on unchanged."""
        if name not in SCENARIOS:
            raise ValueError(f"{name!r} is not a scenario; there are {', '.join(SCENARIOS)}")
        if self.at(now) == name and not ahead:
            return self
        closed = tuple(replace(p, end=min(p.end, now)) for p in self.periods)
        return Script(closed if name == NORMAL else (*closed, Period(name, now - ahead, ahead=ahead)))

    def of(self, name: str) -> tuple[Period, ...]:
        """The periods in which a scenario is played."""
        return tuple(p for p in self.periods if p.name == name)

    def strength(self, name: str, t: Ints, rise: int = 0, fall: int = 0) -> Floats:
        """0 outside, 1 inside a scenario's periods; `rise` and `fall` are ramps in seconds after its start and end."""
        out = np.zeros(np.shape(t))
        for p in self.of(name):
            up = np.clip((t - p.start) / rise, 0.0, 1.0) if rise else (t >= p.start).astype(float)
            down = np.clip(1.0 - (t - p.end) / fall, 0.0, 1.0) if fall else (t < p.end).astype(float)
            out = np.maximum(out, np.minimum(up, down))
        return out


def words(city: City, name: str) -> str:
    """What a scenario means in a city, in its own words where it has some."""
    scene = city.demonstration.scenarios.get(name)
    return (scene.words if scene else "") or SCENARIOS[name]


def ahead_of(text: str) -> timedelta:
    """How far into a scenario's course to enter it; CockpitError for what is no duration of at most a day."""
    try:
        ahead = parse_duration(text)
    except ValueError as error:
        raise CockpitError(f"--from {text}: {error}", permanent=True) from error
    if ahead > timedelta(days=1):
        raise CockpitError(f"--from {text}: no scenario has a course of more than a day", permanent=True)
    return ahead


def read(path: Path) -> Script:
    """The script kept in a control file; an empty one when there is none. ValueError when it is not a script."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Script()
    return Script(
        tuple(Period(str(r["name"]), *(int(r.get(key, 0)) for key in ("start", "end", "ahead"))) for r in rows)
    )


def write(path: Path, script: Script) -> None:
    """Keep the script so that a restart, and the history, know what was played; replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(_rows(script.periods), ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _rows(periods: Iterable[Period]) -> list[dict[str, str | int]]:
    return [asdict(p) for p in periods]
