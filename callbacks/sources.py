"""The page of sources: read by everybody within their reach, worked by those who run the system."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from dash import Dash

from access.ask import deed
from access.verbs import Verb
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, refused, wire
from domain.account import Right
from domain.health import Freshness, SourceHealth
from domain.operation import CommandVerb, Window
from duty.intake import Again, again
from layouts import record_faults
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.feeds import source_pane
from layouts.feeds import sources as page
from layouts.tags import Child, Node, h
from snapshot.shared import Shared
from snapshot.sources import ALWAYS, Lately, lately
from store.feeds import KeptQuery

COMMANDS = 8
AT_ONCE = 50  # records put in again with one press: as many as are shown
FATES: Mapping[str, str] = {
    "accepted": "已入库",
    "duplicate": "库中已有",
    "rejected": "仍不能识别",
    "ignored": "不属于本数据源",
    "unreadable": "原文不完整，请用“重读时段”",
}


def paper(week: Shared[Lately]) -> Paper:
    """The page's parts. week: the sources' last seven days, counted once for everybody."""

    def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
        store = services.store
        health = _health(services, desk)
        shown = page.Shown(health, store.control.works(), week.at(desk.now), store.feeds.kept_count(KeptQuery()))
        return page.body(desk, page.read(search), shown)

    def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
        one = opened(services, desk, page.read(search).source)
        return source_pane.pane(desk, one) if one else []

    def mark(services: AccountServices, _desk: Desk, search: str) -> str:
        key = page.read(search).source
        commands = [f"{one.id}{one.state}" for one in services.store.control.commands(key, COMMANDS)] if key else []
        work = services.store.control.works().get(key)
        return f"{key} {commands} {work.pause if work else ''} {services.store.feeds.kept_count(_of(key))}"

    return Paper(page.IDS, body, pane, mark, ACTS)


def _of(key: str) -> KeptQuery:
    return KeptQuery(sources=frozenset({key}))


def _health(services: AccountServices, desk: Desk) -> dict[str, SourceHealth]:
    midnight = desk.now.astimezone(services.city.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return services.store.health(desk.now, services.city.sources, midnight)


def opened(services: AccountServices, desk: Desk, key: str) -> source_pane.One | None:
    """The source that the address opens, as far as it may be seen. StoreError."""
    spec = next((one for one in page.seen(desk) if one.key == key), None)
    if spec is None:
        return None
    store = services.store
    may_read = page.is_open(desk, key)
    return source_pane.One(
        spec,
        _health(services, desk).get(key, SourceHealth(key, Freshness.NONE)),
        store.control.works().get(key),
        store.control.commands(key, COMMANDS),
        store.feeds.kept(_of(key), source_pane.KEPT_SHOWN) if may_read else None,
        store.feeds.kept_count(_of(key)).get(key, 0) if may_read else 0,
        {one.login: one.name for one in store.people.accounts()},
    )


# -- presses


def _known(desk: Desk, key: str) -> str:
    """Why this person may not work this source, "" when he may."""
    if not desk.may(Right.OPERATE):
        return desk.t("操作数据源须由值班长或系统管理员进行")
    return "" if key in {spec.key for spec in page.seen(desk)} else desk.t("没有这个数据源")


def _ask(verb: CommandVerb) -> Act:
    def ask(services: AccountServices, desk: Desk, pressed: Press) -> Done:
        against = _known(desk, pressed.of)
        window = _window(desk, pressed) if verb is CommandVerb.REREAD else None
        if verb is CommandVerb.REREAD and window is None:
            against = against or desk.t("时段写成 2026-11-24 08:00，结束晚于开始，且不晚于现在")
        if against:
            return refused(desk, against)
        told: dict[str, object] = {"command": verb.value}
        if window is not None:
            told |= {"start": window.start.isoformat(), "end": window.end.isoformat()}
        done = deed(desk.viewer, Verb.SOURCE, f"source:{pressed.of}", desk.now, told)
        services.store.control.ask(pressed.of, verb, done, window)
        return Done(frame.notice(desk, "good", desk.t("已交给采集进程，结果见“最近的操作”")))

    return ask


def _window(desk: Desk, pressed: Press) -> Window | None:
    try:
        start, end = (datetime.fromisoformat(pressed.text(name)) for name in ("start", "end"))
    except ValueError:
        return None
    begin, until = (at.astimezone() if at.tzinfo else at.replace(tzinfo=desk.city.zone) for at in (start, end))
    return Window(begin, until) if begin < until <= desk.now else None


def _pause(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    reason = pressed.text("reason")
    against = _known(desk, pressed.of) or ("" if reason else desk.t("请写明暂停理由"))
    if against:
        return refused(desk, against)
    done = deed(desk.viewer, Verb.SOURCE, f"source:{pressed.of}", desk.now, {"command": "pause"}, reason)
    services.store.control.pause(pressed.of, done)
    return Done(frame.notice(desk, "good", desk.t("已暂停")))


def _resume(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    against = _known(desk, pressed.of)
    if against:
        return refused(desk, against)
    services.store.control.resume(
        pressed.of, deed(desk.viewer, Verb.SOURCE, f"source:{pressed.of}", desk.now, {"command": "resume"})
    )
    return Done(frame.notice(desk, "good", desk.t("已恢复，中断期间的数据会自动补采")))


def _again(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    against = _known(desk, pressed.of)
    if not against and not (desk.may(Right.RAW) and page.is_open(desk, pressed.of)):
        against = desk.t("原始记录可能含有个人信息，您的角色不能查看")
    if against:
        return refused(desk, against)
    store, spec = services.store, services.city.sources[pressed.of]
    kept = store.feeds.kept(_of(pressed.of), AT_ONCE)
    found = again(services.city, store, spec, kept, desk.now)
    counts = Counter(one.fate for one in found)
    store.audit.append(deed(desk.viewer, Verb.RESUBMIT, f"source:{pressed.of}", desk.now, dict(counts)))
    told = desk.listed([f"{desk.t(FATES[fate])} {n}" for fate, n in counts.items()])
    good = "good" if counts["accepted"] or counts["duplicate"] else "bad"
    return Done(frame.notice(desk, good, told or desk.t("没有被隔离的记录"), _results(desk, found)))


def _results(desk: Desk, found: list[Again]) -> Node | None:
    if not found:
        return None
    rows = [
        h(
            "Li",
            f"{one.where or one.digest[:8]}：{desk.t(FATES[one.fate])} {record_faults.reason(one.reason, desk.lang)}".strip(),
        )
        for one in found
    ]
    return h("Ul", rows, "feed-results")


ACTS: Mapping[str, Act] = {
    "run": _ask(CommandVerb.RUN),
    "test": _ask(CommandVerb.TEST),
    "reread": _ask(CommandVerb.REREAD),
    "pause": _pause,
    "resume": _resume,
    "again": _again,
}
ACCESS: dict[str, Right] = Paper(page.IDS, lambda *_: [], lambda *_: [], lambda *_: "", {}).access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""

    def make(now: datetime) -> Lately:
        return lately(services.city, services.store, now)

    wire(app, services, paper(Shared(make, ALWAYS)))
