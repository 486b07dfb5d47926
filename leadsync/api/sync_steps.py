"""A synchronisation in steps: up to the question, and from the answer to the result."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from leadsync.api.sheet_input import SheetInput
from leadsync.api.sync_result import SyncResult, result_of
from leadsync.config import Settings
from leadsync.engine.ports import Progress
from leadsync.errors import NotConfirmed
from leadsync.journal import Journal
from leadsync.known_dialers import new_dialer, remember_dialer
from leadsync.log import without_secrets
from leadsync.models import RunRecord
from leadsync.post_run import PostRunHooks, post_run_hooks
from leadsync.progress import BarProgress
from leadsync.progress_calls import ProgressCalls, RunProgress, in_notebook, notebook_bar, words_to_log
from leadsync.remarks import Remark
from leadsync.run import (
    Executed,
    Plan,
    Question,
    RunOptions,
    StopRequests,
    behind_its_end,
    check_output,
    execute,
    execute_in_turn,
    fingerprint,
    plan_content,
    plan_lines,
    plan_run,
    plans_to_ask,
    question_of,
    ready_to_send,
    written_files,
)
from leadsync.session import Session
from leadsync.sheets.frame_sheet import FrameSheet

OnProgress = Callable[[RunProgress], object]
Steps = Generator[Question, bool | None, SyncResult]
"""Yields the question, if there is one, takes the answer, perhaps yields it anew, and returns the result."""


@dataclass(frozen=True, slots=True)
class SyncCall:
    """The arguments of one call of `sync`."""

    input: SheetInput
    session: Session
    options: RunOptions
    campaign: str | None
    keep_going: bool
    on_progress: OnProgress | None
    stops: StopRequests

    def steps(self) -> Steps:
        """Plan, ask, send and write the files. The draft is deleted after a No, an error, or `close`."""
        with without_secrets(), post_run_hooks(self.session, self.input.file, None) as hooks:
            hooks.settings = self.session.settings()
            settings = ready_to_send(hooks.settings.for_campaign(self.campaign), self.options.output)
            with self.input.opened(settings) as (file, content), self.session.sound_journal() as journal:
                options = replace(self.options, content=content)
                plan = partial(self._plan, journal, file, settings, options)
                for planned in plans_to_ask(journal, plan(), plan, self.session.say):
                    if planned.nothing_to_do:
                        files, frame = written_files(planned.run), _frame(self, content, planned.run)
                        result = result_of(journal, planned.run, files, 0, frame, nothing_to_do=True)
                        return replace(result, warnings=(*result.warnings, *map(str, planned.remarks)))
                    yield from self._asked(journal, planned, settings, hooks.settings.campaign_of(planned.run.ids))
                remember_dialer(journal.state, settings.url())
                done = self._carried_out(journal, planned, settings, hooks, plan)
                return result_of(journal, done.run, done.files, done.code, _frame(self, content, done.run))

    def _plan(self, journal: Journal, file: Path, settings: Settings, options: RunOptions) -> Plan:
        # A frame has no place: its content tells whether it was sent before.
        chosen = plan_run if self.input.frame is None or options.fresh else plan_content
        return chosen(journal, file, settings, options, journal.now())

    def _asked(
        self, journal: Journal, plan: Plan, settings: Settings, campaign: str | None
    ) -> Generator[Question, bool | None, None]:
        try:
            # An older unfinished run goes first, and the present sheet behind it: both need a folder for their files.
            for one in plan.in_turn:
                check_output(one.run.output, one.run)
            lines = list(plan_lines(journal, plan, settings, in_full=True))
            if words := new_dialer(journal.state, settings.url(), self.session.url_source):
                lines.append(words)
            if plan.total_waiting:
                question = question_of(plan, self.campaign or campaign, lines)
                _refuse_without(question, answer=(yield question))
        except BaseException:
            plan.discard()
            raise

    def _carried_out(
        self,
        journal: Journal,
        planned: Plan,
        settings: Settings,
        hooks: PostRunHooks,
        anew: Callable[[], Plan],
    ) -> Executed:
        """Send the plan, and the present sheet behind an older run; return the last result."""

        def carry_out(plan: Plan, warnings: Sequence[Remark]) -> Executed:
            return execute(
                journal,
                plan,
                settings,
                self._progress,
                self.session.say,
                keep_going=self.keep_going,
                warnings=warnings,
                stops=self.stops,
            )

        for done in execute_in_turn(planned, carry_out, anew, self.session.say):
            with behind_its_end(done.run):
                hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
        return done

    def _progress(self, rows: int) -> AbstractContextManager[Progress]:
        if self.on_progress is not None:
            return ProgressCalls(rows, self.on_progress)
        if in_notebook():
            return ProgressCalls(rows, notebook_bar(rows))
        return BarProgress(sys.stderr, rows) if _at_terminal() else ProgressCalls(rows, words_to_log())


def _refuse_without(question: Question, *, answer: bool | None) -> None:
    if not answer:
        raise NotConfirmed(
            f"Nothing was sent, because confirm gave no yes: {question.text} Give confirm=True, or a function that "
            "gets the question and returns True, such as leadsync.ask."
        )


def _frame(call: SyncCall, content: Path | FrameSheet, run: RunRecord) -> pd.DataFrame | None:
    """The given frame, if the run has read just that."""
    return call.input.frame if run.fingerprint == fingerprint(content) else None


def _at_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
