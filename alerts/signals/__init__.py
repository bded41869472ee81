"""How each kind of condition turns what arrives into figures that meet a rule's levels: one module a kind."""

from collections.abc import Callable, Mapping

from alerts.signals.base import Sample, Signal, World
from alerts.signals.baseline import Baselined
from alerts.signals.change import Changing
from alerts.signals.combined import Combined
from alerts.signals.deadline import Deadlines
from alerts.signals.forecast import Forecasted
from alerts.signals.plain import Plain
from alerts.signals.records import Recorded
from alerts.signals.share import Counting
from alerts.signals.silent import Silence
from alerts.signals.versus import Against
from domain.rule import Kind, When

__all__ = ["KINDS", "Sample", "Signal", "World", "signal"]

KINDS: Mapping[Kind, Callable[[When, World], Signal]] = {
    "threshold": Plain,  # only as a part of a combined condition: by itself the board tests whole batches at once
    "outside": Plain,
    "change": Changing,
    "baseline": Baselined,
    "share": Counting,
    "silent": Silence,
    "versus": Against,
    "records": Recorded,
    "deadline": Deadlines,
    "forecast": Forecasted,
    "combined": lambda when, world: Combined(when, world, signal),
}


def signal(when: When, world: World) -> Signal:
    """The figures of a condition."""
    return KINDS[when.kind](when, world)
