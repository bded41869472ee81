"""What one poll of a source brings: the unit that is written in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.incident import Incident
from domain.observation import Observation
from domain.place import Site


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be understood: kept with its reason, never stored as good.

    `where` names the place a person can look at ("air.csv:12", "page 2 row 7"); `raw` is its text, cut to 2,000 characters.
    """

    reason: str
    raw: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The outcome of one page of one poll.

    `read` counts the page's records (after the source's `where`): each is accepted, duplicate, or in `rejects` (one reject
    per record, though the readable rest of the record goes in). `cursor` is what the next poll resumes from; None leaves the
    stored one as it is. `sites` are places learnt from the records.
    """

    source: str
    received: datetime
    observations: tuple[Observation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    rejects: tuple[Reject, ...] = ()
    read: int = 0
    duplicates: int = 0
    cursor: str | None = None
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What the store did with a batch; `changed` are the metrics whose newest value or history moved.

    `duplicates` counts values the store already held unchanged; `corrected` those it replaced.
    """

    version: int
    inserted: int = 0
    corrected: int = 0
    duplicates: int = 0
    incidents: int = 0
    rejected: int = 0
    changed: frozenset[str] = field(default_factory=frozenset)
