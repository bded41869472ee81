"""The committed snapshot of advisories: records in the OSV format, one a line, and what is known of the whole."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from supply.pins import ROOT

FOLDER = ROOT / "advisories"
RECORDS, ABOUT, ACCEPTED = "records.jsonl", "about.json", "accepted.json"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """Where the snapshot comes from, when it was taken, and whether it holds all that was known then."""

    taken: date
    source: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that is known and lived with, for a reason and until a day."""

    id: str
    because: str
    until: date


@dataclass(frozen=True)
class Snapshot:
    """Everything of the folder."""

    about: About
    records: tuple[Record, ...]
    accepted: tuple[Accepted, ...]

    def of(self, name: str, version: str) -> list[Record]:
        """The records that affect one version of a library."""
        return [record for record in self.records if affects(record, name, version)]

    def names(self) -> set[str]:
        """The libraries that any record is about."""
        return {name for record in self.records for name in names_of(record)}


def read_snapshot(folder: Path = FOLDER) -> Snapshot:
    """The committed snapshot; ValueError or OSError when it is not whole."""
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    accepted = json.loads((folder / ACCEPTED).read_text(encoding="utf-8"))
    lines = (folder / RECORDS).read_text(encoding="utf-8").splitlines()
    return Snapshot(
        About(date.fromisoformat(about["taken"]), about["source"], about["complete"]),
        tuple(json.loads(line) for line in lines if line.strip()),
        tuple(Accepted(one["id"], one["because"], date.fromisoformat(one["until"])) for one in accepted),
    )


def names_of(record: Record) -> Iterator[str]:
    """The libraries a record is about, normalised."""
    for affected in record.get("affected", ()):
        if affected.get("package", {}).get("ecosystem") == "PyPI":
            yield canonicalize_name(affected["package"]["name"])


def affects(record: Record, name: str, version: str) -> bool:
    """Whether a record that is not withdrawn names this version, one by one or in a range (OSV schema 1.7, affected)."""
    if record.get("withdrawn"):
        return False
    wanted = canonicalize_name(name)
    return any(
        version in affected.get("versions", ()) or any(_within(span, version) for span in affected.get("ranges", ()))
        for affected in record.get("affected", ())
        if affected.get("package", {}).get("ecosystem") == "PyPI"
        and canonicalize_name(affected["package"]["name"]) == wanted
    )


def _within(span: Record, version: str) -> bool:
    """Events in the order of versions switch "affected" on and off; other kinds of range say nothing of releases."""
    if span.get("type") != "ECOSYSTEM":
        return False
    here, inside = Version(version), False
    for at, kind in sorted(_events(span.get("events", ())), key=lambda event: event[0]):
        if kind == "last_affected":
            inside = inside and here <= at
        elif at <= here:
            inside = kind == "introduced"
    return inside


def _events(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            try:
                if kind in event:
                    yield Version(event[kind]), kind
            except InvalidVersion:
                continue
