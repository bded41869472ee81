"""How grave an incident is, by its harm and the table that holds for its kind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.incident_file import IncidentFile
from domain.plan import Grading, Harm, Plans

LIFTED = 3  # sensitive circumstances are reported like this grade at least


@dataclass(frozen=True, slots=True)
class Proposal:
    """A grade and which harm makes it: from `limit` on; "" when no harm reaches a limit."""

    grade: int
    harm: Harm | None = None
    limit: float = 0.0


def propose(grading: Grading | None, harm: Mapping[Harm, float]) -> Proposal:
    """The gravest grade that any harm reaches; a limit belongs to the graver grade (以上含本数)."""
    found = Proposal(4)
    for name, limits in (grading.limits if grading else {}).items():
        reached = [limit for limit in limits if harm.get(name, 0.0) >= limit]
        if 4 - len(reached) < found.grade:
            found = Proposal(4 - len(reached), name, reached[-1])
    return found


def of_kind(plans: Plans, kind: str) -> Grading | None:
    """The table that holds for a kind of incident."""
    found = plans.kinds.get(kind)
    return plans.gradings.get(found.grading) if found else None


def reported(held: IncidentFile) -> int:
    """The grade that the report clock goes by: sensitive circumstances lift it."""
    return min(held.weight, LIFTED) if held.facts.sensitive else held.weight
