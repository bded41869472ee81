"""What nobody can send by machine: a table that a department's clerk fills in, period by period, on `/forms`."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, model_validator

from datasources.pushed import PushedSource
from domain.filing import Period, Rhythm, periods, periods_since
from domain.source import AtSpec, SiteSpec, SourceSpec

__all__ = ["FormSource", "FormSpec"]

FormSource = PushedSource
DAY, PLACE = "day", "place"  # the fields of a row beside its cells: the last day of its period, and its place
MOST_CELLS = 2_000  # of a table that somebody fills in by hand
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EVERY: Mapping[str, timedelta] = {
    "month": timedelta(days=31), "quarter": timedelta(days=92), "day": timedelta(days=1),
}  # fmt: skip
_LISTED: Mapping[str, int] = {"month": 6, "quarter": 4, "day": 14}
_MOST_LISTED = 60
_EVENING = timedelta(hours=23, minutes=59)  # the end of its last day, so that it counts in the period it describes


class FormSpec(SourceSpec):
    """A table: a row for each place, a column for each metric. Signed on `/forms`, then read like every record.

    Each row is a record with `day` (the last day of its period, 2026-10-31), `place` and a field for each column, named by the
    metric's `path`. `every` need not be given: it is the length of the period. The source is late when a period is overdue.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    polled: ClassVar[bool] = False
    owed: ClassVar[bool] = True
    kind: Literal["form"]
    at: AtSpec = Field(
        AtSpec(path=DAY, format="%Y-%m-%d", shift=_EVENING), description="The record's time: the end of `day`."
    )
    site: SiteSpec = Field(SiteSpec(path=PLACE), description="The record's place: of `place`, or fixed.")
    period: Rhythm = Field("month", description="What one table is about: a month, a quarter or a day.")
    places: tuple[str, ...] = Field(
        (), description="The rows: sites or adcodes; empty: every district, or `site.fixed`."
    )
    within: int = Field(10, ge=0, le=60, description="Days after the period's end until which it is owed.")
    since: date | None = Field(
        None, description="First day for which it is owed, 2026-10-01; empty: only the newest whole period is."
    )
    optional: tuple[str, ...] = Field((), description="Metrics whose cells may stay empty.")

    @model_validator(mode="before")
    @classmethod
    def _timed(cls, given: Any) -> Any:
        """A form's interval is its period's."""
        if not isinstance(given, Mapping) or given.get("every") is not None or given.get("cron"):
            return given
        rhythm = given.get("period", "month")
        return {**given, "every": _EVERY.get(rhythm if isinstance(rhythm, str) else "", _EVERY["month"])}

    @model_validator(mode="after")
    def _a_table(self) -> "FormSpec":
        if self.every is None:
            raise ValueError("a form has no time table: take cron: out")
        if self.incident is not None or self.replay is not None:
            raise ValueError("a form is a table of metrics: take incident: and replay: out")
        if self.site.path not in ("", PLACE) or self.at.path != DAY:
            raise ValueError(
                "a form's rows have the fields day and place: leave the paths of at: and site: as they are"
            )
        self._columns()
        if len(set(self.places)) < len(self.places):
            raise ValueError("places: a place is named twice")
        if len(self.places) * len(self.metrics) > MOST_CELLS:
            raise ValueError(f"a form of more than {MOST_CELLS:,} cells is nothing to fill in by hand: use kind: file")
        return self

    def _columns(self) -> None:
        paths = [one.path for one in self.value_specs().values()]
        wrong = next((path for path in paths if not _PLAIN.fullmatch(path) or path in (DAY, PLACE)), None)
        if wrong is not None:
            raise ValueError(f"a column is a plain name of letters, digits and _ (not day or place), not {wrong!r}")
        if len(set(paths)) < len(paths):
            raise ValueError("two metrics have one column: each needs a path of its own")
        unknown = next((key for key in self.optional if key not in self.metrics), None)
        if unknown is not None:
            raise ValueError(f"optional: {unknown} is no column of this form")

    @property
    def zone(self) -> ZoneInfo:
        """In which its days begin."""
        return ZoneInfo(self.at.zone)

    def listed(self, now: datetime) -> list[Period]:
        """The periods that can be filled in, newest first: those that are owed, or the last few."""
        if self.since is None:
            return list(islice(periods(self.period, self.within, now, self.zone), _LISTED[self.period]))
        return periods_since(self.period, self.within, self.since, now, self.zone)[:_MOST_LISTED]

    def awaited(self, now: datetime) -> list[Period]:
        """The periods that are owed, newest first."""
        return self.listed(now)[: None if self.since is not None else 1]
