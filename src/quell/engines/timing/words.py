"""What the figures rest on, in English and Chinese: the words of the table and of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]

EVENTS: dict[str, dict[Language, str]] = {
    "exposure": {"en": "exposure", "zh": "暴露"},
    "onset": {"en": "onset", "zh": "发病"},
    "rash": {"en": "rash", "zh": "出疹"},
    "sample": {"en": "sample", "zh": "采样"},
    "admission": {"en": "admission", "zh": "入院"},
    "confirm": {"en": "confirmation", "zh": "确诊"},
    "report": {"en": "report", "zh": "报告"},
    "isolate": {"en": "isolation", "zh": "隔离"},
    "outcome": {"en": "outcome", "zh": "转归"},
    "died": {"en": "death", "zh": "死亡"},
    "recovered": {"en": "recovery", "zh": "康复"},
}

# By what is assumed; {…} is filled in from the data.
SAID: dict[str, dict[Language, str]] = {
    "complete": {
        "en": "cases that have both dates, each date a whole day; nothing is corrected",
        "zh": "两个日期都有的病例，日期按整日计；不作任何校正",
    },
    "closed": {
        "en": "the list is closed: a missing date is missing, not still to come",
        "zh": "名单已封闭：缺失的日期就是缺失，不视为尚未发生",
    },
    "truncated": {
        "en": "the list is open on {cut}: a delay is seen only if it ended by then, and each is weighed by what could have "
        "been seen of it; it does not change with time",
        "zh": "名单截至 {cut} 仍未封闭：只有届时已结束的间隔才会被看到，各按其可被看到的可能性加权；假定间隔不随时间变化",
    },
    "censored": {
        "en": "the list is open on {cut}: cases without an end are still on the way, and end like those of the same wait; "
        "being listed does not depend on the delay",
        "zh": "名单截至 {cut} 仍未封闭：尚无结局的病例视为仍在进行中（删失），其后续与等待同样久者相同；是否列入名单与间隔无关",
    },
    "whole_days": {"en": "each date is a whole day", "zh": "日期按整日计"},
    "window": {
        "en": "exposure is as likely on every day of its window",
        "zh": "暴露窗口内每天的可能性相同",
    },
    "no_shape": {"en": "no shape is assumed", "zh": "不假定分布形状"},
    "conditional": {
        "en": "no shape is assumed, and so it holds for delays of at most {longest} days: of longer ones nothing could be seen",
        "zh": "不假定分布形状，因此只适用于不超过 {longest} 天的间隔：更长的间隔无从看到",
    },
    "cut_back": {
        "en": "cases are listed some days after this step, so that only the days up to {cut} are taken; {n} later delays are left out",
        "zh": "病例在此步骤之后数日才列入名单，因此只采用截至 {cut} 的数据；其后的 {n} 个间隔未计入",
    },
    "extrapolated": {
        "en": "{percent}% of the delays lie beyond the {longest} days that could be seen: there it is the shape that speaks",
        "zh": "{percent}% 的间隔超出可见的 {longest} 天：该部分由分布形状推得",
    },
    "hidden": {
        "en": "no figure: more than half of the delays would lie beyond the {longest} days that could be seen",
        "zh": "不给出数值：一半以上的间隔将超出可见的 {longest} 天",
    },
    "few": {"en": "no figure: fewer than {n} finished delays", "zh": "不给出数值：已结束的间隔少于 {n} 个"},
    "no_fit": {
        "en": "no figure: no distribution could be fitted to these delays",
        "zh": "不给出数值：没有分布能拟合这些间隔",
    },
    "negative": {
        "en": "cases with the second date before the first, as can be: {n}; they count among complete pairs only",
        "zh": "{n} 例第二个日期早于第一个（可能属实）；仅计入完整配对",
    },
    "impossible": {
        "en": "cases with the second date before the first, which cannot be: {n}; they are left out",
        "zh": "{n} 例第二个日期早于第一个，不可能属实；未计入",
    },
    "closed_as_asked": {"en": "taken as closed, as asked", "zh": "按要求视为已封闭"},
    "open_as_asked": {"en": "taken as open on {cut}, as asked", "zh": "按要求视为截至 {cut} 仍未封闭"},
    "closed_by_rule": {
        "en": "taken as closed, since no day was named as of which it stood",
        "zh": "未指明截至日期，按已封闭处理",
    },
    "closed_by_age": {
        "en": "taken as closed, since its last date lies {days} days before {cut}",
        "zh": "最后日期距 {cut} 已有 {days} 天，按已封闭处理",
    },
    "open_by_rule": {
        "en": "taken as open, since it stands as of {cut}",
        "zh": "数据截至 {cut}，按未封闭处理",
    },
}
ESTIMATES: dict[str, dict[Language, str]] = {
    "complete pairs": {"en": "complete pairs", "zh": "完整配对"},
    "fitted": {"en": "estimate", "zh": "估计值"},
    "without a shape": {"en": "estimate without a shape", "zh": "不假定形状的估计值"},
}


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence with its figures."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()

    def in_language(self, language: Language) -> str:
        """The sentence."""
        return SAID[self.code][language].format(**dict(self.values))


def said(code: str, **values: str | int) -> Said:
    """A sentence of SAID with what is filled in."""
    return Said(code, tuple(values.items()))


def step_in(from_step: str, to_step: str, language: Language) -> str:
    """A step by its two events, as it is read."""
    return f"{EVENTS[from_step][language]} → {EVENTS[to_step][language]}"
