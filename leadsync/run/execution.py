"""The execution of a plan: confirm, send, write the files."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.engine.ports import Progress
from leadsync.errors import JournalError, RunCutError, ended_by_signal
from leadsync.journal import Journal
from leadsync.models import TO_LOOK_AT, RunRecord, Status
from leadsync.remarks import Remark
from leadsync.run.plan import Plan
from leadsync.run.question import plan_warnings
from leadsync.run.report_files import Files, Say, finish
from leadsync.run.sender import Sent, send
from leadsync.run.stop_requests import StopRequests
from leadsync.system_user import system_user
from leadsync.tallies import Tally

NewProgress = Callable[[int], AbstractContextManager[Progress]]
"""Makes the progress display for a number of rows."""


@dataclass(frozen=True, slots=True)
class Executed:
    """The result of a plan: the run in the journal, its counts and files, the result of sending, and the exit code."""

    run: RunRecord
    tally: Tally
    files: Files
    sent: Sent
    code: int


def execute(
    journal: Journal,
    plan: Plan,
    settings: Settings,
    progress_for: NewProgress,
    say: Say,
    *,
    keep_going: bool = False,
    until: datetime | None = None,
    environment: Mapping[str, str] = os.environ,
    warnings: Sequence[Remark] = (),
    output_for: Callable[[RunRecord, int], Path] | None = None,
    stops: StopRequests | None = None,
    by_itself: bool = False,
) -> Executed:
    """Confirm a plan, send its run and write the files.

    `output_for` chooses their folder by the run and the exit code. The run keeps the `warnings` seen before. `stops`
    are requests of other threads to stop; `by_itself` as for `send`. Raises BusyError, SettingsError, RunCutError and
    OutputError; `resume` goes on from there.
    """
    stops = StopRequests() if stops is None else stops
    run = _begun(journal, plan, warnings)
    with _to_be_resumed(run, stops):
        with progress_for(plan.waiting) as progress:
            sent = send(
                journal,
                run,
                settings,
                environment,
                progress,
                rows=plan.waiting,
                keep_going=keep_going,
                until=until,
                stops=stops,
                by_itself=by_itself,
            )
        # Heard while the last calls were under way, a signal has stopped nothing.
        too_late = bool(sent.signal_number) and not journal.ready(run.id, run.last_row)
        if too_late:
            journal.update_run(run.id, stopped="")
        tally = journal.tally(run.id)
        code = _code(sent, tally, too_late=too_late and bool(sent.stopped_by or not plan.has_more))
        # Chosen after sending: the folder (done/ or attention/) depends on the results of the rows.
        if output_for is not None:
            journal.update_run(run.id, output=output_for(run, code_for(tally) if too_late else code))
        done, files = finish(journal, run.id, say)
        return Executed(done, journal.tally(done.id), files, sent, code)


def _begun(journal: Journal, plan: Plan, warnings: Sequence[Remark]) -> RunRecord:
    """Confirm a plan, and return its run."""
    # Whether the confirmation came through before a signal is not always known.
    how = f"`{command('show', plan.run.id)}` says how run {plan.run.id} stands."
    with ended_by_signal(f"Interrupted; nothing was being sent. {how}"):
        plan.confirm(warnings)
        journal.add_audit("send", system_user(), plan.run.id, rows=plan.waiting)
        return journal.run(plan.run.id)


@contextmanager
def _to_be_resumed(run: RunRecord, stops: StopRequests) -> Iterator[None]:
    """Name the run where a signal ends it, or an error of the journal has cut it.

    The exit code is that of a signal before.
    """
    try:
        with ended_by_signal(f"Interrupted; `{command('resume', run.id)}` goes on with run {run.id}."):
            yield
    except RunCutError:
        # Another machine has taken the run over, and goes on.
        raise
    except JournalError as error:
        words = str(error)
        cut = RunCutError(
            f"Run {run.id} stopped before its end, and `leadsync resume {run.id}` goes on: "
            f"{words[:1].lower()}{words[1:]}",
            cause=error.cause,
        )
        if stops.signal_number:
            cut.exit_code = _code_of_signal(stops.signal_number)
        raise cut from error


def behind_its_end(run: RunRecord) -> AbstractContextManager[None]:
    """Name a run that has ended, its files written, where a signal ends what follows."""
    return ended_by_signal(words_behind(run))


def words_behind(run: RunRecord) -> str:
    """The sentence for a signal behind a run's end."""
    if not run.finished:
        return f"Interrupted; `{command('resume', run.id)}` goes on with run {run.id}."
    return f"Interrupted; run {run.id} was over, and `{command('show', run.id)}` shows its result."


