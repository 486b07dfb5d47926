"""One sheet of a watched folder, from its arrival to its place in a subfolder."""

import logging
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.cli.shell import Shell, last_words
from leadsync.cli.watch_report import WatchReport
from leadsync.commands import command
from leadsync.errors import (
    BusyError,
    JournalError,
    LeadsyncError,
    SheetError,
    UsageError,
    traceback_of,
    words_for_others,
)
from leadsync.file_names import own_run_id
from leadsync.input_file import input_file
from leadsync.log import logged_as
from leadsync.models import Inserts, RunRecord, Status
from leadsync.plurals import counted
from leadsync.post_run import PostRunHooks
from leadsync.private_files import state_of, whole_or_not
from leadsync.terminal import Visible, one_line
from leadsync.watch import ATTENTION, DONE, Handled, IgnoredFile, exists, move, prepare

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.remarks import Remark
    from leadsync.run import Executed, Plan

_log = logging.getLogger(__name__)

_LONGEST_NAME = 240
"""Bytes of a sheet's name in the name of the note beside it."""
_STOPPED = 4
"""The exit code of a stopped run."""


@dataclass(frozen=True)
class SheetRunner:
    """Runs one sheet of the folder; `FolderWatcher` calls it."""

    shell: Shell
    folder: Path
    hooks: PostRunHooks
    report: WatchReport
    campaign: str | None
    inserts: Inserts | None

    def __call__(self, file: Path) -> Handled | None:
        """Run one file and move it to its subfolder; return None if it is left alone for now.

        Raises Interrupted, and BusyError while another leadsync sends the file: the trouble of one file does not stop
        the others of the round.
        """
        try:
            settings = self.settings()
        except LeadsyncError as error:
            return self._try_again(file, error)
        try:
            # No links: whoever writes into the folder must not have another file of this user sent.
            with self.shell.sound_journal() as journal, input_file(file, links=False) as (named, content):
                if why := _written_here(journal, named):
                    self._ignore(file, why)
                    return None
                return self._run(journal, named, content, settings)
        except BusyError as error:
            self._ignore(file, str(error))
            raise
        except UsageError as error:
            # Gone or unreachable is a trouble of the share: the file is tried again, not put aside.
            if exists(file) and not _could_not_be_read(error):
                return self._give_up(file, error)
            self._ignore(file, str(error), words_for_others(error))
        except Exception as error:
            if not isinstance(error, LeadsyncError | OSError):
                _log.error("%s failed\n%s", file.name, traceback_of(error))
            return self._try_again(file, error)
        return None

    def _try_again(self, file: Path, error: Exception) -> Handled:
        """Leave the file in the folder, for another try after a pause."""
        if isinstance(error, LeadsyncError):
            words, code = str(error), error.exit_code
        elif isinstance(error, OSError):
            words, code = f"{error.filename or self.folder} cannot be used: {error.strerror}; it is tried again.", 2
        else:
            words, code = f"leadsync itself failed ({type(error).__name__}: {error}); it is tried again.", 1
        self.hooks.failed(file.name, UsageError(words) if isinstance(error, OSError) else error)
        soon = isinstance(error, JournalError)
        return Handled(file, code, words=f"{one_line(file.name)}: {words}", again=True, soon=soon)

    def settings(self) -> "Settings":
        """The present settings: a correction counts from the next file on."""
        from leadsync.run import ready_to_send

        self.hooks.settings = self.shell.settings()
        settings = ready_to_send(self.hooks.settings.for_campaign(self.campaign))
        self.shell.meet_dialer(settings)
        return settings

    def _run(self, journal: "Journal", file: Path, content: Path, settings: "Settings") -> Handled:
        from leadsync.run import (
            RunOptions,
            behind_its_end,
            check_output,
            goes_on_behind,
            keep_draft_behind,
            plan_content,
            plan_warnings,
        )

        prepare(self.folder)
        # Until its end is known: a run cut off may be gone on with by another command, which keeps its folder.
        options = RunOptions(content=content, output=self.folder / ATTENTION, inserts=self.inserts)
        done = None
        while True:
            plan = plan_content(journal, file, settings, options, journal.now())
            if plan.nothing_to_do:
                if why := _left_unsent(journal, plan.run):
                    raise UsageError(why)
                self._say_of(file, plan.remarks)
                handled = self._already_done(journal, file, plan.run)
                return handled if done is None else replace(handled, words="")
            try:
                check_output(plan.run.output, plan.run)
            except UsageError:
                plan.discard()
                raise
            self._say_of(file, (*plan.remarks, *plan_warnings(plan)))
            keep_draft_behind(plan)
            done = self._send(journal, plan, settings)
            if not (plan.has_more and goes_on_behind(done)):
                break
            # The next run of the file goes behind it, at last that of its present content.
            self.report.note(Handled(file, done.code, run=done.run.id))
        with behind_its_end(done.run):
            return self._sent(journal, file, done)

    def _sent(self, journal: "Journal", file: Path, done: "Executed") -> Handled:
        """Put a sheet away behind its run, or leave it for the next look."""
        if done.sent.stopped_by and not done.run.finished:
            return self._set_aside(journal, file, done)
        # Behind the last row too it ends the round: a sheet that is over is put away in the next.
        if number := 0 if done.sent.stopped_by else done.sent.signal_number:
            return Handled(file, 128 + number, run=done.run.id, again=True, over=True)
        if done.code == 4 and not done.sent.failed_early:
            words = f"{one_line(file.name)} is gone on with later."
            # Without any answer the next file would wait in vain as well.
            over = not done.sent.heard
            return Handled(file, done.code, run=done.run.id, words=words, again=True, over=over)
        return self._put_away(journal, file, done.run, done.code)

    def _send(self, journal: "Journal", plan: "Plan", settings: "Settings") -> "Executed":
        """Send a plan, and write its files beside the sheet's next place; remove those of an earlier stop."""
        from leadsync.progress import SilentProgress
        from leadsync.report import as_text
        from leadsync.run import behind_its_end, execute, failed_first, overtaken_rows, plan_warnings, words_behind

        with logged_as(plan.run.id):
            _log.info("%s begins", plan.run.file.name)
        done = execute(
            journal,
            plan,
            settings,
            lambda rows: SilentProgress(sys.stderr, rows),
            self.shell.say,
            warnings=plan_warnings(plan),
            output_for=partial(self._place, journal),
            by_itself=True,
        )
        # True until the next file's run has words of its own.
        last_words.text = words_behind(done.run)
        with behind_its_end(done.run):
            # Only a sheet of this folder can have earlier files in its subfolders.
            if done.run.file.parent == self.folder:
                self._remove_earlier_files(journal, done.run)
            self.hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
            if not self.shell.json:
                overtaken = [row.code for row in overtaken_rows(journal, done.run.id)]
                options = settings.options_for(done.run.dialer, done.run.ids)
                first = failed_first(journal, done.run)
                text = as_text(
                    done.run, done.tally, done.files, options=options, overtaken=overtaken, failed_first=first
                )
                self.shell.result(Visible(f"{text}\n"), None)
        return done

    def _place(self, journal: "Journal", run: RunRecord, code: int) -> Path:
        """The subfolder for a sheet: a person looks at one with failures, with data that may be wrong, or with rows
        that wait for a decision in another run: they go once the sheet is given again."""
        from leadsync.run import waits_still

        is_done = code == 0 and not run.doubtful and not waits_still(journal, run)
        return self.folder / (DONE if is_done else ATTENTION)

    def _remove_earlier_files(self, journal: "Journal", run: RunRecord) -> None:
        """Remove the run's files from the other of the two folders."""
        from leadsync.run import set_aside_edited, written_files

        for other in {self.folder / DONE, self.folder / ATTENTION} - {run.output}:
            earlier = replace(run, output=other)
            set_aside_edited(journal, earlier, self.shell.say)
            for path in written_files(earlier).values():
                if path is not None:
                    path.unlink(missing_ok=True)

    def _say_of(self, file: Path, remarks: Iterable["Remark"]) -> None:
        """Say what is to be known about a file, each remark once: a warning may be among them a second time."""
        for remark in dict.fromkeys(remarks):
            self.shell.say(str(replace(remark, text=f"{one_line(file.name)}: {remark.text}")))

    def _already_done(self, journal: "Journal", file: Path, run: RunRecord) -> Handled:
        """Put away a sheet sent before: leadsync ended too early, or somebody put it there once more."""
        from leadsync.run import code_for, written_files

        tally = journal.tally(run.id)
        code = code_for(tally)
        if run.file == file:
            run = self._bring_files(journal, run, code)
        self.hooks.ended(run, tally, written_files(run), code, sent=False)
        handled = self._put_away(journal, file, run, code)
        words = (
            f"{one_line(file.name)} is not sent again: run {run.id} has sent just this, as {one_line(run.file.name)}."
        )
        return replace(handled, words=words)

    def _bring_files(self, journal: "Journal", run: RunRecord, code: int) -> RunRecord:
        """Write a run's files beside its sheet's next place, if another command has left them in the other folder."""
        from leadsync.run import write_files

        place = self._place(journal, run, code)
        if run.output not in {self.folder / DONE, self.folder / ATTENTION} - {place}:
            return run
        journal.hold(run.id)
        journal.update_run(run.id, output=place)
        run = journal.run(run.id)
        write_files(journal, run, self.shell.say)
        self._remove_earlier_files(journal, run)
        return run

    def _put_away(self, journal: "Journal", file: Path, run: RunRecord, code: int) -> Handled:
        from leadsync.run import fingerprint

        try:
            # Moved unread, the new content would count as sent.
            if fingerprint(file) != run.fingerprint:
                words = f"{one_line(file.name)} has changed since run {run.id} read it: what it holds now is sent next."
                return Handled(file, code, run=run.id, words=words)
            moved = move(file, self._place(journal, run, code))
            with suppress(OSError):
                # The note about an earlier version of the sheet.
                _why(self.folder / ATTENTION / file.name).unlink(missing_ok=True)
            return Handled(file, code, moved, run.id)
        except (OSError, SheetError) as error:
            why = f"cannot be moved away ({error}); that is tried again, nothing is sent twice."
            words = f"{one_line(file.name)} was sent, but {why}"
            return Handled(file, code, run=run.id, words=words, again=True)

    def _set_aside(self, journal: "Journal", file: Path, done: "Executed") -> Handled:
        """Put a sheet aside, with a note: a person has stopped its run, and it must not go on by itself."""
        handled = self._put_away(journal, file, done.run, _STOPPED)
        left = done.tally.statuses.get(Status.UNSENT, 0)
        words = (
            f"{one_line(file.name)} was stopped by {done.sent.stopped_by}, with {counted(left, 'row')} left to send. "
            f"{self.shell.called} resume {done.run.id} sends them, and so does its page"
        )
        if handled.moved_to is None:
            return replace(handled, words=f"{words}.", again=True)
        with suppress(OSError), whole_or_not(_why(handled.moved_to)) as note:
            note.write(f"{words}, and the sheet put back into {self.folder}.\n".encode("utf-8", "backslashreplace"))
        return replace(handled, words=f"{words}; until then it is in {handled.moved_to.parent.name}.")

    def _give_up(self, file: Path, error: UsageError) -> Handled:
        """Put a faulty sheet aside, with a note about the reason."""
        words = _for_a_folder(file, error)
        self.hooks.failed(file.name, error)
        try:
            prepare(self.folder)
            moved = move(file, self.folder / ATTENTION)
            # An older note is about a sheet of the same name, taken back since.
            remedy = f"Correct it and put it back into the folder {self.folder}."
            why = one_line(f"{file.name} was not sent: {words} {remedy}")
            with whole_or_not(_why(moved)) as note:
                note.write(f"{why}\n".encode("utf-8", "backslashreplace"))
        except OSError as problem:
            words = f"{words} It cannot be moved to {ATTENTION} either: {problem.strerror}."
            return Handled(file, error.exit_code, words=words, again=True)
        if not self.shell.json:
            self.shell.result(
                f"{one_line(file.name)} was not sent and is in {moved.parent}; {one_line(_why(moved).name)} says why.",
                None,
            )
        return Handled(file, error.exit_code, moved, words=words)

    def _ignore(self, file: Path, why: str, logged: str = "") -> None:
        self.report.ignore(IgnoredFile(file, why.rstrip(".")), logged.rstrip("."))


