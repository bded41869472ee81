"""The government cloud's sites: memory, disks and traffic."""

from typing import Final

import numpy as np

from demo.noise import Floats, Ints, smooth, uniform
from demo.places import Group
from demo.rhythm import HOUR, waking, workday

_ZERO: Final = np.zeros(1, dtype=np.int64)


def memory(sites: Group, t: Ints, offset: int) -> Floats:
    """Memory in use, %."""
    busy = 12.0 * waking(t, offset) * (0.5 + 0.5 * workday(t, offset))
    return np.clip(
        46.0 + 10.0 * uniform(sites.key("mem"), _ZERO) + busy + 2.0 * smooth(sites.key("memw"), t, 4 * HOUR), 5, 97
    )


def storage(sites: Group, t: Ints) -> Floats:
    """Disk space in use, %: grows for weeks and is cleared."""
    return np.clip(
        58.0 + 12.0 * uniform(sites.key("disk"), _ZERO) + 3.0 * smooth(sites.key("diskw"), t, 9 * 24 * HOUR), 5, 97
    )


def traffic(sites: Group, t: Ints, offset: int) -> Floats:
    """Traffic into the site, Mbit/s."""
    day = 180.0 + 900.0 * waking(t, offset) * (0.4 + 0.6 * workday(t, offset))
    size = 0.5 + uniform(sites.key("net"), _ZERO)
    return np.maximum(day * size * (1.0 + 0.12 * smooth(sites.key("netw"), t, 1800)), 1.0)
