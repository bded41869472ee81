"""One source opened: its declaration, how its runs went, and the records of it that could not be understood."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain import health as own
from domain.health import Freshness, SourceHealth
from domain.run import SourceRun
from domain.screen import Item
from domain.source import SourceSpec
from layouts import faults, frame, record_faults, sheet, sources, words
from layouts.number import number
from layouts.tags import Child, Node, h
from layouts.view import View
from store.quarantine import Quarantined

RAW_SHOWN = 200  # characters of a record; only those with the right to raw records get here with any
RUNS_SHOWN, RECORDS_SHOWN = 12, 20
RUNS_READ, RECORDS_READ = RUNS_SHOWN, 1000  # what app.py asks of the store: counts by reason want more than is listed
KINDS = {"http_json": "HTTP 接口", "sql": "数据库查询", "file": "文件投放目录"}
_FIGURES = (
    (own.ROWS, "今日入库"),
    (own.REJECTED, "今日隔离"),
    (own.LATENCY, "采集耗时（秒）"),
    (own.AGE, "距上次成功（秒）"),
)


@dataclass(frozen=True, slots=True)
class Records:
    """What the store keeps of a source, newest first; `failed` when it could not be read.

    None: the one who looks may not read it, so nobody read it.
    """

    runs: Sequence[SourceRun] | None = ()
    quarantined: Sequence[Quarantined] | None = ()
    failed: bool = False


def render(view: View, key: str, records: Records | None) -> list[Child]:
    """The drawer's children. `records` None: nobody read them."""
    spec = view.city.sources[key]
    health = view.snapshot.sources.get(key, SourceHealth(key, Freshness.NONE))
    back = h("Button", f"← {view.t('全部数据源')}", "source-back", data={"sources": "all"}, type="button")
    return [
        sheet.head(view, view.said(spec.department), view.source_label(spec)),
        _now(view, health),
        _figures(view, key),
        _declared(view, spec),
        *_kept(view, records or Records(failed=True)),
        back,
    ]


def _now(view: View, health: SourceHealth) -> Node:
    since = view.t("自 {time}", time=view.clock(health.since)) if health.since else ""
    success = view.t("上次成功 {age}", age=view.age(health.last_success)) if health.last_success else view.t("从未成功")
    told = [since, success]
    error = None
    if health.error:
        word = view.t(faults.kind(health.error))
        error = h("Div", [h("B", word), h("Span", view.raw(health.error))], "source-error")
    state = _state(view, health)
    return h("Div", [state, h("Span", " · ".join(t for t in told if t), "state"), error], "drawer-now")


def _state(view: View, health: SourceHealth) -> Node:
    """The state, a way to its history where the city declares it."""
    shown, cls = sources.mark(view, health.state), f"drawer-value is-{health.state}"
    if own.STATE not in view.city.metrics:
        return h("Span", shown, cls)
    data = {"metric": own.STATE, "place": own.source_place(health.source)}
    return h("Button", shown, cls, data=data, title=view.t("历史"), type="button")


def _figures(view: View, key: str) -> Node | None:
    """The source's own metrics, each a way to its history."""
    place = own.source_place(key)
    cells: list[Child] = []
    for metric, label in _FIGURES if sources.is_open(view, key) else ():
        if metric in view.city.metrics:
            reading = view.snapshot.reading(metric, place)
            shown = number(view, Item(metric=metric), reading, "fig", with_unit=False)
            cells.append(h("Div", [shown, h("Span", view.t(label), "fig-name")], "fig-cell"))
    return h("Div", cells, "figures") if cells else None


def _declared(view: View, spec: SourceSpec) -> Node:
    named = [view.metric(key) for key in spec.metrics if key in view.city.metrics]
    feeds = [view.t("事件")] if spec.incident is not None else []
    feeds += [view.either(metric.name, metric.name_en) for metric in named]
    every = sheet.span(view, spec.every) if spec.every is not None else spec.cron
    told = [
        (view.t("名称"), view.said(spec.name)),
        (view.t("责任单位"), view.said(spec.department)),
        (view.t("协议"), f"{view.t(KINDS[spec.kind])} · {spec.kind}" if spec.kind in KINDS else spec.kind),
        (view.t("采集间隔"), every),
        (view.t("理由"), view.said(spec.because)),
        (view.t("超时与重试"), view.t("{span}，重试 {n} 次", span=sheet.span(view, spec.timeout), n=spec.retries)),
        (view.t("提供"), (", " if view.lang == "en" else "、").join(feeds)),
        (view.t("编号"), spec.key),
    ]
    return sheet.section(view.t("声明"), h("Dl", [sheet.fact(name, value) for name, value in told if value], "facts"))


