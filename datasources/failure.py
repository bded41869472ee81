"""The one refinement of SourceError that the poll loop understands."""

from domain.errors import SourceError


class Busy(SourceError):
    """The provider asked to come back later (429 or 503 with Retry-After); `after` is in seconds."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.after = after
