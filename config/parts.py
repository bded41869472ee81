"""What was read of a city folder before it is judged as a whole: each declaration with its place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Generic, TypeVar

from pydantic import BaseModel

from config.document import Document
from config.layering import Changed
from config.problem import Path, Problem
from domain.city import CitySpec
from domain.demonstration import Demonstration
from domain.metric import Metric
from domain.noise import Noise
from domain.place import Site
from domain.plan import Plans
from domain.receiver import Receiver
from domain.roster import Roster
from domain.rule import Rule
from domain.screen import PanelSpec, Screen
from domain.source import SourceSpec
from domain.topic import TopicPage

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Entry(Generic[M]):
    """A declaration and where it stands; `value` is None when it is not valid, so that its name still counts."""

    document: Document
    path: Path
    value: M | None

    def tell(self, text: str, *inside: str | int) -> None:
        """Note a problem of this declaration, at a key inside it."""
        self.document.problems.append(self.document.problem((*self.path, *inside), text))


@dataclass(slots=True)
class ScreenEntry(Entry[Screen]):
    """A screen, and its panels by key."""

    panels: dict[str, Entry[PanelSpec]] = field(default_factory=dict)


@dataclass(slots=True)
class Parts:
    """All declarations of a folder by name, valid or not, and the documents they come from."""

    folder: FilePath
    documents: list[Document] = field(default_factory=list)
    below: list[FilePath] = field(default_factory=list)  # folders that this one extends, nearest first
    changed: Changed | None = None  # a file that is read as given instead of from the disk
    city: Entry[CitySpec] | None = None
    demonstration: Entry[Demonstration] | None = None
    metrics: dict[str, Entry[Metric]] = field(default_factory=dict)
    sites: dict[str, Entry[Site]] = field(default_factory=dict)
    sources: dict[str, Entry[SourceSpec]] = field(default_factory=dict)
    rules: dict[str, Entry[Rule]] = field(default_factory=dict)
    noise: Entry[Noise] | None = None
    plans: Entry[Plans] | None = None
    roster: Entry[Roster] | None = None
    receivers: dict[str, Entry[Receiver]] = field(default_factory=dict)
    screens: dict[str, ScreenEntry] = field(default_factory=dict)
    topics: dict[str, Entry[TopicPage]] = field(default_factory=dict)
    scenes: dict[str, ScreenEntry] = field(default_factory=dict)

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong so far, by file and line, each once."""
        return sorted({problem for document in self.documents for problem in document.problems})

    @property
    def areas(self) -> dict[str, str]:
        """Names of the city and its districts by adcode: the places that figures of an area may name."""
        spec = self.city.value if self.city else None
        return {} if spec is None else {spec.adcode: spec.name, **{d.adcode: d.name for d in spec.districts}}

    def readable(self, *files: str) -> bool:
        """Whether every document whose name begins with one of these could be read: else a missing name proves nothing."""
        return all(document.readable for document in self.documents if document.file.startswith(files))

    def metric(self, key: str) -> Metric | None:
        """A metric that exists and is valid."""
        entry = self.metrics.get(key)
        return entry.value if entry else None


def valid(entries: dict[str, Entry[M]]) -> Iterator[tuple[str, Entry[M], M]]:
    """The entries whose value passed validation."""
    for key, entry in entries.items():
        if entry.value is not None:
            yield key, entry, entry.value