def _kept(view: View, records: Records) -> list[Child]:
    if records.failed:
        text = view.t("采集记录暂时读不到，稍后自动重试")
        return [sheet.section(view.t("采集记录"), h("Div", h("Span", text, "empty-word"), "empty is-failed"))]
    note = None if view.snapshot.live else h("P", view.t("以下为当前记录，不随回放变化"), "drawer-note")
    if records.runs is None:
        text = view.t("采集记录涉及全部专题和区县，您的权限只能查看运行状态")
        return [sheet.section(view.t("采集记录"), sheet.refused(view, text))]
    return [note, _runs(view, records.runs), _quarantine(view, records.quarantined)]


def _runs(view: View, runs: Sequence[SourceRun]) -> Node:
    title = view.t("最近采集")
    if not runs:
        return sheet.section(title, frame.empty(view, view.t("还没有采集过")))
    heads = [view.t(name) for name in ("时间", "结果", "读取", "写入", "重复", "隔离", "耗时")]
    rows: list[Child] = [row for run in runs[:RUNS_SHOWN] for row in _run(view, run, len(heads))]
    return sheet.section(
        title,
        h("Table", [h("Thead", h("Tr", [h("Th", t, scope="col") for t in heads])), h("Tbody", rows)], "table runs"),
    )


def _run(view: View, run: SourceRun, width: int) -> list[Node]:
    took = view.t("{n} 秒", n=words.figure((run.ended - run.started).total_seconds(), 1))
    counts = (run.read, run.written, run.duplicates, run.rejected)
    result = h(
        "Span", view.t("成功") if run.ok else f"✕ {view.t('失败')}", "run-result" if run.ok else "run-result is-bad"
    )
    row = h(
        "Tr",
        [
            h("Th", view.local(run.started).strftime("%m-%d %H:%M:%S"), scope="row"),
            h("Td", result),
            *(h("Td", words.figure(n, 0)) for n in counts),
            h("Td", took),
        ],
    )
    if not run.error:
        return [row]
    error = view.raw(run.error)
    return [
        row,
        h(
            "Tr",
            h("Td", h("Div", h("Span", error, title=error), "source-error"), colSpan=str(width)),
            "is-error",
        ),
    ]


def _quarantine(view: View, kept: Sequence[Quarantined] | None) -> Node:
    """Records in quarantine: how many by reason, then the newest with their text."""
    if kept is None:
        return sheet.section(
            view.t("隔离记录"), sheet.refused(view, view.t("原始记录可能含有个人信息，您的角色不能查看"))
        )
    if not kept:
        return sheet.section(view.t("隔离记录"), frame.empty_of(view.t("没有被隔离的记录")))
    bare = [faults.bare(one.reason, one.where) for one in kept]
    counts = [
        h("Li", [h("Span", view.t(word)), h("B", words.figure(n, 0))], "fault") for word, n in faults.counted(bare)
    ]
    many = view.t("最近 {n} 条以内", n=words.figure(RECORDS_READ, 0)) if len(kept) == RECORDS_READ else ""
    title = view.t("隔离记录（{n}）", n=words.figure(len(kept), 0))
    rows: list[Child] = [_record(view, one, text) for one, text in zip(kept[:RECORDS_SHOWN], bare, strict=False)]
    more = view.t("显示最近 {n} 条", n=RECORDS_SHOWN) if len(kept) > RECORDS_SHOWN else ""
    return sheet.section(
        title,
        h("Ul", counts, "faults"),
        h("Ul", rows, "records"),
        h("Div", " · ".join(t for t in (more, many) if t) or None, "more"),
    )


def _record(view: View, one: Quarantined, reason: str) -> Node:
    """One record: reason, place, when last seen, and its text as it came, cut."""
    raw = one.raw if len(one.raw) <= RAW_SHOWN else one.raw[:RAW_SHOWN] + "…"
    often = view.t("{n} 次", n=one.times) if one.times > 1 else ""
    head = [h("B", view.t(faults.kind(reason))), h("Span", " · ".join(t for t in (view.clock(one.seen), often) if t))]
    return h(
        "Li",
        [
            h("Div", head, "record-head"),
            h("Div", record_faults.reason(reason, view.lang), "record-why"),
            h("Div", one.where or None, "record-where", title=one.where),
            h("Code", raw, "record-raw"),
        ],
        "record",
    )
