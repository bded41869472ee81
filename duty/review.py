"""How an incident went, in the order in which it went: its own steps, its reports, its orders, its alerts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.case import CaseEvent
from domain.dossier import DossierEvent
from duty import incidents, reports

INCIDENT: Mapping[str, str] = {
    "open": "接报登记", "late": "步骤超时", **{verb: move.name for verb, move in incidents.TABLE.moves.items()},
}  # fmt: skip
REPORT: Mapping[str, str] = {**reports.HAPPENED, **{verb: move.name for verb, move in reports.TABLE.moves.items()}}
_MARKS = frozenset({"verify", "start", "approve", "send", "control"})
_QUIET = frozenset({"write"})  # drafts are nobody's business afterwards


@dataclass(frozen=True, slots=True)
class Happened:
    """One line. about: number of what moved; verb: its word, what: the same in words ("" = not one of ours); who: a login."""

    at: datetime
    about: str
    verb: str
    what: str
    who: str
    told: str = ""


def timeline(events: Iterable[DossierEvent], of_cases: Iterable[CaseEvent] = ()) -> list[Happened]:
    """Everything that happened, oldest first; what happened at one moment stays in the order in which it was written."""
    lines = [_dossier(event) for event in events if event.verb not in _QUIET]
    lines += [Happened(e.at, e.case, e.verb, "", e.actor, str(e.told.get("reason", ""))) for e in of_cases]
    return sorted(lines, key=lambda line: line.at)


def _dossier(event: DossierEvent) -> Happened:
    words = REPORT if event.dossier.startswith("XB") else INCIDENT if event.dossier.startswith("SJ") else {}
    told = str(event.told.get("words") or event.told.get("reason") or "")
    if event.dossier.startswith("XB"):
        told = f"{str(event.body.get('title', '')).split('：')[0]} {told}".strip()
    return Happened(event.at, event.dossier, event.verb, words.get(event.verb, ""), event.actor, told)


def spans(lines: Sequence[Happened]) -> Mapping[str, float]:
    """Minutes from the first call to the first of each: verified, plan started, response approved, first report sent, over."""
    opened = next((line.at for line in lines if line.verb == "open" and line.about.startswith("SJ")), None)
    found: dict[str, float] = {}
    for line in lines:
        if opened is not None and line.verb in _MARKS and line.verb not in found:
            found[line.verb] = (line.at - opened).total_seconds() / 60
    return found
