"""An order (工单): work for one responsible unit, with clocks that run from the moment it was dispatched."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.dossier import Dossier
from domain.supervision import Mark


class Attachment(BaseModel):
    """A file that belongs to an order. sha256 is where it is stored; name is what its sender called it; size in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    name: str
    size: int
    media: str
    by: str
    at: AwareDatetime


class Share(BaseModel):
    """The part of an order that a unit which assists (协办) signs and answers for. task: what it is asked for, "" when that is the order's own.

    asked: when it was called in; sign_by: until when it signs. signer, signed: who did, when; words, evidence, answered: its answer, the newest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    asked: AwareDatetime
    sign_by: AwareDatetime
    task: str = ""
    signer: str = ""
    signed: AwareDatetime | None = None
    words: str = ""
    evidence: str = ""
    answered: AwareDatetime | None = None


class Order(Dossier):
    """states: dispatched, accepted, working, reported, checking, done, archived; aside: returned, ruling, shelved, withdrawn.

    owner: who is responsible for it at the desk (moves at handover); dispatcher: who sent it, and so may not verify it.
    shown: the number that it is about ("metric:air.aqi@441802"), as whoever sent it saw it.
    unit: the responsible department; helpers: departments that assist (协办), shares: what has become of their parts.
    content: what shall be done.
    sent: when it was dispatched, the start of its clocks; they never start anew, neither by signing nor by another unit.
    sign_by, report_by, finish_by: until when the unit must sign, report for the first time, and be finished.
    offered: when the unit got it, from which its time to send it back counts.
    signed, first_report, handed: when that happened; handed is when the unit last gave its result (its clock stops).
    returns: how often it was sent back; ruled: the shift leader has decided, it cannot be returned any more.
    asked: the end that the unit asks for (延期), granted once: extended. supervision: "", "urge" (催办), "yellow", "red" (督办).
    scheme: which published table of shares of time the supervision follows; marks: the city's own in its place. shelved, until: since and until when an order is put off
    (挂账), and before: the state it had then. last: the login of who moved it last.
    rejected: how often a check failed. instruction: the number of the leader's instruction that made it.
    """

    PREFIX: ClassVar[str] = "GD"
    OVER: ClassVar[frozenset[str]] = frozenset({"done", "archived", "withdrawn"})

    content: str
    shown: str = ""
    sent: AwareDatetime
    sign_by: AwareDatetime
    report_by: AwareDatetime
    finish_by: AwareDatetime
    offered: AwareDatetime
    dispatcher: str = ""
    helpers: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    signer: str = ""
    signed: AwareDatetime | None = None
    first_report: AwareDatetime | None = None
    handed: AwareDatetime | None = None
    progress: str = ""
    result: str = ""
    evidence: str = ""
    files: tuple[Attachment, ...] = ()
    returns: int = 0
    reason: str = ""
    ruled: bool = False
    asked: AwareDatetime | None = None
    extended: bool = False
    shelved: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: str = ""
    rejected: int = 0
    checker: str = ""
    verdict: str = ""
    supervision: str = ""
    scheme: str = "share"
    marks: tuple[Mark, ...] = ()
    instruction: str = ""
    last: str = ""

    @property
    def late(self) -> bool:
        """Whether its time was over before it was handed in."""
        return self.supervision == "red" or (self.handed is not None and self.handed > self.finish_by)

    def share(self, unit: str) -> Share:
        """The part of a unit that assists; one called in before parts were kept has had the order's own time."""
        found = next((one for one in self.shares if one.unit == unit), None)
        return found or Share(unit=unit, asked=self.sent, sign_by=self.sign_by)

    @property
    def silent(self) -> tuple[str, ...]:
        """Units that assist and have not answered for their part."""
        return tuple(unit for unit in self.helpers if self.share(unit).answered is None)
