"""One poll of one source, as it went: what source health is computed from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SourceRun:
    """The outcome of one poll. Times are aware UTC; `error` is one sentence, empty when all went well.

    Records: read = accepted + rejected + duplicates. `rejected` counts records kept in quarantine, wholly or in part;
    `duplicates` counts records that said what another record of the same run had said. `written` counts stored values and
    incidents (new or corrected), not records. `skipped` is true when the poll did not take place (another run of this
    source was under way, or the provider asked to wait): such a run is not recorded.
    """

    source: str
    started: datetime
    ended: datetime
    ok: bool
    read: int = 0
    written: int = 0
    duplicates: int = 0
    rejected: int = 0
    error: str = ""
    cursor: str | None = None
    skipped: bool = False
