"""Clock and calendar shapes of city life, in local time: arrays of epoch seconds in, arrays of factors out."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints

DAY: Final = 86_400
HOUR: Final = 3_600
MINUTE: Final = 60


def hour(t: Ints, offset: int) -> Floats:
    """Local hour of the day, 0 <= h < 24. `offset` is the zone's, in seconds east."""
    return ((t + offset) % DAY) / HOUR


def weekday(t: Ints, offset: int) -> Ints:
    """0 Monday .. 6 Sunday (1970-01-01 was a Thursday)."""
    return ((t + offset) // DAY + 3) % 7


def workday(t: Ints, offset: int) -> Floats:
    """1 on Monday to Friday, 0 at weekends; public holidays are left out of the demonstration."""
    return (weekday(t, offset) < 5).astype(np.float64)


def season(t: Ints, offset: int) -> Floats:
    """The year as one wave: -1 in mid-January, +1 in mid-July."""
    day = ((t + offset) / DAY) % 365.2425
    return -np.cos(2 * np.pi * (day - 15) / 365.2425)


def bump(h: Floats, centre: float, width: float) -> Floats:
    """A bell around an hour of the day; wraps at midnight. Width is its deviation in hours."""
    gap = (h - centre + 12.0) % 24.0 - 12.0
    return np.exp(-0.5 * (gap / width) ** 2)


def office(t: Ints, offset: int) -> Floats:
    """Load of counters in office hours (8:30-12:00, 14:30-17:30), peaks at about 10 and 15:30; 0 outside and at weekends."""
    h = hour(t, offset)
    open_now = ((h >= 8.5) & (h < 12.0)) | ((h >= 14.5) & (h < 17.5))
    load = 0.35 + 0.85 * bump(h, 10.0, 1.0) + 0.7 * bump(h, 15.6, 0.9)
    return load * open_now * workday(t, offset)


def waking(t: Ints, offset: int) -> Floats:
    """How much of the town is awake and busy: about 0.05 in the small hours, 1 in the late morning."""
    h = hour(t, offset)
    day = bump(h, 10.5, 2.6) + 0.85 * bump(h, 16.5, 2.8) + 0.45 * bump(h, 20.5, 1.8)
    return 0.05 + 0.95 * np.minimum(day, 1.0)


def rush(t: Ints, offset: int) -> Floats:
    """Pressure on the roads: 0 at night, 1 at the workday peaks (7:50 and 17:50), milder at weekends."""
    h, work = hour(t, offset), workday(t, offset)
    week = 0.95 * bump(h, 7.9, 0.85) + 1.0 * bump(h, 17.9, 1.1) + 0.33 * bump(h, 12.3, 2.6) + 0.2 * bump(h, 20.3, 1.5)
    rest = 0.5 * bump(h, 11.0, 2.2) + 0.6 * bump(h, 17.3, 2.2) + 0.3 * bump(h, 20.5, 1.6)
    return np.minimum(work * week + (1.0 - work) * rest, 1.15)
