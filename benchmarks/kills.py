"""Kills survived: collector, web process and database die by SIGKILL at random moments under load from every kind of source.

    python -m benchmarks.kills [--kills 200] [--seed 1] [--postgres] [--gap 1.0]

Afterwards every record that was acknowledged to its sender must be in the store exactly once, with the value that was said.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

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
    print(f"kills {dict(outcome.kills)} in {outcome.seconds:.0f} s, seed {asked.seed}, load {os.getloadavg()[0]:.0f}")
    print(f"acknowledged {outcome.acknowledged.total():,}: {dict(outcome.acknowledged)}; rows {outcome.rows:,}")
    print(
        f"lost {len(outcome.lost)}, twice {outcome.twice}, never said {outcome.strange}, other value {outcome.unequal}"
    )
    print(f"roll-ups count every row once: {outcome.rolled}; all there {outcome.settled:.1f} s after the last kill")
    print(outcome.lost[:5])
    return 1 if outcome.lost or outcome.twice or outcome.strange or outcome.unequal or not outcome.rolled else 0


if __name__ == "__main__":
    sys.exit(main())
