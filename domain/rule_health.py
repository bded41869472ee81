"""How a rule is doing, as the collector last told."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RuleHealth:
    """evaluated: the newest evaluation, evaluations: how many since the collector's start. failing: since when it fails.

    error: the newest error's sentence, kept when it works again; failures: how often it failed. Times are aware UTC.
    """

    rule: str
    updated: datetime
    evaluated: datetime | None = None
    evaluations: int = 0
    failures: int = 0
    failing: datetime | None = None
    error: str = ""
