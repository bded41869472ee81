"""One measured value, and the key of the series it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple


class Quality(IntEnum):
    """How far a value may be trusted; stored as its number, so the order never changes."""

    GOOD = 0
    SUSPECT = 1
    MISSING = 2
    INVALID = 3


class SeriesKey(NamedTuple):
    """What makes two observations comparable: metric x site x source, under one version of a standard.

    `site` is a site id, or a district's or the city's adcode for figures that describe an area.
    `standard` is empty for raw values and names edition and year for computed ones ("HJ 633-2026").
    """

    metric: str
    site: str
    source: str
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value of one series: `at` is the phenomenon's time, `received` the arrival; both aware UTC."""

    metric: str
    site: str
    source: str
    at: datetime
    value: float | None
    received: datetime
    quality: Quality = Quality.GOOD
    standard: str = ""

    @property
    def key(self) -> SeriesKey:
        """The series this value belongs to."""
        return SeriesKey(self.metric, self.site, self.source, self.standard)
