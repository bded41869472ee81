"""The city folder, read and checked."""

import os

from domain.city import City
from domain.errors import CockpitError
from jobs.settings import Settings


def load_city(settings: Settings) -> City:
    """The checked city folder; CockpitError listing every problem when there is one."""
    import config

    city, problems = config.load(settings.city, os.environ)
    if city is None or problems:
        told = "\n".join(str(problem) for problem in problems)
        raise CockpitError(f"{told}\n{settings.city} cannot be used: {len(problems)} problems", permanent=True)
    return city
