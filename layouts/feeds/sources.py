"""The page of all sources by department: how each does, since when, what was refused, and what its week was like."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from dash import html

from access.reach import Sight, sight_of
from domain.health import STATE_CODES, Freshness, SourceHealth
from domain.operation import SourceWork
from domain.source import SourceSpec
from layouts import faults
from layouts.accounts import frame, grid
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.feeds import week
from layouts.feeds.filters import chips
from layouts.sources import SHAPES, WORST, state_word
from layouts.tags import Child, Node, h
from snapshot.sources import Lately
from store.interval import interval_of

PATH = "/sources"
IDS = papers.Ids("sources", every=30)
NAMES = ("text", "state", "department", "source", "view")
LONGEST = 100
_STATES = tuple(STATE_CODES)
COUNTED = ("rows", "rejected", "held", "latency")  # what is of the whole city
# What an operator can do about each kind of fault.
ADVICE: Mapping[str, str] = {
    "没有响应": "对方在规定时间内没有应答：先用“测试连接”，仍无应答请联系责任单位检查服务与网络。",
    "登录被拒": "对方拒绝了登录：请核对环境变量中的密钥是否过期，再用“测试连接”。",
    "对方返回错误": "对方接口报错：请把下方原文发给责任单位；恢复后会自动补采。",
    "目录不存在": "投放目录不存在：请检查挂载与路径，或请责任单位重新投放。",
    "无法连接或读取": "连不上或读不到：请检查网络、防火墙和对方服务是否启动。",
    "文件无法读取": "文件已损坏或格式不符：请责任单位重新导出后投放。",
    "结构与声明不符": "对方改了字段或结构：请核对 sources.yaml 的映射，改好后重读这段时间。",
    "没有设备连接": "没有设备连上来：请检查端口是否放行、设备是否在线。",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: words, a state, a department; the source opened beside the list, and which view of it."""

    text: str = ""
    state: str = ""
    department: str = ""
    source: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows."""

    health: Mapping[str, SourceHealth]
    works: Mapping[str, SourceWork]
    lately: Lately
    kept: Mapping[str, int] = field(default_factory=dict)


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, NAMES, LONGEST))


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "数据源", IDS)


def seen(desk: Desk) -> list[SourceSpec]:
    """The sources of which somebody may read anything, as declared."""
    return [s for key, s in desk.city.sources.items() if sight_of(desk.viewer.reach, desk.city, key) is not Sight.NONE]


def is_open(desk: Desk, key: str) -> bool:
    """Whether counts, errors and records of a source may be read."""
    return sight_of(desk.viewer.reach, desk.city, key) is Sight.WHOLE


def body(desk: Desk, asked: Asked, shown: Shown) -> list[Child]:
    """How many are in which state, the filters, what is wrong, and the sources, the worst first."""
    mine = seen(desk)
    found = [spec for spec in mine if _fits(desk, spec, asked, shown)]
    found.sort(key=lambda one: (_rank(shown, one), one.department))
    parts: list[Child] = [_head(desk, mine, asked, shown)]
    if not found:
        hint = desk.t("放宽条件再试。") if mine else desk.t("您的权限内没有数据源，或本城市没有声明。")
        return [*parts, frame.none(desk.t("没有符合条件的数据源"), hint)]
    return [*parts, *_errors(desk, found, shown), _table(desk, asked, found, shown)]


def _rank(shown: Shown, spec: SourceSpec) -> int:
    return WORST.index(_state(shown, spec.key))


def _state(shown: Shown, key: str) -> Freshness:
    health = shown.health.get(key)
    return health.state if health else Freshness.NONE


def _fits(desk: Desk, spec: SourceSpec, asked: Asked, shown: Shown) -> bool:
    words = f"{spec.key} {spec.name} {desk.said(spec.name)} {spec.department} {spec.kind}".lower()
    return (
        asked.text.lower() in words
        and asked.department in ("", spec.department)
        and asked.state in ("", _state(shown, spec.key).value)
    )


def _head(desk: Desk, mine: Sequence[SourceSpec], asked: Asked, shown: Shown) -> Node:
    counts = Counter(_state(shown, spec.key) for spec in mine)
    options = [("", f"{desk.t('全部')} {len(mine)}")]
    options += [
        (state.value, f"{SHAPES[state]} {desk.t(state_word(state))} {counts[state]}")
        for state in WORST
        if counts[state]
    ]
    search = frame.field(
        desk.t("名称、单位或协议"),
        "sources-text",
        value=asked.text,
        name="text",
        maxLength=100,
        debounce=True,
        cls="is-wide",
    )
    form = h(
        "Form", [search, h("Button", desk.t("查询"), "press is-main", type="submit")], "filters", data={"query": ""},
        action=PATH, method="GET", role="search", aria={"label": desk.t("筛选")},
    )  # fmt: skip
    narrowed: list[Child] = [chips(desk.t("状态"), "state", asked.state, options)]
    if asked.department:
        narrowed.append(chips(desk.t("责任单位"), "department", "", [("", f"{desk.said(asked.department)} ×")]))
    return h("Div", [form, h("Div", narrowed, "chips")], "feed-head is-filters")


def _table(desk: Desk, asked: Asked, specs: Sequence[SourceSpec], shown: Shown) -> Node:
    states = {f"is-{state}": f"params.data.is === '{state}'" for state in Freshness}
    columns = [
        grid.column("state", desk.t("状态"), 150, cellClassRules=states),
        grid.column("name", desk.t("数据源"), 190, 4),
        grid.column("department", desk.t("责任单位"), 130, 3),
        grid.column("kind", desk.t("协议"), 104),
        grid.column("interval", desk.t("间隔：应 / 实"), 140),
        grid.column("rows", desk.t("今日入库"), 92, type="rightAligned"),
        grid.column("rejected", desk.t("今日隔离"), 92, type="rightAligned", tooltipField="held"),
        grid.column("latency", desk.t("耗时：中位 / P95"), 132, type="rightAligned"),
        grid.column("next", desk.t("下次采集"), 96),
        grid.column("week", desk.t("近 7 天"), 196, **week.cell()),
    ]
    rows = [_row(desk, asked, spec, shown) for spec in specs]
    return grid.table(desk, "sources-grid", desk.t("数据源列表"), columns, rows, "source")


def _row(desk: Desk, asked: Asked, spec: SourceSpec, shown: Shown) -> dict[str, object]:
    key = spec.key
    health = shown.health.get(key, SourceHealth(key, Freshness.NONE))
    work, codes = shown.works.get(key), shown.lately.week.get(key, ())
    row: dict[str, object] = {
        "id": key,
        "open": key == asked.source,
        "off": work is not None and work.pause is not None,
        "is": health.state.value,
        "state": f"{SHAPES[health.state]} {desk.t(state_word(health.state))} · {_age(desk, health)}",
        "name": desk.said(spec.name or key),
        "department": desk.said(spec.department),
        "kind": spec.kind,
        "interval": _interval(desk, spec, shown),
        "next": next_run(desk, spec, work),
        "week": _told(desk, codes),
        "band": week.band([None if code is None else _STATES[code] for code in codes]) if codes else "",
    }
    return row | (_counts(desk, key, health, shown) if is_open(desk, key) else dict.fromkeys(COUNTED, "—"))


def _counts(desk: Desk, key: str, health: SourceHealth, shown: Shown) -> dict[str, object]:
    held = shown.kept.get(key, 0)
    return {
        "rows": f"{health.rows:,}",
        "rejected": f"{health.rejected:,}",
        "held": desk.t("隔离区共 {n} 条", n=f"{held:,}") if held else "",
        "latency": _latency(desk, shown, key),
    }


def _age(desk: Desk, health: SourceHealth) -> str:
    return desk.age(health.last_success) if health.last_success else desk.t("从未成功")


def mark(desk: Desk, health: SourceHealth) -> Node:
    """The state as shape and word, with its age."""
    word = desk.t(state_word(health.state))
    age = _age(desk, health)
    shape = h("I", SHAPES[health.state], "source-shape", aria={"hidden": "true"})
    return h(
        "Span", [h("B", [shape, word], f"source-state is-{health.state}"), h("Span", age, "field-hint")], "feed-two"
    )


def span(desk: Desk, length: timedelta) -> str:
    """A length of time in words."""
    seconds = length.total_seconds()
    if seconds < 90:
        return desk.t("{n} 秒", n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 120:
        return desk.t("{n} 分钟", n=minutes)
    return desk.t("{n} 小时", n=minutes // 60) if minutes < 2880 else desk.t("{n} 天", n=minutes // 1440)


def _interval(desk: Desk, spec: SourceSpec, shown: Shown) -> str:
    count = shown.lately.runs.get(spec.key)
    real = count.interval if count else None
    return f"{span(desk, interval_of(spec))} / {span(desk, real) if real else '—'}"


def _latency(desk: Desk, shown: Shown, key: str) -> str:
    found = shown.lately.latency.get(key)
    return desk.t("{low} / {high} 秒", low=f"{found[0]:.1f}", high=f"{found[1]:.1f}") if found else "—"


def next_run(desk: Desk, spec: SourceSpec, work: SourceWork | None) -> str:
    """When it is asked next, or why it is not."""
    if work is not None and work.pause is not None:
        return desk.t("已暂停")
    if spec.owed:
        return desk.t("由经办人填报")
    if not spec.polled or spec.listens:
        return desk.t("随到随收")
    told = work.told if work else None
    at = (told.probe or told.next_run) if told else None
    if at is None:
        return "—"
    return f"{at.astimezone(desk.city.zone):%H:%M:%S}"


def _told(desk: Desk, codes: Sequence[int | None]) -> str:
    """What the cells of four hours of the week say, each as bad as its worst minute."""
    if not codes:
        return desk.t("尚无记录")
    known = [code for code in codes if code is not None]
    well = sum(_STATES[code] in (Freshness.LIVE, Freshness.LATE) for code in known)
    return desk.t("近 7 天有 {n} 个 4 小时时段正常，共 {all} 个有记录", n=well, all=len(known))


def _errors(desk: Desk, specs: Sequence[SourceSpec], shown: Shown) -> list[Child]:
    told = [
        error(desk, spec, shown.health[spec.key].error)
        for spec in specs
        if spec.key in shown.health and shown.health[spec.key].error and is_open(desk, spec.key)
    ]
    return [papers.section(desk.t("需要处理"), h("Ul", told, "feed-errors"))] if told else []


def error(desk: Desk, spec: SourceSpec, sentence: str) -> Node:
    """A failure in words: whose, what kind, what to do about it, and the sentence as it came."""
    word = faults.kind(sentence)
    advice = ADVICE.get(word, "请把下方原文交给系统管理员查看采集日志。")
    return h(
        "Li",
        [
            h("B", f"{desk.said(spec.name or spec.key)}：{desk.t(word)}"),
            h("Span", desk.t(advice)),
            h("Code", sentence, "record-raw", title=sentence),
        ],
    )
