"""A shift (班次): who was on duty from when to when, and since when they really sat there."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain.dossier import Dossier


class Shift(Dossier):
    """states: coming (drawn up, not yet taken over), on (responsible), over, missed (nobody took it over).

    begin, end: by the roster. team: its key there. `opened` is when it was drawn up, `closed` when it was handed over.
    taken: when it became responsible. handover: the number of the sheet by which it ends.
    """

    PREFIX: ClassVar[str] = "BC"
    OVER: ClassVar[frozenset[str]] = frozenset({"over", "missed"})

    begin: AwareDatetime
    end: AwareDatetime
    team: str
    officers: tuple[str, ...] = ()
    shift_leader: str = ""
    leader: str = ""
    reserve: tuple[str, ...] = ()
    taken: AwareDatetime | None = None
    handover: str = ""

    @property
    def crew(self) -> frozenset[str]:
        """Everybody who sits there: officers and their shift leader."""
        return frozenset({*self.officers, self.shift_leader} - {""})
