"""What a notice about a handover says: which shifts, since when it is owed. Pure."""

from datetime import datetime

from alerts.delivery import KINDS, LEVELS, Message, Told, Writer
from domain.notice import Notice


def sheet_message(writer: Writer, notice: Notice, now: datetime) -> Message:
    """The message about a sheet that is late; its number stands where others have their cases'."""
    number, shifts = (str(notice.body.get(name) or "") for name in ("number", "title"))
    change = datetime.fromisoformat(str(notice.body["change"]))
    minutes = max(int((now - change).total_seconds() // 60), 0)
    demo = "【演示】" if writer.city.spec.demo else ""
    title = f"{demo}【{notice.level.name} {LEVELS[notice.level]} · {KINDS[notice.kind]}】{shifts}"
    line = f"交接单 {number} 应于 {change.astimezone(writer.city.zone):%m-%d %H:%M} 签字，已逾时 {minutes} 分钟；双方均负责，请值班长处理"
    link = f"{writer.address}/handover?id={number}" if writer.address else ""
    foot = f"{now.astimezone(writer.city.zone):%Y-%m-%d %H:%M:%S} · {writer.city.spec.title}"
    labels = {"alertname": notice.kind.value, "severity": notice.level.name, "handover": number}
    told = Told(number, number, change, None, line, link, labels, {"summary": line})
    text = "\n".join([title, line, foot, *([link] if link else [])])
    return Message(notice.id, notice.receiver, notice.kind, notice.level, notice.group, now, title, text, [told], link)
