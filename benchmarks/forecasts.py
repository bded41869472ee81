"""What a city's forecasts cost: `python -m benchmarks.forecasts [URL of a store with a month of history]`, on a copy of it.

The first hours after a start seek every series' weights, some in each; then an hour is outlooks alone, until the weights are
a week old. CPU seconds of this process and of those it starts.
"""

import asyncio
import collections
import resource
import shutil
import statistics
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from config import load
from jobs.forecast import fit_apart, refresh
from store import Store, open_store


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def told(store: Store, metrics: list[str]) -> None:
    by_metric = collections.defaultdict(list)
    for one in store.forecasts.of(metrics):
        by_metric[one.key.metric].append(one)
    print(f"{'metric':24} series  model used  MASE     80 %     95 % inside")
    for metric, found in by_metric.items():
        used = sum(one.method != "naive" for one in found)
        mase = statistics.median(one.skill.mase or 0 for one in found)
        inside = [statistics.mean(getattr(one.skill, name) for one in found) for name in ("inside80", "inside95")]
        print(f"{metric:24} {len(found):6}  {used:10}  {mase:.2f}  {inside[0]:8.1%} {inside[1]:8.1%}")


async def main(source: Path) -> None:
    city, _ = load(Path("cities/441800"), {})
    if city is None:
        sys.exit("cities/441800 has problems: python app.py check cities/441800")
    metrics = city.metrics
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(source, folder))
        with open_store(f"sqlite:///{copy}") as store:
            newest = max(one.at for one in store.latest(["hydro.level"]))
            now = newest.replace(minute=0, second=0, microsecond=0) - timedelta(hours=6)
            costs = []
            for hour in range(7):
                before = cpu()
                count = await refresh(metrics, store, now + timedelta(hours=hour), fit_apart)
                costs.append(cpu() - before)
                print(f"hour {hour + 1}: {count} outlooks, {costs[-1]:.1f} s of CPU (goal: 30 s)", flush=True)
            told(store, [key for key, metric in metrics.items() if metric.forecast])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1].removeprefix("sqlite:///"))))
