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
    "role_missing": ("Say who acts.", "请注明操作者。"),
    "headers_not_trusted": (
        "This service does not accept who acts from a header.",
        "本服务不接受由请求头声明的操作者。",
    ),
    "bad_cursor": ("The cursor is none of ours.", "分页游标无效。"),
    "store_busy": ("The database did not answer in time; send it again.", "数据库未及时响应，请重新发送。"),
    "commit_unknown": (
        "Whether it was saved is not known; send it again with the same key.",
        "无法确认是否已保存，请用同一键重新发送。",
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
