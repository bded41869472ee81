"""Sessions and tokens as rows with a way to end each: the same on my own page and on an account's."""

from collections.abc import Sequence

from domain.session import Session, Token
from layouts.accounts import frame, words
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h


def sessions(desk: Desk, found: Sequence[Session], page: str) -> Node:
    """Browsers that are signed in, the one that asks first."""
    if not found:
        return frame.none(desk.t("没有登录中的会话"))
    order = sorted(found, key=lambda s: (s.id == desk.viewer.session, s.seen), reverse=True)
    return h("Ul", [_session(desk, session, page) for session in order], "things")


def _session(desk: Desk, session: Session, page: str) -> Node:
    is_here = session.id == desk.viewer.session
    marks: list[Child] = [h("B", words.device(session.agent) or desk.t("未知设备"), title=session.agent or None)]
    if is_here:
        marks.append(h("Span", desk.t("本机"), "tag is-on"))
    if session.remembered:
        marks.append(h("Span", desk.t("值守席位"), "tag", title=desk.t("此设备保持登录，不因无操作退出")))
    told = [
        session.address,
        desk.t("登录 {time}", time=desk.moment(session.created)),
        desk.t("活动 {age}", age=desk.age(session.seen)),
        desk.t("{time} 到期", time=desk.moment(session.expires)),
    ]
    end = (
        None
        if is_here
        else frame.press(
            desk.t("退出"),
            f"{page}:session.end",
            session.id,
            title=desk.t("退出此设备：{name}", name=words.device(session.agent)),
        )
    )
    return _thing(marks, told, end)


def tokens(desk: Desk, found: Sequence[Token], page: str) -> Node:
    """Programs' ways in; those that are over stay listed, because somebody may wonder why a program was refused."""
    if not found:
        return frame.none(desk.t("没有令牌"), desk.t("程序读取或推送数据时才需要。"))
    order = sorted(found, key=lambda t: (_over(desk, t) == "", t.created), reverse=True)
    return h("Ul", [_token(desk, token, page) for token in order], "things")


def _over(desk: Desk, token: Token) -> str:
    if token.revoked is not None:
        return desk.t("已吊销")
    return "" if token.expires > desk.now else desk.t("已过期")


def _token(desk: Desk, token: Token, page: str) -> Node:
    over = _over(desk, token)
    marks: list[Child] = [
        h("B", token.name),
        *(h("Span", desk.t(words.SCOPES[s]), "tag") for s in sorted(token.scopes)),
    ]
    if over:
        marks.append(h("Span", over, "tag is-over"))
    told = [
        desk.t("编号 {id}", id=token.id),
        desk.t("来源 {names}", names=desk.listed(sorted(token.sources))) if token.sources else "",
        desk.t("创建 {time}", time=desk.moment(token.created)),
        desk.t("最近使用 {age}", age=desk.age(token.seen)) if token.seen else desk.t("从未使用"),
        desk.t("{time} 到期", time=desk.moment(token.expires)),
    ]
    end = (
        None
        if over
        else frame.press(
            desk.t("吊销"), f"{page}:token.revoke", token.id, title=desk.t("吊销令牌：{name}", name=token.name)
        )
    )
    return _thing(marks, told, end, "is-over" if over else "")


def _thing(marks: Sequence[Child], told: Sequence[str], end: Node | None, cls: str = "") -> Node:
    facts = [h("Span", text) for text in told if text]
    return h(
        "Li",
        [h("Div", [h("Div", list(marks), "thing-name"), h("Div", facts, "thing-facts")], "thing-words"), end],
        f"thing {cls}".strip(),
    )
