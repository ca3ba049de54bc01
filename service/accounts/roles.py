"""The closed list of roles that a person can have, and what each of them may do.

Clinical roles are those that definitions name (`engine.definition.roles`), but for the ones that stand for a relation
(`orderer`) or for nobody who signs in (`patient`). Administrative roles come beside them and see no patient unless it is
said here. What is not here is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.definition.roles import ROLES, role_label
from service.accounts.rights import Right

ADMINISTRATIVE: Mapping[str, Mapping[str, str]] = {
    "administrator": {"en": "administrator", "zh": "管理员"},
    "security_administrator": {"en": "security administrator", "zh": "安全管理员"},
    "system_administrator": {"en": "system administrator", "zh": "系统管理员"},
    "auditor": {"en": "auditor", "zh": "审计员"},
    "privacy_officer": {"en": "privacy officer", "zh": "隐私保护负责人"},
    "pathway_author": {"en": "pathway author", "zh": "路径编写者"},
    "clinical_approver": {"en": "clinical approver", "zh": "临床批准人"},
    "trial_monitor": {"en": "trial monitor", "zh": "临床监查员"},
    "integration": {"en": "integration", "zh": "系统接口"},
    "operations": {"en": "operations", "zh": "运维"},
}
"""Label of each administrative role in both languages."""

RELATIONS = frozenset({"orderer", "prescriber", "referrer", "second_signatory", "patient"})
"""Names of definitions for somebody's part in one matter; nobody is given them as a role."""

_LOOKING = frozenset({Right.SEE_WORKLIST, Right.READ_PATIENT, Right.READ_PATHWAYS})
_WORKING = _LOOKING | {Right.RECORD_FACTS, Right.ACT, Right.CLOSE_TASKS, Right.ACKNOWLEDGE, Right.READ_AUDIT}
_CARING = _WORKING | {Right.CORRECT_FACTS, Right.REGISTER_PATIENT, Right.ENROL}

_REPORTING = frozenset({Right.READ_ADHERENCE, Right.EXPORT_ADHERENCE})
_ASSESSING = frozenset({Right.READ_ADHERENCE, Right.ASSESS_DEVIATIONS})

PHYSICIANS = (
    "neurologist", "physician", "consultant", "haematologist", "infectious_disease", "rheumatologist", "oncologist", "gynaecologist",
    "urologist", "anaesthetist", "neurointensivist", "icu", "respiratory", "obstetrics", "paediatrics", "ophthalmologist", "on_call",
)  # fmt: skip

_RIGHTS: Mapping[str, frozenset[Right]] = {
    **dict.fromkeys((*PHYSICIANS, "care_coordinator", "coordinator_lead", "board"), _CARING),
    "consultant": _CARING | _ASSESSING | {Right.SIGN_DEVIATIONS},
    "coordinator_lead": _CARING | _ASSESSING,
    "board": _CARING | {Right.READ_ADHERENCE},
    "lab": _LOOKING | {Right.RECORD_FACTS, Right.CORRECT_FACTS, Right.CLOSE_TASKS, Right.ACKNOWLEDGE},
    "laboratory": _LOOKING | {Right.RECORD_FACTS, Right.CORRECT_FACTS, Right.CLOSE_TASKS, Right.ACKNOWLEDGE},
    "transfusion_lab": _LOOKING | {Right.RECORD_FACTS, Right.CORRECT_FACTS, Right.CLOSE_TASKS, Right.ACKNOWLEDGE},
    "radiologist": _WORKING | {Right.CORRECT_FACTS},
    "pharmacist": _WORKING | {Right.CORRECT_FACTS},
    "nurse": _WORKING | {Right.CORRECT_FACTS},
    "infusion_nurse": _WORKING | {Right.CORRECT_FACTS},
    "apheresis_unit": _WORKING | {Right.CORRECT_FACTS},
    "trial_coordinator": _WORKING | {Right.REGISTER_PATIENT, Right.ENROL},
    "quality_office": _LOOKING | _REPORTING | _ASSESSING,
    "clinical_approver": _LOOKING | _REPORTING | {Right.SIGN_DEVIATIONS},
    "pathway_lead": frozenset({Right.READ_PATHWAYS, Right.SIGN_DEVIATIONS}) | _ASSESSING,
    "pathway_author": frozenset({Right.READ_PATHWAYS}),
    "auditor": frozenset({Right.READ_AUDIT}) | _REPORTING,
    "privacy_officer": frozenset({Right.READ_PATIENT, Right.READ_AUDIT, Right.REVIEW_EMERGENCIES}) | _REPORTING,
    "trial_monitor": _REPORTING,
    "integration": frozenset({Right.RECORD_FACTS, Right.CORRECT_FACTS}),
    "operations": frozenset({Right.READ_METRICS}),
    "system_administrator": frozenset({Right.READ_METRICS, Right.MANAGE_ACCOUNTS}),
    "security_administrator": frozenset({Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES}),
    "administrator": frozenset({Right.READ_METRICS, Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES}),
}
"""What each role may do. A role of the closed list that is not here may do nothing (a test holds that none is forgotten)."""

PRIVILEGED = frozenset(
    {"administrator", "security_administrator", "system_administrator", "auditor", "privacy_officer"}
)
"""Their people need a second factor before they can do anything."""

GRANTABLE: tuple[str, ...] = tuple(sorted({*ROLES, *ADMINISTRATIVE} - RELATIONS))
"""Every role that a person can be given."""


def rights_of(role: str) -> frozenset[Right]:
    """What a role may do; nothing for a role that is not in the list."""
    return _RIGHTS.get(role, frozenset())


def roles_with(right: Right) -> tuple[str, ...]:
    """The roles that have a right."""
    return tuple(role for role in GRANTABLE if right in rights_of(role))


def label(role: str, language: str) -> str:
    """The label of a role."""
    return ADMINISTRATIVE[role][language] if role in ADMINISTRATIVE else role_label(role, language)


def labels(roles: Iterable[str], language: str) -> str:
    """Labels of roles in a row."""
    return ("、" if language == "zh" else ", ").join(label(role, language) for role in roles)


SECONDS = (*PHYSICIANS, "pharmacist")
"""Who may sign second besides the roles that an action names: never somebody who assists."""


BREAKING = frozenset({*PHYSICIANS, "pharmacist", "nurse", "infusion_nurse"})
"""Who may open a patient of another site in an emergency."""


def undecided() -> list[str]:
    """Roles of the closed list of which nobody has said what they may do."""
    return [role for role in GRANTABLE if role not in _RIGHTS]
