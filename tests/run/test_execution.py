"""The exit code of a run: by its counts, and where the journal goes away in its middle."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.cli.shell import Shell
from leadsync.config import settings_from
from leadsync.errors import Interrupted, JournalError, RunCutError
from leadsync.journal import Journal, open_journal
from leadsync.journal.run_log import LeaseLostError
from leadsync.models import RunRecord, Status
from leadsync.progress import SilentProgress
from leadsync.remarks import Remark
from leadsync.run import Executed, code_for, execute, execute_in_turn
from leadsync.run.execution import _to_be_resumed
from leadsync.run.plan import Plan
from leadsync.run.sender import Sent
from leadsync.run.stop_requests import StopRequests
from leadsync.tallies import Tally
from tests.conftest import Desk
from tests.journal.samples import RUN, a_run, add


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.SUCCEEDED, 0),
        (Status.SKIPPED, 0),
        (Status.UNSENT, 3),
        (Status.FAILED, 3),
        (Status.REJECTED, 3),
        (Status.CONFLICT, 3),
        (Status.UNKNOWN, 3),
    ],
)
def test_a_row_for_a_person_to_look_at_is_exit_code_3(status: Status, code: int) -> None:
    assert code_for(Tally(2, {Status.SUCCEEDED: 1, status: 1})) == code
    assert code_for(Tally(0, {status: 0})) == 0


@pytest.mark.parametrize(("number", "code"), [(None, 4), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_journal_that_goes_away_in_the_middle_is_a_stop(tmp_path: Path, number: int | None, code: int) -> None:
    stops = StopRequests()
    if number:
        stops.stop("a signal", number)
    with pytest.raises(RunCutError) as caught, _to_be_resumed(a_run(tmp_path), stops):
        raise JournalError("The journal in leads cannot be used (cut): try again.", cause="cut")
    assert caught.value.exit_code == code
    assert RunCutError.exit_code == 4
    assert caught.value.cause == "cut"
    assert str(caught.value) == (
        f"Run {RUN} stopped before its end, and `leadsync resume {RUN}` goes on: "
        "the journal in leads cannot be used (cut): try again."
    )


def test_a_run_that_another_machine_goes_on_with_is_not_to_be_resumed(tmp_path: Path) -> None:
    with (
        pytest.raises(LeaseLostError, match=r"^taken over$") as caught,
        _to_be_resumed(a_run(tmp_path), StopRequests()),
    ):
        raise LeaseLostError("taken over")
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("number", [0, signal.SIGTERM])
def test_a_sheet_behind_a_run_is_left_alone_if_somebody_has_sent_it_or_a_signal_came(
    tmp_path: Path, number: int
) -> None:
    run = replace(a_run(tmp_path), finished=True)
    first = Plan(run, then=Plan(run))
    carried = []

    def carry_out(plan: Plan, _warnings: Sequence[Remark]) -> Executed:
        carried.append(plan)
        return Executed(run, Tally(), {}, Sent("", "", number, 0, failed_early=False, heard=True), 0)

    done = list(execute_in_turn(first, carry_out, lambda: Plan(run, nothing_to_do=not number), print))
    assert carried == [first]
    assert len(done) == 1


@pytest.mark.parametrize("told", [True, False])
def test_rows_told_to_go_twice_are_not_counted_once_more_behind_the_first_part(tmp_path: Path, told: bool) -> None:
    run, said, kept = replace(a_run(tmp_path), finished=True), list[str](), list[list[str]]()
    before = (Remark("2 rows equal rows left", loud=True, repeats=True),) if told else ()
    behind = (Remark("2 rows say what was sent", loud=True, repeats=True), Remark("1 row waits", loud=True))

    def carry_out(_plan: Plan, warnings: Sequence[Remark]) -> Executed:
        kept.append([warning.text for warning in warnings])
        return Executed(run, Tally(), {}, Sent("", "", 0, 0, failed_early=False, heard=True), 0)

    first = Plan(run, remarks=before, then=Plan(run))
    later = replace(run, id="later")
    list(execute_in_turn(first, carry_out, lambda: Plan(later, remarks=behind), said.append))
    assert said == ["! 2 rows say what was sent", "! 1 row waits"][told:]
    assert kept[1] == ["2 rows say what was sent", "1 row waits"][told:]


WRITING = (
    "Interrupted while the files of run {run} were written. Every result is kept; `leadsync resume {run}` goes on."
)
CLOSING = "Interrupted; `leadsync resume {run}` goes on with run {run}."
OVER = "Interrupted; run {run} was over, and `leadsync show {run}` shows its result."
BEFORE = "Interrupted; nothing was being sent. `leadsync show {run}` says how run {run} stands."


@pytest.mark.parametrize(
    ("command", "struck", "signals", "words"),
    [
        ("run", "run.report_files._write", [signal.SIGTERM], WRITING),
        ("watch", "run.report_files._write", [signal.SIGINT], WRITING),
        ("run", "run.sender._close", [signal.SIGINT], CLOSING),
        ("watch", "run.sender._close", [signal.SIGTERM], CLOSING),
        ("run", "run.sender._close", [signal.SIGINT, signal.SIGTERM], CLOSING),
        ("run", "post_run.PostRunHooks.ended", [signal.SIGTERM], OVER),
        ("watch", "post_run.PostRunHooks.ended", [signal.SIGINT], OVER),
        ("run", "run.execution.system_user", [signal.SIGINT], BEFORE),
        ("run", "", [signal.SIGTERM], OVER),
        ("run", "", [signal.SIGINT], OVER),
    ],
)
def test_a_signal_names_the_run_that_has_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str, struck: str, signals: list[int], words: str
) -> None:
    def strike(*_: object, **__: object) -> None:
        number = signals.pop(0)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Interrupted("Terminated; nothing was being sent.", number)

    dialer, code = desk.dialer(), 128 + signals[-1]
    folder = desk.folder / "in"
    folder.mkdir()
    sheet = desk.sheet("in/leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale")
    with monkeypatch.context() as patch:
        if struck:
            patch.setattr(f"leadsync.{struck}", strike)
        if len(signals) > 1 or not struck:
            patch.setattr("leadsync.cli.shell.Shell.sound_journal", _closed_by(strike))
        done = desk.leadsync(*(("run", sheet) if command == "run" else ("watch", folder, "--once", "--settle", "0")))
    [run] = [one["run"] for one in desk.leadsync("runs", "--json").json["runs"]]
    assert (done.code, signals) == (code, [])
    assert words.format(run=run) in done.err.splitlines()
    assert desk.leadsync("resume", run, "--json").json["files"]["report"]
    assert len(dialer.ledger.applications) == 1


def _closed_by(strike: Callable[[], None]) -> Callable[[Shell], AbstractContextManager[Journal]]:
    """A command's journal, closed with a strike."""
    real = Shell.sound_journal

    @contextmanager
    def struck(shell: Shell) -> Iterator[Journal]:
        with real(shell) as journal:
            try:
                yield journal
            finally:
                strike()

    return struck


