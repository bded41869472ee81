"""Who outside is told that a handover is late: whoever stands for the shift leader. Pure but for reading."""

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime

from domain.alert import AlertLevel
from domain.dossier import DossierStep
from domain.handover import Handover
from domain.notice import Notice, NoticeKind
from domain.receiver import Receiver
from duty.handover import UNSIGNED
from store.duty import Desktop, Outcome

Decision = Callable[[Desktop], Outcome]
POST = "shift_leader"  # both stay responsible, and he is asked to see to it
_LATE = frozenset({"overdue", "renew"})  # the grace is over; even the shift to come is


def telling(decision: Decision, receivers: Collection[Receiver], now: datetime) -> Decision:
    """The same decision, with a notice for each sheet that it finds late."""

    def decide(top: Desktop) -> Outcome:
        made = decision(top)
        late = [step for step in made.dossiers if step.verb in _LATE and isinstance(step.dossier, Handover)]
        told = [
            _notice(one.key, step, now)
            for step in late
            if stands(step.dossier)
            for one in receivers
            if POST in one.posts
        ]
        return made + Outcome(notices=told)

    return decide


def stands(sheet: object) -> bool:
    """Whether a sheet is still to be signed at the moment its notice is sent."""
    return isinstance(sheet, Handover) and sheet.late and sheet.state in UNSIGNED


def _notice(receiver: str, step: DossierStep, now: datetime) -> Notice:
    sheet = step.dossier
    told = "|".join((receiver, sheet.id, step.verb, now.isoformat()))
    change = sheet.change if isinstance(sheet, Handover) else now
    return Notice(
        id=f"{NoticeKind.HANDOVER_LATE.value}-{hashlib.sha256(told.encode()).hexdigest()[:24]}",
        kind=NoticeKind.HANDOVER_LATE,
        receiver=receiver,
        level=AlertLevel.P2,
        group=f"handover:{sheet.id}",
        cases=(sheet.id,),
        made=now,
        due=now,
        body={"number": sheet.id, "title": sheet.title, "change": change.isoformat()},
    )
