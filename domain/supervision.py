"""催办 and 督办 as a city declares them (plans.yaml, `supervision`): a mark by the share of an order's time that is left."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rank = Literal["urge", "yellow", "red"]
RANKS: tuple[Rank, ...] = ("urge", "yellow", "red")  # each worse than the one before


class Mark(BaseModel):
    """From which share of time left on (0 = the time is over), the rank, and what it is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="Share of the time left from which on it holds; 0 = it is over."
    )
    rank: Rank = Field(description="urge (催办), yellow or red (督办).")
    name: str = Field(min_length=1, description="What it is called: 催办（蓝）.")


class Supervision(BaseModel):
    """Which scheme orders go by. An order keeps the one it was sent out under."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheme: Literal["share", "near", "steps"] = Field("share", description="One of three published schemes.")
    marks: tuple[Mark, ...] = Field(
        (), description="The city's own marks in place of a published scheme, mildest first."
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.marks:
            return self
        if tuple(one.rank for one in self.marks) != RANKS:
            raise ValueError("marks are urge, yellow and red, each once and in this order")
        shares = [one.share for one in self.marks]
        if shares != sorted(set(shares), reverse=True) or shares[-1] != 0:
            raise ValueError("the shares of marks fall from one to the next, and red is 0: the time is over")
        return self