def execute_in_turn(
    plan: Plan,
    carry_out: Callable[[Plan, Sequence[Remark]], Executed],
    anew: Callable[[], Plan] | None,
    say: Say,
) -> Iterator[Executed]:
    """Carry out a confirmed plan, and those behind it, each as `anew` plans it at the end of the run before.

    By then other rows of the same leads were sent.
    """
    # The user has seen these before the question; only new ones are said later.
    said = {warning for one in plan.in_turn for warning in plan_warnings(one)}
    told = any(warning.repeats for warning in said)
    keep_draft_behind(plan)
    done = carry_out(plan, plan_warnings(plan))
    yield done
    gone_on = {done.run.id}
    while plan.has_more and anew is not None and goes_on_behind(done):
        with ended_by_signal(
            f"Interrupted; run {done.run.id} was over, and `{command('resume')}` sends what waits behind it."
        ):
            offered = anew()
        if (behind := _but_for(offered, gone_on)) is None:
            left = offered.run.id
            say(f"Rows are left of run {left} that did not go now; `{command('resume', left)}` tries them again.")
            return
        plan = behind
        if plan.nothing_to_do:
            for remark in plan.remarks:
                if remark not in said:
                    say(str(remark))
            return
        # The rows that equal those left were counted before; by now they equal what was sent.
        warnings = [warning for warning in plan_warnings(plan) if not (told and warning.repeats)]
        for warning in warnings:
            if warning not in said:
                say(str(warning))
        done = carry_out(plan, warnings)
        yield done
        gone_on.add(done.run.id)


def _but_for(plan: Plan, gone_on: Collection[str]) -> Plan | None:
    """The plan without the runs that this call has gone on with: a row in doubt may be left of one, and would go again
    and again. None if nothing is behind them."""
    found: Plan | None = plan
    while found is not None and not found.nothing_to_do and found.run.id in gone_on:
        found = found.then
    return found


def goes_on_behind(done: Executed) -> bool:
    """Whether the runs behind one may be sent: it has ended, and nobody has stopped it in its last calls."""
    return done.run.finished and not done.sent.signal_number


def keep_draft_behind(plan: Plan) -> None:
    """Confirm the draft of the present file behind older runs of it.

    If one of those stops once more and the file is overwritten, its rows would be lost.
    """
    *older, last = plan.in_turn
    if older and last.survey is not None:
        last.confirm(plan_warnings(last))


def code_for(tally: Tally) -> int:
    """The exit code of a finished run; rows that it has not sent wait for others."""
    return 3 if any(tally.statuses.get(status) for status in (*TO_LOOK_AT, Status.UNSENT)) else 0


def _code_of_signal(number: int) -> int:
    """As shells count: 130 is SIGINT, 143 is SIGTERM."""
    return 128 + number


def _code(sent: Sent, tally: Tally, *, too_late: bool) -> int:
    """The exit code; `too_late`: the signal or the request to stop has left nothing to go on with."""
    if too_late:
        return code_for(tally)
    if sent.signal_number:
        return _code_of_signal(sent.signal_number)
    return 4 if sent.stopped else code_for(tally)
