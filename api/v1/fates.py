"""What became of the records of a push, as the answer tells it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.v1.models import Shape


class Span(Shape):
    """Records `first` to `last` (counted from 1, both included) that fared alike."""

    first: int
    last: int
    status: Literal["accepted", "duplicate", "rejected", "ignored"]
    reason: str = Field("", description="Why it was rejected.")
    kept: int = Field(0, description="Of a rejected record: values that could be read and are stored all the same.")


class PushAnswer(Shape):
    """What became of a push. Once it is answered it is durable.

    read = accepted + duplicates + rejected. `results` cover every record of the request in order; neighbours that fared alike
    share an entry. `written` counts stored values and incidents, new or corrected.
    """

    source: str
    received: datetime
    read: int
    accepted: int
    duplicates: int
    rejected: int
    ignored: int
    written: int
    results: list[Span]
