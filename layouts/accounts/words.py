"""What roles, rights, scopes, verbs, refusals and browsers are called."""

import re

from access.refused import Reason
from access.verbs import Verb
from domain.account import Right, Role
from domain.session import Scope

ROLES = {
    Role.LEADER: "领导",
    Role.DUTY: "值班员",
    Role.SHIFT: "值班长",
    Role.CLERK: "部门经办",
    Role.ADMIN: "系统管理员",
    Role.WALL: "大屏",
}
# What a role is for, in the words of the person who has to choose one.
PURPOSES = {
    Role.LEADER: "看全部画面，可导出；个人信息始终遮蔽",
    Role.DUTY: "值守处置，可见个人信息和原始记录",
    Role.SHIFT: "带班，另可查看系统运行指标",
    Role.CLERK: "本部门经办，可导出、可推送数据",
    Role.ADMIN: "管理账号和审计，不看个人信息",
    Role.WALL: "只看画面，无人操作的大屏终端",
}
RIGHTS = {
    Right.VIEW: "查看画面",
    Right.PERSONAL: "查看个人信息",
    Right.RAW: "查看原始记录",
    Right.ACT: "签收和处置告警",
    Right.EXPORT: "导出数据",
    Right.PUSH: "推送数据",
    Right.OPERATE: "查看运行指标",
    Right.ACCOUNTS: "管理账号",
    Right.AUDIT: "审计",
    Right.SCREENS: "编辑画面",
}
SCOPES = {Scope.READ: "读取数据", Scope.PUSH: "推送数据", Scope.OPERATE: "查看运行指标"}
VERBS = {
    Verb.ACCOUNT_ADD: "新增账号",
    Verb.ACCOUNT_CHANGE: "修改账号",
    Verb.ACCOUNT_DISABLE: "停用账号",
    Verb.ACCOUNT_ENABLE: "启用账号",
    Verb.PASSWORD_SET: "重置密码",
    Verb.PASSWORD_CHANGE: "修改密码",
    Verb.PASSWORD_REFUSED: "修改密码被拒",
    Verb.SESSION_START: "登录",
    Verb.SESSION_REFUSED: "登录失败",
    Verb.SESSION_END: "退出登录",
    Verb.SESSION_REVOKE: "强制退出",
    Verb.TOKEN_ISSUE: "签发令牌",
    Verb.TOKEN_REVOKE: "吊销令牌",
    Verb.CASE: "处置告警",
    Verb.SILENCE_ADD: "静默告警",
    Verb.SILENCE_END: "结束静默",
    Verb.NOTICE_TEST: "发送测试通知",
    Verb.ORDER: "工单",
    Verb.HANDOVER: "交接班",
    Verb.STAGE: "指定运行状态",
    Verb.INCIDENT: "处置事件",
    Verb.REPORT: "信息报送",
    Verb.INSTRUCTION: "领导批示",
    Verb.DAILY: "日报",
    Verb.FILING: "报表填报",
    Verb.SOURCE: "操作数据源",
    Verb.RESUBMIT: "重新提交隔离记录",
    Verb.EXPORT: "导出数据",
    Verb.WALL: "下发到大屏",
    Verb.PUSH: "推送数据",
    Verb.AUDIT_EXPORT: "导出审计日志",
    Verb.AUDIT_VERIFY: "校验审计日志",
}
# The part of a verb before its dot, and what a filter for it is called.
SUBJECTS = {
    "session": "登录",
    "account": "账号",
    "password": "密码",
    "token": "令牌",
    "case": "告警",
    "silence": "静默",
    "order": "工单",
    "handover": "交接班",
    "stage": "运行状态",
    "incident": "事件",
    "report": "报告",
    "instruction": "批示",
    "daily": "日报",
    "filing": "报表",
    "source": "数据源",
    "wall": "大屏",
    "notice": "通知",
    "data": "数据",
    "audit": "审计",
}
# What a deed's before and after may name.
FIELDS = {
    "login": "登录名",
    "name": "姓名",
    "role": "角色",
    "districts": "区县范围",
    "topics": "专题范围",
    "department": "部门",
    "disabled": "停用",
    "must_change": "待改密码",
    "expires": "到期",
    "scopes": "允许",
    "sources": "来源",
    "remembered": "值守席位",
    "agent": "设备",
    "session": "会话",
    "sessions": "退出的会话",
    "kept": "保留的会话",
    "known": "账号存在",
    "locked_until": "锁定至",
    "form": "格式",
    "filters": "条件",
    "rows": "条数",
    "ok": "完整",
    "broken_at": "断开处",
    "why": "原因",
}
REASONS = {
    Reason.RIGHT: "您的角色不允许这样做",
    Reason.OWN_SESSION: "须由登录的人操作，不能用令牌",
    Reason.UNKNOWN: "没有这个账号、会话或令牌，可能已被他人处理",
    Reason.TAKEN: "这个登录名已有人使用",
    Reason.LOGIN: "登录名为 2–64 个字母、数字、点、连字符或下划线，以字母或数字开头",
    Reason.NAME: "姓名为 1–64 个字符",
    Reason.DEPARTMENT: "部门经办必须填写部门",
    Reason.LAST_ADMINISTRATOR: "这是最后一位可登录的系统管理员",
    Reason.DEMO: "演示账号不能修改",
    Reason.OWN_ACCOUNT: "不能修改自己账号的权限",
    Reason.PASSWORD_WRONG: "当前密码不对",
    Reason.PASSWORD_SHORT: "密码至少 10 个字符",
    Reason.PASSWORD_LONG: "密码最多 256 个字符",
    Reason.PASSWORD_LOGIN: "密码不能包含登录名",
    Reason.PASSWORD_COMMON: "这个密码太常见，容易被猜中",
    Reason.PASSWORD_SAME: "新密码与当前密码相同",
    Reason.LOCKED: "失败次数过多，请稍后再试",
    Reason.TOKEN_NAME: "用途为 1–64 个字符",
    Reason.TOKEN_SCOPES: "至少选择一项允许，且不能超出账号的权限",
    Reason.TOKEN_SOURCES: "“推送数据”须选择来源，且属于账号的部门",
    Reason.TOKEN_EXPIRY: "有效期最长一年",
    Reason.TOKEN_WALL: "大屏账号不能签发令牌",
}

_BROWSERS = (
    (r"Edg/(\d+)", "Edge"),
    (r"QQBrowser/(\d+)", "QQ"),
    (r"Firefox/(\d+)", "Firefox"),
    (r"(?:HeadlessChrome|Chrome)/(\d+)", "Chrome"),
    (r"Version/(\d+).*Safari", "Safari"),
)
_SYSTEMS = (
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
)
LONGEST_AGENT = 40  # of one that is no browser we know


def verb(name: str) -> str:
    """What a verb is called; itself when it is none of ours."""
    return VERBS[Verb(name)] if name in set(Verb) else name


def device(agent: str) -> str:
    """A browser's own description as people say it ("Chrome 126 · Windows"); a program's as it is, "" for none."""
    known = ((name, re.search(pattern, agent)) for pattern, name in _BROWSERS)
    browser = next((f"{name} {found[1]}" for name, found in known if found), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, agent)), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:LONGEST_AGENT]
