"""A city folder's files into declarations: which file holds what, and each declaration against its model."""

from collections.abc import Mapping
from pathlib import Path as FilePath

from config.document import Document, Value
from config.kinds import PANELS, RECEIVERS, SOURCES
from config.layering import Changed, bases, layered, names
from config.parts import Entry, M, Parts, ScreenEntry
from config.problem import Path, Problem, choices, nearest
from config.validation import validate, value_at
from domain.city import CitySpec
from domain.demonstration import Demonstration
from domain.metric import Metric
from domain.noise import Noise
from domain.place import Site
from domain.plan import Plans
from domain.roster import Roster
from domain.rule import Rule
from domain.screen import PanelSpec, Screen
from domain.topic import TopicPage
from domain.wall import WallScene

REQUIRED = ("city.yaml", "metrics.yaml", "sources.yaml")
KNOWN = (
    *REQUIRED,
    "rules.yaml",
    "receivers.yaml",
    "noise.yaml",
    "sites.yaml",
    "plans.yaml",
    "roster.yaml",
    "demo.yaml",
)  # plans and roster belong to the duty desk, demo.yaml to the demonstration departments


def read_folder(folder: FilePath, env: Mapping[str, str], changed: Changed | None = None) -> Parts:
    """Read and validate every file, one of them as `changed` has it; cross-checks come after. Never raises."""
    parts = Parts(folder, changed=changed)
    if not folder.is_dir():
        parts.documents.append(_told(str(folder), "no such folder; give the path of a city folder (cities/441800)"))
        return parts
    _unknown_files(parts)
    parts.below, astray = bases(folder, env)
    document = _document(parts, env, "city.yaml")
    if document is not None and document.data is not None:
        parts.city = Entry(document, (), validate(CitySpec, document, ()))
        if astray:
            parts.city.tell(astray, "extends")
    imagined = _document(parts, env, "demo.yaml")
    if imagined is not None and imagined.data is not None:
        parts.demonstration = Entry(imagined, (), validate(Demonstration, imagined, ()))
    _named(parts.metrics, Metric, _document(parts, env, "metrics.yaml"))
    _named(parts.rules, Rule, _document(parts, env, "rules.yaml"))
    noise = _document(parts, env, "noise.yaml")
    if noise is not None and noise.data is not None:
        parts.noise = Entry(noise, (), validate(Noise, noise, ()))
    _desk(parts, env)
    _of_kinds(parts.receivers, RECEIVERS, _document(parts, env, "receivers.yaml"))
    _of_kinds(parts.sources, SOURCES, _document(parts, env, "sources.yaml"))
    for file in ("sites.yaml", *_files(parts, "sites")):
        _sites(parts, _document(parts, env, file))
    _screens(parts, env)
    return parts


def _desk(parts: Parts, env: Mapping[str, str]) -> None:
    """What the duty desk goes by: its plans and its roster."""
    plans = _document(parts, env, "plans.yaml")
    if plans is not None and plans.data is not None:
        parts.plans = Entry(plans, (), validate(Plans, plans, ()))
    roster = _document(parts, env, "roster.yaml")
    if roster is not None and roster.data is not None:
        parts.roster = Entry(roster, (), validate(Roster, roster, ()))


def _screens(parts: Parts, env: Mapping[str, str]) -> None:
    """Screens, scenes of the wall, and the contents of topics' pages."""
    for file in _files(parts, "screens"):
        _screen(parts.screens, Screen, _document(parts, env, file))
    for file in _files(parts, "screens/wall"):
        _screen(parts.scenes, WallScene, _document(parts, env, file))
    for file in _files(parts, "screens/topics"):
        _topic(parts, _document(parts, env, file))
    if not parts.screens:
        parts.documents.append(_told("screens", "holds no screen; write screens/overview.yaml"))


def _files(parts: Parts, under: str) -> list[str]:
    return names(parts.folder, parts.below, under, parts.changed)


def _told(file: str, text: str) -> Document:
    return Document(file, problems=[Problem(file, 0, "", text)])


def _unknown_files(parts: Parts) -> None:
    for path in sorted(parts.folder.glob("*.y*ml")):
        if path.name not in KNOWN:
            near = nearest(path.name, KNOWN) or f"; the files here are {choices(KNOWN)}"
            parts.documents.append(_told(path.name, f"is not read{near}"))


def _document(parts: Parts, env: Mapping[str, str], file: str) -> Document | None:
    """A file's document; None for an optional file that is not there."""
    document = layered(parts.folder, parts.below, file, env, parts.changed)
    if document is None:
        if file in REQUIRED:
            parts.documents.append(_told(file, "is missing; every city folder has it (docs/city-folder.md)"))
        return None
    parts.documents.append(document)
    return document


