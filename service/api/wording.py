"""Titles of problems and the words for invalid input, in both languages: short, stable, without anything that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

TITLES: dict[str, tuple[str, str]] = {
    "invalid_request": ("The request is not in the expected form.", "请求格式不符合要求。"),
    "invalid_fact": ("The fact was refused.", "数据未被接受。"),
    "invalid_command": ("The command lacks a parameter or has a wrong one.", "操作缺少参数或参数有误。"),
    "unknown_name": ("There is no such name.", "名称不存在。"),
    "not_found": ("There is nothing of this id.", "未找到相应记录。"),
    "conflict": ("It conflicts with what stands.", "与现有记录冲突。"),
    "stale_version": ("It changed meanwhile; read it again.", "记录已被更改，请重新读取。"),
    "idempotency_key_reused": (
        "This Idempotency-Key was used for another request.",
        "该 Idempotency-Key 已用于另一请求。",
    ),
    "action_refused": ("The action is not allowed now.", "目前不允许执行此操作。"),
    "if_match_missing": ("Say with If-Match which version you saw.", "请用 If-Match 注明所见版本。"),
    "bad_if_match": ("If-Match names no version of ours.", "If-Match 不是有效的版本。"),
    "not_signed_in": ("Please sign in.", "请先登录。"),
    "too_many_failures": ("There were several failed attempts; wait a little.", "多次尝试失败，请稍候。"),
    "demonstration": ("Accounts of the demonstration stay as they are.", "演示账户不可更改。"),
    "passwords_busy": (
        "Many people sign in at this moment; try again in a few seconds.",
        "当前登录人数较多，请稍后重试。",
    ),
    "role_missing": ("None of your roles allows this.", "您的角色无权进行此操作。"),
    "role_not_held": ("You do not have this role here.", "您在此处没有该角色。"),
    "role_ambiguous": ("Several of your roles fit; name one.", "您有多个角色适用，请指明其一。"),
    "scope_missing": ("The token does not allow this.", "该令牌无权进行此操作。"),
    "second_factor_missing": ("Your role needs a second factor.", "您的角色需要第二验证因素。"),
    "site_ambiguous": ("You work at several sites; name one.", "您在多个院区工作，请指明其一。"),
    "form_not_ours": ("This form is out of date; open the page again.", "表单已失效，请重新打开页面。"),
    "undeclared": ("Nobody may use this address.", "此地址不可使用。"),
    "signature_missing": ("This takes a signature.", "此操作需要签名。"),
    "shown_differs": ("What you saw has changed; look again.", "您所见内容已变化，请重新查看。"),
    "warning_not_acknowledged": ("A warning has to be acknowledged first.", "须先确认警告。"),
    "same_person": ("The second person must be another person.", "第二签名人必须是另一人。"),
    "emergency_limits": ("An emergency does not open this.", "紧急访问不允许此操作。"),
    "password_refused": ("This password cannot be used.", "该密码不可使用。"),
    "bad_cursor": ("The cursor is none of ours.", "分页游标无效。"),
    "store_busy": ("The database did not answer in time; send it again.", "数据库未及时响应，请重新发送。"),
    "commit_unknown": (
        "Whether it was saved is not known; send it again with the same key.",
        "无法确认是否已保存，请用同一键重新发送。",
    ),
    "version_not_revivable": (
        "The version of the pathway on which this patient runs cannot be used; tell whoever runs the service.",
        "该患者所用的路径版本无法使用，请联系系统管理员。",
    ),
    "internal": ("Something went wrong here.", "服务内部出错。"),
    "request_entity_too_large": ("The request is too large.", "请求过大。"),
    "content_too_large": ("The request is too large.", "请求过大。"),
    "method_not_allowed": ("This cannot be done here.", "此处不支持该方法。"),
}
_STATUS = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "content_too_large",
    HTTPStatus.PRECONDITION_FAILED: "stale_version",
}
_INVALID: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "缺失"),
    "extra_forbidden": ("is not known here", "不是已知字段"),
    "json_invalid": ("is not valid JSON", "不是有效的 JSON"),
    "string_too_short": ("is too short", "过短"),
    "string_too_long": ("is too long", "过长"),
    "string_pattern_mismatch": ("has a wrong form", "格式有误"),
}


def title_of(code: str, status: int, language: str) -> str:
    """The title of a problem; for a code without words, what its status says."""
    words = TITLES.get(code) or TITLES.get(_STATUS.get(HTTPStatus(status), ""))
    return words[language == "zh"] if words else HTTPStatus(status).phrase


def invalid_text(error: Mapping[str, Any], language: str) -> str:
    """What is wrong with one part of a request. The framework's own message may quote what was sent: only its kind is used."""
    words = _INVALID.get(error["type"], ("is not what is expected here", "不符合要求"))
    return words[language == "zh"]
