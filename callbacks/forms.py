"""The page of forms: a draft kept, a table pasted or uploaded, and a period signed."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace

from dash import Dash

from access.verbs import Verb
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from callbacks.signing import signer
from domain.account import Right
from domain.errors import SourceError
from domain.filing import Filing, Period, about
from duty import filings
from duty.filing_tables import MOST_BYTES, MOST_TOLD, Read, pasted, uploaded
from duty.filings import Form, Hand
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.duty import forms as page
from layouts.duty import forms_grid as grid
from layouts.tags import Child
from store.duty import DossierQuery

MOST_BASE64 = MOST_BYTES * 4 // 3 + 4


def shown(services: AccountServices, desk: Desk, search: str) -> page.Shown:
    """What somebody sees of the forms. StoreError."""
    asked, duty = page.read(search), services.store.duty
    seen = [one for one in filings.forms(services.city).values() if filings.reads(desk.viewer, one.spec)]
    wanted = frozenset(about(one.spec.key, period.name) for one in seen for period in one.spec.listed(desk.now))
    found = duty.dossiers(Filing, DossierQuery(about=wanted)) if wanted else []
    by_name = {(one.form, one.period): one for one in found}
    opened = _opened(desk, seen, asked)
    held = by_name.get((asked.form, asked.period)) if opened else None
    events = duty.history([held.id]) if held else []
    names = {one.login: one.name for one in services.store.people.accounts()}
    return page.Shown(seen, by_name, names, opened, events)


def _opened(desk: Desk, seen: list[Form], asked: page.Asked) -> tuple[Form, Period] | None:
    form = next((one for one in seen if one.spec.key == asked.form), None)
    period = form.period(asked.period, desk.now) if form else None
    return (form, period) if form and period else None


def _body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    return page.body(desk, shown(services, desk, search))


def _pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    return page.pane(desk, shown(services, desk, search))


def _mark(services: AccountServices, desk: Desk, search: str) -> str:
    """The open table with its version, so that nobody loses what he is typing to somebody else's news."""
    found = shown(services, desk, search)
    if found.open is None:
        return "none"
    filing = found.filing(*found.open)
    return f"{found.open[0].spec.key} {found.open[1].name} {filing.version if filing else 0}"


# -- presses


Work = Callable[[AccountServices, Desk, Press, Hand], Done]


def _at(work: Work) -> Act:
    """A press about a table: of = form, period and the version that was looked at."""

    def act(services: AccountServices, desk: Desk, pressed: Press) -> Done:
        key, name, seen = [*pressed.of.split(" "), "", ""][:3]
        form = filings.forms(services.city).get(key)
        period = form.period(name, desk.now) if form else None
        if form is None or period is None or not filings.fills(desk.viewer, form.spec):
            return refused(desk, desk.t("只有责任单位的经办人可以填报和签发"))
        version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
        return work(services, desk, pressed, Hand(form, period, desk.viewer, desk.now, version))

    return act


def _typed(pressed: Press, form: Form) -> dict[str, str]:
    """The cells as the browser has them; one too long stays too long, so that it is refused and never cut to another number."""
    found = {}
    for key, name in grid.named(form).items():
        value = pressed.fields.get(name)
        found[key] = value.strip()[: filings.LONGEST + 1] if isinstance(value, str) else ""
    return found


def _kept(services: AccountServices, desk: Desk, hand: Hand, cells: Mapping[str, str]) -> Done:
    """Keep a draft, and say how much of it is still wrong."""
    wrong = len(hand.form.faults(hand.period, cells, desk.now))
    told = (
        desk.t("草稿已保存，有 {n} 处需要改正", n=wrong) if wrong else desk.t("草稿已保存，没有发现问题；签发后才入库")
    )
    return decided(services, desk, filings.write(hand, cells), _done(hand), told)


def _done(hand: Hand) -> tuple[Verb, str, str]:
    return Verb.FILING, f"form:{hand.form.spec.key}", hand.period.name


def _write(services: AccountServices, desk: Desk, pressed: Press, hand: Hand) -> Done:
    return _kept(services, desk, hand, _typed(pressed, hand.form))


def _paste(services: AccountServices, desk: Desk, pressed: Press, hand: Hand) -> Done:
    text = pressed.fields.get(grid.PASTE)
    return _taken(services, desk, pressed, (hand, lambda: pasted(hand.form, text if isinstance(text, str) else "")))


def _upload(services: AccountServices, desk: Desk, pressed: Press, hand: Hand) -> Done:
    return _taken(services, desk, pressed, (hand, lambda: uploaded(hand.form, _book(pressed))))


def _book(pressed: Press) -> bytes:
    text = pressed.fields.get(grid.BOOK)
    if not isinstance(text, str) or not text:
        raise SourceError("请选择填好的 Excel 文件", permanent=True)
    if len(text) > MOST_BASE64:
        raise SourceError("文件过大：请使用下载的模板", permanent=True)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SourceError("文件没有完整传到，请再选一次", permanent=True) from error


def _taken(services: AccountServices, desk: Desk, pressed: Press, made: tuple[Hand, Callable[[], Read]]) -> Done:
    """Put a read table over what is typed; with a fault in it nothing of it is taken."""
    hand, reading = made
    try:
        read = reading()
    except SourceError as error:
        return refused(desk, desk.said(str(error)))
    if read.faults:
        title = desk.t("这张表没有填入：{n} 处与本表不符", n=len(read.faults))
        return Done(frame.notice(desk, "bad", title, grid.faults(desk, read.faults[:MOST_TOLD])), changed=False)
    return _kept(services, desk, hand, {**_typed(pressed, hand.form), **read.cells})


def _sign(services: AccountServices, desk: Desk, pressed: Press, hand: Hand) -> Done:
    cells = _typed(pressed, hand.form)
    wrong = len(hand.form.faults(hand.period, cells, desk.now))
    if wrong:
        told = desk.t("有 {n} 处需要改正，没有签发；填写的内容已存为草稿", n=wrong)
        return decided(services, desk, filings.write(hand, cells), _done(hand), told, "bad")
    who = signer(services, desk, pressed, grid.SIGN)
    if isinstance(who, str):
        return refused(desk, who)
    decision = filings.sign(replace(hand, viewer=who), cells)
    return decided(
        services, desk, decision, _done(hand), desk.t("{period} 已签发，数值已入库", period=hand.period.name)
    )


ACTS: Mapping[str, Act] = {
    "write": _at(_write),
    "paste": _at(_paste),
    "upload": _at(_upload),
    "sign": _at(_sign),
}
PAPER = Paper(page.IDS, _body, _pane, _mark, ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
