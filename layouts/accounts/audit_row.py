"""One audit row opened, and what a check of the whole chain found."""

from layouts.accounts import account, frame, words
from layouts.accounts.audit import actor, verb
from layouts.accounts.changes import Change, changes
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h
from store.audit import AuditRow, Head, Verdict

# What is wrong with the first bad row.
WHY = {
    "missing": "编号 {n} 的记录不在了",
    "changed": "编号 {n} 的内容与封存时不同",
    "unlinked": "编号 {n} 没有接在前一条之后",
    "cut": "编号 {n} 起的记录被截去",
    "unlike": "编号 {n} 不是抄录指纹时的那一条",
}


def render(desk: Desk, row: AuditRow | None, number: int) -> list[Child]:
    """The pane of a row; `row` None: there is none of this number."""
    if row is None:
        title = desk.t("编号 {id}", id=number)
        return [account.head(desk, desk.t("审计日志"), title, "row"), frame.none(desk.t("没有这条记录"))]
    facts = [
        (desk.t("编号"), str(row.id)),
        (desk.t("时间"), desk.second(row.at)),
        (desk.t("操作人"), actor(desk, row.actor)),
        (desk.t("操作"), f"{desk.t(words.verb(row.verb))} · {row.verb}"),
        (desk.t("对象"), row.thing),
        (desk.t("来自"), row.address),
        (desk.t("原因"), desk.said(row.reason)),
    ]
    rows = [h("Div", [h("Dt", name), h("Dd", value)], "fact") for name, value in facts if value]
    return [
        account.head(desk, desk.second(row.at), verb(desk, row.verb), "row"),
        h("Dl", rows, "facts"),
        _changes(desk, row),
        _seal(desk, row),
    ]


def _changes(desk: Desk, row: AuditRow) -> Node | None:
    found = changes(desk, row.before, row.after)
    if not found:
        return None
    # A side that the deed did not have is no column of dashes.
    sides = [(desk.t(name), side) for name, side in (("之前", row.before), ("之后", row.after)) if side]
    heads = h("Tr", [h("Th", name, scope="col") for name in (desk.t("项目"), *(name for name, _ in sides))])
    body = [_change(one, has_before=bool(row.before), has_after=bool(row.after)) for one in found]
    return h(
        "Section", [h("H4", desk.t("变化")), h("Table", [h("Thead", heads), h("Tbody", body)], "diff")], "pane-part"
    )


def _change(one: Change, *, has_before: bool, has_after: bool) -> Node:
    cells = [
        h("Td", one.before or "—", "was") if has_before else None,
        h("Td", one.after or "—", "is-now") if has_after else None,
    ]
    shown = [cell for cell in cells if cell is not None]
    return h("Tr", [h("Th", one.name, scope="row"), *shown], "is-changed" if one.is_change else "")


def _seal(desk: Desk, row: AuditRow) -> Node:
    copy = frame.secret(desk, fingerprint(Head(row.id, row.hash)))
    hint = h("P", desk.t("本条指纹。抄录在别处，日后可凭它校验此前的日志。"), "field-hint")
    before = h("Div", [h("Dt", desk.t("前一条")), h("Dd", h("Code", row.prev or "—"))], "fact")
    return h("Section", [h("H4", desk.t("封存")), copy, hint, h("Dl", before, "facts is-seal")], "pane-part")


def fingerprint(head: Head) -> str:
    """A row's number and hash as one word that can be written down."""
    return f"{head.id}-{head.hash}"


def noted(text: str) -> Head | None:
    """A fingerprint that was written down; None when it is none."""
    number, _, seal = text.strip().lower().partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    is_hash = len(seal) == 64 and set(seal) <= set("0123456789abcdef")
    return Head(int(number), seal) if is_hash else None


def verdict(desk: Desk, found: Verdict) -> Node:
    """What the check found, in one sentence and with what to do next."""
    if found.ok:
        told = [
            h("Span", desk.t("共 {n} 条，逐条核对无误。下面是最后一条的指纹，抄录后可日后核对。", n=f"{found.rows:,}")),
            frame.secret(desk, fingerprint(found.head)) if found.rows else None,
        ]
        return frame.notice(desk, "good", desk.t("✓ 日志完整"), *told)
    why = desk.t(WHY[found.why], n=found.broken_at)
    told = [
        h("Span", desk.t("{why}；此前 {n} 条完好。", why=why, n=f"{found.rows:,}")),
        h("Span", desk.t("请保全数据库副本，并立即联系安全负责人。")),
    ]
    return frame.notice(desk, "bad", desk.t("✕ 日志不完整"), *told)
