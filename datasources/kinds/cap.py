"""Official warnings by the Common Alerting Protocol (CAP 1.2)."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx
from pydantic import ConfigDict, Field, field_validator, model_validator

from datasources.answers import WebSpec
from datasources.context import SourceContext
from datasources.foreign_files import read_whole
from datasources.formats.cap import LEVELS, Entry, Notice, read_cap
from datasources.reach import touched
from datasources.rows import Bad
from datasources.web import Request, same_host
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, AtSpec, IncidentSpec, Page, Record, SiteSpec, SourceSpec

_REMEMBERED = 2000  # links already read; the longest list known keeps 500
Said = dict[str, Any]


class CapSpec(WebSpec):
    """Official warnings from one CAP alert, an Atom or RSS list of alerts, or a folder of alerts as files.

    Each becomes an incident of kind `official_warning` for each of the city's districts it touches, with the official colour
    (蓝黄橙红) in its details, never one of our alert levels. It is open until it is lifted, replaced or past its `expires`. Tests, exercises, and green entries, which say that there
    is no warning, are none. Fields of a record: id, title, event, colour, level (1 red ... 4 blue), sent, changed, onset,
    expires, sender, status, area, adcode, description, instruction, urgency, certainty, severity.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["cap"]
    url: str = Field("", description="Address of an alert or of a list of alerts; either this or `folder`.")
    folder: str = Field("", description="Folder into which alerts are dropped as .xml files; they stay where they are.")
    at: AtSpec = Field(AtSpec(path="sent"), description="The record's time.")
    site: SiteSpec = Field(SiteSpec(path="adcode"), description="The record's place.")
    incident: IncidentSpec | None = Field(
        IncidentSpec(
            id="id", title="title", kind="'official_warning'", status="status", updated="changed", department="sender",
            detail={"颜色": "colour", "灾种": "event", "区域": "area", "失效时间": "expires", "内容": "description", "防御指南": "instruction"},
        ),
        description="The records are incidents.",
    )  # fmt: skip
    statuses: tuple[str, ...] = Field(
        ("Actual",), description="Which `status` counts; Exercise and Test are not warnings."
    )
    languages: tuple[str, ...] = Field(("zh", "en"), description="Preferred languages of the text.")
    lasts: Duration = Field(timedelta(hours=24), description="Life of a warning that names no end.")
    only: str = Field(
        "", description="Regular expression: entries of a list whose link, id or title do not match are not fetched."
    )
    most: int = Field(100, ge=1, le=1000, description="Most alerts fetched in one run; the others follow in the next.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.url) == bool(self.folder):
            raise ValueError("give either url: (of an alert or a list) or folder: (into which files are dropped)")
        return self

    def calls(self) -> dict[tuple[str, ...], str]:
        """The feed's address and the login's; none for a folder."""
        return super().calls() if self.url else {}

    @field_validator("only")
    @classmethod
    def _compiles(cls, only: str) -> str:
        try:
            re.compile(only)
        except re.error as error:
            raise ValueError(f"only: no regular expression ({error})") from error
        return only


@dataclass
class _State:
    """What lasts between runs: links read, and the warnings in force by identifier, each with its records."""

    read: dict[str, None] = field(default_factory=dict)
    open: dict[str, list[Said]] = field(default_factory=dict)
    dead: dict[str, None] = field(
        default_factory=dict
    )  # lifted or replaced: an older telling that comes late stays closed

    @classmethod
    def parse(cls, cursor: str | None) -> "_State":
        """The state of a cursor; an empty one for none or for one that another kind left."""
        try:
            held = json.loads(cursor) if cursor else {}
            return cls(dict.fromkeys(held["read"]), dict(held["open"]), dict.fromkeys(held["dead"]))
        except (ValueError, KeyError, TypeError):
            return cls()

    def cursor(self) -> str:
        """As the store keeps it."""
        for known in (self.read, self.dead):
            for link in list(known)[:-_REMEMBERED]:
                del known[link]
        return json.dumps({"read": list(self.read), "open": self.open, "dead": list(self.dead)}, ensure_ascii=False)


class CapSource:
    """A run reads what is new, closes what is lifted, replaced or over, and remembers what is in force."""

    def __init__(
        self, spec: CapSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        self._web = spec.web(context, transport)

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """One page with everything that changed."""
        state = _State.parse(ask.cursor)
        before = state.cursor()
        bad: list[Bad] = []
        records: list[Said] = []
        for notice in await self._notices(state, bad):
            records += self._told(notice, state)
        records += list(self._over(state, ask.now))
        after = state.cursor()
        if records or bad or after != before or ask.cursor is None:
            yield Page(tuple(Record(said, str(said["id"])) for said in records), after, tuple(bad))

    async def acknowledge(self, page: Page) -> None:
        """Nothing is owed to a service that is only asked."""

    async def close(self) -> None:
        """Give the connections back."""
        await self._web.close()

    async def _notices(self, state: _State, bad: list[Bad]) -> list[Notice]:
        """What the address or the folder holds that was not read yet, oldest first."""
        if self._spec.folder:
            found_there = await asyncio.to_thread(self._dropped, state, bad)
            return sorted(found_there, key=_sent_at)
        found = await self._read(self._spec.url)
        if isinstance(found, Notice):
            return [found]
        links = [link for entry in found if (link := self._wanted(entry)) and link not in state.read]
        notices: list[Notice] = []
        for link in reversed(list(dict.fromkeys(links))[: self._spec.most]):
            try:
                one = await self._read(link)
            except SourceError as error:
                if not error.permanent:
                    raise
                bad.append((link[:200], "", str(error)))
            else:
                notices += [one] if isinstance(one, Notice) else []
            state.read[link] = None
        return sorted(notices, key=_sent_at)

    def _dropped(self, state: _State, bad: list[Bad]) -> list[Notice]:
        """The alerts in the folder's new files. A file that is half there is read again once it has changed."""
        folder = self._context.root / self._spec.folder
        real = self._context.guard.inside(folder, self._context.root)
        notices: list[Notice] = []
        try:
            if not real.is_dir():
                raise SourceError(f"folder {folder} does not exist")
            looks = {path: path.lstat() for path in sorted(real.glob("*.xml"))}
            marks = {path: f"{path.name}:{look.st_size}:{look.st_mtime_ns}" for path, look in looks.items()}
            for path in [path for path, mark in marks.items() if mark not in state.read][: self._spec.most]:
                state.read[marks[path]] = None
                try:
                    found = read_cap(read_whole(path, self._spec.max_bytes), path.name, self._spec.languages)
                except SourceError as error:
                    bad.append((path.name, "", str(error)))
                else:
                    notices += [found] if isinstance(found, Notice) else []
        except OSError as error:
            raise SourceError(f"folder {folder} cannot be read: {error.strerror}") from error
        return notices

    async def _read(self, url: str) -> Notice | list[Entry]:
        answer = await self._web.ask(
            Request("GET", url, self._spec.params if url == self._spec.url else {}), self._spec.max_bytes
        )
        return read_cap(
            answer.body, "the answer" if url == self._spec.url else url.rpartition("/")[2][:80], self._spec.languages
        )

    def _wanted(self, entry: Entry) -> str:
        """The entry's address, "" when it is not for this city or leads to another host, where our key must not go."""
        link = urljoin(self._spec.url, entry.link) if entry.link else ""
        fit = not self._spec.only or re.search(self._spec.only, entry.about)
        return link if link and fit and same_host(self._spec.url, link) else ""

    def _told(self, notice: Notice, state: _State) -> Iterator[Said]:
        """The records of one alert: first what it ends, then what it says itself."""
        if notice.status not in self._spec.statuses or notice.kind not in {"Alert", "Update", "Cancel"}:
            return
        lifted = notice.kind == "Cancel" or notice.all_clear or "解除" in notice.text("headline")
        if notice.kind in {"Update", "Cancel"}:
            for old in notice.references:
                state.dead[old] = None
                yield from _closed(state.open.pop(old, []), notice.sent)
        if lifted:
            yield from _closed(state.open.pop(notice.identifier, []), notice.sent)
        elif notice.colour in LEVELS and notice.identifier not in state.dead:
            said = list(self._said(notice))
            if said and state.open.get(notice.identifier) != said:
                state.open[notice.identifier] = said
                yield from said

    def _said(self, notice: Notice) -> Iterator[Said]:
        own = self._context.areas
        adcodes = sorted(touched(notice.areas, own, self._context.places))
        names = "、".join(area.name for area in notice.areas if area.name)
        sent = _moment(notice.sent)
        ends = _moment(notice.text("expires")) or ((sent + self._spec.lasts) if sent else None)
        if len(adcodes) > 1 and (city := {code for code in adcodes if code.endswith("00")}):
            adcodes = sorted(city)
        for adcode in adcodes:
            yield {
                "id": notice.identifier if len(adcodes) == 1 else f"{notice.identifier}/{adcode}",
                "title": notice.text("headline") or notice.text("event"), "event": notice.text("event"),
                "colour": f"{notice.colour}色", "level": LEVELS[notice.colour], "sent": notice.sent, "changed": notice.sent,
                "onset": notice.text("onset") or notice.text("effective"), "expires": ends.isoformat() if ends else "",
                "sender": notice.text("senderName") or notice.sender, "status": "open", "area": names, "adcode": adcode,
                "description": notice.text("description"), "instruction": notice.text("instruction"),
                "urgency": notice.text("urgency"), "certainty": notice.text("certainty"), "severity": notice.text("severity"),
            }  # fmt: skip

    def _over(self, state: _State, now: datetime) -> Iterator[Said]:
        """Warnings past their end."""
        for identifier, said in list(state.open.items()):
            ends = _moment(str(said[0].get("expires", ""))) if said else None
            if ends is not None and ends <= now:
                yield from _closed(state.open.pop(identifier), ends.isoformat())


def _sent_at(notice: Notice) -> datetime:
    return _moment(notice.sent) or datetime.min.replace(tzinfo=UTC)


def _closed(said: list[Said], changed: str) -> Iterator[Said]:
    return ({**one, "status": "closed", "changed": changed} for one in said)


def _moment(text: str) -> datetime | None:
    """A time with offset (CAP 1.2 3.3.2); None for none, for one without it and for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
