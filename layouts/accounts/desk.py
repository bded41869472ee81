"""How these pages look at things: who looks, in which language, at what moment; and how values become words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import Account, Reach, Right, Viewer
from domain.city import City
from layouts.accounts import words
from layouts.drawer import TOPICS
from layouts.text import said, translate

HALF_MINUTE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's view of the pages about people; `now` is aware UTC."""

    city: City
    viewer: Viewer
    lang: str
    now: datetime

    def t(self, text: str, **values: object) -> str:
        """A Chinese source string in the desk's language."""
        return translate(text, self.lang, **values)

    def said(self, text: str) -> str:
        """A finished sentence of another package (a refusal, a department) in the desk's language."""
        return said(text, self.lang)

    def either(self, zh: str, en: str) -> str:
        """A declared name in the desk's language; Chinese where no English is declared."""
        return en if self.lang == "en" and en else zh

    def may(self, right: Right) -> bool:
        """Whether the person looking has a right."""
        return self.viewer.may(right)

    def moment(self, at: datetime | None) -> str:
        """Day and minute in the city's zone, "—" for never."""
        return "—" if at is None else at.astimezone(self.city.zone).strftime("%Y-%m-%d %H:%M")

    def second(self, at: datetime) -> str:
        """Day and second in the city's zone: what an audit has to tell."""
        return at.astimezone(self.city.zone).strftime("%Y-%m-%d %H:%M:%S")

    def age(self, at: datetime) -> str:
        """How long ago, in the coarsest unit that still tells."""
        minutes = int((self.now - at + HALF_MINUTE).total_seconds() // 60)
        if minutes < 1:
            return self.t("刚刚")
        if minutes < 60:
            return self.t("{n} 分钟前", n=minutes)
        if minutes < 48 * 60:
            return self.t("{n} 小时前", n=minutes // 60)
        return self.t("{n} 天前", n=minutes // 1440)

    def left(self, until: datetime) -> str:
        """How long something still lasts; "" when it is over."""
        minutes = int((until - self.now + HALF_MINUTE).total_seconds() // 60)
        if minutes < 1:
            return ""
        if minutes < 120:
            return self.t("{n} 分钟", n=minutes)
        return self.t("{n} 小时", n=minutes // 60) if minutes < 48 * 60 else self.t("{n} 天", n=minutes // 1440)

    def listed(self, names: list[str]) -> str:
        """Names in a row."""
        return (", " if self.lang == "en" else "、").join(names)

    def district(self, adcode: str) -> str:
        """A district's name; its code when the city no longer declares it."""
        found = self.city.districts.get(adcode)
        return self.either(found.name, found.name_en) if found else adcode

    def topic(self, topic: str) -> str:
        """A topic's name."""
        return self.t(TOPICS[topic]) if topic in TOPICS else topic

    def districts(self, reach: Reach) -> str:
        """Which districts a reach covers."""
        if reach.districts is None:
            return self.t("全市")
        order = [code for code in self.city.districts if code in reach.districts]
        return self.listed([self.district(code) for code in order + sorted(reach.districts - set(order))])

    def topics(self, reach: Reach) -> str:
        """Which topics a reach covers."""
        if reach.topics is None:
            return self.t("全部专题")
        order = [key for key in TOPICS if key in reach.topics]
        return self.listed([self.topic(key) for key in order + sorted(reach.topics - set(order))])

    def role(self, who: Account | Viewer) -> str:
        """What an account is."""
        return self.t(words.ROLES[who.role])
