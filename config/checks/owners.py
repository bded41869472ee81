"""一数一源: at one place one number has one source, unless the sources say that they stand beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from config.checks.names import not_among
from config.parts import Entry, Parts, valid
from domain.source import SourceSpec


@dataclass(frozen=True, slots=True)
class _Reach:
    """The places a source can write to: named ones, and any whose id begins with `prefix` (None: no others)."""

    named: frozenset[str]
    prefix: str | None

    def meets(self, other: "_Reach") -> str:
        """A place both may write to, in words; "" when there can be none."""
        shared = sorted(self.named & other.named) or [n for n in self.named if other.covers(n)]
        shared = shared or [n for n in other.named if self.covers(n)]
        if shared:
            return min(shared)
        if self.prefix is None or other.prefix is None:
            return ""
        near = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        return (
            (f"sites that begin with {max(self.prefix, other.prefix)}" if self.prefix else "any site") if near else ""
        )

    def covers(self, place: str) -> bool:
        """Whether a place's id has the prefix."""
        return self.prefix is not None and place.startswith(self.prefix)


def check_owners(parts: Parts) -> None:
    """Two sources of one metric whose places overlap are a problem of the later one."""
    feeds: dict[str, list[tuple[str, Entry[SourceSpec], SourceSpec]]] = {}
    for key, entry, source in valid(parts.sources):
        for index, other in enumerate(source.beside):
            if sentence := not_among(other, parts.sources, "source"):
                entry.tell(sentence, "beside", index)
        for metric in source.metrics:
            feeds.setdefault(metric, []).append((key, entry, source))
    for metric, feeding in feeds.items():
        for first, entry, place in _clashes(feeding):
            text = (
                f"{first} feeds {metric} at {place} too (一数一源); take it out of one, "
                f"or write beside: [{first}] when both are meant"
            )
            entry.tell(text, "metrics", metric)


def _clashes(
    feeding: list[tuple[str, Entry[SourceSpec], SourceSpec]],
) -> Iterator[tuple[str, Entry[SourceSpec], str]]:
    for (one, _, first), (two, entry, second) in combinations(feeding, 2):
        place = _reach(first).meets(_reach(second))
        if place and one not in second.beside and two not in first.beside:
            yield one, entry, place


def _reach(source: SourceSpec) -> _Reach:
    site = source.site
    if site.fixed and not site.path:
        return _Reach(frozenset({site.fixed}), None)
    closed = bool(site.id) and not site.prefix  # a source that names all its codes writes to no others
    return _Reach(frozenset(site.id.values()), None if closed else site.prefix)
