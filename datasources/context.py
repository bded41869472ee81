"""What a source and the mapping may know of the city and the machine: no clock, no store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from datasources.guard import Guard
from domain.batch import Batch, Reject
from domain.errors import SourceError
from domain.metric import Metric
from domain.place import Places, Site

_SHORTEST_SECRET = 3  # replacing one or two characters everywhere would only garble a message


@dataclass(frozen=True)
class SourceContext:
    """Handed to every source at its construction.

    `sites` may grow while the program runs (sites learnt from records). `areas` are the adcodes that figures may describe:
    the city's and its districts'. `env` is where secrets come from; `root` is what relative paths start from. `guard` says
    what may be called and read: by itself nothing but public hosts and files under `root`.
    """

    metrics: Mapping[str, Metric]
    sites: Mapping[str, Site]
    places: Places
    env: Mapping[str, str]
    root: Path
    areas: frozenset[str] = frozenset()
    guard: Guard = field(default_factory=Guard)
    _secrets: set[str] = field(default_factory=set, repr=False, compare=False)

    def secret(self, name: str) -> str:
        """The value of an environment variable, remembered so that `redact` can hide it; SourceError when it is not set."""
        value = self.env.get(name, "")
        if not value:
            raise SourceError(f"environment variable {name} is not set", permanent=True)
        self.hide(value)
        return value

    def hide(self, value: str) -> None:
        """Remember one more text that must never be shown (a token got at run time, a password inside a URL)."""
        if len(value) >= _SHORTEST_SECRET:
            self._secrets.add(value)

    def redact(self, text: str) -> str:
        """The text with every secret handed out so far replaced by ***."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def discreet(self, batch: Batch) -> Batch:
        """The batch without secrets in its refused records: a department's error report may repeat what we sent it."""
        if not batch.rejects:
            return batch
        kept = [Reject(self.redact(one.reason), self.redact(one.raw), self.redact(one.where)) for one in batch.rejects]
        return replace(batch, rejects=tuple(kept))
