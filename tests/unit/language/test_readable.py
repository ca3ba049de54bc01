"""What clinicians read: labels, typographic signs and units, plurals, Chinese with its time phrases in front."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.language import syntax as s
from engine.language.labels import inside, plural
from engine.language.parsing import QUANTITY_UNITS, parse_criterion, parse_value
from engine.language.printing import PLAIN, chinese, english

LABELS = {
    "apheresis_date": ("Apheresis date", "单采日"),
    "prednisone_equivalent_dose": ("Prednisone-equivalent dose", "泼尼松等效日剂量"),
    "mg_adl": ("MG-ADL score", "MG-ADL评分"),
    "mg_exacerbation": ("Exacerbation of myasthenia gravis", "重症肌无力加重"),
    "during_taper": ("During taper", "减量期间"),
    "cerebrovascular_event": ("Cerebrovascular event", "脑血管事件"),
    "enrolment_date": ("Enrolment date", "入组日"),
    "igg": ("IgG", "IgG"),
    "hbsag": ("HBsAg", "HBsAg"),
    "hbsag.negative": ("Negative", "阴性"),
    "hbsag.positive": ("Positive", "阳性"),
    "premed_steroid": ("Premedication steroid", "预处理激素"),
    "infusion_start": ("Start of infusion", "输注开始"),
    "jak_inhibitor": ("JAK inhibitor", "JAK抑制剂"),
    "temperature": ("Body temperature", "体温"),
    "age": ("Age", "年龄"),
    "tb": ("Tuberculosis", "结核"),
    "tb.active_tb": ("Active tuberculosis", "活动性结核"),
    "severe": ("Severe disease", "重症"),
    "alt": ("ALT", "ALT"),
    "relapse": ("Relapse", "复发"),
    "relapse.drug": ("Drug", "药物"),
}


class Catalogue:
    """Labels of the examples; everything else falls back to the humanised id."""

    def of(self, kind: str, name: str, language: str) -> str:
        if name in LABELS:
            return LABELS[name][language == "zh"]
        return PLAIN.of(kind, name, language)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (
            "on each of the 7 days before apheresis_date, prednisone_equivalent_dose < 20 mg/d",
            "单采日前7天中的每一天，泼尼松等效日剂量 < 20 mg/d",
        ),
        ("mg_adl >= 6 for at least 6 months", "MG-ADL评分 ≥ 6 已持续至少6个月"),
        (
            "at least 2 mg_exacerbation with (mg_adl >= 6 and during_taper is yes) in any 12 months",
            "任意连续12个月内至少有2次符合（MG-ADL评分 ≥ 6，且减量期间为是）的重症肌无力加重",
        ),
        ("no cerebrovascular_event within 6 months before enrolment_date", "入组日前6个月内无脑血管事件"),
        (
            "any premed_steroid given between 30 minutes and 60 minutes before infusion_start",
            "输注开始前30分钟至60分钟之间有预处理激素给药",
        ),
        ("hbsag changed from negative to positive", "HBsAg由阴性变为阳性"),
        ("jak_inhibitor stopped at least 14 days before apheresis_date", "单采日前已停用JAK抑制剂至少14天"),
        ("age >= 65 years", "年龄 ≥ 65岁"),
        ("temperature >= 38.5 Cel", "体温 ≥ 38.5 °C"),
        ("no relapse since 2026-03-02", "自2026年3月2日以来无复发"),
        ("not hold active_tb of tb is open", "结核的暂停“活动性结核”未生效"),
        ("not severe is met and igg is known", "不满足“重症”，且IgG已知"),
        ("alt < 3 * uln of alt", "ALT < ALT正常值上限的3倍"),
        ("no relapse within 28 days before (date of latest igg)", "最近一次IgG的日期前28天内无复发"),
        ("igg is known unless severe is met", "除非满足“重症”，否则要求IgG已知"),
    ],
)
def test_chinese_comes_from_whole_phrases(text: str, printed: str) -> None:
    assert chinese(parse_criterion(text), Catalogue()) == printed


@pytest.mark.parametrize(
    ("text", "in_english", "in_chinese"),
    [
        (
            "any relapse or any seizure within 12 months",
            "any relapse or (any seizure within the last 12 months)",
            "有复发，或（近12个月内有seizure）",
        ),
        (
            "igg >= 5 g/L and mg_adl >= 6 for at least 6 months",
            "IgG ≥ 5 g/L and (MG-ADL score ≥ 6 for at least 6 months)",
            "IgG ≥ 5 g/L，且（MG-ADL评分 ≥ 6 已持续至少6个月）",
        ),
        (
            "on each of the 7 days before apheresis_date, igg >= 5 g/L and igg is known",
            "(on each of the 7 days before apheresis date, IgG ≥ 5 g/L) and IgG is known",
            "（单采日前7天中的每一天，IgG ≥ 5 g/L），且IgG已知",
        ),
        ("(a is b or c is d) and e is f", "(a is b or c is d) and e is f", "（a为b，或c为d），且e为f"),
        (
            "a is b and c is d and (e is f or g is h)",
            "all of (a is b; c is d; e is f or g is h)",
            "（a为b；c为d；e为f，或g为h）均满足",
        ),
    ],
)
def test_a_time_phrase_is_never_heard_on_both_sides(text: str, in_english: str, in_chinese: str) -> None:
    tree = parse_criterion(text)
    assert (english(tree, Catalogue()), chinese(tree, Catalogue())) == (in_english, in_chinese)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("igg >= 5 g/L", "IgG ≥ 5 g/L"),
        ("at least 2 relapse within 12 months", "at least 2 relapses within the last 12 months"),
        ("at least 1 relapse within 12 months", "at least 1 relapse within the last 12 months"),
        (
            "at least 2 mg_exacerbation with (mg_adl >= 6 and during_taper is yes) in any 12 months",
            "at least 2 exacerbations of myasthenia gravis (where MG-ADL score ≥ 6 and during taper is yes) in any 12 months",
        ),
        (
            "any premed_steroid given between 30 minutes and 60 minutes before infusion_start",
            "any administration of premedication steroid between 30 minutes and 60 minutes before start of infusion",
        ),
        ("at least 2 different drug of relapse", "at least 2 different drugs among relapses"),
        ("no relapse since 2026-03-02", "no relapse since 2 March 2026"),
        ("not hold active_tb of tb is open", "hold “Active tuberculosis” of tuberculosis is not open"),
        ("not hold any is open", "no hold is open"),
        ("not during_taper is yes", "during taper is not yes"),
        ("not igg >= 5 g/L", "not (IgG ≥ 5 g/L)"),
        ("a is b and c is d and e is f", "all of (a is b; c is d; e is f)"),
        ("not (a is b or c is d or e is f)", "not any of (a is b; c is d; e is f)"),
        ("alt < 3 * uln of alt", "ALT < 3 × ULN of ALT"),
        ("igg >= latest igg within 3 months - 2 g/L", "IgG ≥ the latest IgG within the last 3 months − 2 g/L"),
        ("at least 2 stage loading since igg_day", "at least 2 arrivals at stage “loading” since igg day"),
    ],
)
def test_english_reads_naturally(text: str, printed: str) -> None:
    assert english(parse_criterion(text), Catalogue()) == printed


@pytest.mark.parametrize(
    ("text", "in_english", "in_chinese"),
    [
        ("0.5 10*9/L", "0.5 ×10⁹/L", "0.5 ×10⁹/L"),
        ("20 [IU]/mL", "20 IU/mL", "20 IU/mL"),
        ("38.5 Cel", "38.5 °C", "38.5 °C"),
        ("1 %", "1%", "1%"),
        ("4 /uL", "4/µL", "4/µL"),
        ("375 mg/m2", "375 mg/m²", "375 mg/m²"),
        ("60 mL/min/{1.73_m2}", "60 mL/min/1.73 m²", "60 mL/min/1.73 m²"),
        ("90 mm[Hg]", "90 mmHg", "90 mmHg"),
        ("5 ug/kg", "5 µg/kg", "5 µg/kg"),
        ("80 umol/L", "80 µmol/L", "80 µmol/L"),
        ("3 {grade}", "grade 3", "3级"),
        ("1 {score}", "1 point", "1分"),
        ("10 {titer}", "1:10", "1:10"),
        ("3 10*6.[IU]", "3 million IU", "3百万IU"),
        ("3.3 {Log_IU}/mL", "3.3 log₁₀ IU/mL", "3.3 log₁₀ IU/mL"),
        ("65 a", "65 years", "65岁"),
        ("2 10*6/kg", "2 ×10⁶/kg", "2 ×10⁶/kg"),
        ("30 minutes", "30 minutes", "30分钟"),
        ("48 hours", "48 hours", "48小时"),
        ("7 days", "7 days", "7天"),
        ("6 months", "6 months", "6个月"),
        ("3 years", "3 years", "3年"),
        ("2026-03-02", "2 March 2026", "2026年3月2日"),
        ("8 mg/kg * weight, at most 800 mg", "8 mg/kg × weight, at most 800 mg", "8 mg/kg × weight，最多800 mg"),
    ],
)
def test_quantities_periods_and_days_follow_the_locale(text: str, in_english: str, in_chinese: str) -> None:
    tree = parse_value(text)
    assert (english(tree), chinese(tree)) == (in_english, in_chinese)


@pytest.mark.parametrize("unit", QUANTITY_UNITS)
def test_no_unit_shows_its_ucum_brackets(unit: str) -> None:
    number = s.Number(Decimal(2), unit)
    for text in (english(number), chinese(number)):
        assert not set(text) & set("[]{}*_")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Body weight", "body weight"),
        ("IgG", "IgG"),
        ("T-cell antibody", "T-cell antibody"),
        ("Pneumocystis prophylaxis", "Pneumocystis prophylaxis"),
    ],
)
def test_a_label_starts_small_inside_a_sentence_unless_it_is_a_name(label: str, shown: str) -> None:
    assert inside(label) == shown


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("relapse", "relapses"),
        ("biopsy", "biopsies"),
        ("diagnosis", "diagnoses"),
        ("episode of infection", "episodes of infection"),
        ("pulse (intravenous)", "pulses (intravenous)"),
        ("dose", "doses"),
        ("day", "days"),
    ],
)
def test_what_is_counted_stands_in_the_plural(one: str, many: str) -> None:
    assert (plural(one, 1), plural(one, 2)) == (one, many)


def test_without_labels_ids_are_humanised() -> None:
    assert PLAIN.of("code", "tb_status.latent_tb", "en") == "latent tb"
    assert PLAIN.of("stage", "__", "zh") == "__"


@pytest.mark.parametrize(
    ("text", "in_english", "in_chinese"),
    [
        ("at least 2 of (a is yes; b is no)", "at least 2 of (a is yes; b is no)", "（a为是；b为否）中至少满足2项"),
        (
            "at least 2 of (a is yes; b is no), unknown counts as no",
            "at least 2 of (a is yes; b is no) (unknown counts as no)",
            "（a为是；b为否）中至少满足2项（未知按否计）",
        ),
        ("a is one of b, c, d", "a is b, c or d", "a为b、c或d"),
        ("any of (a is b; c is d; e is f)", "any of (a is b; c is d; e is f)", "（a为b；c为d；e为f）中至少满足1项"),
        ("igg is missing", "IgG is missing", "缺少IgG"),
        ("not a is running", "a is not being given", "未在使用a"),
        ("a is running", "a is being given", "正在使用a"),
        ("a is running for at least 3 months", "a has been given for at least 3 months", "持续使用a至今已至少3个月"),
        ("a never given", "a never given", "从未使用过a"),
        ("every result of task a <= 4 /uL", "every result of task “a” ≤ 4/µL", "任务“a”的每次结果 ≤ 4/µL"),
        ("a fell by at least 2 from b", "a fell by at least 2 from b", "a较b下降至少2"),
        ("a rose by at least 2 from b", "a rose by at least 2 from b", "a较b上升至少2"),
        ("hold a is open", "hold “a” is open", "暂停“a”生效中"),
        ("hold any of tb is open", "any hold of tuberculosis is open", "结核的任一暂停生效中"),
        ("not hold any is open", "no hold is open", "所有暂停均未生效"),
        ("task a of tb is overdue", "task “a” of tuberculosis is overdue", "结核的任务“a”已逾期"),
        ("stage is one of a, b", "the stage is “a” or “b”", "当前阶段为“a”或“b”"),
        ("gate of tb is one of a, b", "the gate of tuberculosis is a or b", "结核的准入结论为a或b"),
        ("guard a passes", "the requirements of “a” are met", "“a”的各项要求均已满足"),
        ("enrolled on tb", "enrolled on tuberculosis", "已入组结核"),
        (
            "any caller has (caller.a is known)",
            "any caller has (a of the caller is known)",
            "任一调用方符合（调用方的a已知）",
        ),
        (
            "every caller has (caller.a is known)",
            "every caller has (a of the caller is known)",
            "所有调用方均符合（调用方的a已知）",
        ),
        ("no relapse at least 2 months ago", "no relapse at least 2 months ago", "至少2个月前无复发"),
        ("any relapse at least 2 months after a", "any relapse at least 2 months after a", "a后至少2个月有复发"),
        ("any relapse until today", "any relapse until today", "截至判定日有复发"),
        ("no action a on now", "no “a” action on now", "判定时刻当日无“a”操作"),
        ('a = "b"', "a = “b”", "a = “b”"),
        ("a = yes", "a = yes", "a = 是"),
        ("not a > 1", "not (a > 1)", "并非（a > 1）"),
        ("today > setting.a + 1 month", "today > a + 1 month", "判定日 > a + 1个月"),
        (
            "at least 2 different drug of relapse",
            "at least 2 different drugs among relapses",
            "复发中至少有2种不同的drug",
        ),
        (
            "count of relapse within 2 months > 1",
            "the number of relapses within the last 2 months > 1",
            "近2个月内复发的次数 > 1",
        ),
        (
            "count of different drug of relapse > 1",
            "the number of different drugs among relapses > 1",
            "复发中不同drug的种数 > 1",
        ),
        (
            "number met of (a is b; c is d) > 1",
            "the number met of (a is b; c is d) > 1",
            "（a为b；c为d）中满足的项数 > 1",
        ),
    ],
)
def test_every_kind_of_statement_has_its_phrase(text: str, in_english: str, in_chinese: str) -> None:
    tree = parse_criterion(text)
    assert (english(tree, Catalogue()), chinese(tree, Catalogue())) == (in_english, in_chinese)


@pytest.mark.parametrize(
    ("text", "in_english", "in_chinese"),
    [
        ("earliest of (a; b)", "the earliest of (a; b)", "（a；b）中最早者"),
        ("first known of (a; b)", "the first known of (a; b)", "（a；b）中首个已知者"),
        ("latest of (a + b) over callers", "the latest (a + b) over all callers", "所有调用方的（a + b）中最晚者"),
        (
            "8 mg/kg * weight, rounded to 1 mg",
            "8 mg/kg × weight, rounded to the nearest 1 mg",
            "8 mg/kg × weight，按1 mg四舍五入",
        ),
        ("a, rounded up to 2.5 g", "a, rounded up to a multiple of 2.5 g", "a，按2.5 g向上取整"),
        (
            "next of every 6 months from a after b",
            "the first date after b on the grid of every 6 months from a",
            "自a起每6个月一次的日期中晚于b的第一个",
        ),
        ("a in table b for (c; d)", "the a in table “b” for (c; d)", "表“b”中（c；d）对应的a"),
        ("time of latest hold a", "the time of the latest opening of hold “a”", "最近一次暂停“a”开启的时间"),
        ("date of first stage a", "the date of the first arrival at stage “a”", "首次进入“a”阶段的日期"),
        (
            "planned_next of latest a started",
            "the planned next of the latest start of a",
            "最近一次a启用的planned next",
        ),
    ],
)
def test_every_kind_of_value_has_its_phrase(text: str, in_english: str, in_chinese: str) -> None:
    tree = parse_value(text)
    assert (english(tree, Catalogue()), chinese(tree, Catalogue())) == (in_english, in_chinese)
