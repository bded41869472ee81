"""One account opened beside the list: who it is, how far it reaches, and what an administrator can do about it."""

from collections.abc import Sequence

from access.accounts import is_demo
from domain.account import WHOLE, Account, Reach, Role
from domain.session import Session, Token
from layouts.accounts import frame, lists, words
from layouts.accounts.desk import Desk
from layouts.drawer import TOPICS
from layouts.tags import Child, Node, h

PAGE = "accounts"
ALL, SOME = "all", "some"


def state(desk: Desk, account: Account) -> str:
    """Whether somebody can sign in with it, with a shape so that it can be told at a glance."""
    if account.disabled:
        return f"○ {desk.t('已停用')}"
    if account.locked_until is not None and account.locked_until > desk.now:
        return f"■ {desk.t('锁定 {span}', span=desk.left(account.locked_until) or desk.t('片刻'))}"
    return f"◐ {desk.t('待改密码')}" if account.must_change else f"● {desk.t('正常')}"


def head(desk: Desk, over: str, title: str, closes: str) -> Node:
    """The pane's top: what it is, its name, the way out."""
    data = {"go": f'{{"{closes}":""}}', "close": ""}
    label = {"label": desk.t("关闭")}
    close = h("Button", "×", "drawer-close", data=data, aria=label, title="Esc", type="button")
    return h("Div", [h("Div", [h("Div", over, "drawer-over"), h("H3", title)], "drawer-names"), close], "pane-head")


def new(desk: Desk) -> list[Child]:
    """The form for a new account."""
    rule = desk.t("小写字母、数字、点和连字符；以后不能改")
    form: list[Child] = [
        frame.field(
            desk.t("登录名"), frame.named("login"), rule, value="", maxLength=64, spellCheck=False, autoComplete="off"
        ),
        *_fields(desk, Account("", "", Role.DUTY)),
        h("Div", frame.press(desk.t("新增账号"), f"{PAGE}:account.add", cls="is-main"), "form-end"),
        h("P", desk.t("新增后给出一次性密码，首次登录必须修改。"), "field-hint"),
    ]
    return [head(desk, desk.t("账号管理"), desk.t("新增账号"), "new"), h("Div", form, "form", data={"form": ""})]


def render(desk: Desk, account: Account, sessions: Sequence[Session], tokens: Sequence[Token]) -> list[Child]:
    """The pane of an account that exists. What cannot be done to it is not offered."""
    facts = [
        (desk.t("状态"), state(desk, account)),
        (desk.t("创建"), desk.moment(account.created)),
        (desk.t("最近登录"), desk.moment(account.last_seen)),
    ]
    rows = [h("Div", [h("Dt", name), h("Dd", value)], "fact") for name, value in facts]
    over = f"{desk.role(account)} · {account.login}"
    return [
        head(desk, over, account.name or account.login, "login"),
        h("Dl", rows, "facts"),
        *_changes(desk, account),
        _part(
            desk.t("登录中的设备（{n}）", n=len(sessions)),
            lists.sessions(desk, sessions, PAGE),
            _end_all(desk, account, sessions),
        ),
        _part(desk.t("程序令牌（{n}）", n=len(tokens)), lists.tokens(desk, tokens, PAGE)) if tokens else None,
    ]


def _part(title: str, *body: Child) -> Node:
    return h("Section", [h("H4", title), *body], "pane-part")


def _changes(desk: Desk, account: Account) -> list[Child]:
    """What can be changed: nothing of the demonstration's accounts, and nobody's own rights."""
    if is_demo(account.login):
        return [_note(desk.t("演示账号没有密码，由登录页一键进入，不能修改。"))]
    if account.login == desk.viewer.login:
        link = h("A", desk.t("我的账号"), "link", href="/me" if desk.lang == "zh" else "/me?lang=en")
        return [
            _note(desk.t("这是您自己的账号：资料和角色由另一位管理员修改。"), desk.t("自己的密码在这里修改："), link)
        ]
    return [
        _part(desk.t("资料与权限"), _form(desk, account)),
        _part(desk.t("密码与停用"), _levers(desk, account)),
    ]


def _note(*told: Child) -> Node:
    return h("P", list(told), "pane-note")


