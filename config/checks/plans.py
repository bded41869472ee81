"""Plans: every name they use exists, and every plan that a rule suggests."""

from collections.abc import Collection, Iterator

from config.checks.names import not_among
from config.parts import Parts, valid
from domain.plan import Plans

Named = tuple[tuple[str | int, ...], str, Collection[str], str]  # where, the name, among which, what they are


def check_plans(parts: Parts) -> None:
    """Kinds, gradings, districts, departments and clocks named in plans.yaml, and plans named in rules.yaml."""
    found = parts.plans.value if parts.plans else None
    if parts.plans is not None and found is not None:
        spec = parts.city.value if parts.city else None
        districts = {one.adcode for one in spec.districts} if spec else set()
        for where, name, known, what in (*_kinds(found), *_plans(found, districts), *_scenarios(found, districts)):
            if sentence := not_among(name, known, what):
                parts.plans.tell(sentence, *where)
    if parts.plans is None or found is not None:  # a file that cannot be read proves nothing
        names = found.plans.keys() if found else ()
        for _, entry, rule in valid(parts.rules):
            if rule.plan and (sentence := not_among(rule.plan, names, "plan of plans.yaml")):
                entry.tell(sentence, "plan")


def _kinds(plans: Plans) -> Iterator[Named]:
    for key, kind in plans.kinds.items():
        yield ("kinds", key, "grading"), kind.grading, plans.gradings, "grading of plans.yaml"
    yield ("report_clock",), plans.report_clock, plans.clocks, "report clock"


def _plans(plans: Plans, districts: Collection[str]) -> Iterator[Named]:
    for key, plan in plans.plans.items():
        for n, kind in enumerate(plan.kinds):
            yield ("plans", key, "kinds", n), kind, plans.kinds, "kind of plans.yaml"
        for n, district in enumerate(plan.districts):
            yield ("plans", key, "districts", n), district, districts, "district of the city"


def _scenarios(plans: Plans, districts: Collection[str]) -> Iterator[Named]:
    for key, scenario in plans.scenarios.items():
        yield ("scenarios", key, "kind"), scenario.kind, plans.kinds, "kind of plans.yaml"
        if scenario.district:
            yield ("scenarios", key, "district"), scenario.district, districts, "district of the city"
