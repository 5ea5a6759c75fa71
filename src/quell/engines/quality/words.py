"""What checks say, in English and Chinese. ``{c0}``, ``{c1}``: names of columns; others: figures of the finding."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]
Words = dict[Language, str]

COLUMNS: dict[str, Words] = {
    "case_id": {"en": "case id", "zh": "病例编号"},
    "onset_date": {"en": "onset", "zh": "发病日期"},
    "rash_date": {"en": "rash", "zh": "出疹日期"},
    "sample_date": {"en": "sampling", "zh": "采样日期"},
    "confirm_date": {"en": "confirmation", "zh": "确诊日期"},
    "report_date": {"en": "report", "zh": "报告日期"},
    "admission_date": {"en": "admission", "zh": "入院日期"},
    "isolate_date": {"en": "isolation", "zh": "隔离日期"},
    "exposure_start": {"en": "first exposure", "zh": "首次暴露日期"},
    "exposure_end": {"en": "last exposure", "zh": "末次暴露日期"},
    "infection_date": {"en": "infection", "zh": "感染日期"},
    "classification": {"en": "classification", "zh": "病例分类"},
    "found_in": {"en": "route of detection", "zh": "发现途径"},
    "age": {"en": "age", "zh": "年龄"},
    "sex": {"en": "sex", "zh": "性别"},
    "occupation": {"en": "occupation", "zh": "职业"},
    "infector_id": {"en": "reported source", "zh": "报告的感染来源"},
    "outcome": {"en": "outcome", "zh": "转归"},
    "outcome_date": {"en": "outcome", "zh": "转归日期"},
    "death_date": {"en": "death", "zh": "死亡日期"},
    "recovery_date": {"en": "recovery", "zh": "康复日期"},
}
FINDINGS: dict[str, Words] = {
    "missing_all": {"en": "no {c0}", "zh": "缺{c0}"},
    "missing_symptomatic": {
        "en": "no {c0}, asymptomatic infections apart",
        "zh": "缺{c0}（无症状感染者除外）",
    },
    "missing_confirmed": {"en": "no {c0}, of confirmed cases", "zh": "确诊病例缺{c0}"},
    "missing_died": {"en": "no day of {c0}, of those who died", "zh": "死亡病例缺{c0}"},
    "missing_recovered": {"en": "no day of {c0}, of those who recovered", "zh": "康复病例缺{c0}"},
    "order": {"en": "{c1} lies before {c0}", "zh": "{c1}早于{c0}"},
    "alive_with_death": {"en": "a day of death, and another outcome", "zh": "有死亡日期，转归却不是死亡"},
    "own_source": {"en": "the case is its own source", "zh": "病例以自身为感染来源"},
    "circle": {
        "en": "reported sources that lead back to the case itself",
        "zh": "报告的感染来源绕回病例自身",
    },
    "age": {"en": "an age below 0 or above {oldest}", "zh": "年龄小于 0 或大于 {oldest}"},
    "id_twice": {"en": "one id in several rows", "zh": "同一编号出现多行"},
    "future": {"en": "a date after {day}", "zh": "日期晚于 {day}"},
    "far_out": {
        "en": "{c0} to {c1} far outside the rest (expected {least} to {most} days)",
        "zh": "{c0}至{c1}的间隔远离其余病例（预期 {least} 至 {most} 天）",
    },
    "weekday": {
        "en": "{c0}: weekdays differ more than chance explains, {most_n} on {most_day} and {least_n} on {least_day}",
        "zh": "{c0}：各星期日之间的差异超出偶然，{most_day}{most_n} 例、{least_day}{least_n} 例",
    },
    "first_or_fifteenth": {
        "en": "{c0} on the 1st or 15th of a month more often than on the days around (about {expected} expected)",
        "zh": "{c0}落在每月 1 日或 15 日的明显多于相邻各日（预期约 {expected}）",
    },
    "one_day": {
        "en": "{c0} on {day} far more often than in the week around ({around} a day)",
        "zh": "{c0}在 {day} 这一天远多于前后一周（日均 {around}）",
    },
    "whipple": {
        "en": "ages that end in 0 or 5 are favoured: Whipple's index {index}, 100 where none is",
        "zh": "年龄偏向以 0 或 5 结尾：惠普尔指数 {index}（无偏好为 100）",
    },
    "alike": {"en": "rows that say the same in everything but their id", "zh": "除编号外各项完全相同的行"},
    "source_later": {
        "en": "onset before that of the reported source",
        "zh": "发病早于所报告的感染来源",
    },
}
RULES: dict[str, Words] = {
    "far_out": {
        "en": "beyond three times the spread of the middle half, at least 20 pairs; may be true",
        "zh": "超出中间半数散布的三倍，至少 20 对；可能属实",
    },
    "weekday": {
        "en": "chi-square against equal weekdays, p below 0.001, the fullest at least twice the emptiest, 50 dates over 4 weeks",
        "zh": "与各日相等作卡方检验，p 小于 0.001，最多日至少为最少日的两倍，4 周内至少 50 个日期",
    },
    "first_or_fifteenth": {
        "en": "against the two days on either side, binomial p below 0.001 and at least twice as many, 50 dates",
        "zh": "与前后各两日相比，二项检验 p 小于 0.001 且至少为两倍，至少 50 个日期",
    },
    "one_day": {
        "en": "at least 10 and four times the mean of the 14 days around, a week on either side, Poisson p below one in a million; a common exposure or a batch of entries looks so too",
        "zh": "至少 10 例且为前后 14 天均值的四倍，前后均有一周数据，泊松 p 小于百万分之一；共同暴露或成批录入亦会如此",
    },
    "whipple": {
        "en": "ages 23 to 62 in single years, at least 50, index 125 or more and binomial p below 0.001",
        "zh": "23 至 62 岁的单岁年龄，至少 50 人，指数不低于 125 且二项检验 p 小于 0.001",
    },
    "alike": {
        "en": "at least 5 columns filled in, sex and an age in years among them; two people can be alike",
        "zh": "至少填写 5 列，其中含性别与单岁年龄；两人也可能恰好相同",
    },
    "source_later": {
        "en": "can be, where people infect others before they fall ill",
        "zh": "若发病前即可传染，则可能属实",
    },
}
SOURCES: dict[str, str] = {
    "far_out": "Tukey 1977, Exploratory Data Analysis, section 2D",
    "whipple": "United Nations 1955, Methods of Appraisal of Quality of Basic Data for Population Estimates (Manual II)",
    "weekday": "Pearson 1900, Philosophical Magazine 50:157",
}
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
