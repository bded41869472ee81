"""The words of cases: Chinese source strings by key."""

from collections.abc import Mapping

from domain.alert import Condition
from domain.notice import NoticeKind, NoticeState

CONDITIONS: Mapping[Condition, str] = {
    Condition.NORMAL: "正常",
    Condition.PENDING: "待定",
    Condition.FIRING: "触发中",
    Condition.RECOVERING: "恢复中",
    Condition.CLEARED: "已恢复",
}
STATES: Mapping[str, str] = {
    "": "未结",
    "new": "待签收",
    "mine": "处置中",
    "shelved": "挂起",
    "over": "已结",
    "all": "全部",
}
STEPS: Mapping[str, str] = {
    "open": "触发，待签收",
    "reopen": "再次触发",
    "relapse": "再次触发",
    "rise": "升级",
    "fall": "降级",
    "recede": "开始恢复",
    "recover": "恢复",
    "lose": "数据中断",
    "regain": "数据恢复",
    "close_itself": "自动关闭",
    "wake": "到时唤醒",
    "note": "记录",
    "hide": "暂停通知",
    "show": "恢复发送通知",
    "flap": "开始抖动",
    "settle": "抖动结束",
    "hand_over": "交接班移交",
    "acknowledge": "签收",
    "shelve": "挂起",
    "false_alarm": "误报关闭",
    "finish": "办结",
    "escalate": "逾期未签收，逐级上报",
}
NOTICES: Mapping[NoticeKind, str] = {
    NoticeKind.FIRED: "触发通知",
    NoticeKind.ROSE: "升级通知",
    NoticeKind.REPEAT: "重复提醒",
    NoticeKind.CLEARED: "恢复通知",
    NoticeKind.ESCALATED: "超时升级",
    NoticeKind.SILENCE_ENDED: "静默结束后通知",
    NoticeKind.FLAPPING: "抖动通知",
    NoticeKind.STORM: "告警风暴通知",
    NoticeKind.TEST: "测试通知",
    NoticeKind.ORDERED: "新工单通知",
    NoticeKind.ASSISTING: "协办通知",
    NoticeKind.URGED: "催办通知",
    NoticeKind.SUPERVISED: "督办通知",
    NoticeKind.OVERDUE: "逾期督办通知",
    NoticeKind.HANDOVER_LATE: "交接逾时通知",
}
SENDING: Mapping[NoticeState, str] = {
    NoticeState.WAITING: "待发送",
    NoticeState.SENDING: "发送中",
    NoticeState.SENT: "已送达",
    NoticeState.FAILED: "发送失败",
    NoticeState.CANCELLED: "已取消",
}
SHELVES: Mapping[str, str] = {"30": "30 分钟", "60": "1 小时", "120": "2 小时", "480": "8 小时", "1440": "24 小时"}
