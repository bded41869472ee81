"""What a notice about an order says: its words are written when it is sent, from what was kept with the step. Pure."""

from collections.abc import Mapping
from datetime import datetime

from alerts.delivery import KINDS, LEVELS, Message, Told, Writer
from domain.notice import Notice


def order_message(writer: Writer, notice: Notice, now: datetime) -> Message:
    """The message about an order: number, what shall be done, by whom, until when."""
    body = _plain(writer, notice.body)
    number, until = body["number"], datetime.fromisoformat(body["until"])
    link = f"{writer.address}/orders?id={number}" if writer.address else ""
    demo = "【演示】" if writer.city.spec.demo else ""
    title = f"{demo}【{notice.level.name} {LEVELS[notice.level]} · {KINDS[notice.kind]}】{body['title']}"
    end = f"{until.astimezone(writer.city.zone):%Y-%m-%d %H:%M}"
    late = "（已逾期）" if until < now else ""
    lines = [
        title,
        f"工单 {number}，{body['unit']}",
        f"{body['what']}时限：{end}{late}",
        f"任务：{body['content']}",
        *([f"说明：{body['reason']}"] if body["reason"] else []),
        *([f"关联：{body['about']}"] if body["about"] else []),
        f"{now.astimezone(writer.city.zone):%Y-%m-%d %H:%M:%S} · {writer.city.spec.title}",
        *([link] if link else []),
    ]
    told = Told(
        number, number, datetime.fromisoformat(body["sent"]), None, title, link, _labels(notice, body), _notes(body)
    )
    return Message(
        notice.id, notice.receiver, notice.kind, notice.level, notice.group, now, title, "\n".join(lines), [told], link,
        order={name: value for name, value in body.items() if value},
    )  # fmt: skip


_NAMES = ("number", "title", "content", "unit", "what", "until", "sent", "topic", "district", "about", "reason")
_FREE = frozenset({"title", "content", "reason"})  # written by people


def _plain(writer: Writer, body: Mapping[str, object]) -> dict[str, str]:
    texts = {name: str(body.get(name) or "") for name in _NAMES}
    return {name: writer.plain(text) if name in _FREE else text for name, text in texts.items()}


def _labels(notice: Notice, body: Mapping[str, str]) -> dict[str, str]:
    named = {
        "alertname": notice.kind.value,
        "severity": notice.level.name,
        "unit": body["unit"],
        "district": body["district"],
        "topic": body["topic"],
        "order": body["number"],
    }
    return {name: value for name, value in named.items() if value}


def _notes(body: Mapping[str, str]) -> dict[str, str]:
    named = {"summary": body["title"], "content": body["content"], "owed": body["what"], "until": body["until"]}
    return {name: value for name, value in named.items() if value}
