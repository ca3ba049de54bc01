"""The words inside pictures, in English and Chinese; what a template says itself stands in the catalogues of the pages."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "stages": "Stages", "holds": "Holds", "doses": "Doses and courses", "values": "Values", "tasks": "Tasks",
        "messages": "Messages", "today": "today", "known_at": "known on {0}", "done": "done on time", "late": "done late",
        "early": "done early", "missed": "missed", "omitted": "omitted", "cancelled": "no longer owed", "open": "open",
        "overdue": "overdue", "suspended": "suspended by a hold", "ongoing": "goes on", "released": "released", "in_force": "in force",
        "acknowledged": "acknowledged", "unanswered": "not acknowledged", "sent": "requested", "given": "given", "started": "started", "stopped": "stopped",
        "occurred": "occurred", "preliminary": "preliminary", "now": "now: {0}", "learned_later": "not known then; recorded {0}",
        "corrected": "corrected {0} to {1}", "retracted": "entered in error, since {0}", "due_moved": "due {0}", "ended": "ended {0}",
        "block": "else blocks", "warn": "else warns", "alarm": "opens a hold", "told": "sends a message", "comma": ", ", "stage": "stage {0}",
        "planned": "planned dose", "window": "{0} to {1}", "due": "due {0}", "patients": "{0} open", "none": "–", "first": "begin", "released_on": "released {0}",
        "done_on": "done {0}", "not_there": "no longer there", "goes_on": "goes on", "reopened": "open again",
        "everywhere": "every open stage", "before": "the stage before", "opens": "window opens", "gates": "What stands in the way", "is_given": "{0} is given",
        "earliest": "earliest {0}", "unknown": "not known", "wait_not": "waiting is not enough", "last_day": "last day",
    },
    "zh": {
        "stages": "阶段", "holds": "暂停", "doses": "给药与疗程", "values": "检验值", "tasks": "任务",
        "messages": "消息", "today": "今天", "known_at": "截至{0}所知", "done": "按时完成", "late": "延迟完成",
        "early": "提前完成", "missed": "错过", "omitted": "决定不做", "cancelled": "不再需要", "open": "待办",
        "overdue": "逾期", "suspended": "因暂停而搁置", "ongoing": "持续", "released": "已解除", "in_force": "生效中",
        "acknowledged": "已确认", "unanswered": "未确认", "sent": "已请求", "given": "给药", "started": "开始", "stopped": "停用",
        "occurred": "发生", "preliminary": "初步结果", "now": "现在：{0}", "learned_later": "当时未知；{0}记录",
        "corrected": "{0}更正为{1}", "retracted": "{0}起标为录入错误", "due_moved": "到期日{0}", "ended": "{0}结束",
        "block": "否则阻止", "warn": "否则警告", "alarm": "触发暂停", "told": "发送消息", "comma": "、", "stage": "阶段：{0}",
        "planned": "计划给药", "window": "{0}至{1}", "due": "到期{0}", "patients": "{0}例在组", "none": "–", "first": "起始", "released_on": "{0}解除",
        "done_on": "{0}完成", "not_there": "已不存在", "goes_on": "持续", "reopened": "重新打开",
        "everywhere": "任一未结束阶段", "before": "前一阶段", "opens": "窗口开始", "gates": "尚有阻碍", "is_given": "给予{0}",
        "earliest": "最早{0}", "unknown": "未知", "wait_not": "仅靠等待不够", "last_day": "最后一天",
    },
}  # fmt: skip


def word(key: str, language: str, *values: str) -> str:
    """A word or short sentence of a picture, with its values put in."""
    return WORDS[language][key].format(*values)
