"""What must hold between declarations: one module for each part of the folder, each adding its problems to the parts."""

from collections.abc import Callable

from config.checks.metrics import check_metrics
from config.checks.noise import check_noise
from config.checks.owners import check_owners
from config.checks.places import check_city, check_sites
from config.checks.plans import check_plans
from config.checks.reach import check_reach
from config.checks.receivers import check_receivers
from config.checks.rules import check_rules
from config.checks.screens import check_screens, check_topics
from config.checks.sources import check_sources
from config.checks.wall import check_scenes
from config.parts import Parts

__all__ = ["CHECKS"]

CHECKS: tuple[Callable[[Parts], None], ...] = (
    check_city,
    check_sites,
    check_metrics,
    check_sources,
    check_reach,
    check_owners,
    check_rules,
    check_noise,
    check_receivers,
    check_plans,
    check_screens,
    check_topics,
    check_scenes,
)
