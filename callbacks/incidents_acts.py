"""What people do on the page of incidents: fields into decisions."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from access.verbs import Verb
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import decided, refused
from callbacks.signing import signer
from domain.city import City
from domain.incident_file import HARMS, Change, Facts, IncidentFile
from domain.plan import Harm
from domain.report import PARTS, Report
from duty import incidents, reports, response
from duty.incidents import Hand, Opening
from duty.reports import Ground, Pen
from geo.resources import Surroundings
from layouts.accounts.desk import Desk
from layouts.duty import incidents as page
from layouts.duty.incident_forms import CHANGES, PERSON, TEXTS
from store.duty import Desktop, Outcome

log = logging.getLogger(__name__)
Decision = Callable[[Desktop], Outcome]
_KNOWN: dict[str, Surroundings] = {}


def surroundings(city: City) -> Surroundings:
    """What lies around places of the city; read once, an empty one when its layers cannot be read."""
    key = str(city.folder)
    if key not in _KNOWN:
        try:
            _KNOWN[key] = Surroundings.of_city(city)
        except (OSError, ValueError) as error:
            log.warning("resources of the city could not be read: %s", error)
            _KNOWN[key] = Surroundings((), (), {}, {})
    return _KNOWN[key]


def incident(services: AccountServices, desk: Desk, key: str) -> IncidentFile | None:
    """An incident that this person may see. StoreError."""
    found = services.store.duty.dossier(IncidentFile, key)
    return found if found is not None and page.visible(desk, found) else None


def ground(services: AccountServices) -> Ground:
    """What the city has laid down."""
    return Ground(services.city.plans, services.city.zone)


def _hand(services: AccountServices, desk: Desk, key: str) -> Hand:
    return Hand(key, desk.viewer, desk.now, ground(services))


# -- fields into facts


def _moment(desk: Desk, given: str) -> datetime | None:
    """A local "2026-11-25 09:00" as an aware moment in UTC."""
    try:
        at = datetime.strptime(given, "%Y-%m-%d %H:%M").replace(tzinfo=desk.city.zone)
    except ValueError:
        return None
    return at.astimezone(desk.now.tzinfo)


def _harm(pressed: Press) -> dict[Harm, float] | None:
    """Numbers that were filled in; None when one is no number from 0 on."""
    found: dict[Harm, float] = {}
    for key in HARMS:
        given = pressed.text(f"harm-{key}")
        if not given:
            continue
        if not given.isascii() or not given.replace(".", "", 1).isdecimal() or len(given) > 12:
            return None
        found[key] = float(given)
    return found


def _point(pressed: Press) -> tuple[float, float] | None:
    lon, _, lat = pressed.text("point").replace("，", ",").partition(",")
    try:
        return float(lon), float(lat)
    except ValueError:
        return None


def _facts(desk: Desk, pressed: Press, held: IncidentFile | None) -> tuple[Facts, str] | str:
    """What was filled in and the district that it lies in; a sentence when it cannot be read."""
    happened, harm, point = _moment(desk, pressed.text("happened")), _harm(pressed), _point(pressed)
    told = held.facts.told if held else _moment(desk, pressed.text("told"))
    if happened is None or told is None:
        return desk.t("时间写作 2026-11-25 09:00")
    if harm is None:
        return desk.t("损失与伤亡须为不小于 0 的数")
    if pressed.text("point") and point is None:
        return desk.t("坐标写作 经度,纬度")
    known, place = surroundings(desk.city), pressed.text("place")
    district = pressed.text("district") if pressed.text("district") in desk.city.districts else ""
    spot = known.locate(place, district) if point is None else None
    lon, lat = point or ((spot.lon, spot.lat) if spot else (None, None))
    if lon is not None and lat is not None and not district:
        district = known.inside(lon, lat)
    if point is not None and not known.inside(*point):
        return desk.t("坐标不在本市范围内")
    facts = Facts(
        kind=held.facts.kind if held else pressed.text("kind"), title=pressed.text("title"), happened=happened, told=told,
        place=place, lon=lon, lat=lat, harm=harm,
        sensitive=tuple(word for word in desk.city.plans.sensitive if word in pressed.chosen("sensitive")),
        **{name: pressed.text(name) for name in (*TEXTS, *PERSON)},
    )  # fmt: skip
    return facts, district


# -- presses


def _open(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    read = _facts(desk, pressed, None)
    if isinstance(read, str):
        return refused(desk, read)
    facts, district = read
    return _opened(services, desk, Opening(facts, district, pressed.of), desk.t("事件已登记"))


def _drill(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    key = pressed.text("scenario")
    if key not in services.city.plans.scenarios:
        return refused(desk, desk.t("请选择演练场景"))
    decision = incidents.drill(key, _hand(services, desk, ""))
    return decided(services, desk, decision, (Verb.INCIDENT, "", ""), desk.t("演练已开始"))


def _opened(services: AccountServices, desk: Desk, wish: Opening, text: str) -> Done:
    return decided(services, desk, incidents.open_file(wish, _hand(services, desk, "")), (Verb.INCIDENT, "", ""), text)


Made = Callable[[AccountServices, Desk, Press, Hand], Decision | str]


def _on(made: Made) -> Act:
    """A press about an incident: of = its number, and after a colon what the form was about."""

    def act(services: AccountServices, desk: Desk, pressed: Press) -> Done:
        held = incident(services, desk, pressed.of.partition(":")[0])
        if held is None:
            return refused(desk, desk.t("没有这起事件"))
        decision = made(services, desk, pressed, _hand(services, desk, held.id))
        if isinstance(decision, str):
            return refused(desk, decision)
        done = (Verb.INCIDENT, f"dossier:{held.id}", pressed.text("words"))
        return decided(services, desk, decision, done, desk.t("{id}：已办理", id=held.id))

    return act


def _update(services: AccountServices, desk: Desk, pressed: Press, hand: Hand) -> Decision | str:
    held = services.store.duty.dossier(IncidentFile, hand.key)
    read = _facts(desk, pressed, held)
    return read if isinstance(read, str) else incidents.update(hand, *read, pressed.of.partition(":")[2])


def _grade(_services: AccountServices, _desk: Desk, pressed: Press, hand: Hand) -> Decision | str:
    value = pressed.text("grade")
    return incidents.grade(
        hand, pressed.name, int(value) if value.isdecimal() and len(value) == 1 else 0, pressed.text("words")
    )


def _settle(_services: AccountServices, _desk: Desk, pressed: Press, hand: Hand) -> Decision | str:
    index = pressed.of.partition(":")[2]
    return response.settle(
        hand, int(index) if index.isdecimal() and len(index) < 4 else -1, pressed.name, pressed.text("words")
    )


def _ask(_services: AccountServices, _desk: Desk, pressed: Press, hand: Hand) -> Decision | str:
    level = pressed.text("level")
    wish = response.Wish(
        int(level) if level.isdecimal() and len(level) == 1 else 0, pressed.text("area"), pressed.text("basis"), pressed.text("response-measures")
    )  # fmt: skip
    return response.ask(hand, wish)


def _review(_services: AccountServices, _desk: Desk, pressed: Press, hand: Hand) -> Decision | str:
    pairs = [(pressed.text(f"change-{n}"), pressed.text(f"owner-{n}")) for n in range(CHANGES)]
    changes = tuple(Change(what=what, owner=owner) for what, owner in pairs if what or owner)
    return incidents.review(hand, pressed.text("causes"), pressed.text("lessons"), changes)


def _worded(decide: Callable[[Hand, str, str], Decision]) -> Act:
    return _on(lambda _services, _desk, pressed, hand: decide(hand, pressed.name, pressed.text("words")))


# -- reports


def _report(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    key, _, version = pressed.of.partition(":")
    held = services.store.duty.dossier(Report, key)
    if held is None or incident(services, desk, held.about) is None:
        return refused(desk, desk.t("没有这件报告"))
    pen = Pen(
        key, desk.viewer, desk.now, ground(services), int(version) if version.isdecimal() and len(version) < 9 else -1
    )
    parts = {name: pressed.text(f"part-{name}") for name in PARTS[held.kind] if f"part-{name}" in pressed.fields}
    if pressed.name == "send" and held.kind != "phone":
        who = signer(services, desk, pressed, "sign")
        if isinstance(who, str):
            return refused(desk, who)
        pen = replace(pen, viewer=who)
    words = pressed.text("words")
    made: Mapping[str, Callable[[], Decision]] = {
        "write": lambda: reports.write(pen, parts),
        "send": lambda: reports.send(pen, parts),
        "receipt": lambda: reports.receipt(pen, words),
        "correct": lambda: reports.correct(pen, words),
    }
    text = desk.t("{id}：{verb}", id=key, verb=desk.t(reports.TABLE.moves[pressed.name].name))
    return decided(services, desk, made[pressed.name](), (Verb.REPORT, f"dossier:{key}", words), text)


_STEP = _worded(incidents.step)
ACTS: Mapping[str, Act] = {
    "open": _open,
    "drill": _drill,
    "update": _on(_update),
    "propose": _on(_grade),
    "grade": _on(_grade),
    "start": _on(lambda _services, _desk, pressed, hand: response.start(hand, pressed.text("plan"))),
    "ask": _on(_ask),
    "review": _on(_review),
    "link": _on(lambda _services, _desk, pressed, hand: incidents.link(hand, pressed.text("words"))),
    "approve": _worded(response.answer),
    "refuse": _worded(response.answer),
    "end": _worded(lambda hand, _verb, words: response.end(hand, words)),
    "close": _on(lambda _services, _desk, _pressed, hand: incidents.close(hand)),
    **dict.fromkeys(("done", "failed", "left"), _on(_settle)),
    **dict.fromkeys(("verify", "note", "control", "resume", "void"), _STEP),
    **dict.fromkeys(("write", "send", "receipt", "correct"), _report),
}
