"""Something that happened in the city, reported by a source or a person."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

IncidentStatus = Literal["open", "handling", "closed"]
OFFICIAL_WARNING = "official_warning"  # a kind: 蓝黄橙红 by the weather service and others, never an alert level
IncidentGrade = Literal[1, 2, 3, 4]  # Ⅰ 特别重大 … Ⅳ 一般 (国务院令493); never an alert level


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as its source last told it; `id` is the source's own, so an update replaces.

    Times are aware UTC. Coordinates are WGS-84 degrees; None when the source gave no place.
    """

    id: str
    source: str
    kind: str
    title: str
    at: datetime
    updated: datetime
    received: datetime
    status: IncidentStatus = "open"
    grade: IncidentGrade | None = None
    department: str = ""
    district: str = ""
    site: str = ""
    lon: float | None = None
    lat: float | None = None
    detail: dict[str, str] = field(default_factory=dict)
