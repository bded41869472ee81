"""Who is on duty when (roster.yaml): teams, the times at which they change, and the turn they take."""

from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.metric import Duration


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _clock(value: object) -> object:
    """YAML reads an unquoted 8:30 as a number in base 60; only quoted times are taken."""
    if not isinstance(value, (str, time)):
        raise ValueError('write the time in quotes: "08:30"')  # noqa: TRY004 - pydantic turns ValueError into a problem
    return value


Clock = Annotated[time, BeforeValidator(_clock)]


class Change(_Part):
    """A time of the day at which one shift hands over to the next."""

    at: Clock = Field(description="Local time the shift begins, in quotes.")
    name: str = Field(description="What the shift is called (白班).")
    name_en: str = Field("", description="English name.")


class Team(_Part):
    """People who are on duty together, by their logins."""

    name: str = Field(description="What the team is called (甲班).")
    name_en: str = Field("", description="English name.")
    officers: tuple[str, ...] = Field(min_length=1, description="值班员: logins of those at the desk.")
    shift_leader: str = Field(description="值班长: login.")
    leader: str = Field("", description="带班领导: login.")
    reserve: tuple[str, ...] = Field((), description="备班: logins of those who come when called.")

    @property
    def logins(self) -> frozenset[str]:
        """Everybody of the team but the reserve."""
        return frozenset({*self.officers, self.shift_leader, self.leader} - {""})


class Phone(_Part):
    """A telephone of the emergency list, checked at every handover."""

    name: str = Field(description="Whose telephone it is.")
    name_en: str = Field("", description="English name.")
    number: str = Field(description="The number, in quotes.")


class Supply(_Part):
    """Something that has to lie ready, checked at every handover."""

    name: str = Field(description="What it is.")
    name_en: str = Field("", description="English name.")


class Roster(_Part):
    """roster.yaml. Without it nobody is on duty by plan, and nothing has to be handed over."""

    begins: date = Field(description="The day whose first shift the first team of `rotation` takes.")
    changes: tuple[Change, ...] = Field(min_length=1, description="When shifts change, in the order of the day.")
    teams: dict[str, Team] = Field(min_length=1, description="Teams by name.")
    rotation: tuple[str, ...] = Field(
        min_length=1, description="Teams in the turn they take, one a shift, over and over."
    )
    swaps: dict[str, str] = Field(
        default_factory=dict, description='Single shifts taken by another team: "2026-10-01 08:30": B.'
    )
    draft: Duration = Field(timedelta(minutes=30), description="How long before a change the sheet is drawn up.")
    grace: Duration = Field(
        timedelta(minutes=15), description="How long after it an unsigned sheet goes to the shift leader."
    )
    brief: Duration = Field(
        timedelta(hours=1), description="A shift shorter than this may hand over by the short sheet."
    )
    full: Duration = Field(timedelta(hours=2), description="Within which time a short sheet is completed.")
    phones: tuple[Phone, ...] = Field((), description="应急电话, checked at each handover.")
    supplies: tuple[Supply, ...] = Field((), description="物品, checked at each handover.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        times = [change.at for change in self.changes]
        if sorted(set(times)) != times:
            raise ValueError("changes: write the times of the day in their order, each once")
        unknown = sorted({*self.rotation, *self.swaps.values()} - self.teams.keys())
        if unknown:
            raise ValueError(f"rotation and swaps name teams that are not declared: {', '.join(unknown)}")
        known = {f"{at:%H:%M}" for at in times}
        odd = sorted(key for key in self.swaps if not _is_slot(key, known))
        if odd:
            raise ValueError(f"swaps: {odd[0]} is no shift; write its day and change time (2026-10-01 08:30)")
        return self


def _is_slot(key: str, times: set[str]) -> bool:
    day, _, at = key.partition(" ")
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return at in times