def _form(desk: Desk, account: Account) -> Node:
    save = frame.press(desk.t("保存"), f"{PAGE}:account.save", account.login, cls="is-main")
    hint = h("P", desk.t("角色或范围变更后，该账号立即退出，须重新登录。"), "field-hint")
    return h("Div", [*_fields(desk, account), hint, h("Div", save, "form-end")], "form", data={"form": ""})


def _fields(desk: Desk, account: Account) -> list[Child]:
    department = frame.named("department")
    roles = [(role.value, desk.t(name)) for role, name in words.ROLES.items()]
    told = [
        h("Li", [h("B", desk.t(words.ROLES[r])), h("Span", desk.t(purpose))]) for r, purpose in words.PURPOSES.items()
    ]
    help_ = h("Details", [h("Summary", desk.t("各角色能做什么")), h("Ul", told, "purposes")], "hint-more")
    return [
        frame.field(desk.t("姓名"), frame.named("name"), value=account.name, maxLength=64),
        frame.field(desk.t("部门"), department, value=account.department, maxLength=64, list="departments"),
        _departments(desk),
        frame.group(desk.t("角色"), h("Div", [frame.one_of(frame.named("role"), roles, account.role.value), help_])),
        *reach(desk, account.reach),
    ]


def _departments(desk: Desk) -> Node:
    """What can be typed as a department: those the city names."""
    return h("Datalist", [h("Option", None, value=name) for name in desk.city.departments], id="departments")


def reach(desk: Desk, has: Reach = WHOLE) -> list[Child]:
    """How far rights reach: all, or the chosen ones. "All" is said and not meant by choosing none."""
    districts = [(code, desk.district(code)) for code in desk.city.districts]
    topics = [(key, desk.topic(key)) for key in TOPICS]
    return [
        _limit(desk, desk.t("区县范围"), "districts", desk.t("全市"), districts, has.districts),
        _limit(desk, desk.t("专题范围"), "topics", desk.t("全部专题"), topics, has.topics),
    ]


def _limit(
    desk: Desk, label: str, name: str, everything: str, options: list[tuple[str, str]], has: frozenset[str] | None
) -> Node:
    modes = [(ALL, everything), (SOME, desk.t("仅限所选"))]
    mode = frame.one_of(frame.named(f"{name}.mode"), modes, ALL if has is None else SOME)
    known = {key for key, _ in options}
    options = [*options, *((key, key) for key in sorted((has or frozenset()) - known))]
    some = frame.some_of(frame.named(name), options, sorted(has or ()))
    return frame.group(label, h("Div", [mode, h("Div", some, "limit-some")], "limit"))


def _levers(desk: Desk, account: Account) -> Node:
    """Two things that cannot be taken back at once, each behind a second step that says what will happen."""
    reset = _lever(
        desk.t("重置密码"),
        desk.t("生成一次性密码并只显示这一次；该账号的所有设备立即退出。"),
        frame.press(desk.t("确认重置"), f"{PAGE}:account.reset", account.login, cls="is-main"),
    )
    if account.disabled:
        other = frame.press(desk.t("恢复启用"), f"{PAGE}:account.enable", account.login)
    else:
        other = _lever(
            desk.t("停用账号"),
            desk.t("不能再登录，所有设备和令牌立即失效；记录保留，可以恢复。"),
            frame.field(desk.t("原因"), frame.named("reason"), desk.t("记入审计日志"), value="", maxLength=200),
            frame.press(desk.t("确认停用"), f"{PAGE}:account.disable", account.login, cls="is-main"),
        )
    return h("Div", [reset, other], "levers")


def _lever(label: str, told: str, *body: Child) -> Node:
    inside = h("Div", [h("P", told), *body], "form lever-body", data={"form": ""})
    return h("Details", [h("Summary", label, "press"), inside], "fold")


def _end_all(desk: Desk, account: Account, sessions: Sequence[Session]) -> Node | None:
    others = [session for session in sessions if session.id != desk.viewer.session]
    if len(others) < 2:
        return None
    return h("Div", frame.press(desk.t("全部退出"), f"{PAGE}:session.end_all", account.login), "form-end")
