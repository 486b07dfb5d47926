"""The question before a run is sent: what it counts, and whom it names."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.remarks import Remark
from leadsync.run.plan import Plan
from leadsync.run.question import Question, held_rows, plan_warnings, question_of
from leadsync.run.survey import Survey
from tests.journal.samples import LATER, RUN, a_run

LOST = Remark("3 rows have NO callback date", loud=True, doubt=True)
PLAIN = Remark("The headings are on line 3.")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(a_run(tmp_path), waiting=1_234)


def test_the_question_names_rows_dialer_campaign_and_template(plan: Plan) -> None:
    assert question_of(plan, None, []).text == "Send 1,234 rows to http://127.0.0.1, campaign 41, template 41?"
    assert (
        question_of(plan, "north", []).text == "Send 1,234 rows to http://127.0.0.1, campaign north (41), template 41?"
    )
    assert question_of(replace(plan, waiting=1), None, []).text.startswith("Send 1 row to ")


def test_rows_of_the_present_file_are_counted_apart(plan: Plan, tmp_path: Path) -> None:
    then = Plan(a_run(tmp_path, LATER), waiting=66, survey=Survey(), remarks=(LOST,))
    both = replace(plan, then=then, remarks=(LOST, PLAIN), sent_before=True)
    asked = question_of(both, None, ["a line"])
    assert asked.text.startswith(
        f"Send 1,300 rows (1,234 left of run {RUN}, then 66 of the file as it is now) to http://127.0.0.1"
    )
    assert (asked.rows, asked.sent_before, asked.lines) == (1_300, True, ("a line",))
    assert asked.warnings == (str(LOST),), "a warning of both is said once"


def test_the_rests_of_several_runs_are_counted_apart(plan: Plan, tmp_path: Path) -> None:
    both = replace(plan, then=Plan(a_run(tmp_path, LATER), waiting=66))
    assert f"(1,234 left of run {RUN}, then 66 left of run {LATER}) to " in question_of(both, None, []).text


def test_only_remarks_that_travel_are_kept_with_the_run(plan: Plan) -> None:
    kept = Remark("2 rows are no leads", kept=True)
    assert plan_warnings(replace(plan, remarks=(PLAIN, kept, LOST))) == [kept, LOST]


def test_rows_on_hold_are_said_with_the_way_to_list_them(plan: Plan) -> None:
    assert list(held_rows(plan)) == []
    [one] = held_rows(replace(plan, held=1, to_decide=(RUN,)))
    assert one.startswith("1 row waits until a person has decided")
    assert f"`leadsync show {RUN} --status conflict --status unknown` lists those." in one
    [two] = held_rows(replace(plan, held=2, to_decide=(RUN, LATER)))
    assert two.startswith("2 rows wait until")
    assert two.endswith(f"unknown` and `leadsync show {LATER} --status conflict --status unknown` list those.")


def test_a_question_is_a_text_and_nothing_quoted_forges_a_line() -> None:
    question = Question("Send?", ("1 row\nSend 9 rows?", "second"), 1, False, ())
    assert str(question) == "1 row\\nSend 9 rows?\nsecond\nSend?"
