"""The words of reports in both languages: they stand in files and prints as well as on pages, so they are not in templates."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    # --- classes of tasks
    "on_time": ("On time", "按时"),
    "early": ("Early", "提前"),
    "late": ("Late", "延迟"),
    "missed": ("Missed", "漏做"),
    "omitted": ("Omitted with reason", "有理由省略"),
    "overdue": ("Open, overdue", "未完成且逾期"),
    "suspended": ("Open, suspended by a hold", "因暂停而挂起"),
    "withdrawn_late": ("Lost while overdue", "逾期未做即终止"),
    "not_evaluable": ("Not evaluable", "无法评价"),
    "running": ("Open, within its time", "未完成，时限内"),
    "undated": ("Done, no window", "已完成，无时间窗"),
    "not_owed": ("No longer owed", "不再需要"),
    # --- classes of indicators
    "met": ("Met", "达标"),
    "not_met": ("Not met", "未达标"),
    "open": ("Open", "进行中"),
    "lost": ("Lost", "失访或终止"),
    "unknown": ("Unknown", "未知"),
    "not_applicable": ("Does not apply", "不适用"),
    "unread": ("Not worked out yet", "尚未计算"),
    # --- sections
    "tasks": ("Tasks: planned against actual", "任务：计划与实际"),
    "tasks_note": (
        (
            "Tasks due in the period. The denominator of the share on time holds every task whose time came, with those open, suspended and lost; "
            "unknown is a class of its own and never counts as kept."
        ),
        "统计期内到期的任务。按时率的分母包括所有已到时限的任务，含未完成、挂起和失访者；“无法评价”单独成类，绝不计入达标。",
    ),
    "reasons": ("Omitted tasks by reason", "省略任务的理由"),
    "reasons_note": ("The reason as it was given.", "按填写的原文。"),
    "indicators": ("Indicators of the protocol", "方案指标"),
    "indicators_note": (
        (
            "Enrolments opened in the period. The denominator holds all to whom the indicator applies or may apply: met, not met, open (time is "
            "left), lost (ended before) and unknown. Unknown never counts as met."
        ),
        "统计期内入组者。分母为指标适用或可能适用的全部入组：达标、未达标、进行中（时限未到）、失访或终止、未知。未知绝不计为达标。",
    ),
    "moves": ("Transitions between stages", "阶段转换"),
    "moves_note": (
        "Enrolments opened in the period. A transition has a window where the act that made it completed a task with one.",
        "统计期内入组者。若促成转换的操作同时完成了带时间窗的任务，则该转换有时间窗。",
    ),
    "overrides": ("Overrides and warnings by guard", "越权与警示（按门控条件）"),
    "overrides_note": (
        "Acts in the period that went past a block, or were done although the guard warned. Share: of all acts of that action.",
        "统计期内越过阻断或在警示下执行的操作。比例以该操作的全部执行次数为分母。",
    ),
    "deviations": ("Deviations by class", "偏离（按类别）"),
    "deviations_note": (
        "Recorded by the engine in the period; assessed and signed off in the register.",
        "由系统在统计期内记录；在偏离登记册中评估并签署。",
    ),
    "waits": ("Time between stages", "阶段间时间"),
    "waits_note": (
        (
            "Kaplan-Meier, days from first entering the first stage to first entering the second. Open patients are watched until today, lost ones "
            "until their enrolment ended; both stay in the denominator."
        ),
        "Kaplan-Meier 估计：自首次进入前一阶段至首次进入后一阶段的天数。进行中者观察至今日，失访或终止者观察至入组结束，均保留在分母中。",
    ),
    "curve": ("Share still waiting", "仍在等待的比例"),
    "curve_note": (
        "With 95 % limits (log-log). Every day on which something was seen is one line of the table.",
        "附95%置信区间（log-log）。表中每行为有事件或删失的一天。",
    ),
    # --- columns
    "pathway": ("Pathway", "路径"),
    "task": ("Task", "任务"),
    "role": ("Role", "角色"),
    "owed": ("Time came", "已到时限"),
    "share_on_time": ("Share on time", "按时率"),
    "limits": ("95 % limits", "95%置信区间"),
    "reason": ("Reason", "理由"),
    "count": ("Number", "数量"),
    "indicator": ("Indicator", "指标"),
    "statement": ("Statement", "条目"),
    "denominator": ("Denominator", "分母"),
    "share_met": ("Share met", "达标率"),
    "from": ("From", "自"),
    "to": ("To", "至"),
    "via": ("By", "通过"),
    "in_window": ("In window", "窗内"),
    "out_of_window": ("Out of window", "窗外"),
    "no_window": ("No window", "无时间窗"),
    "action": ("Action", "操作"),
    "guard": ("Guard", "门控"),
    "requirement": ("Requirement", "条件"),
    "level": ("Level", "级别"),
    "overridden": ("Overridden", "越权"),
    "warned": ("Warned", "警示"),
    "acts": ("Acts of this action", "该操作总次数"),
    "share": ("Share", "比例"),
    "deviation": ("Deviation", "偏离"),
    "reached": ("Reached", "到达"),
    "median": ("Median days", "中位天数"),
    "quartile": ("A quarter by day", "四分之一于第几天"),
    "total": ("All", "合计"),
    "day": ("Day", "天"),
    "at_risk": ("At risk", "在险人数"),
    "events": ("Reached here", "当日到达"),
    "censored": ("Watched until here", "当日删失"),
    "low": ("Lower limit", "置信下限"),
    "high": ("Upper limit", "置信上限"),
    "waiting": ("Still waiting", "仍在等待"),
    # --- the report
    "title": ("Adherence to the protocol", "方案依从性报告"),
    "period": ("Period", "统计期"),
    "as_of": ("As of", "截至"),
    "sites": ("Sites", "院区"),
    "all_sites": ("all that the reader may see", "阅读者有权查看的全部院区"),
    "all_pathways": ("all", "全部"),
    "version": ("Version", "版本"),
    "all_versions": ("all", "全部"),
    "enrolments": ("Enrolments that ran in the period", "统计期内在组的入组数"),
    "nothing": ("Nothing in the period.", "统计期内无数据。"),
    "page": ("Page", "页"),
}
"""English and Chinese."""


def word(key: str, language: str) -> str:
    """The word of a key; an unknown key stays as it is, in words."""
    found = WORDS.get(key)
    return found[language == "zh"] if found else key.replace("_", " ")
