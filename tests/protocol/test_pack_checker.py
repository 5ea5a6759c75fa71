"""A faulty pack is refused with every fault named as file, rule and what is wrong."""

from __future__ import annotations

import pytest

from quell.protocol.pack import PackError, load, read

HEAD = """
[pack]
id = "tried"
version = "1"
jurisdiction = "any"
effective_from = 2026-01-01
title = { en = "Tried", zh = "试用" }
notice = { en = "For a test.", zh = "测试用。" }

[source.own]
document = "A test"
certainty = "A"
"""

CONCLUSION = """
[[conclusion]]
id = "case"
kind = "case"
title = { en = "Case", zh = "感染者" }
because = { en = "Positive", zh = "阳性" }
sources = ["own"]
when = { fact = "person.tested", result = ["positive"] }
"""

DUTY = """
[[duty]]
id = "report"
title = { en = "Report", zh = "报告" }
because = { en = "A case", zh = "感染者" }
sources = ["own"]
action = "report_case"
desk = "investigation"
when = { conclusion = "case" }
within = "2 h"
met_by = { fact = "case.reported" }
"""

GROUND = """
[[ground]]
id = "ground-case"
ground = "case"
title = { en = "Case", zh = "感染者" }
because = { en = "A case", zh = "感染者" }
sources = ["own"]
measure = "hospital_isolation"
legal_basis = "public_health_act"
appeal = "court"
longest = "24 h"
"""

WHOLE = HEAD + CONCLUSION + DUTY + GROUND

