"""Reproducible randomness without state: every number is a hash of (seed, name, tick), so any moment can be computed alone."""

import zlib
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

# The constants of SplitMix64 (Steele, Lea, Flood 2014): three multiply-xor rounds mix all 64 bits.
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_A: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S16, _S32, _S48, _S11 = (np.uint64(n) for n in (30, 27, 31, 16, 32, 48, 11))
_LOW16: Final = np.uint64(0xFFFF)
_PER_BIT: Final = 2.0**-53
_LARGE: Final = 30.0  # above this mean a Poisson count is drawn as a rounded normal


def keys(seed: int, names: Iterable[str], salt: str = "") -> Keys:
    """One 64-bit key a name, as a column (n, 1): rows are series, columns will be times."""
    numbers = [(seed << 32) ^ (zlib.crc32(f"{salt}|{name}".encode()) * 2_654_435_761) for name in names]
    return _mix(np.array([n & 0xFFFF_FFFF_FFFF_FFFF for n in numbers], dtype=np.uint64).reshape(-1, 1))


def bits(key: Keys, tick: Ints) -> Keys:
    """64 random bits for each (key, tick), broadcast."""
    return _mix(key + np.asarray(tick, dtype=np.int64).view(np.uint64) * _STEP)


def uniform(key: Keys, tick: Ints) -> Floats:
    """Evenly spread over [0, 1)."""
    out: Floats = (bits(key, tick) >> _S11).astype(np.float64) * _PER_BIT
    return out


def normal(key: Keys, tick: Ints) -> Floats:
    """Mean 0, deviation 1, within +-3.5: the sum of four 16-bit uniforms of one hash, far cheaper than an inverse."""
    b = bits(key, tick)
    total = (b & _LOW16) + ((b >> _S16) & _LOW16) + ((b >> _S32) & _LOW16) + (b >> _S48)
    out: Floats = (total.astype(np.float64) / 65535.0 - 2.0) * 1.7320508
    return out


def smooth(key: Keys, t: Ints, period: int) -> Floats:
    """A slow wander of about one deviation: normals at every `period` seconds joined by a smooth step."""
    tick = np.floor_divide(t, period)
    x = (t - tick * period) / period
    w = x * x * (3.0 - 2.0 * x)
    left, right = normal(key, tick), normal(key, tick + 1)
    out: Floats = (left + (right - left) * w) * 1.15
    return out


def poisson(key: Keys, tick: Ints, mean: Floats) -> Floats:
    """Counts with the given mean (float array of whole numbers)."""
    u, lam = np.broadcast_arrays(uniform(key, tick), mean)
    return poisson_at(u, lam)


def poisson_at(u: Floats, mean: Floats) -> Floats:
    """The Poisson count at probability u; the counts of one u grow with the mean, so overlays never lower a count."""
    lam = np.maximum(mean, 0.0)
    few = np.minimum(lam, _LARGE)
    term = np.exp(-few)
    total, count = term.copy(), np.zeros(lam.shape)
    for k in range(1, 80):
        more = u > total
        if not more.any():
            break
        count += more
        term = term * few / k
        total = total + term
    many = np.rint(lam + np.sqrt(lam) * (u - 0.5) * 3.4641)
    return np.where(lam > _LARGE, np.maximum(many, 0.0), count)


def thin(key: Keys, tick: Ints, count: Floats, share: Floats | float) -> Floats:
    """How many of `count` are kept at probability `share`: count minus a Poisson number of losses, never below zero."""
    lost = poisson(key, tick, count * (1.0 - np.asarray(share)))
    return np.maximum(count - lost, 0.0)


def _mix(z: Keys) -> Keys:
    z = z + _STEP
    z = (z ^ (z >> _S30)) * _MIX_A
    z = (z ^ (z >> _S27)) * _MIX_B
    return z ^ (z >> _S31)
