"""Every kind of source there is: one module each, its Spec beside its class."""

from datasources.kinds.file import FileSource, FileSpec
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from datasources.kinds.push import PushSource, PushSpec
from datasources.kinds.sql import SqlSource, SqlSpec
from datasources.replay import Factory, playable
from domain.source import SourceSpec

__all__ = ["KINDS"]

KINDS: dict[str, tuple[type[SourceSpec], Factory]] = {
    "http_json": (HttpJsonSpec, playable(HttpJsonSource)),
    "sql": (SqlSpec, playable(SqlSource)),
    "file": (FileSpec, playable(FileSource)),
    "push": (PushSpec, PushSource),
}
