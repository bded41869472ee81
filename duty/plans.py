"""Which plan fits an incident, and its steps with their deadlines. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.incident_file import IncidentFile, Step
from domain.plan import Plan, Plans

CLOSED_STEPS = frozenset({"done", "failed", "left"})


def fitting(plans: Plans, held: IncidentFile, zone: ZoneInfo) -> list[Plan]:
    """The plans that fit an incident, the most specific first, then in their order in plans.yaml."""
    found = [plan for plan in plans.plans.values() if _fits(plan, held, zone)]
    return sorted(found, key=lambda plan: -_specific(plan))


def _fits(plan: Plan, held: IncidentFile, zone: ZoneInfo) -> bool:
    at = held.facts.happened.astimezone(zone)
    return (
        held.facts.kind in plan.kinds
        and (not plan.grades or held.weight in plan.grades)
        and (not plan.districts or held.district in plan.districts)
        and (not plan.months or at.month in plan.months)
        and (plan.hours is None or plan.hours.hold(at.time()))
    )


def _specific(plan: Plan) -> int:
    return sum(map(bool, (plan.grades, plan.districts, plan.months, plan.hours)))


def steps(plan: Plan, start: datetime) -> tuple[Step, ...]:
    """The steps of a plan that starts now, as an incident keeps them: a later change of the plan does not touch it."""
    return tuple(
        Step(due=start + one.within, **one.model_dump(exclude={"within"}))  # a step is a plan's step with a moment
        for one in plan.steps
    )


def started(held: IncidentFile, plan: Plan, now: datetime) -> IncidentFile:
    """The incident with a plan's steps; its clock is that of the next step."""
    named = held.become(plan=plan.key, plan_name=plan.name, plan_name_en=plan.name_en, steps=steps(plan, now))
    return clocked(named)


def clocked(held: IncidentFile) -> IncidentFile:
    """The incident, due when the next step runs late; not at all while nothing is under way."""
    waiting = held.state in ("intake", "active")
    left = [one.due for one in held.steps if one.state == "open" and not one.late]
    return held.become(due=min(left, default=None) if waiting else None)


def progress(steps_: Iterable[Step]) -> tuple[int, int]:
    """How many steps are settled, of how many."""
    found = list(steps_)
    return sum(one.state in CLOSED_STEPS for one in found), len(found)
