"""One rule beside the list: what it says, what became of it, its own test, a dry run, and the silences that concern it."""

import json
from collections.abc import Mapping, Sequence

from alerts.rehearsal import DAYS
from domain.rule import Rule
from domain.rule_health import RuleHealth
from domain.silence import Silence
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import quiet, rules, rules_words
from layouts.alerts.rules import PAGE, TRIAL
from layouts.alerts.rules_words import NUISANCE, Tally
from layouts.tags import Child, Node, h

TRIES = "trials"  # the page name of buttons that change nothing: they take no right to act


def render(
    desk: Desk,
    rule: Rule | None,
    tally: Tally = rules_words.NOTHING,
    silences: Sequence[Silence] = (),
    counts: Mapping[str, int] | None = None,
    health: RuleHealth | None = None,
) -> list[Child]:
    """The pane; a rule that is not there, or not for this person, says so."""
    if rule is None:
        return [
            _head(desk, desk.t("规则")),
            frame.none(desk.t("没有这条规则"), desk.t("名称可能写错，或不在您的范围内。")),
        ]
    return [
        _head(desk, rules.sentence(desk, rule)),
        _levels(desk, rule),
        _facts(desk, rule, tally, health),
        _trials(desk, rule),
        _silences(desk, rule, silences, counts or {}),
    ]


def _head(desk: Desk, title: str) -> Node:
    away = h(
        "Button",
        "×",
        "pane-away",
        data={"go": json.dumps({"rule": ""}), "close": ""},
        aria={"label": desk.t("关闭")},
        type="button",
    )
    return h("Header", [h("H3", title), away], "pane-head")


def _levels(desk: Desk, rule: Rule) -> Node:
    rows = [
        h(
            "Tr",
            [
                h("Td", h("Span", row.level, f"tag is-{row.level.lower()}")),
                h("Td", row.fire),
                h("Td", row.clear or "—"),
            ],
        )
        for row in rules_words.rows(desk, rule)
    ]
    head = h("Tr", [h("Th", desk.t(name)) for name in ("级别", "触发", "解除")])
    return h("Table", [h("Thead", head), h("Tbody", rows)], "diff is-levels")


def _doing(desk: Desk, health: RuleHealth | None) -> str:
    """How often the rule was evaluated, and whether it fails."""
    if health is None or health.evaluated is None:
        return desk.t("尚未评估")
    told = desk.t("{age}，采集启动以来 {n} 次", age=desk.age(health.evaluated), n=health.evaluations)
    if health.failing is not None:
        told += desk.t("；自 {at} 起出错", at=desk.moment(health.failing))
    return told + (desk.t("；共出错 {n} 次", n=health.failures) if health.failures else "")


def _facts(desk: Desk, rule: Rule, tally: Tally, health: RuleHealth | None) -> Node:
    nuisance = ""
    if tally.nuisance is not None:
        nuisance = desk.t(
            "{rate}（已结 {closed} 件中误报 {false} 件）",
            rate=rules.rate(tally),
            closed=tally.closed,
            false=tally.false,
        )
        nuisance += desk.t("，超过 {n:.0f}%，应复核阈值", n=NUISANCE) if tally.is_nuisance else ""
    told = [
        (desk.t("指标与类型"), rules_words.subject(desk, rule)),
        (desk.t("算法"), rules_words.detail(desk, rule.when)),
        (desk.t("持续 / 恢复"), rules_words.waits(desk, rule)),
        (desk.t("范围"), rules_words.scope(desk, rule)),
        (desk.t("专题"), desk.topic(rules_words.topic_of(rule, desk.city.metrics))),
        (desk.t("责任部门"), rules_words.department(desk, rule)),
        (desk.t("预案"), rule.plan),
        (desk.t("规则依据"), rule.because),
        (desk.t("未结告警"), desk.t("{n} 件", n=tally.open)),
        (desk.t("7 天告警"), desk.t("{n} 件", n=tally.week)),
        (desk.t("误报率"), nuisance or desk.t("7 天内没有已结的告警")),
        (desk.t("评估"), _doing(desk, health)),
        (desk.t("最近错误"), quiet.masked(desk, health.error) if health else ""),
        (desk.t("规则名称"), rule.key),
    ]
    rows = [h("Div", [h("Dt", name), h("Dd", value)], "fact") for name, value in told if value]
    return h("Dl", rows, "facts")


def _trials(desk: Desk, rule: Rule) -> Node:
    """Two buttons that change nothing, and where their results appear."""
    buttons = [
        frame.press(desk.t("运行时间线测试"), f"{TRIES}:check", rule.key),
        frame.press(desk.t("试算最近 {n} 天", n=DAYS), f"{TRIES}:rehearse", rule.key),
    ]
    result = h(
        "Div", None, "trial", id=TRIAL, data={"waiting": desk.t("正在运行，最长约 20 秒…")}, aria={"live": "polite"}
    )
    return quiet.part(desk, desk.t("测试与试算"), h("Div", buttons, "levers"), result)


def _silences(desk: Desk, rule: Rule, found: Sequence[Silence], counts: Mapping[str, int]) -> Node:
    topic = rules_words.topic_of(rule, desk.city.metrics)
    mine = [one for one in found if quiet.concerns(one, rule.key, topic)]
    listed = quiet.silences(desk, PAGE, mine, counts, desk.t("没有静默涉及这条规则。"))
    return quiet.part(desk, desk.t("静默"), listed, quiet.form(desk, PAGE, rule.key, rules_words.levels(rule)))
