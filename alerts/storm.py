"""Storm mode: many new cases at once; P3 and P4 are then told together. Pure."""

from datetime import datetime

from domain.noise import Noise


def since(noise: Noise, now: datetime) -> datetime:
    """From when on new cases are counted."""
    return now - noise.storm.within


def is_storm(fresh: int, noise: Noise) -> bool:
    """Whether so many new cases make a storm. Nothing but their number decides, so it outlives a restart."""
    return fresh > noise.storm.over
