"""Every kind of source there is: one module each, its Spec beside its class."""

from collections.abc import Callable
from typing import Any

from datasources.context import SourceContext
from datasources.kinds.file import FileSource, FileSpec
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from datasources.kinds.sql import SqlSource, SqlSpec
from domain.source import Source, SourceSpec

__all__ = ["KINDS"]

# Any: each factory takes its own Spec, which no common type can say.
KINDS: dict[str, tuple[type[SourceSpec], Callable[[Any, SourceContext], Source]]] = {
    "http_json": (HttpJsonSpec, HttpJsonSource),
    "sql": (SqlSpec, SqlSource),
    "file": (FileSpec, FileSource),
}
