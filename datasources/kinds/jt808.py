"""Vehicles of passenger and dangerous-goods transport (两客一危) whose terminals report over JT/T 808."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from datasources.context import SourceContext
from datasources.jt808_terminals import Fleets, Session
from datasources.tcp import TcpServer, TcpSpec
from domain.metric import Duration
from domain.source import Ask, AtSpec, Page, SiteSpec, SourceSpec

_LINGER = 1.0  # seconds: the figures of a fleet are written anew with each page
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Jt808Spec(SourceSpec):
    """Terminals that connect over TCP and report by JT/T 808-2013 or 808-2019: positions, alarms, heartbeats.

    What is stored are figures of fleets, never a vehicle's track. A record is one fleet in one minute: `site`, `at`,
    `online` (heard of within `online_for`), `total`, `moving`, `alarms` (vehicles with any alarm) and `high_risk` (vehicles
    whose newest position holds an emergency, overspeed, fatigue, danger, overlong drive, off-route, collision or rollover
    alarm that is not over). It is written when a position moved it, and each `every` in any case; not in the first `every`
    after a start. A position is answered (0x8001) once what it moved is stored.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    polled: ClassVar[bool] = False
    listens: ClassVar[bool] = True
    kind: Literal["jt808"]
    at: AtSpec = Field(AtSpec(path="at"), description="The record's time.")
    site: SiteSpec = Field(SiteSpec(path="site"), description="The record's place.")
    listen: TcpSpec = Field(description="Where the terminals connect to.")
    terminals: dict[str, str] = Field(
        min_length=1,
        description="Terminal's number without leading zeros, or the beginning of numbers and `*` -> the fleet's site.",
    )
    sizes: dict[str, int] = Field(
        default_factory=dict, description="Fleet -> its vehicles, where terminals are not named one by one."
    )
    online_for: Duration = Field(timedelta(minutes=5), description="A vehicle heard of within this time is online.")
    secret_env: str = Field(
        "",
        description="Environment variable with the secret of the authentication codes; empty: codes are not looked at.",
    )

    @field_validator("terminals")
    @classmethod
    def _numbers(cls, terminals: dict[str, str]) -> dict[str, str]:
        wrong = [key for key in terminals if not key.removesuffix("*").isalnum() or key.startswith("0")]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: give a number without leading zeros, or its beginning and *")
        return terminals

    @model_validator(mode="after")
    def _listening(self) -> "Jt808Spec":
        if self.every is None:
            raise ValueError("terminals report by themselves: give every:, the interval of the fleets' figures")
        if self.replay is not None:
            raise ValueError("terminals cannot be replayed: take replay: out")
        return self


class Jt808Source:
    """Listens for terminals; each connection has a Session, all of them move the same fleets."""

    def __init__(self, spec: Jt808Spec, context: SourceContext) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        self._every = spec.every or timedelta(minutes=1)
        self._fleets = Fleets(spec.terminals, spec.sizes, spec.online_for, lambda: _EPOCH, spec.clock)
        tick = self._every.total_seconds()
        self._server = TcpServer(spec.listen, lambda address: Session(self._fleets, address), tick, _LINGER)

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:  # noqa: ARG002 - every kind is asked alike
        """No pages: terminals report by themselves."""
        return
        yield

    async def listen(self, clock: Callable[[], datetime]) -> AsyncGenerator[Page, None]:
        """The fleets' figures whenever something came, and each `every`."""
        self._fleets.unlock(self._context, self._spec.secret_env)
        self._fleets.clock = clock
        whole = (
            clock() + self._every
        )  # until then some vehicles have not found us yet: figures would tell of a collapse
        async with aclosing(self._server.pages()) as pages:
            async for page in pages:
                now = clock()
                yield replace(page, records=self._fleets.records(now)) if now >= whole else page

    async def acknowledge(self, page: Page) -> None:
        """The figures are durable: the general answer to the positions in them."""
        self._server.answer(page)

    def trouble(self) -> str:
        """Why nothing can come in."""
        return self._server.trouble()

    async def close(self) -> None:
        """The connections end with `listen`."""
