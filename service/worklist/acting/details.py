"""What the details of facts and the parameters of actions are called in Chinese, where neither catalogue nor definition labels them.

The English is the id in words. A test holds that every detail that a form can show stands here.
"""

from __future__ import annotations

from service.worklist.texts import named, words

_NAMES = """
active 活动性|adequate 规范足量|adequate_course 疗程足够|adequate_dose_duration 剂量与疗程足够|agent 药物|alternate_day 隔日|antigen 抗原
approval_id 批准编号|assessment_date 评估日期|attention 注意力|author 记录者|b_cell_mediated B细胞介导|batch 批号|block 治疗周期段|by 由谁
caller 调用路径|cause 原因|cause_mg_respiratory_weakness 重症肌无力所致呼吸肌无力|cell_yield 细胞产量|cessation_date 停用日期|class 类别|classes 类别
command 指令执行|comparator 比较符|complete 是否完成|completed 是否完成|confirmed 是否确诊|confounded 是否受干扰|consent 知情同意|continue_in 继续的阶段
crs CRS分级|cycle 周期|date 日期|date_precision 日期精度|day_of_cycle 周期第几天|days 天数|decision 决定|department_authorised 科室已授权|detection 检出情况
diagnosis 诊断|disease_controlled 疾病已控制|disposition 处置|documented 有书面记录|dose 剂量|dose_mg_m2 剂量（mg/m2）|dose_number 第几剂
doses_remaining 剩余剂数|drug 药物|drugs 药物|duration_min 持续分钟数|during_taper 减量期间|end 结束时间|ended_on 结束日期|episode 发作次序
exempt_category 豁免类别|expiry 失效日期|extubation 拔管时间|flow_l_min 流量（L/min）|flush1_ml 第一次冲洗量（mL）|flush2_ml 第二次冲洗量（mL）|focal 局灶性
given_on 给药日期|grade 分级|gram_negative 革兰阴性|hold 暂停项|icans ICANS分级|index 指数|indication 适应证|induration_mm 硬结直径（mm）|injection_number 第几次注射
instrument 量表|interrupted 是否中断|intubation 插管时间|ivig_within_window 时间窗内用过IVIG|kind 种类|last_day 最后一天|last_dose 末次给药
last_dose_on 末次给药日期|last_iv_dose 末次静脉给药|last_of_series 全程最后一剂|last_programme_dose 计划内末次接种|line 治疗线|list 清单|lln 正常下限|lower_limit 检测下限
method 方法|mg_adl MG-ADL评分|minor_procedure 小手术|naming 命名|new_vs_baseline 较基线新发|nyha_class NYHA分级|on_site 在本院|on_treatment 治疗中
onset 起病时间|organ 器官|organism 病原体|orientation 定向力|outcome 结果|painful 疼痛|partial_counts_as_dose 部分剂量计为一次|planned_date 计划日期
planned_next 计划下次给药|planned_start 计划开始|planned_taper 计划减量|procedure 操作|programme 计划内接种|quantity_iu_ml 定量（IU/mL）|rate 速度|rate_log 速度记录
reason 原因|reason_for_stop 停用原因|referral 转诊说明|regimen 方案|regimen_at_onset 起病时方案|relation 关系|release_certificate 放行证书|repetitive 反复性|report 报告
reported_at 报告时间|resolved_with_intervention 经干预缓解|result 结果|returned_to_baseline 恢复至基线|route 给药途径|sample 样本|scale_version 量表版本|scales 量表
second_person 第二人|session_number 第几次|set_filter 输液器过滤|severity 严重程度|shipped 发运时间|sign 体征|site 部位|specialties 科室|specialty 科室|specimen 标本
stage 分期|start 开始时间|steps 步骤|stop 停止时间|symptoms 症状|tapered_to_oral 减为口服日期|targets 靶点|test_date 检测日期|titre 滴度|to 转往|topic 主题|topics 主题
treatment 治疗|trial_id 试验编号|tumour_removed 肿瘤已切除|type 类型|uln 正常上限|vaccine 疫苗|viral_load 病毒载量|volume_given 已输入全量|waivers 豁免
wish_strong 意愿强烈|withdrawn 已撤回|writing 书写
"""
_CODES = """
I I级|II II级|III III级|IV IV级|abnormal_expansion 异常扩增|accepted 接受|after_first_symptom 首发症状之后|amended 已修订|anakinra 阿那白滞素|approve 同意|arterial_gas 动脉血气
basiliximab 巴利昔单抗|before_first_symptom 首发症状之前|bendamustine 苯达莫司汀|biopsy 活检|blood 血液|bortezomib 硼替佐米|breastfeeding 哺乳|car_t CAR-T
cervical_cis_or_sil 宫颈原位癌或上皮内病变|clinical 临床|combination 联合用药|corrected 已更正|csf 脑脊液|cushing_triad 库欣三联征|cyclophosphamide 环磷酰胺
cyclophosphamide_alone 单用环磷酰胺|daratumumab 达雷妥尤单抗|day 日|dead 死亡|decerebrate 去大脑强直|declined 拒绝|decorticate 去皮质强直|defer 推迟|delayed_neuro_syndrome 迟发神经综合征
detected 检出|detected_below_quantification 检出但低于定量下限|elderly 高龄|entered_in_error 录入错误|etoposide 依托泊苷|evidence_level_explained 已说明证据等级
extra_dose 补充一剂|extracorporeal 体外|final 最终|first_line 一线治疗|flow_count 流式计数|flow_percent_cd3 流式占CD3百分比|flu_cy 氟达拉滨加环磷酰胺|given 给药|good 良好|guardian 监护人
haematology 血液科|hepatitis_b 乙型肝炎|im 肌注|immunomodulation 免疫调节|improved 改善|inactivated 灭活|inadequate 疗效不足|infectious_disease 感染科|inhaled 吸入|intolerant 不耐受
intrathecal 鞘内|intrathecal_methotrexate 鞘内甲氨蝶呤|iv 静脉|ivig 静脉用免疫球蛋白|keep_anchor 保持原计划日期|keep_plan 保持原计划|life_threatening 危及生命|live 活疫苗
localised_prostate_treated 已治疗的局限性前列腺癌|low_dose_il2 低剂量IL-2|methylprednisolone_pulse 甲泼尼龙冲击|mild 轻度|moderate 中度|month 月|mri 磁共振|nasal 鼻内|natalizumab 那他珠单抗
neurology 神经科|no_loading 不重复负荷|non_convulsive_eeg 非惊厥性（脑电图）|non_melanoma_skin 非黑色素瘤皮肤癌|non_severe 非严重|none 无|norm_based 常模法|not_detected 未检出|observe 观察
occurred 发生|off_label 超说明书用药|oral 口服|other 其他|paediatric 儿童|papilloedema 视乳头水肿|partial 部分|patient 患者本人|permanent 永久|plasma_exchange 血浆置换
pregnancy_plan 妊娠计划|preliminary 初步|pulse_oximetry 脉搏血氧|qpcr 定量PCR|quantiferon QuantiFERON|raw_0_100 原始分（0–100）|re_anchor 以本次为新起点|reduced 减速|reject 不同意
remission 缓解|repeat_loading 重复负荷|replace 替换|replacement 替代|rescue 挽救|resected_stage_1_low_risk 已切除的I期低危|rheumatology 风湿科|rituximab 利妥昔单抗|sc 皮下
secondary_malignancy 继发恶性肿瘤|seronegative 血清阴性|serum 血清|severe 重度|sixth_nerve_palsy 外展神经麻痹|stable 稳定|started 开始|stopped 停用|stroke 卒中|surrogate 代理人|t_spot T-SPOT
temporary 暂时|tia 短暂性脑缺血发作|tissue 组织|tocilizumab 托珠单抗|tofacitinib 托法替布|tuberculosis 结核|unchanged 无变化|unclear 不明确|unstable 不稳定|urine 尿液
with_first_symptom 与首发症状同时|worse 加重
"""


def _read(text: str) -> dict[str, str]:
    entries = (entry.partition(" ") for line in text.split("\n") for entry in line.split("|") if entry.strip())
    return {name: chinese for name, _, chinese in entries}


NAMES = _read(_NAMES)
"""Details of facts and parameters of actions."""
CODES = _read(_CODES)
"""Their values."""
_ENGLISH = {
    "uln": "Upper limit of normal", "lln": "Lower limit of normal", "iv": "Intravenous", "im": "Intramuscular", "sc": "Subcutaneous",
    "csf": "CSF", "re_anchor": "Re-anchor", "mri": "MRI", "tia": "TIA", "qpcr": "qPCR", "t_spot": "T-SPOT", "ivig": "IVIG",
}  # fmt: skip
"""Where the id in words is not what people say."""


def detail(name: str, language: str) -> str:
    """What a detail or parameter is called."""
    return NAMES.get(name) or named(name, language) if language == "zh" else _ENGLISH.get(name, words(name))


def code(name: str, language: str) -> str:
    """What a value is called."""
    return CODES.get(name) or named(name, language) if language == "zh" else _ENGLISH.get(name, words(name))
