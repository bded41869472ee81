"""JSON and XML into plain dictionaries and lists."""

import json
import re
from html.entities import html5
from typing import IO, Any
from xml.parsers import expat

from domain.errors import SourceError

_DEEPEST = 64
_PIECE = 8192
_UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_CHINESE = re.compile(rb"""\s*<\?xml[^>]*encoding=["'](?:gb\d+|gbk)["']""", re.IGNORECASE)


def parse_json(data: bytes, where: str) -> object:
    """A JSON document; SourceError when it is none.

    NaN and Infinity, which JSON forbids and careless services send, are read as numbers so that only the records that
    hold them are refused.
    """
    try:
        # The standard library and not a faster one: ids of 20 digits must not become floats.
        document: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where}: not a JSON document ({_shown(data)})") from error
    return document


def parse_xml(data: bytes, where: str) -> dict[str, Any]:
    """An XML document as {root: content}: child elements by local name (a list when repeated), attributes as "@name".

    An element with neither children nor attributes is its text. A DOCTYPE is refused: entities can grow without bound.
    HTML's own entities (&mdash;), which XML does not know and services send, are read; other undeclared ones are refused.
    """
    try:
        # expat does not know the Chinese encodings, so such a document is decoded before it is parsed.
        text = data.decode("gb18030") if _CHINESE.match(data) else data
        try:
            return _parsed(text)
        except expat.ExpatError as error:
            if error.code != _UNDEFINED:
                raise
            return _parsed(_ENTITY.sub(_character, text if isinstance(text, str) else text.decode()))
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError(f"{where}: not an XML document ({error})", permanent=True) from error


class _RootSeen(Exception):
    """The document's first element has begun: a DOCTYPE cannot come any more."""


def refuse_doctype(stream: IO[bytes]) -> None:
    """Read an XML document up to its first element; ValueError when it declares a document type. What is no XML passes."""
    parser = expat.ParserCreate()

    def root(*_element: object) -> None:
        raise _RootSeen

    parser.StartElementHandler = root
    parser.StartDoctypeDeclHandler = _XmlBuilder.doctype
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
    except (_RootSeen, expat.ExpatError, LookupError):
        return


def _parsed(data: str | bytes) -> dict[str, Any]:
    builder = _XmlBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.Parse(data, True)
    return builder.top


def _character(entity: re.Match[str]) -> str:
    """One entity of HTML as its character; others, and XML's own five, as they are."""
    own = entity[1] in {"amp", "lt", "gt", "quot", "apos"}
    return entity[0] if own else html5.get(f"{entity[1]};", entity[0])


class _XmlBuilder:
    """Collects expat's events; the stack holds (children, text parts) of the open elements."""

    def __init__(self) -> None:
        self.top: dict[str, Any] = {}
        self._open: list[tuple[dict[str, Any], list[str]]] = [(self.top, [])]

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise ValueError(f"elements more than {_DEEPEST} deep")
        self._open.append(({f"@{_local(name)}": value for name, value in attributes.items()}, []))

    def end(self, name: str) -> None:
        children, parts = self._open.pop()
        text = "".join(parts).strip()
        if children and text:
            children["#text"] = text
        content: Any = children or text
        parent = self._open[-1][0]
        local = _local(name)
        if local not in parent:
            parent[local] = content
        elif isinstance(parent[local], list):
            parent[local].append(content)
        else:
            parent[local] = [parent[local], content]

    def text(self, text: str) -> None:
        self._open[-1][1].append(text)

    @staticmethod
    def doctype(*_declaration: object) -> None:
        raise ValueError("a DOCTYPE is not accepted")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _shown(data: bytes) -> str:
    return f"{len(data):,} bytes that begin with {data[:40]!r}" if data else "empty"
