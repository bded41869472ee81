"""The duty desk with 1,000 open cases: a press until its answer, and the queue drawn again after it.

`python -m benchmarks.desk`. On SQLite as it is delivered; what the browser and the wire take comes on top. Goal: p95 of an
action under 300 ms.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import config
from access.opening import open_access
from access.rights import RIGHTS
from access.secret import read_key
from callbacks import duty, duty_acts
from callbacks.accounts_services import AccountServices
from demo.serve import environment
from domain.account import Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep
from jobs.clock import utc_now
from store import open_store
from store.desk import Planned

ROOT = Path(__file__).resolve().parents[1]
CASES, PRESSES = 1000, 200
OTHER = Viewer("other", "other", Role.DUTY, RIGHTS[Role.DUTY], session="other")
OFFICER = Viewer("bench", "bench", Role.SHIFT, RIGHTS[Role.SHIFT], session="bench")


class NoCity:
    """The desk without the city's live picture: its cost is that of every page."""

    def address(self, search: str, _viewer: Viewer | None) -> Any:
        """The address as it is."""
        return search

    def view(self, _asked: Any, _viewer: Viewer | None) -> None:
        """Nothing yet."""
        return

    def records(self, _source: str, _viewer: Viewer | None) -> Any:
        """Nothing."""
        return None


def case(number: int, site: str, district: str) -> CaseStep:
    """An open case, a minute older than the one before."""
    at = utc_now() - timedelta(minutes=number % 500)
    made = Case(
        id="", fingerprint=f"bench|{number}", rule="bench", metric="hydro.level", site=site, district=district, topic="water",
        level=AlertLevel(1 + number % 4), say=f"第 {number} 件：水位 12.31 m 超警戒 0.42 m，持续 10 分钟", condition=Condition.FIRING,
        opened=at, updated=at, group=f"g{number % 40}",
    )  # fmt: skip
    return CaseStep(made, "open", at)


def timed(act: Callable[[], object]) -> float:
    """ms that it took."""
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def told(name: str, spans: list[float]) -> None:
    """One line of the table."""
    spans.sort()
    middle, late = spans[len(spans) // 2], spans[int(len(spans) * 0.95)]
    sys.stdout.write(f"{name:<42} median {middle:7.1f} ms   p95 {late:7.1f} ms   most {spans[-1]:7.1f} ms\n")


def main() -> None:
    """Fill a store, press, draw."""
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ) | environment(8051, Path(folder), "secret")
        city, problems = config.load(ROOT / "cities" / "441800", env)
        if city is None:
            raise SystemExit("\n".join(map(str, problems)))
        with open_store(f"sqlite:///{folder}/bench.sqlite", zone=city.spec.zone) as store:
            sites = [site for site in city.sites.values() if site.lon is not None]
            steps = [case(n, sites[n % len(sites)].id, sites[n % len(sites)].district) for n in range(CASES)]
            kept = store.desk.save((), (), Planned(steps), utc_now()).cases
            access = open_access(store, read_key({}, Path(folder)))
            people = AccountServices(city, store, access, utc_now)
            page = duty.DutyPage(people, NoCity())
            press(people, page, [(one.id, one.version) for one in kept])


def press(people: AccountServices, page: duty.DutyPage, cases: list[tuple[str, int]]) -> None:
    """Sign for cases one by one, drawing queue and case after each; then for a hundred at once."""
    desk = people.desk(OFFICER, "")

    def sign(of: list[tuple[str, int]]) -> object:
        return duty_acts.perform(people, desk, duty_acts.Asked("acknowledge", dict(of)))

    page.case(OFFICER, f"?case={cases[0][0]}")  # the layers of resources are read once
    chosen = cases[:PRESSES]
    presses, first, others = [], [], []
    for one in chosen:
        presses.append(timed(partial(sign, [one])))
        first.append(timed(partial(page.queue, OFFICER, "")))
        others.append(timed(partial(page.queue, OTHER, "")))
    told("an action (签收)", presses)
    told(f"the queue of {CASES} after it, who asks first", first)
    told("the same queue for everybody else", others)
    told("the open case", [timed(partial(page.case, OFFICER, f"?case={one[0]}")) for one in chosen[:50]])
    told("100 cases at once", [timed(partial(sign, cases[PRESSES : PRESSES + 100]))])


if __name__ == "__main__":
    main()