CIRCLE = """
[[conclusion]]
id = "cluster"
kind = "cluster"
title = { en = "Cluster", zh = "聚集性" }
because = { en = "A case", zh = "感染者" }
sources = ["own"]
when = { conclusion = "case" }

[[conclusion]]
id = "case-of-cluster"
kind = "case"
title = { en = "Case", zh = "感染者" }
because = { en = "A cluster", zh = "聚集性" }
sources = ["own"]
when = { conclusion = "cluster" }
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(PackError) as refused:
        read(text, "tried.toml")
    return refused.value.faults


def test_the_pack_that_the_faults_are_put_into_is_sound() -> None:
    assert read(WHOLE, "tried.toml").pack_id == "tried"


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ('"person.tested"', '"person.tasted"', "tried.toml: case: when: no kind of fact is called 'person.tasted'"),
        ('result = ["pos', 'outcome = ["pos', "tried.toml: case: when: person.tested has no field 'outcome'"),
        ('["positive"]', '["positiv"]', "tried.toml: case: when: result = 'positiv' is not in the code list test_result"),
        ('conclusion = "case" }', 'conclusion = "casse" }', "tried.toml: report: when: no rule of this pack concludes 'casse'"),
        ('sources = ["own"]\naction', "action", "tried.toml: report: cites no source"),
        ('sources = ["own"]\naction', 'sources = ["lost"]\naction', "tried.toml: report: cites the source 'lost'"),
        ('id = "ground-case"', 'id = "report"', "tried.toml: report: this id is used twice"),
        ('id = "report"\n', "", "tried.toml: duty: a rule without an id"),
        ('within = "2 h"', 'within = "2 hours"', "tried.toml: report: '2 hours' is not a length of time"),
        ('within = "2 h"\n', "", "tried.toml: report: gives exactly one of within, days or due_field"),
        ('within = "2 h"', 'within = "2 h"\ndue_field = "needed_by"', "tried.toml: report: gives exactly one of within"),
        ('within = "2 h"', "days = { numbers = [1] }", "tried.toml: report: days: says whether the anchor's own day"),
        ('within = "2 h"', "days = { anchor_is_day = 0 }", "tried.toml: report: days: needs numbers"),
        ('within = "2 h"', 'within = "2 h"\nwithout = 1', "tried.toml: report: a duty rule does not know the word 'without'"),
        ('met_by = { fact = "case.reported" }', "", "tried.toml: report: met_by is missing"),
        ('"report_case"', '"report_it"', "tried.toml: report: 'report_it' is not in the code list action"),
        ('"investigation"', '"attic"', "tried.toml: report: 'attic' is not in the code list desk"),
        ('longest = "24 h"', "", "tried.toml: ground-case: gives exactly one of longest or longest_days"),
        ('appeal = "court"', 'appeal = "none"', "tried.toml: ground-case: 'none' is not in the code list appeal_route"),
        ('zh = "报告" }', 'xx = "?" }', "tried.toml: report: title needs a text in en and in zh"),
        ('certainty = "A"', 'certainty = "sure"', "tried.toml: source own: certainty 'sure' is not one of P, N, S, W, M, X, A"),
        ("2026-01-01", '"2026-01-01"', "tried.toml: [pack]: effective_from is a date"),
        ("[source.own]", "[extra]\nx = 1\n[source.own]", "tried.toml: [extra]: is not a part of a pack"),
        ('fact = "case.reported"', 'fact = "case.reported", via = "friends"', "tried.toml: report: met_by: via = 'friends'"),
        ('fact = "case.reported"', 'fact = "case.reported", via = "members"', 'tried.toml: report: met_by: via = "members"'),
        ('fact = "case.reported"', 'fact = "case.reported", after = "onset"', "tried.toml: report: met_by: case.reported has no field 'onset'"),
        ('fact = "person.tested"', 'fact = "person.tested", ct = ">low"', "tried.toml: case: when: ct = '>low': after > comes a number"),
        ('fact = "person.tested"', 'fact = "person.tested", ct = "?>30"', 'tried.toml: case: when: a value that begins with "?"'),
        ('fact = "person.tested"', 'fact = "person.tested", any = [{ cq = 1 }]', "tried.toml: case: when: person.tested has no field 'cq'"),
        ('fact = "case.reported"', 'fact = "case.reported", apart = "a day"', "tried.toml: report: met_by: 'a day' is not a length"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_rule_and_what_is_wrong(was: str, now: str, fault: str) -> None:
    assert was in WHOLE
    found = faults_of(WHOLE.replace(was, now, 1))
    assert any(each.startswith(fault) for each in found), found


def test_conclusions_that_stand_on_each_other_in_a_circle_are_refused() -> None:
    faults = faults_of(WHOLE + CIRCLE)
    assert "tried.toml: case: this conclusion stands on itself, directly or through others" in faults


def test_a_conclusion_that_holds_unless_another_does_is_refused() -> None:
    text = WHOLE.replace('["positive"] }\n', '["positive"] }\nunless = { conclusion = "case" }\n', 1)
    assert faults_of(text) == [
        "tried.toml: case: unless: a conclusion may look at facts only, not at another conclusion"
    ]


def test_a_way_to_a_time_that_leads_nowhere_is_refused() -> None:
    text = WHOLE.replace(
        'within = "2 h"', 'within = "2 h"\nanchor = ["symptoms.begun", "symptoms.began@sneeze"]'
    )
    assert faults_of(text) == [
        "tried.toml: report: no kind of fact is called 'symptoms.begun'",
        "tried.toml: report: 'sneeze' is not in the code list symptom",
    ]


def test_a_move_of_a_duty_that_does_not_exist_is_refused() -> None:
    assert faults_of(WHOLE + '[moves]\nreprot = "keep"\n') == [
        "tried.toml: [moves]: no duty rule has the id 'reprot'"
    ]


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        ('within = "2 h"\ncloses = "1 h"', "closes = '1 h' is before within = '2 h'"),
        ('due_field = "needed_by"\ncloses = "1 h"', "closes stands only beside within"),
        ('within = "2 h"\ncloses = "soon"', "'soon' is not a length of time; write '30 min', '8 h' or '7 d'"),
    ],
)
def test_a_window_that_closes_wrongly_is_refused(now: str, fault: str) -> None:
    assert f"tried.toml: report: {fault}" in faults_of(WHOLE.replace('within = "2 h"', now, 1))


def test_all_faults_come_at_once() -> None:
    text = WHOLE.replace('"report_case"', '"report_it"').replace('longest = "24 h"', "")
    assert len(faults_of(text)) == 2


def test_a_file_that_is_not_toml_is_named() -> None:
    assert faults_of("[pack")[0].startswith("tried.toml: not readable as TOML")


def test_a_pack_that_is_nowhere_is_refused_with_what_there_is() -> None:
    with pytest.raises(
        PackError, match="no such protocol pack; shipped are cn-covid19, generic, house, mers, mpox, uk-"
    ):
        load("plague-1348")
