"""What the pages about the desk's own papers share: their frame, names of people, and the course of a paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html

from domain.account import Role
from domain.dossier import DossierEvent
from domain.shift import Shift
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.alerts.page import said
from layouts.tags import Child, Node, h, node, store

READERS = frozenset({Role.DUTY, Role.SHIFT, Role.LEADER})  # who may read what concerns the whole desk


@dataclass(frozen=True, slots=True)
class Ids:
    """The parts of a page that callbacks fill, named after it."""

    page: str
    every: int = 0  # seconds after which the rows are read again without any news; 0 = never

    @property
    def tick(self) -> str:
        """The clock of a page whose rows grow old by themselves."""
        return f"{self.page}-tick"

    @property
    def body(self) -> str:
        """Everything that is read again with each piece of news: nothing in it can be filled in."""
        return f"{self.page}-body"

    @property
    def pane(self) -> str:
        """Forms: drawn again only when what they are about has moved."""
        return f"{self.page}-pane"

    @property
    def said(self) -> str:
        """What came of the last press."""
        return f"{self.page}-said"

    @property
    def changed(self) -> str:
        """Moves with each press that changed something."""
        return f"{self.page}-changed"

    @property
    def shows(self) -> str:
        """What the pane shows, with its version."""
        return f"{self.page}-shows"


def page(desk: Desk, path: str, title: str, ids: Ids) -> html.Div:
    """The frame: rows on the left, forms on the right; both come with the first callback."""
    said_box = h("Div", None, "desk-said", id=ids.said, data={"passing": ""}, aria={"live": "polite"})
    body: list[Child] = [
        store(ids.changed),
        store(ids.shows),
        node("dash_core_components", "Interval", {"id": ids.tick, "interval": ids.every * 1000}) if ids.every else None,
        h(
            "Div",
            [
                h("Div", frame.waiting(desk), "desk-main paper-main", id=ids.body),
                h("Aside", [said_box, h("Div", None, "paper-pane", id=ids.pane)], "paper-side", aria={"label": title}),
            ],
            "paper-split",
        ),
    ]
    return frame.page(desk, path, desk.t(title), body, "is-paper", frame.More(screen=news.SCREEN))


def about(desk: Desk, named: str) -> Child:
    """What a paper is about: the number of a case or dossier, or the name of a metric and its place, as a way there."""
    if not named.startswith("metric:"):
        return named
    key, _, place = named.removeprefix("metric:").partition("@")
    metric, city = desk.city.metrics.get(key), desk.city
    name = desk.either(metric.name, metric.name_en) if metric else key
    district = city.district_of(place)
    way = f"/indicator/{key}?district={district}" if district else f"/indicator/{key}"
    return h("A", f"{name} · {city.place_name(place or city.adcode)}", "link", href=way)


def to_daily(desk: Desk, named: str) -> Child:
    """The way to put a case into today's daily, for those who write it."""
    if not (desk.viewer.role in READERS and desk.viewer.reach.whole):
        return None
    way = f"/daily?about={named}" + ("" if desk.lang == "zh" else f"&lang={desk.lang}")
    return h("A", desk.t("存入日报 →"), "link", href=way)


def reads_all(desk: Desk) -> bool:
    """Whether this person may read what concerns the whole desk."""
    return desk.viewer.role in READERS and desk.viewer.reach.whole


def refused(desk: Desk) -> Node:
    """What others see instead."""
    return frame.none(desk.t("无权查看"), desk.t("这里涉及全市值班事项，只供值班人员和领导查看。"))


def signature(desk: Desk, form: str, login: str) -> Node:
    """Where somebody signs: his login (as far as it is known) and password."""
    who = frame.field(
        desk.t("登录名"), frame.named(f"{form}.login"), value=login, maxLength=64, autoComplete="off",
    )  # fmt: skip
    word = frame.field(
        desk.t("密码"), frame.named(f"{form}.password"), desk.t("演示账号不需密码") if desk.city.spec.demo else "",
        "password", value="", maxLength=256, autoComplete="off",
    )  # fmt: skip
    return h("Div", [who, word], "sign-fields")


def name(names: Mapping[str, str], login: str) -> str:
    """A person as others read it; the login when the account is gone."""
    return names.get(login) or login


def listed(desk: Desk, names: Mapping[str, str], logins: Sequence[str]) -> str:
    """People in a row, "—" for nobody."""
    return desk.listed([name(names, login) for login in logins]) or "—"


def shift(desk: Desk, one: Shift) -> str:
    """A shift as the roster calls it, in the reader's language; as it was called then when the roster has changed."""
    return titled(desk, one.title)


def titled(desk: Desk, title: str) -> str:
    """A title made of the names of teams and shifts, in the reader's language as far as the roster still has them."""
    roster = desk.city.roster
    if desk.lang == "zh" or roster is None:
        return title
    names = {one.name: one.name_en for one in roster.teams.values()} | {one.name: one.name_en for one in roster.changes}
    return " ".join(names.get(word) or word for word in title.split(" "))


def section(title: str, *content: Child, cls: str = "") -> Node:
    """A titled part."""
    return h("Section", [h("H4", title), *content], f"pane-part {cls}".strip(), aria={"label": title})


def table(head: Sequence[Child], rows: Sequence[Sequence[Child]], cls: str = "", marks: Sequence[str] = ()) -> Node:
    """A plain table that scrolls in itself; marks: a class for each row."""
    top = h("Thead", h("Tr", [h("Th", cell) for cell in head]))
    body = [h("Tr", [h("Td", cell) for cell in row], marks[i] if i < len(marks) else "") for i, row in enumerate(rows)]
    return h("Div", h("Table", [top, h("Tbody", body)], f"plain {cls}".strip()), "plain-box")


def area(label: str, name: str, value: str = "", rows: int = 4, hint: str = "") -> Node:
    """A labelled text of several lines whose value goes with every press on its page."""
    ident = frame.named(name)
    props = {"id": ident, "value": value, "rows": rows, "maxLength": 1000, "className": "entry-area", "title": label}
    told = h("Span", hint, "field-hint") if hint else None
    return h("Label", [h("Span", label, "field-name"), node("dash_core_components", "Textarea", props), told], "field")


def course(desk: Desk, names: Mapping[str, str], events: Sequence[DossierEvent], verbs: Mapping[str, str]) -> Node:
    """Every step of a paper, newest first."""
    rows = [_event(desk, names, event, verbs) for event in reversed(events)]
    return section(desk.t("经过"), h("Ol", rows, "course"))


def _event(desk: Desk, names: Mapping[str, str], event: DossierEvent, verbs: Mapping[str, str]) -> Node:
    who = desk.t("系统") if event.actor == "system" else name(names, event.actor)
    why = next((str(event.told[key]) for key in ("reason", "words", "notes") if event.told.get(key)), "")
    body = [
        h("Span", desk.second(event.at), "course-at"),
        h("B", desk.t(verbs.get(event.verb, event.verb))),
        h("Span", who, "course-sub"),
        h("Span", said(desk, why), "course-why") if why else None,
    ]
    return h("Li", body)
