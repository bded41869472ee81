"""Pollution sources, kitchens, building sites and stations that report over HJ 212 (2005, 2017 and 2025)."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from datasources.context import SourceContext
from datasources.formats import hj212 as wire
from datasources.hj212_devices import Device, Register, Session, factors_of
from datasources.tcp import TcpServer, TcpSpec
from domain.source import Ask, AtSpec, Page, Record, SiteSpec, SourceSpec, ValueSpec

_FACTOR = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_LOOK = 10.0  # seconds between two looks at who is connected


class Hj212Spec(SourceSpec):
    """Devices that connect over TCP and report by HJ/T 212-2005, HJ 212-2017 or HJ 212-2025.

    A record is one message: `MN`, `ST`, `CN`, `QN`, `RF`, `site`, `DataTime`, and each factor (`w01018`) with its suffixes
    (`w01018.Rtd`, `.Avg`, `.Min`, `.Cou` ...), `value` (Rtd, else Avg, else Data, RS, RT) and `flag`. In `metrics` a factor
    alone means its value, with its flag and its unit. Flags: N good; S and T suspect; F and B missing; M, C and D invalid.
    `DataTime` of averages (2051, 2061, 2031) is the period's start: `at.shift` moves it. A data message is answered (9014)
    once it is stored, and only when the device wants that.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    polled: ClassVar[bool] = False
    listens: ClassVar[bool] = True
    kind: Literal["hj212"]
    at: AtSpec = Field(
        AtSpec(path="DataTime", format=("%Y%m%d%H%M%S", "%Y%m%d%H%M%S%f")), description="The record's time."
    )
    site: SiteSpec = Field(SiteSpec(path="site"), description="The record's place.")
    listen: TcpSpec = Field(description="Where the devices connect to.")
    devices: dict[str, Device | str] = Field(
        description="MN -> the device; a text is short for {site: text}. Others are refused."
    )
    take: tuple[str, ...] = Field(
        ("2011",), description="Commands (CN) whose data are taken; of others the receipt is confirmed."
    )
    units: dict[str, str] = Field(
        default_factory=dict, description="Factor -> unit the devices use; HJ 212 names none in its messages."
    )
    presence: bool = Field(
        False, description="Each `every` a record {site, online: 1 or 0} of each device: whether it is connected."
    )

    @model_validator(mode="after")
    def _listening(self) -> "Hj212Spec":
        if self.every is None:
            raise ValueError("devices report by themselves: give every:, the interval at which they do")
        if self.replay is not None:
            raise ValueError("devices cannot be replayed: take replay: out")
        strange = sorted(set(self.take) - wire.DATA)
        if strange:
            raise ValueError(
                f"take: {', '.join(strange)} is no data of HJ 212; there are {', '.join(sorted(wire.DATA))}"
            )
        return self

    def value_specs(self) -> dict[str, ValueSpec]:
        """The metrics; a factor alone ("outfall.cod: w01018") is its value, flag and unit."""
        return {metric: self._written_out(value) for metric, value in self.metrics.items()}

    def registered(self) -> dict[str, Device]:
        """The devices with their short form written out."""
        return {mn: Device(site=one) if isinstance(one, str) else one for mn, one in self.devices.items()}

    def _written_out(self, value: ValueSpec | str) -> ValueSpec:
        if not isinstance(value, str):
            return value
        if not _FACTOR.fullmatch(value) or value == "online":
            return ValueSpec(path=value)
        known = value in self.units or any(value in one.units for one in self.registered().values())
        return ValueSpec(
            path=f"{value}.value",
            quality=f"{value}.flag",
            flags=dict(wire.FLAGS),
            unit_path=f"{value}.unit" if known else "",
        )


class Hj212Source:
    """Listens for devices; each connection has a Session, all of them share the register."""

    def __init__(self, spec: Hj212Spec, context: SourceContext) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        paths = [value.path for value in spec.value_specs().values()]
        self._register = Register(spec.registered(), frozenset(spec.take), spec.units, factors_of(paths))
        tick = _LOOK if spec.presence else None
        self._server = TcpServer(spec.listen, lambda address: Session(self._register, address), tick)

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:  # noqa: ARG002 - every kind is asked alike
        """No pages: devices report by themselves."""
        return
        yield

    async def listen(self, clock: Callable[[], datetime]) -> AsyncGenerator[Page, None]:
        """What the devices report, and who is connected."""
        self._register.unlock(self._context)
        looked = clock()
        async with aclosing(self._server.pages()) as pages:
            async for page in pages:
                if page.records or page.bad or page.done:
                    yield page
                if self._spec.presence and self._spec.every and clock() - looked >= self._spec.every:
                    looked = clock()
                    yield self._present(looked)

    async def acknowledge(self, page: Page) -> None:
        """The reports are durable: 9014 to the devices that wait for it."""
        self._server.answer(page)

    def trouble(self) -> str:
        """Why nothing can come in."""
        return self._server.trouble()

    async def close(self) -> None:
        """The connections end with `listen`."""

    def _present(self, now: datetime) -> Page:
        at = now.replace(second=0, microsecond=0) - self._spec.at.shift  # which is added when it is read
        connected = self._register.connected
        said = {mn: {"MN": mn, "site": one.site, "DataTime": at} for mn, one in self._register.devices.items()}
        return Page(
            tuple(
                Record({**fields, "online": int(connected[mn] > 0)}, f"presence of {mn}") for mn, fields in said.items()
            )
        )