def _left_unsent(journal: "Journal", run: RunRecord) -> str:
    """Why a finished run has not sent all of its sheet, and what sends the rest; empty if it has."""
    from leadsync.run import left_out, left_to

    if taker := next((one for one in left_to(journal, run) if journal.has_more(one.id)), None):
        took = f"run {taker.id} of {one_line(taker.file.name)} has taken over rows left of run {run.id} of this sheet"
        return f"{took}, and has not sent all of them; `{command('resume', taker.id)}` does."
    by, _ = left_out(journal, run)
    if not by:
        return ""
    left = f"run {by} has begun the sheet of run {run.id} anew, and what was left of that is skipped"
    if journal.has_more(by):
        return f"{left}; `{command('resume', by)}` goes on with it."
    return f"{left}; if it is still to be sent, give it to `leadsync run`, which says what its leads were sent since."


def _why(sheet: Path) -> Path:
    """The path of the note beside a faulty sheet; a very long name is cut for it."""
    # Names end at 255 bytes; the cut may split a character, which is dropped.
    name = os.fsencode(sheet.name)[:_LONGEST_NAME].decode("utf-8", "ignore")
    return sheet.with_name(f"{name}.why.txt")


def _for_a_folder(file: Path, error: UsageError) -> str:
    """The message of an error, with the file's name."""
    words = error.for_folder()
    return words if error.names_file else f"{one_line(file.name)}: {words}"


def _written_here(journal: "Journal", file: Path) -> str:
    """The reason to leave a file of leadsync's own alone: a run by hand writes beside its sheet.

    A file written elsewhere was put here by a person, to be sent.
    """
    run_id = own_run_id(file.name)
    run = journal.find(run_id) if run_id else None
    if run is None:
        return ""
    # Of a run that was gone on with from here the new files are in a subfolder.
    is_as_written = journal.written(run.id).get(str(file)) == state_of(file)
    if run.output.resolve() != file.parent and not is_as_written:
        return ""
    return f"leadsync wrote it here for run {run_id}; once it is corrected, give it another name"


def _could_not_be_read(error: BaseException | None) -> bool:
    """Whether a share or a lock is to blame, and not the content of the file."""
    while error is not None:
        # The error of a damaged archive is an OSError too, but without a number of the system.
        if isinstance(error, OSError) and error.errno is not None:
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False
