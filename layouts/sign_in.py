"""The pages of somebody who is not in yet: sign-in, a password that must be changed, and what is refused. HTML without a script's help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from domain.account import Role
from layouts.accounts import words
from layouts.html import Html, document, el
from layouts.text import translate

# Why somebody stands at this page, by the code in its address.
NOTES: Mapping[str, str] = {
    "out": "已退出登录。",
    "ended": "登录已失效，请重新登录，登录后回到原来的画面。",
    "stale": "页面已过期，请再试一次。请允许浏览器使用 Cookie。",
}
ALERTS: Mapping[str, str] = {
    "wrong": "账号或密码不正确。",
    "empty": "请输入账号和密码。",
    "locked": "尝试次数过多，请于 {time} 后再试。",
    "demo": "这里没有一键进入。",
    "away": "暂时无法登录：数据库没有应答，请稍后再试。",
}
# Why a new password is not taken, by the reason's code.
PASSWORD_ALERTS: Mapping[str, str] = {
    "empty": "请填写全部三项。",
    "differ": "两次输入的新密码不一致。",
    "locked": "尝试次数过多，请稍后再试。",
    "password_wrong": "当前密码不正确。",
    "password_short": "新密码至少 10 个字符。",
    "password_long": "新密码最多 256 个字符。",
    "password_login": "新密码不能包含账号。",
    "password_common": "这个密码太常见，容易被猜到，请换一个。",
    "password_same": "新密码不能与当前密码相同。",
}
REFUSALS: Mapping[str, tuple[str, str]] = {
    "forbidden": ("无权查看", "您的角色没有打开本页的权限，请联系系统管理员。"),
    "not_found": ("没有这个页面", "地址可能写错了，或者页面已经移走。"),
    "too_many_requests": ("请求过于频繁", "请稍后再试。"),
    "unavailable": ("暂时无法打开", "数据库没有应答，请稍后再试。"),
}
OTHERWISE = ("无法打开", "服务器拒绝了这个请求。")
SCRIPT, STYLES = "/assets/sign-in.js", ("/assets/00-theme.css", "/assets/sign-in.css")


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page here needs: the city, the language, the build, its own path, the form's proof and the way back."""

    title: str
    title_en: str
    lang: str
    build: str
    is_demo: bool = False
    proof: str = ""
    path: str = "/sign-in"
    next: str = "/"

    def t(self, text: str, **values: object) -> str:
        """A text in the page's language."""
        return translate(text, self.lang, **values)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence above a form. kind: "bad" (what was refused) or "calm" (what has happened)."""

    text: str
    kind: str = "bad"


def sign_in(desk: Desk, said: Said | None = None, login: str = "") -> str:
    """The sign-in page; `login` is what was typed before."""
    entries = [
        _entry(desk.t("登录账号"), "login", "username", value=login, autofocus=not login, autocapitalize="none"),
        _secret(desk, desk.t("登录密码"), "password", "current-password", autofocus=bool(login)),
        el(
            "label",
            [
                el("input", type="checkbox", name="remember", value="1"),
                el("span", [desk.t("在这台设备上保持登录 30 天"), el("small", desk.t("只用于值班席位的专用电脑"))]),
            ],
            "remember",
        ),
        _button(desk.t("立即登录"), desk.t("正在登录…")),
    ]
    form = _form(desk, "/sign-in", entries, "enter")
    help_ = el("p", desk.t("没有账号或忘记密码，请联系系统管理员。"), "hint")
    card = el("section", [el("h2", desk.t("登录")), _alert(said), form, help_], "card", aria_label=desk.t("登录"))
    return _page(desk, desk.t("登录"), [card, _roles(desk)] if desk.is_demo else [card])


def change_password(desk: Desk, said: Said | None, *, must: bool, name: str) -> str:
    """The page of a new password; `must`: there is no way around it."""
    why = (
        "这是一次性密码。请先设置您自己的密码，然后进入系统。" if must else "修改后，这个账号在其他设备上的登录会失效。"
    )
    first = desk.t("一次性密码") if must else desk.t("当前密码")
    entries = [
        _secret(desk, first, "old", "current-password", autofocus=True),
        _secret(desk, desk.t("新密码"), "new", "new-password", minlength="10", aria_describedby="policy"),
        el("p", desk.t("至少 10 个字符，可以用中文；不包含账号，不用常见密码。"), "hint policy", id="policy"),
        _secret(desk, desk.t("再输一次新密码"), "again", "new-password", minlength="10"),
        _button(desk.t("保存并继续"), desk.t("正在保存…")),
    ]
    form = _form(desk, "/sign-in/password", entries, "enter")
    leave = _form(desk, "/sign-out", [el("button", desk.t("退出登录"), "quiet", type="submit")], "leave")
    away = leave if must else el("p", [el("a", desk.t("返回"), "quiet", href=desk.next)], "leave")
    title = desk.t("设置新密码") if must else desk.t("修改密码")
    hello = [desk.t("您好，{name}。", name=name), " " if desk.lang == "en" else "", desk.t(why)]
    head = [el("h2", title), el("p", hello, "lead")]
    return _page(desk, title, [el("section", [*head, _alert(said), form, away], "card", aria_label=title)])


def refused(desk: Desk, code: str, *, signed_in: bool) -> str:
    """A page in place of the one that is not shown."""
    title, sentence = REFUSALS.get(code, OTHERWISE)
    ways = [el("a", desk.t("返回驾驶舱") if signed_in else desk.t("登录"), "button", href=_href(desk, "/"))]
    body = [el("h2", desk.t(title)), el("p", desk.t(sentence), "lead"), el("p", ways, "ways")]
    return _page(desk, desk.t(title), [el("section", body, "card", aria_label=desk.t(title))])


def _page(desk: Desk, title: str, body: Sequence[Html]) -> str:
    name = desk.title_en if desk.lang == "en" and desk.title_en else desk.title
    other = el(
        "a",
        "EN" if desk.lang == "zh" else "中文",
        "lang",
        href=_other_language(desk),
        hreflang="en" if desk.lang == "zh" else "zh-CN",
    )
    demo = el("span", desk.t("演示数据"), "demo", title=desk.t("数据由演示部门模拟，不是真实数据"))
    head = el("header", [el("h1", name), el("div", [demo, other] if desk.is_demo else [other], "aside")], "head")
    links = [el("link", rel="stylesheet", href=f"{path}?v={desk.build}") for path in STYLES]
    script = el("script", src=f"{SCRIPT}?v={desk.build}", defer=True)
    icon = el("link", rel="icon", href="/_favicon.ico")
    main = el("main", body, "two" if len(body) > 1 else "one")
    return document(
        "en" if desk.lang == "en" else "zh-CN", f"{title} · {name}", [*links, icon, script], [head, main], "sign-in"
    )


def _alert(said: Said | None) -> Html:
    if said is None:
        return Html()
    is_bad = said.kind == "bad"
    sign = el("i", "!" if is_bad else "i", aria_hidden="true")
    return el("p", [sign, said.text], f"said is-{said.kind}", role="alert" if is_bad else "status")


def _form(desk: Desk, action: str, entries: Sequence[Html], cls: str) -> Html:
    hidden = {"csrf": desk.proof, "next": desk.next, "lang": desk.lang}
    kept = [el("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
    return el("form", [*kept, *entries], cls, method="post", action=action)


def _entry(label: str, name: str, complete: str, **more: str | bool | None) -> Html:
    given: dict[str, str | bool | None] = {"type": "text", "spellcheck": "false", "maxlength": "256", **more}
    field = el("input", "", "entry", id=name, name=name, required=True, autocomplete=complete, **given)
    return el("div", [el("label", label, for_=name), field], "field")


def _secret(desk: Desk, label: str, name: str, complete: str, **more: str | bool | None) -> Html:
    """A password's entry. The button that shows it is there for scripts to use, hidden until one does."""
    given: dict[str, str | bool | None] = {"type": "password", "maxlength": "256", **more}
    field = el("input", "", "entry", id=name, name=name, required=True, autocomplete=complete, **given)
    show, hide = desk.t("显示"), desk.t("隐藏")
    eye = el("button", show, "eye", type="button", hidden=True, aria_controls=name, data_show=show, data_hide=hide)
    caps = el("p", desk.t("大写锁定已打开"), "caps", hidden=True, role="status")
    return el("div", [el("label", label, for_=name), el("div", [field, eye], "secret"), caps], "field")


def _button(label: str, busy: str) -> Html:
    return el("button", label, "button", type="submit", data_busy=busy)


def _roles(desk: Desk) -> Html:
    """One click for each role of the demonstration."""
    intro = el("p", desk.t("数据由演示部门模拟。选一个角色，看到它能看到的画面。"), "lead")
    cards = [_role(desk, role) for role in words.ROLES]
    form = _form(desk, "/sign-in/demo", [el("div", cards, "roles")], "demo-form")
    return el("section", [el("h2", desk.t("演示：一键进入")), intro, form], "card", aria_label=desk.t("演示：一键进入"))


def _role(desk: Desk, role: Role) -> Html:
    inside = [el("b", desk.t(words.ROLES[role])), el("span", desk.t(words.PURPOSES[role]))]
    return el("button", inside, "role", type="submit", name="role", value=role.value)


def _other_language(desk: Desk) -> str:
    asked = {"next": desk.next if desk.next != "/" else "", "lang": "en" if desk.lang == "zh" else "zh"}
    return f"{desk.path}?{urlencode({name: value for name, value in asked.items() if value}, safe='/')}"


def _href(desk: Desk, path: str) -> str:
    return path if desk.lang == "zh" else f"{path}?lang={desk.lang}"
