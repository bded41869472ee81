"""One incident as a record tells it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from datasources.context import SourceContext
from datasources.paths import compiled
from datasources.sites import Point, SiteReader
from datasources.text import clean
from domain.incident import Incident, IncidentGrade, IncidentStatus
from domain.source import IncidentSpec, SourceSpec

_STATUSES: dict[str, IncidentStatus] = {"open": "open", "handling": "handling", "closed": "closed"}
T = TypeVar("T")
Moment = Callable[[object], datetime]


class IncidentReader:
    """Reads incidents of one source. What is wrong without hiding the incident goes to `problems`."""

    def __init__(self, source: SourceSpec, spec: IncidentSpec, sites: SiteReader, context: SourceContext) -> None:
        self._source = source
        self._spec = spec
        self._sites = sites
        self._context = context
        paths = {"id": spec.id, "title": spec.title, "kind": spec.kind, "status": spec.status}
        paths |= {"grade": spec.grade, "updated": spec.updated, "department": spec.department}
        self._read = {name: compiled(path) for name, path in paths.items() if path}
        self._detail = {name: compiled(path) for name, path in spec.detail.items()}

    def read(
        self, fields: Mapping[str, Any], at: datetime, received: datetime, moment: Moment, problems: list[str]
    ) -> Incident:
        """The incident. ValueError when it has no id or nothing to call it by; lesser faults are added to `problems`.

        `moment` reads a time of this record (zone, format and replay shift included).
        """
        id_ = self._text("id", fields)
        if not id_:
            raise ValueError("the incident has no id")
        kind = self._spec.kinds.get(self._text("kind", fields), self._text("kind", fields)) or "incident"
        title = self._text("title", fields) or self._text("kind", fields)
        if not title:
            raise ValueError("the incident has neither title nor kind")
        point, district = self._where(fields, problems)
        site = self._site(fields, problems)
        declared = self._context.sites.get(site)
        return Incident(
            id=id_, source=self._source.key, kind=kind, title=title, at=at, received=received,
            updated=_guarded(lambda: self._updated(fields, at, moment), problems) or at,
            status=self._status(fields, problems), grade=self._grade(fields, problems),
            department=self._text("department", fields) or self._source.department,
            district=district or (declared.district if declared else site), site=site if declared else "",
            lon=point.lon if point else None, lat=point.lat if point else None,
            detail={name: text for name, read in self._detail.items() if (text := clean(read(fields)))},
        )  # fmt: skip

    def _text(self, name: str, fields: Mapping[str, Any]) -> str:
        read = self._read.get(name)
        return clean(read(fields)) if read else ""

    def _where(self, fields: Mapping[str, Any], problems: list[str]) -> tuple[Point | None, str]:
        """Coordinates and district. A point outside the city is dropped: it would tear the map apart."""
        point = _guarded(lambda: self._sites.point(fields), problems)
        district = _guarded(lambda: self._sites.district(fields, point), problems)
        return (None, "") if district is None else (point, district)

    def _site(self, fields: Mapping[str, Any], problems: list[str]) -> str:
        """The site or area, "" for none; one that is not declared does not lose the incident."""
        code = self._sites.code(fields)
        if not code or self._sites.known(code):
            return code
        problems.append(f"site {code!r} is not declared")
        return ""

    def _updated(self, fields: Mapping[str, Any], at: datetime, moment: Moment) -> datetime:
        read = self._read.get("updated")
        raw = read(fields) if read else None
        return at if clean(raw) == "" else moment(raw)

    def _status(self, fields: Mapping[str, Any], problems: list[str]) -> IncidentStatus:
        word = self._text("status", fields)
        found = self._spec.statuses.get(word) or _STATUSES.get(word)
        if word and not found:
            problems.append(f"status {word!r} is not declared")
        return found or "open"

    def _grade(self, fields: Mapping[str, Any], problems: list[str]) -> IncidentGrade | None:
        word = self._text("grade", fields)
        found = self._spec.grades.get(word)
        if word and found is None:
            problems.append(f"grade {word!r} is not declared")
        return found


def _guarded(read: Callable[[], T], problems: list[str]) -> T | None:
    """What `read` gives; when it refuses, its sentence goes to the problems."""
    try:
        return read()
    except ValueError as error:
        problems.append(str(error))
        return None
