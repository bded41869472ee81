"""One city folder laid over another: what is the same in both is written once, in the folder that `extends` names.

A city has all declarations of the other folder; its own are laid over them, key by key, and panels written as a list by their
`key`. `name:` with nothing behind it takes a declaration away. Other lists are replaced as a whole. city.yaml, demo.yaml, sites and layers are a city's own and never taken from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path as FilePath
from typing import Final

from config.document import Document, Value, parse, read

Container = dict[str, Value] | list[Value]

OWN: Final = ("city.yaml", "demo.yaml", "sites.yaml", "sites/")
MOST: Final = 4  # folders in a row; more is a circle or a puzzle
# Down to which level keys are laid over each other: a source's or a panel's key is replaced as a whole.
_DEPTH: Final = {"metrics.yaml": 2, "sources.yaml": 2, "rules.yaml": 2, "receivers.yaml": 2, "noise.yaml": 2}
_SECTIONED: Final = 3  # plans, roster, screens: sections, then names, then keys


def bases(folder: FilePath, env: Mapping[str, str]) -> tuple[list[FilePath], str]:
    """The folders below a city's own, nearest first, and a sentence when `extends` leads nowhere."""
    found: list[FilePath] = []
    at = folder
    while extends := _extends(at, env):
        below = (at / extends).resolve()
        if not (below / "city.yaml").is_file():
            return found, f"{extends!r} is no city folder; write the path of one, from this folder (../441800)"
        if below == folder.resolve() or below in found or len(found) == MOST:
            return found, f"{extends!r} leads back here or too far; a folder may stand on {MOST} others at most"
        found.append(below)
        at = below
    return found, ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One file of a city's own folder as somebody would like to write it. No ${NAME} of the environment is filled into it."""

    file: str
    text: str


def layered(
    folder: FilePath, below: list[FilePath], file: str, env: Mapping[str, str], changed: Changed | None = None
) -> Document | None:
    """A file of the city over the same file of the folders it extends; None when none of them has it."""
    folders = [folder] if file.startswith(OWN) else [folder, *below]
    own = parse(file, changed.text.encode(), {}) if changed is not None and changed.file == file else None
    rest = folders if own is None else folders[1:]
    documents = [own, *(_read(one, folder, file, env) for one in rest if (one / file).is_file() or one == folder)]
    there = [one for one in documents if one is not None]
    if not there:
        return None
    found = there[-1]
    for upper in reversed(there[:-1]):
        found = _over(upper, found)
    return found


def names(folder: FilePath, below: list[FilePath], under: str, changed: Changed | None = None) -> list[str]:
    """The YAML files of a subfolder, of the city and of what it extends."""
    folders = [folder] if f"{under}/".startswith(OWN) else [folder, *below]
    more = {changed.file} if changed is not None and FilePath(changed.file).parent.as_posix() == under else set()
    return sorted(more | {f"{under}/{path.name}" for one in folders for path in (one / under).glob("*.yaml")})


def _extends(folder: FilePath, env: Mapping[str, str]) -> str:
    if not (folder / "city.yaml").is_file():
        return ""
    data = read(folder, "city.yaml", env).data
    named = data.get("extends") if isinstance(data, dict) else None
    return named if isinstance(named, str) else ""


def _read(where: FilePath, folder: FilePath, file: str, env: Mapping[str, str]) -> Document | None:
    """A document that tells its problems under its path as seen from the city's folder."""
    if not (where / file).exists():
        return None
    document = read(where, file, env)
    if where == folder:
        return document
    told = relpath(where / file, folder.resolve())
    document.problems[:] = [replace(problem, file=told) for problem in document.problems]
    document.told = told
    return document


def _over(upper: Document, lower: Document) -> Document:
    """The upper document with everything of the lower one that it does not replace; it answers for both."""
    upper.below = lower  # containers are known by their identity, so those of the lower document must live on
    upper.lines |= lower.lines
    upper.files |= lower.files
    upper.hidden |= lower.hidden
    upper.problems.extend(lower.problems)
    upper.readable = upper.readable and lower.readable
    own = {} if upper.data is None else upper.data
    upper.data = _Pair(upper, lower).laid(own, lower.data, _DEPTH.get(upper.file, _SECTIONED))
    return upper


class _Pair:
    """Two documents, the upper of which takes up what the lower one has besides."""

    def __init__(self, upper: Document, lower: Document) -> None:
        self._upper, self._lower = upper, lower

    def laid(self, own: Value, base: Value, depth: int) -> Value:
        """What counts of two values that stand at the same place."""
        if depth and isinstance(own, dict) and isinstance(base, dict):
            return self._mapping(own, base, depth)
        if depth and isinstance(own, list) and isinstance(base, list) and _keyed(own) and _keyed(base):
            return self._listed(own, base, depth)
        return own

    def _mapping(self, own: dict[str, Value], base: dict[str, Value], depth: int) -> Value:
        out: dict[str, Value] = {}
        for name in [*base, *(new for new in own if new not in base)]:
            mine = name in own
            if mine and own[name] is None and name in base:
                continue
            out[name] = (
                self.laid(own[name], base[name], depth - 1) if mine and name in base else (own if mine else base)[name]
            )
            self._note(out, name, own if mine else base, name, mine=mine)
        return out

    def _listed(self, own: list[Value], base: list[Value], depth: int) -> Value:
        out: list[Value] = []
        mine, theirs = _by_key(own), _by_key(base)
        for key in [*theirs, *(new for new in mine if new not in theirs)]:
            at = len(out)
            if key in mine and key in theirs:
                out.append(self.laid(own[mine[key]], base[theirs[key]], depth - 1))
            else:
                out.append(own[mine[key]] if key in mine else base[theirs[key]])
            self._note(out, at, own if key in mine else base, mine.get(key, theirs.get(key, 0)), mine=key in mine)
        return out

    def _note(self, out: Container, name: str | int, holder: Container, part: str | int, *, mine: bool) -> None:
        """Remember in which file and line a part of `out` was written."""
        source = self._upper if mine else self._lower
        self._upper.lines.setdefault(id(out), {})[name] = source.lines.get(id(holder), {}).get(part, 1)
        self._upper.files.setdefault(id(out), {})[name] = source.files.get(id(holder), {}).get(part, source.told)


def _keyed(items: list[Value]) -> bool:
    return bool(items) and len(_by_key(items)) == len(items)


def _by_key(items: list[Value]) -> dict[str, int]:
    return {str(one["key"]): at for at, one in enumerate(items) if isinstance(one, dict) and "key" in one}
