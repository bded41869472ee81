"""An instruction (批示): what a leader wants done about a number, a case or a dossier, until it is carried out."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain.dossier import Dossier


class Instruction(Dossier):
    """states: issued (nobody has taken it in hand), received (read and taken in hand), done, withdrawn.

    title: the leader's words. owner: the leader. about: a case's or dossier's number, or "metric:air.aqi@441802" for a number.
    shown: that number as the leader saw it. unit: who shall do it; by: until when, late once that has passed.
    order: the supervised order that it made. receiver: who took it in hand. result: what came of it.
    """

    PREFIX: ClassVar[str] = "PS"
    OVER: ClassVar[frozenset[str]] = frozenset({"done", "withdrawn"})

    by: AwareDatetime
    late: bool = False
    shown: str = ""
    order: str = ""
    receiver: str = ""
    result: str = ""
