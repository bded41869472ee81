"""Inhibitions: every name they pick cases or incidents by exists."""

from collections.abc import Collection, Iterator

from config.checks.names import not_among
from config.parts import Parts
from domain.noise import Inhibition, Noise, Pick


def check_noise(parts: Parts) -> None:
    """Rules, metrics, districts and sites named in noise.yaml; a picking by a name nobody bears hides nothing."""
    if parts.noise is None or parts.noise.value is None:
        return
    known = _known(parts)
    for name, side, pick in _picks(parts.noise.value):
        for word, (names, what) in known.items():
            for index, given in enumerate(getattr(pick, word)):
                if names and (sentence := not_among(given, names, what)):
                    parts.noise.tell(sentence, "inhibit", name, side, word, index)


def _picks(noise: Noise) -> Iterator[tuple[str, str, Pick]]:
    for name, one in noise.inhibit.items():
        yield from ((name, side, pick) for side, pick in _sides(one))


def _sides(one: Inhibition) -> list[tuple[str, Pick]]:
    return [(side, pick) for side, pick in (("cases", one.cases), ("hides", one.hides)) if pick is not None]


def _known(parts: Parts) -> dict[str, tuple[Collection[str], str]]:
    spec = parts.city.value if parts.city else None
    return {
        "rules": (parts.rules.keys(), "rule of rules.yaml"),
        "metrics": (parts.metrics.keys(), "metric of metrics.yaml"),
        "districts": ([one.adcode for one in spec.districts] if spec else [], "district of the city"),
        "sites": ({*parts.sites, *(f"source:{key}" for key in parts.sources)}, "declared site"),
    }
