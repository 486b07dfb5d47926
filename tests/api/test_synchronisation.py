"""`leadsync.sync` sends a DataFrame or a file as `leadsync run` does, with the same journal and guarantees."""

import asyncio
import io
import logging
import re
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadsync
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.api.samples import COLUMNS, received
from tests.conftest import KEY, Desk


def test_a_frame_is_sent_and_comes_back_with_typed_outcomes(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    result = leadsync.sync(frame, confirm=True)
    assert received(dialer) == {
        "1": {"FirstPhone": "0383218101", "njDisposition": "Sale", "njCallBackDate": "2026/12/24 14:30"},
        "2": {"FirstPhone": "<No Change>", "njDisposition": "<No Change>", "njCallBackDate": "2026/12/25 09:00"},
    }
    assert result.counts == {
        **dict.fromkeys(["failed", "conflict", "unknown", "skipped", "unsent"], 0),
        "succeeded": 2,
        "rejected": 1,
    }
    assert (result.exit_code, result.nothing_to_do, result.stopped) == (3, False, "")
    pd.testing.assert_frame_equal(result.frame[COLUMNS], frame)
    assert result.frame["sync_status"].tolist() == ["succeeded", "succeeded", "rejected"]
    assert result.frame["sync_row"].tolist() == [2, 3, 4]
    assert result.frame["sync_code"].isna().tolist() == [False, False, True]
    assert result.frame.loc["c", "sync_message"].startswith("FirstPhone '12' is not a valid phone number in AU; ")
    assert set(result.frame["sync_run"]) == {result.run}
    assert {name: str(kind) for name, kind in result.frame.dtypes[len(COLUMNS) :].items()} == {
        "sync_row": "Int64",
        "sync_status": "category",
        "sync_code": "Int64",
        "sync_name": "string",
        "sync_message": "string",
        "sync_advice": "string",
        "sync_attempts": "Int64",
        "sync_time": "datetime64[us, UTC]",
        "sync_run": "string",
    }


def test_the_journal_and_the_files_are_those_of_the_command_line(
    desk: Desk, dialer: PracticeDialer, frame: pd.DataFrame
) -> None:
    result = leadsync.sync(frame, confirm=True, name="august")
    assert result.files["report"] == desk.folder / f"august.{result.run}.report.csv"
    shown = desk.leadsync("show", result.run, "--json").json
    assert shown["statuses"] == {"succeeded": 2, "rejected": 1}
    assert Path(shown["files"]["report"]) == result.files["report"]
    assert [row["sync_status"] for row in desk.rows(shown["files"]["report"])] == ["succeeded", "succeeded", "rejected"]
    assert (result.files["review"], shown["files"]["review"]) == (None, None)
    assert shown["warnings"] == list(result.warnings)


def test_the_result_corrected_and_given_back_sends_what_was_corrected(
    dialer: PracticeDialer, frame: pd.DataFrame
) -> None:
    first = leadsync.sync(frame, confirm=True).frame
    first.loc["c", "FirstPhone"] = 383218103.0
    second = leadsync.sync(first, confirm=True)
    assert list(second.frame.columns) == list(first.columns)
    assert second.frame["sync_status"].tolist() == ["skipped", "skipped", "succeeded"]
    assert [str(call.lead) for call in dialer.ledger.received] == ["1", "2", "3"]


def test_a_trial_then_the_rest(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    trial = leadsync.sync(frame, confirm=True, limit=1)
    assert trial.frame.index.tolist() == ["a"]
    rest = leadsync.sync(frame, confirm=True)
    assert rest.run == trial.run
    assert rest.frame.index.tolist() == ["a", "b", "c"]
    assert [str(call.lead) for call in dialer.ledger.received] == ["1", "2"]


def test_a_limit_beyond_all_rows_is_no_limit(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    assert leadsync.sync(frame, confirm=True, limit=10**20).counts["succeeded"] == 2


def test_a_file_is_sent_as_by_the_command_line(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "0012,0383218101,Sale")
    for path in (str(sheet), sheet):
        result = leadsync.sync(path, confirm=True)
    assert result.nothing_to_do
    assert result.frame[["Lead Id", "FirstPhone"]].values.tolist() == [["0012", "0383218101"]]
    assert desk.leadsync("run", sheet).err.startswith(f"Nothing to do: run {result.run} ")


def test_settings_as_a_mapping_and_a_named_campaign(desk: Desk, dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    url = desk.config.read_text("utf-8").split('url = "')[1].split('"')[0]
    desk.config.unlink()
    ids = {"template_id": 41, "campaign_id": 41, "allocation_id": 38}
    given = {"server": {"url": url}, "campaign": ids, "campaigns": {"other": {"allocation_id": 39}}}
    leadsync.sync(frame, given, "other", confirm=True, limit=1)
    assert [call.query["fAllocationId"] for call in dialer.ledger.received] == ["39"]
    with pytest.raises(leadsync.SettingsError, match=r"the settings given: \[server\] urll is not a setting"):
        leadsync.sync(frame, {"server": {"urll": url}}, confirm=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"data": [1]}, "Give a DataFrame or the path of a file, not a value of type list."),
        ({"data": "missing.csv"}, "missing.csv does not exist"),
        ({"data": "leads.csv", "name": "x"}, "A file has its own name"),
        ({"data": pd.DataFrame({"Lead Id": [1]}), "sheet": "x"}, "A DataFrame has no sheet, encoding or delimiter"),
        ({"data": pd.DataFrame({"Lead Id": [1]}), "name": "a/b"}, "'a/b' is no name for a DataFrame's files"),
        ({"data": pd.DataFrame({"Lead Id": [1]}), "name": ".."}, "'..' is no name"),
        ({"data": pd.DataFrame({"Phone": [1]})}, "No column"),
        ({"data": "leads.csv", "limit": 0}, "limit is 0; a trial sends 1 row or more."),
        ({"data": "leads.csv", "limit": True}, "limit is True; give a whole number of rows"),
        ({"data": "leads.csv", "on_progress": 3}, "on_progress is 3; give a function, or None for a bar."),
        ({"data": "leads.csv", "format": "xls"}, "format is 'xls'; it can be 'csv' or 'xlsx'."),
        ({"data": "leads.csv", "inserts": "all"}, "inserts is 'all'; it can be 'missing' or 'only'."),
    ],
)
def test_wrong_arguments_are_errors_of_the_usual_family(
    dialer: PracticeDialer, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(leadsync.UsageError) as error:
        leadsync.sync(**arguments, confirm=True)
    assert words in str(error.value)
    assert error.value.exit_code == 2
    with pytest.raises(TypeError, match="unexpected keyword argument 'konfirm'"):
        leadsync.sync("leads.csv", konfirm=True)  # type: ignore[call-arg]


def test_a_stopped_run_raises_with_its_result_and_the_same_call_goes_on(
    dialer: PracticeDialer, frame: pd.DataFrame
) -> None:
    dialer.faults.add([FaultRule(FaultKind.CODE, code=117, calls=2)])
    with pytest.raises(leadsync.RunStopped) as stopped:
        leadsync.sync(frame, confirm=True)
    assert stopped.value.exit_code == 4
    assert isinstance(stopped.value, leadsync.Stopped)
    result = stopped.value.result
    assert result.counts["unsent"] == 2
    assert result.stopped in str(stopped.value)
    done = leadsync.sync(frame, confirm=True)
    assert (done.run, done.counts["succeeded"]) == (result.run, 2)


def test_the_key_is_not_logged_by_libraries_and_levels_come_back(
    dialer: PracticeDialer, frame: pd.DataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    before = logging.getLogger("httpx").level
    with caplog.at_level(logging.DEBUG):
        leadsync.sync(frame, confirm=True)
    assert KEY not in caplog.text
    assert logging.getLogger("httpx").level == before


def test_a_frame_may_be_sent_in_a_thread(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    results: list[leadsync.SyncResult] = []
    worker = threading.Thread(target=lambda: results.append(leadsync.sync(frame, confirm=True)))
    worker.start()
    worker.join(60)
    assert results[0].counts["succeeded"] == 2


def test_in_a_running_loop_sync_works_and_asks_in_its_own_thread(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    asked: list[str] = []

    async def cell() -> leadsync.SyncResult:
        return leadsync.sync(frame, confirm=lambda _: not asked.append(threading.current_thread().name))

    assert asyncio.run(cell()).counts["succeeded"] == 2
    assert asked == ["MainThread"]


@pytest.mark.parametrize("is_coroutine", [True, False])
def test_sync_async_leaves_the_loop_to_others(
    dialer: PracticeDialer, frame: pd.DataFrame, *, is_coroutine: bool
) -> None:
    dialer.floor_seconds = 0.3
    asked: list[str] = []

    def answer(question: leadsync.Question) -> bool:
        asked.append(threading.current_thread().name)
        return question.rows == 2

    async def answer_later(question: leadsync.Question) -> bool:
        await asyncio.sleep(0)
        return answer(question)

    async def ticks() -> int:
        count = 0
        while True:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                return count
            count += 1

    async def cell() -> tuple[leadsync.SyncResult, int]:
        beside = asyncio.create_task(ticks())
        result = await leadsync.sync_async(frame, confirm=answer_later if is_coroutine else answer)
        beside.cancel()
        return result, await beside

    result, count = asyncio.run(cell())
    assert result.counts["succeeded"] == 2
    assert asked == ["MainThread"]
    assert count > 5


def test_sync_async_refuses_and_raises_as_sync_does(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    with pytest.raises(leadsync.NotConfirmed):
        asyncio.run(leadsync.sync_async(frame))
    with pytest.raises(leadsync.UsageError):
        asyncio.run(leadsync.sync_async("missing.csv"))
    dialer.faults.add([FaultRule(FaultKind.CODE, code=117, calls=2)])
    with pytest.raises(leadsync.RunStopped):
        asyncio.run(leadsync.sync_async(frame, confirm=True))


def test_a_cancellation_drains_the_run_and_the_same_call_goes_on(dialer: PracticeDialer) -> None:
    dialer.floor_seconds = 0.2
    leads = pd.DataFrame({"Lead Id": range(1, 101), "FirstPhone": range(383218101, 383218201), "Outcome": "Sale"})

    async def cell() -> None:
        task = asyncio.create_task(leadsync.sync_async(leads, confirm=True))
        while not dialer.ledger.received:
            await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cell())
    sent = len(dialer.ledger.received)
    assert 0 < sent < 100
    [stopped] = leadsync.runs().to_dict("records")
    assert (stopped["succeeded"], stopped["unknown"], stopped["unsent"]) == (sent, 0, 100 - sent)
    assert stopped["stopped"] == "interrupted by a cancellation"
    dialer.floor_seconds = 0.005
    assert leadsync.sync(leads, confirm=True).counts["succeeded"] == 100
    assert len(dialer.ledger.received) == 100


def test_two_programs_do_not_send_one_frame_at_once(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    dialer.floor_seconds = 1.5
    first = threading.Thread(target=leadsync.sync, args=(frame,), kwargs={"confirm": True})
    first.start()
    deadline = time.monotonic() + 120
    while not dialer.ledger.received and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(leadsync.BusyError):
        leadsync.sync(frame, confirm=True)
    first.join(60)
    assert len(dialer.ledger.received) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"limit": 2.5}, "limit is 2.5; give a whole number of rows, or None for all of them."),
        ({"limit": "5"}, "limit is '5'; give a whole number"),
        ({"limit": np.int64(0)}, "limit is 0; a trial sends 1 row or more."),
        ({"settings": 5}, "settings is 5; give the path of a settings file, a mapping, or None."),
        ({"state": 5}, "state is 5; give the path of a folder, or None."),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(frame: pd.DataFrame, options: dict[str, Any], words: str) -> None:
    with pytest.raises(leadsync.UsageError, match=f"^{re.escape(words)}"):
        leadsync.sync(frame, **options)


def test_a_limit_of_numpy_is_a_number(dialer: PracticeDialer, frame: pd.DataFrame) -> None:
    assert leadsync.sync(frame, confirm=True, limit=np.int64(1)).counts["succeeded"] == 1


def test_without_an_input_to_answer_nothing_is_sent(
    dialer: PracticeDialer, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(leadsync.NotConfirmed, match="there is no input to answer: Send 2 rows to "):
        leadsync.sync(frame, confirm=leadsync.ask)
    assert not dialer.ledger.received