def _mapping(document: Document | None) -> dict[str, Value]:
    if document is None or document.data is None:
        return {}
    if not isinstance(document.data, dict):
        document.problems.append(document.problem((), "write a mapping at the top (name: declaration)"))
        return {}
    return document.data


def _named(into: dict[str, Entry[M]], model: type[M], document: Document | None) -> None:
    """Declarations by name; the name is the model's `key`."""
    for name in _mapping(document):
        if document is not None:
            into[name] = Entry(document, (name,), _keyed(model, document, (name,), name))


def _keyed(model: type[M], document: Document, path: Path, name: str) -> M | None:
    body = value_at(document.data, path)
    if isinstance(body, dict) and "key" in body:
        document.problems.append(document.problem((*path, "key"), f"leave it out; the name {name} is the key"))
    return validate(model, document, path, {"key": name})


def _of_kinds(into: dict[str, Entry[M]], kinds: Mapping[str, type[M]], document: Document | None) -> None:
    """Declarations by name whose `kind` decides which keys they have."""
    for name in _mapping(document):
        if document is not None:
            model = _kind(document, (name,), kinds)
            value = _keyed(model, document, (name,), name) if model else None
            into[name] = Entry(document, (name,), value)


def _kind(document: Document, path: Path, specs: Mapping[str, type[M]]) -> type[M] | None:
    """The model of the kind named at a path, or None with a problem."""
    body = value_at(document.data, path)
    if not isinstance(body, dict):
        document.problems.append(document.problem(path, "write a mapping here (key: value, one a line)"))
        return None
    kind = body.get("kind")
    if kind is None:
        document.problems.append(document.problem((*path, "kind"), f"is missing; add kind: {choices(specs, 40)}"))
        return None
    if isinstance(kind, str) and kind in specs:
        return specs[kind]
    text = f"{kind!r} is no kind here{nearest(str(kind), specs) or f'; the kinds are {choices(specs, 40)}'}"
    document.problems.append(document.problem((*path, "kind"), text))
    return None


def _sites(parts: Parts, document: Document | None) -> None:
    """Sites as `id: {...}` or as a list of {id: ...}."""
    if document is None or document.data is None:
        return
    if isinstance(document.data, list):
        for index, item in enumerate(document.data):
            site = validate(Site, document, (index,))
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                _add_site(parts, name, Entry(document, (index,), site))
        return
    for name in _mapping(document):
        _add_site(parts, name, Entry(document, (name,), validate(Site, document, (name,), {"id": name})))


def _add_site(parts: Parts, name: str, entry: Entry[Site]) -> None:
    first = parts.sites.setdefault(name, entry)
    if first is not entry:
        where = f"{first.document.file}:{first.document.line(first.path)}"
        entry.tell(f"site {name} is declared in {where} already; give each site its own id", "id")


def _screen(into: dict[str, ScreenEntry], model: type[Screen], document: Document | None) -> None:
    if document is None or document.data is None:
        return
    key = FilePath(document.file).stem
    data = _mapping(document)
    panels = _panels(document, data.get("panels"))
    good = [panel.value for panel in panels.values() if panel.value is not None]
    stand_in = good or [PanelSpec(key="none", kind="none", area="none")]  # so that the screen's own keys are judged
    screen = validate(model, document, (), {"key": key, **({"panels": stand_in} if "panels" in data else {})})
    into[key] = ScreenEntry(document, (), screen, panels)


def _topic(parts: Parts, document: Document | None) -> None:
    """The contents of a topic's page; the file's name is its key."""
    if document is None or document.data is None:
        return
    key = document.file.removeprefix("screens/topics/").removesuffix(".yaml")
    parts.topics[key] = Entry(document, (), validate(TopicPage, document, (), {"key": key}))


def _panels(document: Document, value: object) -> dict[str, Entry[PanelSpec]]:
    """Panels as `name: {...}` or as a list of {key: ...}."""
    found: dict[str, Entry[PanelSpec]] = {}
    named = isinstance(value, dict)
    for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        path: Path = ("panels", name)
        model = _kind(document, path, PANELS)
        panel = validate(model, document, path, {"key": str(name)} if named else None) if model else None
        key = str(name) if named else str(value_at(document.data, (*path, "key")) or name)
        if key in found:
            document.problems.append(document.problem((*path, "key"), f"panel {key} is there already; rename one"))
        found[key if key not in found else f"{key}[{name}]"] = Entry(document, path, panel)
    return found
