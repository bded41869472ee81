"""A city folder into a City, with every problem of it told in one pass."""

from collections.abc import Mapping
from pathlib import Path as FilePath

from alerts import timeline
from config.checks import CHECKS
from config.checks.rules import gap_fault
from config.folder import read_folder
from config.layering import Changed
from config.parts import Parts, valid
from config.problem import Problem
from domain.city import City
from domain.demonstration import Demonstration
from domain.noise import Noise
from domain.plan import Plans
from domain.wall import WallScene


def load(folder: FilePath, env: Mapping[str, str]) -> tuple[City | None, list[Problem]]:
    """Read a city folder; ${NAME} in its texts comes from `env`. Never raises for anything in the folder.

    The city holds what is valid, None when city.yaml itself is not; it is fit to run only when there is no problem.
    Problems are sorted by file and line.
    """
    parts = _read(folder, env)
    return _city(parts), parts.problems


def check(folder: FilePath, env: Mapping[str, str]) -> list[Problem]:
    """Everything `load` tells, and each rule's own timeline."""
    parts = _read(folder, env)
    for _, entry, rule in valid(parts.rules):
        if not gap_fault(rule):  # told at its own key already
            for sentence in timeline.check(rule):
                entry.tell(sentence, "tests")
    return parts.problems


def trial(folder: FilePath, env: Mapping[str, str], changed: Changed) -> tuple[City | None, list[Problem]]:
    """What `load` would tell if one file were written so; nothing is written. Never raises."""
    parts = _read(folder, env, changed)
    return _city(parts), parts.problems


def _read(folder: FilePath, env: Mapping[str, str], changed: Changed | None = None) -> Parts:
    parts = read_folder(folder, env, changed)
    for look in CHECKS:
        look(parts)
    return parts


def _city(parts: Parts) -> City | None:
    if parts.city is None or parts.city.value is None:
        return None
    return City(
        spec=parts.city.value,
        folder=parts.folder,
        metrics={key: value for key, _, value in valid(parts.metrics)},
        sites={key: value for key, _, value in valid(parts.sites)},
        sources={key: value for key, _, value in valid(parts.sources)},
        rules={key: value for key, _, value in valid(parts.rules)},
        noise=(parts.noise.value if parts.noise else None) or Noise(),
        plans=(parts.plans.value if parts.plans else None) or Plans(),
        roster=parts.roster.value if parts.roster else None,
        receivers={key: value for key, _, value in valid(parts.receivers)},
        demonstration=(parts.demonstration.value if parts.demonstration else None) or Demonstration(),
        topics={key: value for key, _, value in valid(parts.topics)},
        scenes={key: entry.value for key, entry in parts.scenes.items() if isinstance(entry.value, WallScene)},
        screens={key: entry.value for key, entry in parts.screens.items() if entry.value is not None},
    )
