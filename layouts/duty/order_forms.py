"""What may be done with an order, as fields and buttons; and the form that sends out a new one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.order import Order
from duty.attachments import A_STEP, FILED, LARGEST, TYPES
from duty.order_table import MOVES, TABLE
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.tags import Child, Node, h, node

SPANS: Mapping[str, str] = {
    "": "按级别",
    "60": "1 小时",
    "240": "4 小时",
    "1440": "24 小时",
    "4320": "3 天",
    "10080": "7 天",
}
LEVELS: Mapping[str, str] = {"1": "P1 特急", "2": "P2 紧急", "3": "P3 关注", "4": "P4 提示"}
VERBS: Mapping[str, str] = {
    "dispatch": "派单",
    "mark": "时限提醒",
    "wait": "时限提醒",
    "come_back": "挂账到期恢复",
    "archive": "归档",
    **{key: move.name for key, move in MOVES.items()},
}
MAIN = frozenset({"accept", "start", "hand_in", "join", "answer", "pass"})


class About(Protocol):
    """What a new order is about."""

    @property
    def about(self) -> str:
        """The case's number, "" for none."""

    @property
    def told(self) -> str:
        """What it says."""

    @property
    def seen(self) -> int:
        """Its version as it is shown."""

    @property
    def value(self) -> str:
        """The value of the metric that it is about, as it was seen; "" for a case."""

    @property
    def unit(self) -> str:
        """The department that answers for it."""

    @property
    def units(self) -> Sequence[str]:
        """Departments that may be given work."""


def acts(desk: Desk, page: str, one: Order, units: Sequence[str]) -> list[Child]:
    """The fields that the possible steps need, then their buttons."""
    verbs = TABLE.possible(one, desk.viewer)
    verbs = [verb for verb in verbs if verb not in ("grant", "deny") or one.asked is not None]
    if not verbs:
        return []
    needs = {name for verb in verbs for name in MOVES[verb].needs}
    of = f"{one.id} {one.version}"
    fields: list[Child] = (
        [papers.area(desk.t("情况说明（反馈、结果、理由或意见）"), "words", rows=3)] if "words" in needs else []
    )
    if "evidence" in needs or "answer" in verbs:
        fields.append(papers.area(desk.t("佐证（照片、记录、联系人）"), "evidence", rows=2))
    if "pass" in verbs and one.about.startswith("GJ-"):
        fields.append(papers.area(desk.t("告警仍在触发时：持续存在的原因"), "lasting", rows=2))
    if not FILED.isdisjoint(verbs):
        fields += _files(desk, one)
    fields.append(_rare(desk, one, needs, units))
    presses = [
        frame.press(desk.t(MOVES[verb].name), f"{page}:{verb}", of, "is-main" if verb in MAIN else "") for verb in verbs
    ]
    form = h("Div", [*fields, h("Div", presses, "form-end order-presses")], "form", data={"form": ""})
    return [papers.section(desk.t("处理"), form)]


def _files(desk: Desk, one: Order) -> list[Child]:
    """Where files are chosen (assets/73-orders.js fills it), and the field that carries their tickets with a press."""
    words = {
        "order": one.id,
        "lang": desk.lang,
        "label": desk.t("附件"),
        "choose": desk.t("选择文件"),
        "accept": ",".join(f".{ending}" for ending in TYPES),
        "most": str(A_STEP),
        "largest": str(LARGEST),
        "many": desk.t("每次最多 5 个附件"),
        "large": desk.t("附件不能为空，每个不超过 10 MB"),
        "failed": desk.t("附件没有上传，请重试"),
    }
    props = {"id": frame.named("files"), "type": "hidden", "value": ""}
    slot = h("Div", None, "order-files", data=words)
    hint = desk.t("jpg、png、pdf、xlsx、docx、txt，每个不超过 10 MB，每次最多 5 个")
    return [frame.group(desk.t("附件"), slot, hint), node("dash_core_components", "Input", props)]


def _rare(desk: Desk, one: Order, needs: set[str], units: Sequence[str]) -> Node | None:
    """What only few steps need, folded away."""
    parts: list[Child] = []
    if "until" in needs:
        spans = [(key, desk.t(word)) for key, word in SPANS.items() if key]
        parts.append(frame.group(desk.t("延长或挂账多久"), frame.one_of(frame.named("span"), spans, "1440")))
    if "unit" in needs:
        options = [(unit, desk.said(unit)) for unit in units if unit != one.unit]
        parts.append(frame.group(desk.t("改派或协办单位"), frame.one_of(frame.named("unit"), options, "")))
    word = desk.t("改派、协办、延期与挂账")
    return h("Details", [h("Summary", word), *parts], "order-rare") if parts else None


def fresh(desk: Desk, page: str, shown: About) -> Node:
    """The form of a new order."""
    plain = h("P", desk.t("不针对告警的任务。"), "field-hint")
    case = shown.about.startswith("GJ-")
    told: list[Child] = [h("B", shown.about), " ", said(desk, shown.told)] if case else [said(desk, shown.told)]
    seen = frame.field(desk.t("当时所见"), frame.named("shown"), value=shown.value, maxLength=120)
    units = [(unit, desk.said(unit)) for unit in shown.units]
    levels = [(key, desk.t(word)) for key, word in LEVELS.items()]
    parts: list[Child] = [
        h("P", told, "case-say") if shown.told else plain,
        seen if shown.told and not case else None,
        papers.area(desk.t("任务内容"), "words", rows=4),
        frame.group(desk.t("承办单位"), frame.one_of(frame.named("unit"), units, shown.unit)),
        h(
            "Details",
            [
                h("Summary", desk.t("协办单位")),
                frame.group(desk.t("协办单位"), frame.some_of(frame.named("helpers"), units, [])),
            ],
            "order-rare",
        ),
        None if case else frame.group(desk.t("级别"), frame.one_of(frame.named("level"), levels, "3")),
        frame.group(
            desk.t("办结时限"),
            frame.one_of(frame.named("span"), [(key, desk.t(word)) for key, word in SPANS.items()], ""),
        ),
        h(
            "Div",
            frame.press(desk.t("派单"), f"{page}:dispatch", f"{shown.about} {shown.seen}".strip(), "is-main"),
            "form-end",
        ),
    ]
    return papers.section(desk.t("派单"), h("Div", parts, "form", data={"form": ""}))
