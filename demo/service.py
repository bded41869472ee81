"""Government service halls and the 12345 hotline: office hours, online habits, and what people call about when."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints, normal, poisson, smooth, thin, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, bump, hour, office, rush, waking, workday
from demo.visitors import Visitors
from demo.weather import Weather

STEP: Final = 300
_ZERO = np.zeros(1, dtype=np.int64)

# topic -> requests a day in the whole city in fair weather (about 1,500 in all)
TOPICS: Final[dict[str, float]] = {
    "noise": 255.0,
    "property": 215.0,
    "parking": 165.0,
    "utilities": 120.0,
    "roads": 88.0,
    "sanitation": 110.0,
    "transit": 72.0,
    "labour": 130.0,
    "medical": 95.0,
    "other": 240.0,
}


class Hall:
    """Cases by district and five minutes, and queues in halls."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset = weather, weather.offset

    def cases(self, districts: Group, t: Ints) -> Floats:
        """Cases accepted: counters in office hours, the online channel all day."""
        online = 0.30 * waking(t, self.offset) + 0.02
        load = (1.35 * office(t, self.offset) + online) * (1.0 - 0.25 * self.weather.wetness(districts, t))
        day = 1.0 + 0.07 * smooth(districts.key("demand"), t, DAY)
        return poisson(districts.key("cases"), t // STEP, 32.0 * districts.share * load * day)

    def online(self, districts: Group, t: Ints) -> Floats:
        """Cases that came online: nearly all, fewer where habits lag."""
        return thin(
            districts.key("online"), t // STEP, self.cases(districts, t), 0.974 - self._gap(districts, "onl", 0.02)
        )

    def closed(self, districts: Group, t: Ints) -> Floats:
        """Cases closed: those of some hours ago, mostly in office hours."""
        load = 1.25 * office(t, self.offset) + 0.25 * waking(t, self.offset)
        return poisson(districts.key("closed"), t // STEP, 32.0 * districts.share * load)

    def due(self, districts: Group, t: Ints) -> Floats:
        """Cases whose promised time ends in the interval."""
        load = 1.3 * office(t, self.offset) + 0.22 * waking(t, self.offset)
        return poisson(districts.key("due"), t // STEP, 31.0 * districts.share * load)

    def closed_on_time(self, districts: Group, t: Ints) -> Floats:
        """Those of them that were closed in time; districts differ by up to eight points."""
        share = 0.987 - self._gap(districts, "ontime", 0.07)
        return thin(districts.key("ontime"), t // STEP, self.due(districts, t), share)

    def instant(self, districts: Group, t: Ints) -> Floats:
        """Closed on the spot."""
        return thin(
            districts.key("instant"), t // STEP, self.closed(districts, t), 0.62 - self._gap(districts, "in", 0.1)
        )

    def ratings(self, districts: Group, t: Ints) -> Floats:
        """Ratings received for closed cases."""
        return thin(
            districts.key("rated"), t // STEP, self.closed(districts, t), 0.968 - self._gap(districts, "ra", 0.03)
        )

    def ratings_good(self, districts: Group, t: Ints) -> Floats:
        """The satisfied ones."""
        return thin(
            districts.key("good"), t // STEP, self.ratings(districts, t), 0.996 - self._gap(districts, "go", 0.004)
        )

    def bad_open(self, districts: Group, t: Ints) -> Floats:
        """Bad ratings not yet made good."""
        wave = 0.6 + 0.5 * smooth(districts.key("bad"), t, 3 * DAY)
        return np.rint(np.maximum(10.0 * districts.share * np.maximum(wave, 0.0) + 0.3, 0.0))

    def overdue(self, districts: Group, t: Ints) -> Floats:
        """Cases over their promised time and still open."""
        wave = 0.9 + 0.5 * smooth(districts.key("overdue"), t, 2 * DAY)
        return np.rint(np.maximum(30.0 * districts.share * (0.2 + self._gap(districts, "ontime", 1.0)) * wave, 0.0))

    def time_cut(self, districts: Group, t: Ints) -> Floats:
        """Promised against legal time limits, in %."""
        return 66.5 - 9.0 * self._gap(districts, "cut", 1.0) + 0.0 * t

    def windows(self, halls: Group, t: Ints) -> Floats:
        """Counters at work."""
        size = halls.fact("windows", 20.0)
        running = office(t, self.offset) > 0
        return np.rint(size * running * (0.72 + 0.06 * smooth(halls.key("win"), t, HOUR)))

    def queue(self, halls: Group, t: Ints) -> Floats:
        """People with a number who wait."""
        load = office(t, self.offset) * (1.0 - 0.3 * self.weather.wetness(halls, t))
        crowd = self.windows(halls, t) * load * (0.75 + 0.55 * self._crowd(halls, t))
        return poisson(halls.key("queue"), t // STEP, np.maximum(crowd, 0.0))

    def wait(self, halls: Group, t: Ints) -> Floats:
        """Mean wait in minutes: people over counters times the length of a talk."""
        running = np.maximum(self.windows(halls, t), 1.0)
        return np.rint(self.queue(halls, t) / running * 9.0 + 2.0 * (office(t, self.offset) > 0))

    def _crowd(self, halls: Group, t: Ints) -> Floats:
        return np.maximum(1.0 + 0.75 * smooth(halls.key("crowd"), t, 2 * HOUR), 0.1)

    def _gap(self, districts: Group, name: str, size: float) -> Floats:
        """How far a district lags behind the best, constant, 0 .. size."""
        return uniform(districts.key(f"gap.{name}"), _ZERO) * size


class Hotline:
    """Calls, requests by topic and follow-up, by district and five minutes."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self.offset, self.script = weather, weather.offset, weather.script
        self.visitors = Visitors(weather)

    def topic(self, districts: Group, t: Ints, name: str) -> Floats:
        """Requests of one topic: their own hours, and what rain, heat and a burst main add."""
        mean = TOPICS[name] / (DAY / STEP) * districts.share * self._hours(name, t) * self._stirred(name, districts, t)
        return poisson(districts.key(f"topic.{name}"), t // STEP, mean)

    def requests(self, districts: Group, t: Ints) -> Floats:
        """Requests of all topics: exactly their sum."""
        total: Floats = np.sum([self.topic(districts, t, name) for name in TOPICS], axis=0)
        return total

    def calls(self, districts: Group, t: Ints) -> Floats:
        """Calls that came in: one for each request, and those that ask, thank or give up."""
        idle = poisson(districts.key("calls"), t // STEP, 2.1 * districts.share * self._hours("other", t))
        again = poisson(districts.key("again"), t // STEP, 15.0 * self._surge(districts, t))
        return self.requests(districts, t) + idle + again

    def connected(self, districts: Group, t: Ints) -> Floats:
        """Calls a person answered."""
        return thin(districts.key("lost"), t // STEP, self.calls(districts, t), self._answered(districts, t))

    def connect_30m(self, districts: Group, t: Ints) -> Floats:
        """The platform's own sliding rate: the last six intervals together; 100 with no call."""
        steps = np.arange(6, dtype=np.int64) * STEP
        since = t[:1] - t[:1, :1]  # every row has the same steps, whatever minute it begins at
        needed, where = np.unique(since.reshape(1, -1) - steps.reshape(-1, 1), return_inverse=True)
        times = t[:, :1] + needed
        where = where.reshape(6, -1)
        calls = self.calls(districts, times)[:, where].sum(axis=1)
        answered = self.connected(districts, times)[:, where].sum(axis=1)
        # A few calls at night would swing the rate by tens of points: the platform smooths with twenty answered ones.
        rate: Floats = 100.0 * (answered + 20.0) / (calls + 20.0)
        return rate

    def wait(self, districts: Group, t: Ints) -> Floats:
        """Mean seconds until the answer."""
        base = 6.5 + 5.0 * self._hours("other", t) + 1.5 * smooth(districts.key("wait"), t, 1800)
        return np.rint(
            np.maximum(base + 190.0 * self._surge(districts, t) + 14.0 * self.weather.wetness(districts, t), 2.0)
        )

    def followed(self, districts: Group, t: Ints) -> Floats:
        """Closed requests followed up by phone, in office hours and early evening."""
        h = hour(t, self.offset)
        open_now = ((h >= 9) & (h < 12)) | ((h >= 14) & (h < 20))
        return poisson(districts.key("followed"), t // STEP, 9.5 * districts.share * open_now)

    def responded(self, districts: Group, t: Ints) -> Floats:
        """Reached in time."""
        return self._of_followed(districts, t, "responded", 0.993)

    def resolved(self, districts: Group, t: Ints) -> Floats:
        """Solved as the caller sees it."""
        return self._of_followed(districts, t, "resolved", 0.925)

    def satisfied(self, districts: Group, t: Ints) -> Floats:
        """Satisfied callers."""
        return self._of_followed(districts, t, "satisfied", 0.94)

    def overdue(self, districts: Group, t: Ints) -> Floats:
        """Hotline orders over their time and open."""
        wave = 0.8 + 0.5 * smooth(districts.key("late"), t, 2 * DAY)
        return np.rint(np.maximum(26.0 * districts.share * wave, 0.0))

    def _of_followed(self, districts: Group, t: Ints, name: str, share: float) -> Floats:
        lag = 0.05 * uniform(districts.key(f"gap.{name}"), _ZERO)
        return thin(districts.key(name), t // STEP, self.followed(districts, t), share - lag)

    def _answered(self, districts: Group, t: Ints) -> Floats:
        busy = 0.990 - 0.012 * self._hours("other", t) - 0.02 * self.weather.wetness(districts, t)
        return np.clip(busy - 0.34 * self._surge(districts, t), 0.3, 1.0)

    def _hours(self, name: str, t: Ints) -> Floats:
        """A topic's shape of the day with a mean near 1."""
        h, work = hour(t, self.offset), workday(t, self.offset)
        if name == "noise":
            return 0.35 + 2.9 * bump(h, 22.3, 1.7) + 0.8 * bump(h, 13.2, 1.4)
        if name == "parking":
            return 0.15 + 1.3 * rush(t, self.offset) + 1.3 * bump(h, 20.0, 2.2)
        if name == "labour":
            return (0.4 + 0.75 * work) * 1.9 * waking(t, self.offset)
        return (0.75 + 0.3 * work) * 1.95 * waking(t, self.offset)

    def _stirred(self, name: str, districts: Group, t: Ints) -> Floats:
        """What the day adds to a topic: rain floods roads, heat strains the grid, a burst main empties the taps."""
        wet = self.weather.wetness(districts, t)
        if name == "roads":
            return 1.0 + 6.0 * wet
        if name == "utilities":
            hot = np.clip((self.weather.temperature(districts, t) - 32.0) / 4.0, 0.0, 2.0)
            return 1.0 + 2.5 * wet + 1.6 * hot + 60.0 * self._surge(districts, t)
        if name == "noise":
            return 1.0 - 0.55 * wet
        if name in ("transit", "parking"):
            return (1.0 + 1.2 * wet) * self.visitors.pressure(t)
        return 1.0 + 0.2 * normal(districts.key(f"stir.{name}"), (t + self.offset) // DAY)

    def _surge(self, districts: Group, t: Ints) -> Floats:
        """The hotline_surge scenario, in the districts that the city names for it, else in the first."""
        where = np.zeros((len(districts), 1))
        scene = self.weather.facts.scenarios.get("hotline_surge")
        for code, share in scene.districts.items() if scene else ():
            where[[n == code for n in districts.names]] = share
        if not where.any() and len(districts):
            where[0] = 1.0
        return where * self.script.strength("hotline_surge", t, rise=480, fall=1800)
