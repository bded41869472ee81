"""A receiver of notices as declared in receivers.yaml: which news it gets, when, and how much of it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.alert import AlertLevel
from domain.metric import Topic
from domain.rule import Level

_Hour = Annotated[int, Field(ge=0, le=24)]


class Receiver(BaseModel):
    """Who is told. Every list that is given must hold what the case has; empty lists leave everything in."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    kind: str = Field(description="How it is told (webhook, email, apprise).")
    name: str = Field("", description="Who it is, for people: 市应急局值班室.")
    levels: tuple[Level, ...] = Field((), description="Levels; empty = all.")
    topics: tuple[Topic, ...] = Field((), description="Topics; empty = all.")
    districts: tuple[str, ...] = Field((), description="Adcodes; empty = all, and what concerns the whole city.")
    hours: tuple[tuple[_Hour, _Hour], ...] = Field(
        (), description="[from, to) in local hours; [22, 6] runs over midnight."
    )
    clears: bool = Field(True, description="Whether it is also told that an alert is over.")
    per_hour: int = Field(
        0, ge=0, description="At most so many notices an hour, the others later, P1 at once all the same; 0 = no limit."
    )

    def concerns(self, level: AlertLevel, topic: str, district: str, at: datetime) -> bool:
        """Whether it gets news of this level, topic and district ("" = the whole city) at a local time."""
        given = ((self.levels, level.name), (self.topics, topic), (self.districts, district))
        return all(not names or name in names for names, name in given) and self._awake(at.hour)

    def _awake(self, hour: int) -> bool:
        if not self.hours:
            return True
        return any(begin <= hour < end if begin < end else hour >= begin or hour < end for begin, end in self.hours)
