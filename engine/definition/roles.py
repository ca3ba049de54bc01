"""The roles that a definition may name: who acts, who is told. A role that is not here is a misspelt one."""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, Mapping[str, str]] = {
    "care_coordinator": {"en": "care coordinator", "zh": "协调员"},
    "coordinator_lead": {"en": "lead coordinator", "zh": "协调组长"},
    "neurologist": {"en": "neurologist", "zh": "神经内科医师"},
    "physician": {"en": "physician", "zh": "医师"},
    "consultant": {"en": "consultant", "zh": "主任医师"},
    "haematologist": {"en": "haematologist", "zh": "血液科医师"},
    "infectious_disease": {"en": "infectious disease", "zh": "感染科"},
    "rheumatologist": {"en": "rheumatologist or immunologist", "zh": "风湿免疫科"},
    "oncologist": {"en": "oncologist", "zh": "肿瘤科医师"},
    "gynaecologist": {"en": "gynaecologist", "zh": "妇科医师"},
    "urologist": {"en": "urologist", "zh": "泌尿科医师"},
    "anaesthetist": {"en": "anaesthetist", "zh": "麻醉科医师"},
    "neurointensivist": {"en": "neurointensivist", "zh": "神经重症医师"},
    "icu": {"en": "intensive care", "zh": "重症监护"},
    "radiologist": {"en": "radiologist", "zh": "放射科医师"},
    "respiratory": {"en": "respiratory medicine", "zh": "呼吸科"},
    "obstetrics": {"en": "obstetrics", "zh": "产科"},
    "paediatrics": {"en": "paediatrics", "zh": "儿科"},
    "ophthalmologist": {"en": "ophthalmologist", "zh": "眼科医师"},
    "pharmacist": {"en": "pharmacist", "zh": "药师"},
    "lab": {"en": "laboratory", "zh": "检验科"},
    "laboratory": {"en": "laboratory", "zh": "检验科"},
    "transfusion_lab": {"en": "transfusion laboratory", "zh": "输血科"},
    "apheresis_unit": {"en": "apheresis unit", "zh": "单采中心"},
    "infusion_nurse": {"en": "infusion nurse", "zh": "输液护士"},
    "nurse": {"en": "nurse", "zh": "护士"},
    "trial_coordinator": {"en": "trial coordinator", "zh": "研究协调员"},
    "board": {"en": "treatment board", "zh": "多学科委员会"},
    "on_call": {"en": "on-call physician", "zh": "值班医师"},
    "orderer": {"en": "whoever ordered", "zh": "开单者"},
    "prescriber": {"en": "prescriber", "zh": "处方医师"},
    "referrer": {"en": "referring physician", "zh": "转诊医师"},
    "second_signatory": {"en": "second signatory", "zh": "第二签署人"},
    "pathway_lead": {"en": "pathway lead", "zh": "路径负责人"},
    "quality_office": {"en": "quality office", "zh": "质控办公室"},
    "administrator": {"en": "administrator", "zh": "管理员"},
    "patient": {"en": "patient", "zh": "患者"},
}
"""Label of each role in both languages."""


def role_label(role: str, language: str) -> str:
    """The label of a role; an unknown one as words."""
    return ROLES.get(role, {}).get(language, role.replace("_", " "))
