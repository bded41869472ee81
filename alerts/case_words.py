"""What causes, states and steps of a case are called."""

from collections.abc import Mapping

from domain.case import Handling

CAUSES: Mapping[str, str] = {
    "device": "设备故障",
    "threshold": "阈值不当",
    "maintenance": "检修施工",
    "data": "数据错误",
    "duplicate": "重复告警",
    "other": "其他",
}
SPOKEN: Mapping[Handling, str] = {
    Handling.NEW: "待签收",
    Handling.ACKNOWLEDGED: "已签收",
    Handling.WORKING: "处置中",
    Handling.REPORTED: "已反馈",
    Handling.CHECKING: "待核查",
    Handling.SHELVED: "挂起",
    Handling.FALSE_ALARM: "误报关闭",
    Handling.MERGED: "已合并",
    Handling.DONE: "已办结",
    Handling.SELF_CLOSED: "自动恢复·未人工处理",
    Handling.ARCHIVED: "已归档",
}
HAPPENED: Mapping[str, str] = {  # what the program itself notes on a case
    "open": "触发",
    "reopen": "再次触发",
    "rise": "级别升高",
    "fall": "级别降低",
    "recede": "恢复中",
    "relapse": "复发",
    "recover": "已恢复",
    "lose": "数据中断",
    "regain": "数据恢复",
    "wake": "挂起到期",
    "escalate": "逾期未签收，逐级上报",
    "close_itself": "自动恢复·未人工处理",
    "hide": "暂不通知",
    "show": "恢复通知",
    "flap": "抖动",
    "settle": "抖动结束",
    "note": "备注",
    "remind": "到约定的行动时间",
    "archive": "归档",
    "dispatch": "派单",
    "incident": "转事件",
    "answer": "单位反馈",
    "hand_in": "单位提请核查",
    "verify": "工单核查通过",
    "reject": "工单核查不通过",
}
