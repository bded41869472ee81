"""A dossier (案卷): whatever the duty desk keeps under a number: order, incident file, report, shift, handover."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Dossier(BaseModel):
    """What all of them have. A kind adds its own fields; frozen, so a step makes a new one.

    id: its number ("GD-20261125-0001", PREFIX-day-count, "" before the store gives one). state: a word of its own kind.
    version: rises with every step (compare-and-set). title: one line. level: our alert level 1-4 (P1-P4), 0 when it has none.
    unit: the department it lies with. owner: a login. about: the number of the case or dossier it belongs to. due: when time
    alone moves it next. exercise: belongs to a drill (演练); nothing of it goes out. Times are aware UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    PREFIX: ClassVar[str]
    OVER: ClassVar[frozenset[str]]  # states in which nothing is owed any more

    id: str = ""
    state: str
    opened: AwareDatetime
    updated: AwareDatetime
    version: int = 0
    title: str = ""
    level: int = 0
    district: str = ""
    topic: str = ""
    unit: str = ""
    owner: str = ""
    about: str = ""
    due: AwareDatetime | None = None
    closed: AwareDatetime | None = None
    exercise: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state in self.OVER

    def become(self, **changes: object) -> Self:
        """The same dossier with some fields changed, checked anew."""
        return type(self).model_validate({**dict(self), **changes})


@dataclass(frozen=True, slots=True)
class DossierStep:
    """One thing that happened to a dossier: `dossier` is what it became.

    actor is a login, "system" for the program. told: what else belongs to it (reason, deadline), JSON values.
    """

    dossier: Dossier
    verb: str
    at: datetime
    actor: str = "system"
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DossierEvent:
    """A step as it is kept: never changed, never deleted before its dossier. body: the whole dossier as it became."""

    dossier: str
    at: datetime
    actor: str
    verb: str
    old: str
    new: str
    told: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
