"""The page of the walls: each with what it shows, how it fares, and what it is told to do."""

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html

from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.tags import Child, Node, h, store
from layouts.wall.page import ordered
from snapshot.displays import SILENT, Display

PATH = "/walls"
PAGE = "walls"
BODY, SAID, CHANGED = "walls-body", "walls-said", "walls-changed"
SPANS = {"5": "5 分钟", "30": "30 分钟", "120": "2 小时", "0": "直到取消"}


def page(desk: Desk) -> html.Div:
    """The frame; the walls come with the first callback and again as they report."""
    body: list[Child] = [
        store(CHANGED),
        h("Div", None, "desk-said", id=SAID, data={"passing": ""}, aria={"live": "polite"}),
        h("Div", frame.waiting(desk), "desk-main", id=BODY),
    ]
    return frame.page(desk, PATH, desk.t("大屏管理"), body, "is-paper", frame.More(screen=news.SCREEN))


def body(desk: Desk, displays: Sequence[Display]) -> list[Child]:
    """The walls, and the form that orders one of them."""
    if not displays:
        hint = desk.t("大屏打开 /wall 后每 20 秒报到一次；账号用 app.py user add … --role wall 建立（docs/wall.md）。")
        return [frame.none(desk.t("还没有大屏报到"), hint)]
    silent = sum(_is_silent(desk, one) for one in displays)
    caption = desk.t("{n} 块大屏，{m} 块失联", n=len(displays), m=silent)
    rows = [_row(desk, one) for one in displays]
    parts: list[Child] = [h("Div", h("Span", caption, "bar-caption"), "bar"), h("Ul", rows, "things")]
    return [*parts, _form(desk, displays)]


def _row(desk: Desk, one: Display) -> Node:
    silent = _is_silent(desk, one)
    state = desk.t("失联 {age}", age=desk.age(one.seen)) if silent else desk.t("在线")
    scenes = {scene.key: desk.either(scene.title, scene.title_en) for scene in ordered(desk.city)}
    fact = one.facts
    facts = [
        desk.t("场景 {name}", name=scenes.get(str(fact.get("scene")), "—")),
        desk.t("告警接管 {id}", id=fact["call"]) if fact.get("call") else "",
        desk.t("画面 {size}", size=fact.get("size") or "—"),
        desk.t("数据 {n} 秒前", n=round(float(fact.get("age") or 0))),
        desk.t("{n} 帧/秒", n=round(float(fact.get("fps") or 0))),
        desk.t("内存 {n} MB", n=round(float(fact.get("heap") or 0))),
        desk.t("版本 {build}", build=str(fact.get("build"))[:7]),
        one.address,
    ]
    orders = [
        desk.t("锁定：{name}", name=scenes.get(one.orders.scene, one.orders.scene)) if one.orders.scene else "",
        desk.t("到 {time}", time=desk.moment(one.orders.until)) if one.orders.until else "",
        desk.t("消息：{what}", what=one.orders.message) if one.orders.message else "",
    ]
    words = [
        h("Div", [h("B", _name(desk, one.id)), h("Span", state, "tag" if silent else "tag is-on")], "thing-name"),
        h("Div", [h("Span", text) for text in facts if text], "thing-facts"),
        h("Div", [h("Span", text) for text in orders if text], "thing-facts"),
        _picture(desk, one),
    ]
    buttons = [
        frame.press(desk.t("取一张画面"), f"{PAGE}:picture", one.id),
        frame.press(desk.t("重新加载"), f"{PAGE}:reload", one.id),
        frame.press(desk.t("恢复轮播"), f"{PAGE}:free", one.id),
    ]
    return h("Li", [h("Div", words, "thing-words"), *buttons], "thing")


def _picture(desk: Desk, one: Display) -> Node | None:
    """What the room saw, with the time of it; why there is none when somebody asked."""
    if one.is_asked:
        return h("Div", desk.t("已请求画面，随下次报到送来"), "thing-facts")
    if one.pictured is None:
        return None
    if not one.size:
        return h(
            "Div", desk.t("{time} 请求过画面：这块大屏的浏览器没能生成", time=desk.moment(one.pictured)), "thing-facts"
        )
    caption = desk.t("{time} 的画面", time=desk.moment(one.pictured))
    source = "/walls/picture?" + urlencode({"wall": one.id, "at": one.pictured.isoformat()})
    image = h("Img", None, src=source, alt=f"{_name(desk, one.id)} {caption}")
    return h("Figure", [image, h("Figcaption", caption)], "wall-shot")


def _is_silent(desk: Desk, one: Display) -> bool:
    """Silent beyond the time that the city declares for it, else beyond a minute."""
    declared = desk.city.spec.walls.get(one.id)
    return desk.now - one.seen > (declared.silent_after if declared else SILENT)


def _name(desk: Desk, wall: str) -> str:
    """The name under which it reports, with the one that the city declares."""
    declared = desk.city.spec.walls.get(wall)
    return f"{declared.name} · {wall}" if declared else wall


def _form(desk: Desk, displays: Sequence[Display]) -> Node:
    """Push a scene, for a while or until taken back, and a line at the bottom."""
    walls = [("*", desk.t("全部大屏")), *((one.id, one.id) for one in displays)]
    scenes = [("", desk.t("不锁定")), *((s.key, desk.either(s.title, s.title_en)) for s in ordered(desk.city))]
    inner: list[Child] = [
        frame.group(desk.t("大屏"), frame.one_of(frame.named("wall.id"), walls, "*")),
        frame.group(desk.t("锁定场景"), frame.one_of(frame.named("wall.scene"), scenes, "")),
        frame.group(
            desk.t("多久"), frame.one_of(frame.named("wall.minutes"), [(k, desk.t(v)) for k, v in SPANS.items()], "30")
        ),
        frame.field(desk.t("底部消息"), frame.named("wall.message"), value="", maxLength=60),
        h("Div", frame.press(desk.t("下发"), f"{PAGE}:order", "", "is-main"), "form-end"),
    ]
    return frame.panel(desk.t("下发到大屏"), h("Div", inner, "form", data={"form": ""}))
