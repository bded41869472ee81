"""What a render may know: the snapshot, the place and the language, and how the three are put into words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from access import mask
from access.reach import REFUSED, sees
from domain.account import Right, Role
from domain.city import City
from domain.health import Freshness, source_at
from domain.incident import Incident
from domain.metric import Metric
from domain.screen import Item, PanelSpec, Screen
from domain.source import SourceSpec
from domain.wall import wall_at
from layouts.text import said, translate
from snapshot.model import Reading, Snapshot

HALF_MINUTE = timedelta(seconds=30)


def plain_layer_url(name: str) -> str:
    """Where a map layer is fetched when nobody injects hashed addresses."""
    return f"/layers/{name}.geojson"


@dataclass(frozen=True)
class View:
    """One way of looking at a snapshot. `place` is a district's adcode, "" for the whole city; `lang` is zh or en.

    rights, role: those of the one person who looks; none where several share what is drawn, so that nothing personal is shown.
    """

    snapshot: Snapshot
    place: str = ""
    lang: str = "zh"
    layer_url: Callable[[str], str] = plain_layer_url
    rights: frozenset[Right] = frozenset()
    role: Role | None = None

    def shared(self) -> "View":
        """The same view without anybody's own rights: what may be drawn once for several people."""
        return replace(self, rights=frozenset(), role=None)

    @property
    def city(self) -> City:
        """The city the snapshot is of."""
        return self.snapshot.city

    @property
    def here(self) -> str:
        """The adcode of what is looked at: the chosen district or the city."""
        return self.place or self.city.adcode

    @property
    def is_first_start(self) -> bool:
        """Whether no source has delivered anything yet; whoever may see none of them cannot tell."""
        known = self.snapshot.sources
        return (bool(known) or self.snapshot.reach.whole) and not any(h.last_success for h in known.values())

    def may_read(self, metric: str) -> bool:
        """Whether a metric may be read where it is looked at, or in the district looked at."""
        places = {self.place_of(metric), self.place}
        return any(sees(self.snapshot.reach, self.city, metric, place) for place in places)

    def personal(self, text: str) -> str:
        """A text of somebody else, personal details masked unless the one who looks may read them."""
        return text if Right.PERSONAL in self.rights else mask.text(text)

    def raw(self, text: str) -> str:
        """What a feed or a record said in its own words: masked unless the one who looks may read records as they came."""
        return text if Right.RAW in self.rights else mask.text(text)

    def incident(self, incident: Incident) -> Incident:
        """An incident, personal details masked unless the one who looks may read them."""
        return incident if Right.PERSONAL in self.rights else mask.incident(incident)

    def t(self, text: str, **values: object) -> str:
        """A Chinese source string in the view's language."""
        return translate(text, self.lang, **values)

    def said(self, text: str) -> str:
        """A finished sentence of another package (a refusal, a note, a name) in the view's language."""
        return said(text, self.lang)

    def either(self, zh: str, en: str) -> str:
        """The declared name in the view's language; Chinese where no English is declared."""
        return en if self.lang == "en" and en else zh

    def metric(self, key: str) -> Metric:
        """The declaration of a metric; KeyError when the city has none of that name."""
        return self.city.metrics[key]

    def label(self, item: Item) -> str:
        """What the panel calls the number."""
        metric = self.metric(item.metric)
        return self.either(item.label or metric.name, item.label_en or ("" if item.label else metric.name_en))

    def title(self, titled: PanelSpec | Screen) -> str:
        """A panel's or screen's title."""
        return self.either(titled.title, titled.title_en)

    def unit(self, item: Item) -> str:
        """The unit in the view's language."""
        return self.t(item.unit or self.metric(item.metric).unit)

    def place_name(self, place: str) -> str:
        """A site's, a district's or the city's name; a source's for what is measured of it."""
        city = self.city
        source = city.sources.get(source_at(place))
        if source is not None:
            return self.source_label(source)
        wall = city.spec.walls.get(wall_at(place))
        if wall is not None:
            return wall.name
        spot = city.sites.get(place) or city.districts.get(place)
        english = city.spec.name_en if place == city.adcode else (spot.name_en if spot else "")
        return self.either(city.place_name(place), english)

    def short_name(self, place: str) -> str:
        """A place's name as maps and narrow columns write it: 连山壮族瑶族自治县 becomes 连山县."""
        name = self.place_name(place)
        if self.lang == "zh" and place in self.city.districts and len(name) > 4:
            return name[:2] + name[-1]
        return name

    def place_of(self, metric: str) -> str:
        """Where a metric is read: the chosen district, but the whole city for figures about the system itself.

        Whoever may see some districts only has no other place to read any of them at.
        """
        is_citys = self.metric(metric).topic == "system" and self.snapshot.reach.districts is None
        return "" if is_citys else self.place

    def place_asked(self, metric: str, place: str) -> str:
        """A place as an address names it: the city itself is "", and so is the district of one who may see no other."""
        asked = "" if place == self.city.adcode else place
        return asked or (self.place_of(metric) if self.snapshot.reach.districts is not None else "")

    def reading(self, item: Item) -> Reading:
        """The number an item shows at the place looked at."""
        return self.snapshot.reading(item.metric, self.place_of(item.metric), item.window)

    def local(self, at: datetime) -> datetime:
        """A moment in the city's own zone."""
        return at.astimezone(self.city.zone)

    def clock(self, at: datetime | None) -> str:
        """hh:mm in the city's zone, with the day in front when it is not the snapshot's."""
        if at is None:
            return "—"
        then, now = self.local(at), self.local(self.snapshot.at)
        return then.strftime("%H:%M" if then.date() == now.date() else "%m-%d %H:%M")

    def age(self, at: datetime) -> str:
        """How long before the snapshot's moment, in the coarsest unit that still tells."""
        span = self.snapshot.at - at
        minutes = int((span + HALF_MINUTE).total_seconds() // 60)
        if minutes < 1:
            return self.t("刚刚")
        if minutes < 60:
            return self.t("{n} 分钟前", n=minutes)
        if minutes < 48 * 60:
            return self.t("{n} 小时前", n=minutes // 60)
        return self.t("{n} 天前", n=minutes // 1440)

    def source_label(self, source: SourceSpec) -> str:
        """A source's name without what stands in brackets behind it."""
        return re.split(r"（| \(", self.said(source.name or source.department), maxsplit=1)[0]

    def source_name(self, metric: str) -> str:
        """Who supplies a metric, as short as people say it."""
        source = self.city.sources.get(self.snapshot.source_of(metric))
        if source is None:
            return self.said(self.metric(metric).department)
        return self.source_label(source)

    def owner(self, metric: str) -> str:
        """Who answers for a metric's data: the department of its source, else its own."""
        source = self.city.sources.get(self.snapshot.source_of(metric))
        return self.said(source.department if source is not None else self.metric(metric).department)


def newest(readings: Iterable[Reading]) -> Reading | None:
    """The reading with the latest `at`."""
    dated = [(r.at, r) for r in readings if r.at is not None]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None


def is_refused(reading: Reading) -> bool:
    """Whether a number is missing because it may not be read."""
    return reading.value is None and reading.note == REFUSED


def is_judgeable(reading: Reading) -> bool:
    """Whether a value is fresh enough to be coloured, ranked or called better or worse (WALL §6)."""
    return reading.value is not None and reading.freshness in (Freshness.LIVE, Freshness.LATE)
