"""A daily (日报): what the duty room tells the leaders of a day, a draft until it is signed and unchangeable from then on."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.dossier import Dossier


class Line(BaseModel):
    """A number or a case that somebody put into the daily, as it was at that moment.

    about: "metric:air.aqi@441802" or a case's number. compared: the differences, in words. at: as of when. source: whose it is.
    course: the metric's last 24 hours, one value an hour. by: the login of who put it there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    name: str
    value: str
    compared: str = ""
    at: AwareDatetime | None = None
    source: str = ""
    remark: str = ""
    by: str = ""
    course: tuple[float | None, ...] = ()


class Fact(BaseModel):
    """A sentence that the program wrote, with the way to where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    section: str
    text: str
    href: str = ""


class Daily(Dossier):
    """states: draft, checked (by the shift leader), signed (by a leader).

    day: the local day, as 2026-11-25; a day may have several issues. facts: what the program wrote, kept when it is signed.
    summary: the opening sentence. checker, signer: logins. of: the signed daily that this one corrects. last: who moved it last.
    """

    PREFIX: ClassVar[str] = "RB"
    OVER: ClassVar[frozenset[str]] = frozenset({"signed"})

    day: str
    lines: tuple[Line, ...] = ()
    facts: tuple[Fact, ...] = ()
    summary: str = ""
    checker: str = ""
    signer: str = ""
    of: str = ""
    last: str = ""
