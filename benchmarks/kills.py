"""Kills survived: collector, web process and database die by SIGKILL at random moments under load from every kind of source.

    python -m benchmarks.kills [--kills 200] [--seed 1] [--postgres] [--gap 1.0]

When nothing lives any more, every record that was acknowledged to its sender must be in the store or the spool; in the end it and
whatever was published for fetching must be in the store exactly once, with the value that was said.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.killing.counting import Outcome
from tests.killing.world import survived
from tests.servers import KillablePostgres


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", type=float, default=1.0)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's own user has to get through
        (folder / "work").mkdir()
        postgres = KillablePostgres(folder / "pg") if asked.postgres else None
        try:
            if postgres is not None:
                postgres.start()
            outcome = asyncio.run(survived(folder / "work", asked.kills, asked.seed, postgres, asked.gap))
        finally:
            if postgres is not None:
                postgres.stop()
    _told(outcome, asked.seed)
    return 0 if outcome.good() else 1


def _told(outcome: Outcome, seed: int) -> None:
    load = os.getloadavg()[0]
    print(
        f"kills {dict(outcome.kills)} ({outcome.at_once} while starting) in {outcome.seconds:.0f} s, seed {seed}, load {load:.0f}"
    )
    print(
        f"acknowledged {outcome.acknowledged.total():,}: {dict(outcome.acknowledged)}; answers {dict(outcome.answers)}"
    )
    print(f"published {outcome.published.total():,}: {dict(outcome.published)}")
    print(f"rows {outcome.rows:,}; {outcome.spooled} of them only in the spool after the last kill")
    print(f"lost {outcome.lost}, not fetched {outcome.unread}")
    print(f"twice {outcome.twice}, never said {outcome.strange}, other value {outcome.unequal}")
    print(f"roll-ups count every row once: {outcome.rolled}; all there {outcome.settled:.1f} s after the last kill")


if __name__ == "__main__":
    sys.exit(main())
