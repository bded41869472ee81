"""Dossiers of other kinds, read only as far as all kinds are alike; what a kind has of its own is carried along unread."""

from typing import ClassVar, TypeVar

from pydantic import ConfigDict

from domain.dossier import Dossier
from store.duty import Desktop, DossierQuery

D = TypeVar("D", bound=Dossier)
OPEN = DossierQuery(over=False)


class Card(Dossier):
    """An open dossier of whatever kind. OVER is empty: only open ones are read, and none is closed by it."""

    model_config = ConfigDict(frozen=True, extra="allow")
    PREFIX: ClassVar[str] = ""
    OVER: ClassVar[frozenset[str]] = frozenset()

    def own(self, name: str) -> object:
        """A field of the kind itself; None when it has none of that name."""
        return (self.model_extra or {}).get(name)


class OrderCard(Card):
    """工单."""

    PREFIX: ClassVar[str] = "GD"


class IncidentCard(Card):
    """事件."""

    PREFIX: ClassVar[str] = "SJ"


class ReportCard(Card):
    """信息报送."""

    PREFIX: ClassVar[str] = "XB"


class InstructionCard(Card):
    """批示."""

    PREFIX: ClassVar[str] = "PS"


KINDS: tuple[type[Card], ...] = (OrderCard, IncidentCard, ReportCard, InstructionCard)


def opened(top: Desktop, kind: type[D]) -> list[D]:
    """The open dossiers of a kind, oldest first; what belongs to a drill is left out."""
    return [one for one in reversed(top.dossiers(kind, OPEN)) if not one.exercise]
