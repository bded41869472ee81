"""What kinds have in common whose records are sent to the API by somebody else's system."""

from collections.abc import AsyncGenerator
from typing import ClassVar

from pydantic import ConfigDict, Field, model_validator

from datasources.context import SourceContext
from domain.source import Ask, Page, SourceSpec


class PushedSpec(SourceSpec):
    """The keys of every kind that is sent to the API. `every` says how often something is expected, so that silence shows."""

    model_config = ConfigDict(hide_input_in_errors=True)
    polled: ClassVar[bool] = False
    carry: dict[str, str] = Field(
        default_factory=dict,
        description="JSON with `rows`: document-level fields copied into each record: name -> JMESPath.",
    )
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between CSV cells.")
    most: int = Field(100_000, ge=1, le=100_000, description="Most records of one request.")

    @model_validator(mode="after")
    def _expected(self) -> "PushedSpec":
        if self.every is None:
            raise ValueError("a pushed source has no time table: give every:, the interval at which it sends")
        if self.replay is not None:
            raise ValueError("a pushed source cannot be replayed: take replay: out")
        return self


class PushedSource:
    """Never has anything when it is polled: the web process takes in what is sent."""

    def __init__(self, spec: SourceSpec, context: SourceContext) -> None:  # noqa: ARG002 - every kind is made alike
        self.spec: SourceSpec = spec

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:  # noqa: ARG002 - as above
        """No pages."""
        return
        yield

    async def acknowledge(self, page: Page) -> None:
        """The sender was answered after the commit."""

    async def close(self) -> None:
        """Nothing is held open."""
