"""A new snapshot from an export of the OSV database: `python -m supply.refresh all.zip` (advisories/README.md).

Keeps the records of pinned libraries, without prose and links; what is accepted stays.
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from supply.advisories import ABOUT, FOLDER, RECORDS, Record, names_of
from supply.pins import DEVELOPMENT, RUNTIME, read_pins

KEPT = ("id", "aliases", "modified", "published", "withdrawn", "summary")


def records(export: Path, pinned: set[str]) -> list[dict[str, Any]]:
    """The export's records of pinned libraries, by id."""
    found = [_slim(record, pinned) for record in _read(export) if pinned & set(names_of(record))]
    return sorted(found, key=lambda record: str(record["id"]))


def taken(export: Path) -> date:
    """The day of the newest record: what the export can know at best."""
    with zipfile.ZipFile(export) as package:
        newest = max((info.date_time for info in package.infolist()), default=(1980, 1, 1, 0, 0, 0))
    return datetime(*newest, tzinfo=UTC).date()


def _read(export: Path) -> Iterator[Record]:
    with zipfile.ZipFile(export) as package:
        for info in package.infolist():
            if info.filename.endswith(".json"):
                yield json.loads(package.read(info))


def _slim(record: Record, pinned: set[str]) -> dict[str, Any]:
    affected = [
        {key: part[key] for key in ("package", "ranges", "versions") if key in part}
        for part in record["affected"]
        if set(names_of({"affected": [part]})) & pinned
    ]
    return {**{key: record[key] for key in KEPT if key in record}, "affected": affected}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the records and what is known of them."""
    parser = argparse.ArgumentParser(prog="supply.refresh", description=__doc__)
    parser.add_argument("export", type=Path, help="all.zip of the ecosystem PyPI")
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--source", default="the OSV database's export of PyPI", help="whose records they are")
    args = parser.parse_args(argv)
    found = records(args.export, set(read_pins(RUNTIME)) | set(read_pins(DEVELOPMENT)))
    lines = [json.dumps(record, ensure_ascii=False, sort_keys=True) for record in found]
    (args.into / RECORDS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    about = {"taken": taken(args.export).isoformat(), "source": args.source, "complete": True}
    (args.into / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} records, taken {about['taken']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
