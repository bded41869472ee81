"""Raw records into observations, incidents and rejects: the rules that all kinds of source share. Pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from datasources.context import SourceContext
from datasources.incidents import IncidentReader
from datasources.paths import compiled
from datasources.paths import field as field_of
from datasources.rows import Bad
from datasources.shift import Shift
from datasources.sites import SiteReader
from datasources.text import cut, dump
from datasources.times import TimeReader
from datasources.values import Marks, ValueReader
from domain.batch import Batch, Reject
from domain.duration import format_duration
from domain.incident import Incident
from domain.observation import Observation
from domain.place import Site
from domain.source import Page, Record, SourceSpec

Fate = Literal["accepted", "duplicate", "rejected", "ignored"]


def map_page(spec: SourceSpec, page: Page, context: SourceContext, received: datetime) -> Batch:
    """One page on its own; the collector keeps a `Mapper` for each source and one `seen` for each run."""
    return Mapper(spec, context).batch(page, received)


class Outcome(NamedTuple):
    """How one record fared, and what it said; of a rejected one what could be read."""

    fate: Fate
    reason: str = ""
    observations: Sequence[Observation] = ()
    incident: Incident | None = None


_IGNORED = Outcome("ignored")  # the source's `where` does not hold


@dataclass
class _Work:
    """What one page has given so far. `moments` keeps the times already read: many records share one."""

    received: datetime
    shift: Shift | None
    seen: set[Hashable]
    observations: dict[tuple[str, str, datetime], Observation] = field(default_factory=dict)
    incidents: dict[Hashable, Incident] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    sites: dict[str, Site] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    read: int = 0
    duplicates: int = 0


class Mapper:
    """The compiled rules of one source; ValueError at construction when a path, unit, zone or format makes no sense.

    Counting, at the level of records: every record that passes `where` is read, and is either accepted, or a duplicate (it
    says word for word what an earlier record with the same `seen` said), or rejected (one Reject; what is readable of it
    goes in all the same). So read = accepted + duplicates + len(rejects). Of several values for one metric, site and time
    in a page the last wins.
    """

    def __init__(self, spec: SourceSpec, context: SourceContext) -> None:
        self._spec = spec
        self._where = compiled(spec.where) if spec.where else None
        self._at = field_of(spec.at.path)
        self._time = TimeReader(spec.at, spec.clock.ahead)
        self._sites = SiteReader(spec.site, context)
        marks = Marks(spec.missing)
        self._values = tuple(
            ValueReader(value, context.metrics[key], marks) for key, value in spec.value_specs().items()
        )
        self._incident = IncidentReader(spec, spec.incident, self._sites, context) if spec.incident else None

    def batch(self, page: Page, received: datetime, seen: set[Hashable] | None = None) -> Batch:
        """Map every record of a page; nothing in a record raises."""
        work = _Work(received, Shift.from_info(page.info), seen if seen is not None else set())
        work.rejects += [Reject(f"{where}: {reason}", cut(raw), where) for where, raw, reason in page.bad]
        work.read = len(page.bad)
        for record in page.records:
            self._record(record, work)
        return self._gathered(work, page.cursor)

    def judged(self, entries: Iterable[Record | Bad], received: datetime) -> tuple[Batch, list[Outcome]]:
        """Map what was sent in one piece, and tell of each entry, in order, how it fared."""
        work = _Work(received, None, set())
        outcomes = [self._entry(entry, work) for entry in entries]
        return self._gathered(work, None), outcomes

    def _entry(self, entry: Record | Bad, work: _Work) -> Outcome:
        if isinstance(entry, Record):
            return self._record(entry, work)
        where, raw, reason = entry
        work.read += 1
        work.rejects.append(Reject(f"{where}: {reason}", cut(raw), where))
        return Outcome("rejected", reason)

    def _gathered(self, work: _Work, cursor: str | None) -> Batch:
        return Batch(
            source=self._spec.key, received=work.received, observations=tuple(work.observations.values()),
            incidents=tuple(work.incidents.values()), rejects=tuple(work.rejects), read=work.read,
            duplicates=work.duplicates, cursor=cursor, sites=tuple(work.sites.values()),
        )  # fmt: skip

    def _record(self, record: Record, work: _Work) -> Outcome:
        if self._where is not None and not self._where(record.fields):
            return _IGNORED
        work.read += 1
        return self._read(record, work)

    def _read(self, record: Record, work: _Work) -> Outcome:
        problems: list[str] = []
        found: list[Observation] = []
        incident: Incident | None = None
        try:
            at = self._moment(self._at(record.fields), work)
            if self._values:
                self._in_time(at, work.received)
                found = self._observations(record.fields, at, work, problems)
            if self._incident is not None:
                incident = self._incident.read(
                    record.fields, at, work.received, lambda raw: self._moment(raw, work), problems
                )
        except ValueError as error:
            problems.append(str(error))
        fate: Fate = "accepted"
        if problems:
            fate = "rejected"
            work.rejects.append(Reject(f"{record.where}: {'; '.join(problems)}", dump(record.fields), record.where))
        elif self._repeated(found, incident, work):
            fate = "duplicate"
            work.duplicates += 1
        # A repeated record is put in again: between A, B and A the last word is A.
        for observation in found:
            work.observations[observation.metric, observation.site, observation.at] = observation
        if incident is not None:
            self._add(incident, work)
        return Outcome(fate, "; ".join(problems), found, incident)

    def _moment(self, raw: object, work: _Work) -> datetime:
        """A record's time in UTC, replay shift applied; ValueError when it is none or lies too far in the future."""
        text = raw if isinstance(raw, str) else None
        moment = work.moments.get(text) if text is not None else None
        if moment is None:
            moment = self._time.read(raw, work.received)
            moment = work.shift.apply(moment) if work.shift else moment
            if text is not None:
                work.moments[text] = moment
        ahead = self._spec.clock.ahead
        if moment > work.received + ahead:
            told = f"time {moment.isoformat()} is in the future (received {work.received.isoformat()})"
            raise ValueError(f"{told}: more than the {format_duration(ahead)} that its clock may be ahead")
        return moment

    def _in_time(self, at: datetime, received: datetime) -> None:
        """ValueError when a value comes later than its source's clock allows."""
        late = self._spec.clock.late
        if late is not None and at < received - late:
            told = f"time {at.isoformat()} is too long ago (received {received.isoformat()})"
            raise ValueError(f"{told}: more than the {format_duration(late)} that a value may be late")

    def _observations(
        self, fields: Mapping[str, Any], at: datetime, work: _Work, problems: list[str]
    ) -> list[Observation]:
        site = self._site(fields, work)
        source, received = self._spec.key, work.received
        found: list[Observation] = []
        for value in self._values:
            try:
                got = value.read(fields)
            except ValueError as error:
                problems.append(f"{value.metric} at {site}: {error}")
                continue
            if got is not None:
                found.append(Observation(value.metric, site, source, at, got.number, received, got.quality))
        if not found and not problems and self._incident is None:
            problems.append(f"none of the declared fields is in the record of {site}")
        return found

    def _site(self, fields: Mapping[str, Any], work: _Work) -> str:
        site = self._sites.code(fields)
        if not site:
            raise ValueError("the record names no site")
        if not self._sites.known(site) and site not in work.sites:
            work.sites[site] = self._sites.learn(site, fields)
        return site

    @staticmethod
    def _repeated(found: list[Observation], incident: Incident | None, work: _Work) -> bool:
        said: Hashable = tuple([(o.metric, o.site, o.at, o.value, o.quality) for o in found])
        if incident is not None:
            said = (said, _identity(incident))
        known = len(work.seen)
        work.seen.add(said)
        return len(work.seen) == known

    @staticmethod
    def _add(incident: Incident, work: _Work) -> None:
        """The newest telling of an incident wins; of equally new ones the later in the page."""
        before = work.incidents.get(incident.id)
        if before is None or incident.updated >= before.updated:
            work.incidents[incident.id] = incident


def _identity(incident: Incident) -> Hashable:
    return (
        incident.id, incident.kind, incident.title, incident.at, incident.updated, incident.status, incident.grade,
        incident.department, incident.district, incident.site, incident.lon, incident.lat, tuple(incident.detail.items()),
    )  # fmt: skip