@pytest.mark.parametrize(
    ("status", "by", "more", "code", "stopped"),
    [
        (Status.SUCCEEDED, "", False, 0, ""),
        (Status.SUCCEEDED, "", True, 143, ""),  # `resume` sends the run behind it
        (Status.REJECTED, "ann", True, 3, ""),  # its request to stop came too late
        (Status.UNSENT, "", False, 143, "interrupted by SIGTERM"),
        (Status.UNSENT, "ann", False, 143, "interrupted by SIGTERM"),
    ],
)
def test_a_signal_behind_the_last_rows_outcome_has_stopped_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: Status, by: str, more: bool, code: int, stopped: str
) -> None:
    words = "interrupted by SIGTERM"

    def send(journal: Journal, run: RunRecord, *_: object, **__: object) -> Sent:
        journal.update_run(run.id, stopped=words)
        return Sent(words, words, signal.SIGTERM, 1, failed_early=False, heard=True, stopped_by=by)

    monkeypatch.setattr("leadsync.run.execution.send", send)
    with open_journal(tmp_path / "state") as journal:
        journal.create(replace(a_run(tmp_path), complete=True))
        add(journal, RUN, ("A", status))
        progress = nullcontext(SilentProgress(sys.stderr, 1))
        plan = Plan(journal.run(RUN), looks_again=more)
        done = execute(journal, plan, settings_from({}, "the test"), lambda _: progress, print)
    assert (done.code, done.run.stopped, done.run.finished) == (code, stopped, not stopped)
