"""The steps of one call of `sync`: the plan, the question, the progress, the next run; and no draft without a yes."""

import asyncio
import threading
from typing import Any

import pandas as pd
import pytest

import leadsync
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.api.samples import received
from tests.conftest import Desk


def test_the_same_frame_is_not_sent_twice_wherever_it_is_given(
    desk: Desk, dialer: PracticeDialer, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = leadsync.sync(frame, confirm=True)
    other = desk.folder / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    again = leadsync.sync(frame.copy(), desk.config, confirm=True, name="another")
    assert (again.run, again.nothing_to_do, again.exit_code) == (first.run, True, 0)
    assert len(dialer.ledger.received) == 2
    pd.testing.assert_frame_equal(again.frame, first.frame)
    anew = leadsync.sync(frame, desk.config, confirm=True, fresh=True)
    assert anew.run != first.run
    assert len(dialer.ledger.received) == 4


def test_a_frame_with_rows_that_wait_still_says_so_each_time(dialer: PracticeDialer) -> None:
    dialer.faults.add([FaultRule(FaultKind.CODE, code=110, lead="1")])
    first = leadsync.sync(pd.DataFrame({"Lead Id": ["1"], "Version": ["a"]}), confirm=True)
    other = pd.DataFrame({"Lead Id": ["1", "1"], "Version": ["b", "a"]})
    leadsync.sync(other, confirm=True)
    again = leadsync.sync(other, confirm=True)
    assert again.nothing_to_do
    waits = f"2 rows are not sent: they wait for an earlier row of the lead in run {first.run}, and a "
    assert again.warnings[-1].startswith(f"! {waits}person has to decide on that first; ")


def test_a_function_is_asked_anew_if_others_have_sent_to_the_leads_since(desk: Desk, dialer: PracticeDialer) -> None:
    asked: list[bool] = []

    def confirm(question: leadsync.Question) -> bool:
        asked.append(question.sent_before)
        if len(asked) == 1:
            desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale"))
        return True

    leadsync.sync(pd.DataFrame({"Lead Id": ["A"], "Disposition": ["Sale"]}), confirm=confirm)
    assert (asked, len(dialer.ledger.received)) == ([False, True], 2)


@pytest.mark.parametrize("confirm", [None, False, lambda _: False])
def test_nothing_is_sent_without_a_yes_and_no_draft_is_left(
    dialer: PracticeDialer, frame: pd.DataFrame, confirm: Any
) -> None:
    with pytest.raises(leadsync.NotConfirmed, match="Nothing was sent, because confirm gave no yes: Send 2 rows") as no:
        leadsync.sync(frame, confirm=confirm)
    assert no.value.exit_code == 2
    assert isinstance(no.value, leadsync.UsageError)
    assert dialer.ledger.received == []
    assert leadsync.runs().empty


def test_the_question_is_that_of_the_terminal(desk: Desk, dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    asked: list[leadsync.Question] = []

    def confirm(question: leadsync.Question) -> bool:
        asked.append(question)
        return True

    leadsync.sync(frame, confirm=confirm)
    [question] = asked
    url = desk.config.read_text("utf-8").split('url = "')[1].split('"')[0]
    assert question.text == f"Send 2 rows to {url}, campaign 41, template 41?"
    assert (question.rows, question.sent_before) == (2, False)
    lines = str(question).splitlines()
    assert lines[0] == "3 rows: 2 to send, 1 rejected, 0 skipped"
    assert "          1  rejected: FirstPhone '12' is not a valid phone number in AU (row 4)" in lines
    assert f"The API key goes to {url} for the first time, because {desk.folder / 'leadsync.toml'} says so." in lines
    assert lines[-1] == question.text


def test_an_error_in_confirm_leaves_no_draft(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    def confirm(_: leadsync.Question) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leadsync.sync(frame, confirm=confirm)
    assert leadsync.runs().empty


def test_another_frame_under_the_name_of_a_stopped_run_goes_behind_it(
    dialer: PracticeDialer, frame: pd.DataFrame
) -> None:
    dialer.faults.add([FaultRule(FaultKind.CODE, code=117, calls=2)])
    with pytest.raises(leadsync.RunStopped) as stopped:
        leadsync.sync(frame, confirm=True)
    other = pd.DataFrame({"Lead Id": [9], "FirstPhone": ["0383218109"]})
    asked: list[str] = []
    done = leadsync.sync(other, confirm=lambda question: bool(asked.append(question.text)) or True)
    assert "Send 3 rows (2 left of run " in asked[0]
    assert done.run != stopped.value.result.run
    assert done.frame["Lead Id"].tolist() == [9]
    assert sorted(received(dialer)) == ["1", "2", "9"]


def test_progress_is_told_from_another_thread_and_its_errors_stop_nothing(
    dialer: PracticeDialer, frame: pd.DataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[leadsync.RunProgress] = []
    threads: set[str] = set()

    def show(progress: leadsync.RunProgress) -> None:
        told.append(progress)
        threads.add(threading.current_thread().name)

    leadsync.sync(frame, confirm=True, on_progress=show)
    assert (told[-1].rows, told[-1].done, told[-1].succeeded, told[-1].failed) == (2, 2, 2, 0)
    assert threads == {"progress"}

    def fail(_: leadsync.RunProgress) -> None:
        raise ValueError("no display")

    assert leadsync.sync(frame, confirm=True, on_progress=fail, fresh=True).counts["succeeded"] == 2
    assert "the progress of the run is not shown any more: ValueError: no display" in caplog.text


def test_a_cancellation_while_the_sheet_is_read_sends_nothing(
    dialer: PracticeDialer, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadsync.api import sync_steps

    reading, go_on = threading.Event(), threading.Event()
    plan = sync_steps.plan_content

    def slow(*arguments: Any) -> Any:
        reading.set()
        go_on.wait(120)
        return plan(*arguments)

    monkeypatch.setattr(sync_steps, "plan_content", slow)

    async def cell() -> None:
        task = asyncio.create_task(leadsync.sync_async(frame, confirm=True))
        while not reading.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cell())
    assert dialer.ledger.received == []
    assert leadsync.runs().empty


def test_the_question_has_every_loud_line_among_its_warnings(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    questions = []
    leadsync.sync(frame, confirm=True, limit=1)
    again = pd.concat([frame, frame.iloc[:1].assign(Callback=pd.NaT, Outcome="Busy")])
    with pytest.raises(leadsync.NotConfirmed):
        leadsync.sync(again, confirm=questions.append)
    loud = [line for line in questions[0].lines if line.startswith("! ")]
    assert any("NO callback date" in line for line in loud)
    assert set(loud) <= set(questions[0].warnings)
