"""A receiver of notices as declared in receivers.yaml: which news it gets, when, and how much of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.account import Role
from domain.alert import AlertLevel
from domain.metric import Topic
from domain.noise import Post
from domain.rule import Level


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty at a moment: logins, and the roles that are filled."""

    logins: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()


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
    posts: tuple[Post, ...] = Field(
        (),
        description="Posts it stands for; it is called in at their rungs of noise.yaml's escalation, whatever its levels are.",
    )
    news: bool = Field(True, description="Whether it gets ordinary news; no = only what it is called in for.")
    departments: tuple[str, ...] = Field(
        (), description="Departments it answers for; it is told of their orders, whatever its other lists hold."
    )
    roles: tuple[Role, ...] = Field((), description="Roles of those it reaches.")
    logins: tuple[str, ...] = Field((), description="Logins of those it reaches.")
    on_shift: bool = Field(
        False, description="Told only while one of its roles or logins is on duty; always while no shift is open."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.on_shift and not (self.roles or self.logins):
            raise ValueError("on_shift needs roles or logins: whose shift is meant")
        if not self.news and not self.posts and not self.departments:
            raise ValueError("news: no needs posts or departments, otherwise nothing is ever sent")
        return self

    def concerns(self, level: AlertLevel, topic: str, district: str, at: datetime) -> bool:
        """Whether it gets news of this level, topic and district ("" = the whole city) at a local time."""
        given = ((self.levels, level.name), (self.topics, topic), (self.districts, district))
        return all(not names or name in names for names, name in given) and self._awake(at.hour)

    def covers(self, topic: str, district: str) -> bool:
        """Whether a topic and a district ("" = the whole city) are its own."""
        given = ((self.topics, topic), (self.districts, district))
        return all(not names or name in names for names, name in given)

    def present(self, duty: OnDuty | None) -> bool:
        """Whether those it reaches are there. None: nobody knows who is on duty, so everybody is told."""
        if not self.on_shift or duty is None:
            return True
        return not duty.logins.isdisjoint(self.logins) or not duty.roles.isdisjoint(self.roles)

    def _awake(self, hour: int) -> bool:
        if not self.hours:
            return True
        return any(begin <= hour < end if begin < end else hour >= begin or hour < end for begin, end in self.hours)
