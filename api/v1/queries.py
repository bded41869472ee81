"""What may be asked for in an address. A name that is not listed here is refused, so that a typing error is noticed."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.v1.paging import MOST, USUAL
from domain.incident import IncidentStatus
from domain.metric import Topic

Names = Annotated[list[str], Field(max_length=100)]


class Query(BaseModel):
    """Closed: extra names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Paged(Query):
    """Which page of a list."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="Most items of one page.")
    cursor: str = Field("", max_length=1000, description="`next` of the page before; empty for the first page.")


class MetricQuery(Paged):
    """Which metrics."""

    topic: Topic | None = Field(None, description="Only metrics of this topic.")


class SiteQuery(Paged):
    """Which sites."""

    kind: str = Field("", max_length=100, description="Only sites of this kind (air, gauge, segment, ...).")
    district: str = Field("", max_length=100, description="Only sites in this district (division code).")


class SeriesQuery(Paged):
    """Which series."""

    metric: Names = Field([], description="Only these metrics; repeat the name for several.")
    site: Names = Field([], description="Only these sites, districts (division code) or the city.")
    source: str = Field("", max_length=100, description="Only what this source brought.")
    topic: Topic | None = Field(None, description="Only metrics of this topic.")
    district: str = Field("", max_length=100, description="Only places in this district, itself included.")


class LatestQuery(SeriesQuery):
    """Which newest values."""

    since: datetime | None = Field(None, description="Only values received after this moment (ISO 8601 with zone).")


class ValuesQuery(Query):
    """Which values of a series. Times are ISO 8601 with zone."""

    start: datetime | None = Field(None, alias="from", description="First moment; else 24 hours before `to`.")
    end: datetime | None = Field(None, alias="to", description="Moment after the last; else now.")
    step: Literal["raw", "hour", "day"] = Field(
        "raw",
        description="Values as they came (at most 7 days), or folded into hours (62 days) or local days (6 years).",
    )
    limit: int = Field(MOST, ge=1, le=MOST, description="Most values of one page.")
    cursor: str = Field("", max_length=1000, description="`next` of the page before; empty for the first page.")


class IncidentQuery(Paged):
    """Which incidents. Times are ISO 8601 with zone."""

    at: datetime | None = Field(None, description="As known at this moment; else now.")
    since: datetime | None = Field(
        None, description="Closed ones that began or changed since; else 24 hours before `at`."
    )
    status: IncidentStatus | None = Field(None, description="Only incidents of this status.")
    kind: str = Field("", max_length=100, description="Only incidents of this kind.")
    district: str = Field("", max_length=100, description="Only incidents in this district (division code).")
    source: str = Field("", max_length=100, description="Only what this source told.")


OrderState = Literal[
    "dispatched", "accepted", "working", "reported", "checking", "done", "archived", "returned", "ruling", "shelved",
    "withdrawn",
]  # fmt: skip


class OrderQuery(Paged):
    """Which orders. Times are ISO 8601 with zone."""

    over: bool = Field(False, description="The finished ones (done, archived, withdrawn) in place of the open ones.")
    state: OrderState | None = Field(None, description="Only orders of this state.")
    unit: str = Field("", max_length=100, description="Only orders that lie with this department.")
    district: str = Field("", max_length=100, description="Only orders in this district (division code).")
    since: datetime | None = Field(
        None, description="Only those dispatched since; else every open one, or 31 days before `until` of the finished."
    )
    until: datetime | None = Field(None, description="Only those dispatched before; else now.")


class PushQuery(Query):
    """Whose data come."""

    source: str = Field(
        "", max_length=100, description="Key of the source in sources.yaml; may be left out when the token names one."
    )
