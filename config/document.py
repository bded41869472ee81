"""A YAML file as plain values that remember their lines, read so that no file, however broken, is an exception."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.problem import Path, Problem, dotted
from config.scalars import Scalar, expand, plain

MAX_BYTES = 8_000_000  # a province's sites fit; reading more would stall the start without a word
MAX_VALUES = 400_000  # after aliases are written out: ten lines of YAML can mean a billion values
MAX_DEPTH = 24
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(
    _TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
)

Value = Scalar | list["Value"] | dict[str, "Value"]


class _Loader(yaml.CSafeLoader):
    """The C parser without YAML 1.1's guesses at what a plain scalar means; `config.scalars` decides."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - yaml's own shape


class TooMuchError(Exception):
    """The document outgrew its bounds; reading it stops."""


class Document:
    """One file's values, the line of each, and what was wrong while reading. `file` is relative to the city folder.

    `hidden` maps text that came from the environment to the ${NAME} it stood for, so that no problem prints a secret.
    """

    def __init__(self, file: str, data: Value = None, problems: list[Problem] | None = None) -> None:
        self.file = file
        self.data = data
        self.problems = problems if problems is not None else []
        self.readable = True
        self.hidden: dict[str, str] = {}
        self.lines: dict[int, dict[str | int, int]] = {}  # id(container) -> key -> line; containers live in `data`
        self.told = file  # the name under which problems are told
        self.files: dict[int, dict[str | int, str]] = {}  # id(container) -> key -> the file it stands in, where layered
        self.below: Document | None = None

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest part of it that exists."""
        return self.place(path)[1]

    def place(self, path: Path) -> tuple[str, int]:
        """The file and line of a path, or of the nearest part of it that exists."""
        value, file, line = self.data, self.told, 1
        for part in path:
            known = self.lines.get(id(value), {})
            if part not in known:
                break
            line = known[part]
            file = self.files.get(id(value), {}).get(part, file)
            value = _child(value, part)
        return file, line

    def refuse(self, line: int, text: str) -> "Document":
        """Note why nothing of this file could be read; names it may declare are then not told as missing."""
        self.readable = False
        self.problems.append(Problem(self.file, line, "", text))
        return self

    def problem(self, path: Path, text: str) -> Problem:
        """A problem of this file at a path; what came from the environment is told by its name."""
        file, line = self.place(path)
        return Problem(file, line, self.discreet(dotted(path)), self.discreet(text))

    def discreet(self, text: str) -> str:
        """The text without what came from the environment; values of one to three letters are no secrets."""
        for secret, name in self.hidden.items():
            text = text.replace(secret, name)
        return text


def _child(value: Value, part: str | int) -> Value:
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def read(folder: FilePath, file: str, env: Mapping[str, str]) -> Document:
    """Read one file of a city folder; what is wrong with it is in the document's problems."""
    try:
        with (folder / file).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return Document(file).refuse(0, f"cannot be read ({error.strerror or error}); check the file")
    if len(raw) > MAX_BYTES:
        text = f"larger than {MAX_BYTES // 1_000_000} MB; split it (sites/*.yaml) or check that it is the right file"
        return Document(file).refuse(0, text)
    return parse(file, raw, env)


def parse(file: str, raw: bytes, env: Mapping[str, str]) -> Document:
    """Read YAML bytes; never raises."""
    document = Document(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return document.refuse(line, "not UTF-8 text here; save the file as UTF-8")
    node = _compose(document, text)
    if node is None:
        return document
    try:
        document.data = _Builder(document, env).build(node, (), 0)
    except TooMuchError as error:
        document.refuse(0, str(error))
    return document


def _compose(document: Document, text: str) -> Node | None:
    try:
        node: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        document.refuse(mark.line + 1 if mark else 0, f"not YAML here: {said}; check indentation and quotes")
        return None
    except (yaml.YAMLError, ValueError) as error:
        said = str(error).splitlines()[0]
        document.refuse(0, f"not YAML: {said}; remove control characters and check the file")
        return None
    return node


class _Builder:
    """Turns nodes into values, counting them, so that aliases are allowed and alias bombs are not."""

    def __init__(self, document: Document, env: Mapping[str, str]) -> None:
        self.document = document
        self.env = env
        self.left = MAX_VALUES

    def build(self, node: Node, path: Path, depth: int) -> Value:
        self.left -= 1
        if self.left < 0:
            raise TooMuchError(
                f"more than {MAX_VALUES:,} values once aliases are written out; split it or drop aliases"
            )
        if depth > MAX_DEPTH:
            raise TooMuchError(
                f"nested deeper than {MAX_DEPTH} levels ({dotted(path[:4])}...); an alias may hold itself"
            )
        if node.tag not in _TAGS:
            tag = node.tag.replace(_TAG, "!!")
            self._wrong(_line(node), path, f"the tag {tag} is not read here; write the value without it")
            return str(node.value) if isinstance(node, ScalarNode) else None
        if isinstance(node, ScalarNode):
            return self._plain(node, path) if not node.style else self._text(node, path)
        if isinstance(node, SequenceNode):
            out: list[Value] = [self.build(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
            self.document.lines[id(out)] = {i: _line(child) for i, child in enumerate(node.value)}
            return out
        return self._mapping(node, path, depth) if isinstance(node, MappingNode) else None

    def _mapping(self, node: MappingNode, path: Path, depth: int) -> Value:
        out: dict[str, Value] = {}
        lines: dict[str | int, int] = {}
        self.document.lines[id(out)] = lines
        for key, child in _own(node):
            if not isinstance(key, ScalarNode):
                self._wrong(_line(key), path, "a key must be a plain word; quote it or restructure")
                continue
            name = key.value  # as written: 0123 and no stay 0123 and no
            if name in lines:
                self._wrong(_line(key), (*path, name), f"written twice, first in line {lines[name]}; keep one")
                continue
            lines[name] = _line(key)
            out[name] = self.build(child, (*path, name), depth + 1)
        for merged in _merged(node):
            self._merge(merged, out, path, depth)
        return out

    def _merge(self, node: Node, out: dict[str, Value], path: Path, depth: int) -> None:
        value = self.build(node, path, depth + 1)
        if not isinstance(value, dict):
            self._wrong(_line(node), (*path, "<<"), "merges only mappings; write <<: *name of a mapping")
            return
        known = self.document.lines[id(value)]
        for name, child in value.items():
            if name not in out:
                out[name] = child
                self.document.lines[id(out)][name] = known[name]

    def _plain(self, node: ScalarNode, path: Path) -> Scalar:
        try:
            value = plain(node.value)
        except ValueError as error:
            self._wrong(_line(node), path, str(error))
            return None
        return self._text(node, path) if isinstance(value, str) else value

    def _text(self, node: ScalarNode, path: Path) -> str:
        raw: str = node.value
        if "${" not in raw:
            return raw
        text, wrong = expand(raw, self.env)
        for sentence in wrong:
            self._wrong(_line(node), path, sentence)
        if text != raw and len(text) > 3:
            self.document.hidden[text] = raw
        return text

    def _wrong(self, line: int, path: Path, text: str) -> None:
        self.document.problems.append(Problem(self.document.file, line, dotted(path), text))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _own(node: MappingNode) -> Iterator[tuple[Node, Node]]:
    for key, child in node.value:
        if not _is_merge(key):
            yield key, child


def _merged(node: MappingNode) -> Iterator[Node]:
    for key, child in node.value:
        if _is_merge(key):
            yield from child.value if isinstance(child, SequenceNode) else (child,)


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and not key.style
