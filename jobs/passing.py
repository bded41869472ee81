"""What time alone decides about dossiers: kept and logged, or left to the person who was faster."""

import logging
from collections.abc import Callable
from datetime import datetime

from domain.errors import TransitionRefused
from store import Store
from store.duty import Desktop, Outcome


def decided(store: Store, decision: Callable[[Desktop], Outcome], now: datetime, log: logging.Logger) -> int:
    """Make the decision in the program's own name; how many dossiers it moved."""
    try:
        done = store.duty.decide(decision, None, now)
    except TransitionRefused as error:  # a person was faster; the next look sees what they did
        log.info("time moved nothing: %s", error)
        return 0
    for step in done.dossiers:
        log.info("%s %s: %s", step.verb, step.dossier.id, step.dossier.title)
    return len(done.dossiers)
