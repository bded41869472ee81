"""One source beside the list: what may be done with it, what became of what was asked, and its quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from access import mask
from domain.account import Right
from domain.health import Freshness, SourceHealth
from domain.operation import CommandState, CommandVerb, SourceCommand, SourceWork
from domain.source import SourceSpec
from layouts import faults, record_faults
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.feeds import sources
from layouts.feeds.filters import to
from layouts.feeds.sources import IDS, PATH
from layouts.tags import Child, Node, h
from store.feeds import Kept

VERBS: Mapping[CommandVerb, str] = {
    CommandVerb.RUN: "立即采集",
    CommandVerb.REREAD: "重读时段",
    CommandVerb.TEST: "测试连接",
}
STATES: Mapping[CommandState, str] = {
    CommandState.WAITING: "待执行",
    CommandState.RUNNING: "执行中",
    CommandState.DONE: "完成",
    CommandState.FAILED: "失败",
}
KEPT_SHOWN = 50
RAW_SHOWN = 400  # characters


@dataclass(frozen=True, slots=True)
class One:
    """A source opened. kept: None when it may not be read; all: how many there are."""

    spec: SourceSpec
    health: SourceHealth
    work: SourceWork | None = None
    commands: Sequence[SourceCommand] = ()
    kept: Sequence[Kept] | None = ()
    all: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


def pane(desk: Desk, one: One) -> list[Child]:
    """Everything about it."""
    spec = one.spec
    close = h(
        "A", "×", "pane-close", href=to(desk, PATH), title="Esc", aria={"label": desk.t("关闭")}, data={"close": ""}
    )
    title = h("Div", [h("H3", desk.said(spec.name or spec.key)), close], "pane-head")
    parts: list[Child] = [title, _now(desk, one)]
    if desk.may(Right.OPERATE):
        parts.append(_acts(desk, one))
    if not sources.is_open(desk, spec.key):
        return [*parts, frame.none(desk.t("无权查看"), desk.t("采集记录涉及全部专题和区县，您的权限只能查看运行状态"))]
    return [*parts, _asked(desk, one), _kept(desk, one)]


def _now(desk: Desk, one: One) -> Node:
    spec, health = one.spec, one.health
    since = desk.t("自 {time}", time=desk.moment(health.since)) if health.since else ""
    told: list[Child] = [
        sources.mark(desk, health),
        h(
            "Span",
            " · ".join(p for p in (desk.said(spec.department), since, desk.said(spec.because)) if p),
            "field-hint",
        ),
    ]
    pause = one.work.pause if one.work else None
    if pause:
        who = papers.name(one.names, pause.by)
        text = desk.t("{who} 于 {at} 暂停：{why}", who=who, at=desk.moment(pause.since), why=pause.why or "—")
        told.append(h("P", text, "is-fair"))
    if health.error and sources.is_open(desk, spec.key):
        told.append(h("Ul", [sources.error(desk, spec, health.error)], "feed-errors"))
    links = [h("A", desk.t("它提供的指标"), "link", href=to(desk, "/catalogue", source=spec.key))]
    if health.state is not Freshness.NONE:
        links.append(h("A", desk.t("运行历史"), "link", href=to(desk, "/indicator/source.state")))
    return papers.section(desk.t("现状"), *told, h("Div", links, "thing-facts"))


def _acts(desk: Desk, one: One) -> Node:
    key = one.spec.key
    paused = one.work is not None and one.work.pause is not None
    acts = [
        frame.press(desk.t("立即采集"), f"{IDS.page}:run", key, "is-main"),
        frame.press(desk.t("测试连接"), f"{IDS.page}:test", key, title=desk.t("只试着取一次，什么都不存")),
    ]
    if not one.spec.polled or one.spec.listens:
        acts = []
    reason = frame.field(desk.t("暂停理由"), frame.named("reason"), value="", maxLength=300)
    pause = (
        h("Div", frame.press(desk.t("恢复采集"), f"{IDS.page}:resume", key, "is-main"), "act-row")
        if paused
        else h("Div", [reason, h("Div", frame.press(desk.t("暂停采集"), f"{IDS.page}:pause", key), "form-end")], "form")
    )
    window = h(
        "Div",
        [
            frame.field(
                desk.t("从"), frame.named("start"), kind="text", value="", placeholder="2026-11-24 08:00", maxLength=16
            ),
            frame.field(
                desk.t("到"), frame.named("end"), kind="text", value="", placeholder="2026-11-24 12:00", maxLength=16
            ),
            h("Div", frame.press(desk.t("重读时段"), f"{IDS.page}:reread", key), "form-end"),
        ],
        "form",
    )
    return papers.section(desk.t("操作"), h("Div", acts, "act-row") if acts else None, pause, window if acts else None)


def _asked(desk: Desk, one: One) -> Node | None:
    if not one.commands:
        return None
    rows = [_command(desk, one, command) for command in one.commands]
    return papers.section(desk.t("最近的操作"), h("Ul", rows, "records"))


def _command(desk: Desk, one: One, command: SourceCommand) -> Node:
    window = command.window
    of = f" {desk.moment(window.start)} – {desk.moment(window.end)}" if window else ""
    head = [
        h("B", f"{desk.t(VERBS[command.verb])}{of}"),
        h(
            "Span",
            f"{desk.t(STATES[command.state])} · {papers.name(one.names, command.actor)} · {desk.age(command.asked)}",
        ),
    ]
    bad = "is-bad" if command.state is CommandState.FAILED else "record-why"
    return h("Li", [h("Div", head, "record-head"), h("Div", command.result or None, bad)], "record")


def _kept(desk: Desk, one: One) -> Node:
    """The quarantine: counted by reason, listed with their text, put in again."""
    if one.kept is None:
        return papers.section(desk.t("隔离记录"), frame.none(desk.t("无权查看")))
    title = desk.t("隔离记录（{n}）", n=f"{one.all:,}")
    if not one.kept:
        return papers.section(title, h("P", desk.t("没有被隔离的记录"), "field-hint"))
    bare = [faults.bare(kept.record.reason, kept.record.where) for kept in one.kept]
    counts = [h("Li", [h("Span", desk.t(word)), h("B", str(n))], "fault") for word, n in faults.counted(bare)]
    rows = [_record(desk, kept, reason) for kept, reason in zip(one.kept, bare, strict=True)]
    key = one.spec.key
    acts: list[Child] = []
    if desk.may(Right.OPERATE) and desk.may(Right.RAW):
        acts.append(frame.press(desk.t("映射已改好，重新提交这 {n} 条", n=len(one.kept)), f"{IDS.page}:again", key))
    if desk.may(Right.EXPORT):
        href = to(desk, f"{PATH}/kept.xlsx", source=key)
        acts.append(h("A", desk.t("导出给责任单位"), "press is-quiet", href=href, download=""))
    hint = None
    if not desk.may(Right.RAW):
        hint = h("P", desk.t("原始记录可能含有个人信息，您看到的是脱敏后的内容。"), "field-hint")
    more = h("P", desk.t("显示最近 {n} 条", n=KEPT_SHOWN), "field-hint") if one.all > len(one.kept) else None
    return papers.section(
        title, h("Ul", counts, "faults"), h("Div", acts, "act-row"), hint, h("Ul", rows, "records"), more
    )


def raw(desk: Desk, text: str) -> str:
    """A record's text as far as the person who looks may read it."""
    return text if desk.may(Right.RAW) else mask.text(text)


def _record(desk: Desk, kept: Kept, reason: str) -> Node:
    one = kept.record
    text = raw(desk, one.raw)
    text = text if len(text) <= RAW_SHOWN else text[:RAW_SHOWN] + "…"
    often = desk.t("{n} 次", n=one.times) if one.times > 1 else ""
    head = [h("B", desk.t(faults.kind(reason))), h("Span", " · ".join(t for t in (desk.moment(one.seen), often) if t))]
    return h(
        "Li",
        [
            h("Div", head, "record-head"),
            h("Div", raw(desk, record_faults.reason(reason, desk.lang)), "record-why"),
            h("Div", one.where or None, "record-where", title=one.where),
            h("Code", text, "record-raw"),
        ],
        "record",
    )
