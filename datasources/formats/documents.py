"""JSON and XML into plain dictionaries and lists."""

import json
import re
from typing import Any
from xml.parsers import expat

import orjson

from domain.errors import SourceError

_DEEPEST = 64
_CHINESE = re.compile(rb"""\s*<\?xml[^>]*encoding=["'](?:gb\d+|gbk)["']""", re.IGNORECASE)


def parse_json(data: bytes, where: str) -> object:
    """A JSON document; SourceError when it is none.

    NaN and Infinity, which JSON forbids and careless services send, are read as numbers so that only the records that
    hold them are refused.
    """
    try:
        document: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{where}: not a JSON document ({_shown(data)})") from error
    return document


def parse_xml(data: bytes, where: str) -> dict[str, Any]:
    """An XML document as {root: content}: child elements by local name (a list when repeated), attributes as "@name".

    An element with neither children nor attributes is its text. A DOCTYPE is refused: entities can grow without bound.
    """
    builder = _XmlBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        # expat does not know the Chinese encodings, so such a document is decoded before it is parsed.
        chinese = _CHINESE.match(data)
        parser.Parse(data.decode("gb18030") if chinese else data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError(f"{where}: not an XML document ({error})", permanent=True) from error
    return builder.top


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

    def doctype(self, *_declaration: object) -> None:
        raise ValueError("a DOCTYPE is not accepted")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _shown(data: bytes) -> str:
    return f"{len(data):,} bytes that begin with {data[:40]!r}" if data else "empty"
