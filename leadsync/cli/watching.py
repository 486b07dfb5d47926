"""The command that nobody has to type: it sends what is put into a folder, night after night."""

import logging
import os
import re
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.aftercare import Aftercare
from leadsync.cli.choices import campaign_option, insert_missing_option, inserts_wished, metrics_option
from leadsync.cli.input_file import input_file
from leadsync.cli.known_dialers import meet_dialer
from leadsync.cli.sending import ready_to_send, sound_journal
from leadsync.cli.shell import Shell, current_shell, set_up_log
from leadsync.errors import (
    BusyError,
    Interrupted,
    LeadsyncError,
    SheetError,
    UsageError,
)
from leadsync.file_names import own_run_id
from leadsync.log import logged_as
from leadsync.models import Inserts, RunRecord
from leadsync.private_files import whole_or_not
from leadsync.terminal import Visible, one_line
from leadsync.watch import (
    ATTENTION,
    DONE,
    FolderWatcher,
    Handled,
    IgnoredFile,
    SystemClock,
    look,
    move,
    prepare,
)

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.run import Executed, Plan

_log = logging.getLogger(__name__)

_WORST_LAST = (0, 3, 4, 2, 1)
_MOST_LISTED = 1000
_LONGEST_NAME = 240
"""Bytes of a sheet's name in the name of the note beside it."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Send what lies there now, then end: for cron and systemd timers.")
@click.option("--every", type=click.FloatRange(min=1), default=60, show_default=True, help="Seconds between two looks.")
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    help="For how many seconds a file must not have changed.",
)
@campaign_option
@insert_missing_option
@metrics_option
def watch(
    folder: Path,
    once: bool,
    every: float,
    settle: float,
    campaign: str | None,
    insert_missing: bool,
    metrics_file: Path | None,
) -> int:
    """Send every sheet that is put into FOLDER, then move it to FOLDER/done or FOLDER/attention."""
    from leadsync.journal import folder_lock

    shell = current_shell()
    set_up_log(shell)
    folder = folder.resolve()
    care = Aftercare(shell, folder, metrics_file)
    work = Work(shell, folder, care, campaign, inserts_wished(insert_missing))
    watcher = FolderWatcher(folder, SystemClock(), work, work.ignore, work.be_away, every=every, settle=settle)
    with folder_lock(shell.state_folder(), folder):
        try:
            work.settings()
            _watch(shell, watcher, work, once=once)
        except Interrupted as error:
            shell.say(str(error))
            work.code = 128 + error.signal_number
        except KeyboardInterrupt:
            work.code = 130
        except Exception as error:
            care.failed(folder.name, error)
            raise
    if shell.json:
        shell.result("", work.as_json())
    elif not work.count:
        shell.result(f"There was nothing to send in {folder}.", None)
    if not work.count:
        care.measure(work.code)
    return work.code


def _watch(shell: Shell, watcher: FolderWatcher, work: "Work", *, once: bool) -> None:
    if not once:
        shell.say(f"Watching {watcher.folder}; Ctrl-C ends it.")
    work.tell_orphans()
    try:
        for handled in watcher.once() if once else watcher.forever():
            work.note(handled)
            if work.code >= 128:
                return
    except OSError as error:
        raise UsageError(
            f"The folder {watcher.folder} cannot be read: {error.strerror}; check its path, and that it is connected."
        ) from error


@dataclass
class Work:
    """Runs one file after the other, and knows how the night went."""

    shell: Shell
    folder: Path
    care: Aftercare
    campaign: str | None
    inserts: Inserts | None
    code: int = 0
    count: int = 0
    handled: deque[Handled] = field(default_factory=lambda: deque(maxlen=_MOST_LISTED))
    left: dict[Path, str] = field(default_factory=dict)

    def __call__(self, file: Path) -> Handled | None:
        """Run one file and move it where it belongs; None where it is left alone for now. Raises Interrupted alone.

        Whatever a file meets is its own: the other files of the round are tried all the same.
        """
        try:
            settings = self.settings()
        except LeadsyncError as error:
            return self._try_again(file, error)
        try:
            with sound_journal(self.shell) as journal, input_file(file, links=False) as (named, content):
                if why := _written_here(journal, named):
                    self._leave_alone(file, why)
                    return None
                return self._run(journal, named, content, settings)
        except BusyError as error:
            self._leave_alone(file, str(error))
        except Interrupted:
            raise
        except UsageError as error:
            if _exists(file) and not _could_not_be_read(error):
                return self._give_up(file, error)
            self._leave_alone(file, str(error))
        except Exception as error:
            if not isinstance(error, LeadsyncError | OSError):
                _log.exception("%s failed", file.name)
            return self._try_again(file, error)
        return None

    def _try_again(self, file: Path, error: Exception) -> Handled:
        """The file stays, and is tried again after a pause."""
        if isinstance(error, LeadsyncError):
            words, code = str(error), error.exit_code
        elif isinstance(error, OSError):
            words, code = f"{error.filename or self.folder} cannot be used: {error.strerror}; it is tried again.", 2
        else:
            words, code = f"leadsync itself failed ({type(error).__name__}: {error}); it is tried again.", 1
        self.care.failed(file.name, error if isinstance(error, LeadsyncError) else UsageError(words))
        return Handled(file, code, words=f"{one_line(file.name)}: {words}", again=True)

    def settings(self) -> "Settings":
        """The settings as they stand now, so that what is put right there counts from the next file on."""
        self.care.settings = self.shell.settings()
        settings = ready_to_send(self.care.settings.for_campaign(self.campaign))
        meet_dialer(self.shell, settings)
        return settings

    def ignore(self, ignored: IgnoredFile) -> None:
        """A file is left alone; said once for each reason."""
        if self.left.get(ignored.path) == ignored.why:
            return
        self.left[ignored.path] = ignored.why
        self.shell.say(f"{one_line(ignored.path.name)} is left alone: {ignored.why}.")
        _log.info("%s is left alone: %s", ignored.path.name, ignored.why)

    def be_away(self, why: str) -> None:
        """The folder cannot be read, or can again."""
        from leadsync.alerts import RunResult

        words = f"{self.folder} cannot be read: {why}; leadsync waits for it." if why else f"{self.folder} is back."
        self.shell.say(words)
        _log.warning("%s", words)
        if why:
            self.code = max(self.code, 4, key=_severity)
        self.care.tell(
            RunResult(f"the folder {self.folder.name}", 4 if why else 0, reason=words, of_file=True, sent=False)
        )

    def tell_orphans(self) -> None:
        """Say which runs stopped whose sheet is not there any more: a person may have meant to stop it, or not."""
        from leadsync.run import fingerprint

        with self.shell.journal() as journal:
            stopped = [
                run
                for run in journal.runs()
                if run.complete and not run.finished and run.file.parent == self.folder and not _exists(run.file)
            ]
        if not stopped or not self.folder.is_dir():
            return
        there = set()
        for found in look(self.folder)[0]:
            with suppress(SheetError):
                there.add(fingerprint(found.path))
        for run in stopped:
            if run.fingerprint not in there:
                words = (
                    f"its run {run.id} has not finished and its file is gone; go on with it: leadsync resume {run.id}"
                )
                self.ignore(IgnoredFile(run.file, words))

    def note(self, handled: Handled) -> None:
        """Count a file that was worked on."""
        if handled.words:
            self.shell.say(handled.words)
        where = f", moved to {handled.moved_to.parent.name}" if handled.moved_to else ""
        with logged_as(handled.run):
            _log.info("%s: exit code %d%s", handled.file.name, handled.code, where)
        self.code = max(self.code, handled.code, key=_severity)
        self.handled.append(handled)
        self.count += 1

    def as_json(self) -> dict[str, Any]:
        """The night for a script."""
        return {
            "folder": str(self.folder),
            "files": [
                {
                    "file": str(one.file),
                    "code": one.code,
                    "run": one.run or None,
                    "moved_to": str(one.moved_to) if one.moved_to else None,
                    "words": one.words or None,
                }
                for one in self.handled
            ],
            "left": [{"file": str(path), "why": why} for path, why in self.left.items()],
        }

    def _run(self, journal: "Journal", file: Path, content: Path, settings: "Settings") -> Handled:
        from leadsync.run import Wishes, check_output, plan_content

        prepare(self.folder)
        wishes = Wishes(content=content, output=self.folder / DONE, inserts=self.inserts)
        while True:
            plan = plan_content(journal, file, settings, wishes, journal.now())
            if plan.nothing_to_do:
                return self._already_done(journal, file, plan.run)
            try:
                check_output(plan.run.output, plan.run)
            except UsageError:
                plan.discard()
                raise
            for remark in plan.remarks:
                loud = "! " if remark.startswith("! ") else ""
                self.shell.say(f"{loud}{one_line(file.name)}: {remark.removeprefix(loud)}")
            changed = plan.then is not None
            if plan.then is not None:
                plan.then.discard()
            done = self._send(journal, plan, settings)
            if not (changed and done.run.finished):
                break
            # The file has changed since that run: what it holds now is sent behind it.
            self.note(Handled(file, done.code, run=done.run.id))
        if done.code >= 128 or (done.code == 4 and not done.sent.failed_early):
            words = f"{one_line(file.name)} is gone on with later." if done.code == 4 else ""
            over = done.code >= 128 or not done.sent.heard
            return Handled(file, done.code, run=done.run.id, words=words, again=True, over=over)
        return self._put_away(journal, file, done.run, done.code)

    def _send(self, journal: "Journal", plan: "Plan", settings: "Settings") -> "Executed":
        """Send a plan; its files go where the sheet is going, and those of an earlier stop are taken away."""
        from leadsync.report import as_text
        from leadsync.run import execute

        with logged_as(plan.run.id):
            _log.info("%s begins", plan.run.file.name)
        done = execute(
            journal,
            plan,
            settings,
            lambda _rows: _progress(),
            self.shell.say,
            warnings=[remark for remark in plan.remarks if remark.startswith("! ")],
            output_for=lambda code: self.folder / (DONE if code == 0 else ATTENTION),
        )
        if done.run.file.parent == self.folder:
            self._remove_earlier_files(journal, done.run)
        self.care.ended(done.run, done.tally, done.files, done.code)
        if not self.shell.json:
            self.shell.result(Visible(f"{as_text(done.run, done.tally, done.files)}\n"), None)
        return done

    def _remove_earlier_files(self, journal: "Journal", run: RunRecord) -> None:
        """Remove the run's files from the other of the two folders."""
        from leadsync.run import set_aside_edited, written_files

        for other in {self.folder / DONE, self.folder / ATTENTION} - {run.output}:
            earlier = replace(run, output=other)
            set_aside_edited(journal, earlier, self.shell.say)
            for path in written_files(earlier).values():
                if path is not None:
                    path.unlink(missing_ok=True)

    def _already_done(self, journal: "Journal", file: Path, run: RunRecord) -> Handled:
        """The sheet was sent before: leadsync ended before it was moved, or somebody put it there once more."""
        from leadsync.run import code_for, written_files

        tally = journal.tally(run.id)
        code = code_for(tally)
        self.care.ended(run, tally, written_files(run), code, sent=False)
        handled = self._put_away(journal, file, run, code)
        words = (
            f"{one_line(file.name)} is not sent again: run {run.id} has sent just this, as {one_line(run.file.name)}."
        )
        return replace(handled, words=words)

    def _put_away(self, journal: "Journal", file: Path, run: RunRecord, code: int) -> Handled:
        from leadsync.run import fingerprint

        try:
            if fingerprint(file) != run.fingerprint:
                words = f"{one_line(file.name)} has changed since run {run.id} read it: what it holds now is sent next."
                return Handled(file, code, run=run.id, words=words)
            moved = move(file, self.folder / (DONE if code == 0 else ATTENTION))
            with suppress(OSError):
                # It was refused once, and is corrected now.
                _why(self.folder / ATTENTION / file.name).unlink(missing_ok=True)
            return Handled(file, code, moved, run.id)
        except (OSError, SheetError) as error:
            why = f"cannot be moved away ({error}); that is tried again, nothing is sent twice."
            words = f"{one_line(file.name)} was sent, but {why}"
            return Handled(file, code, run=run.id, words=words, again=True)

    def _give_up(self, file: Path, error: UsageError) -> Handled:
        """The sheet cannot be sent as it is: put it aside with a word about why."""
        words = _for_a_folder(file, error)
        self.care.failed(file.name, type(error)(words))
        try:
            prepare(self.folder)
            moved = move(file, self.folder / ATTENTION)
            # One that is there already is about a sheet of this name that was taken back.
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

    def _leave_alone(self, file: Path, why: str) -> None:
        self.ignore(IgnoredFile(file, why.rstrip(".")))


def _why(sheet: Path) -> Path:
    """The note beside a sheet that could not be sent; a very long name is cut for it."""
    name = os.fsencode(sheet.name)[:_LONGEST_NAME].decode("utf-8", "ignore")
    return sheet.with_name(f"{name}.why.txt")


def _for_a_folder(file: Path, error: UsageError) -> str:
    """The error's sentence, with the file's name and without advice about options that `watch` does not have."""
    words = re.sub(r"name the one to read, such as --sheet .*\.$", "leave one sheet with data in it.", str(error))
    words = words.replace(", or name its encoding with --encoding", "")
    return words if one_line(file.name) in words else f"{one_line(file.name)}: {words}"


def _severity(code: int) -> int:
    return code if code >= 128 else _WORST_LAST.index(code)


def _written_here(journal: "Journal", file: Path) -> str:
    """Why a file is left alone that leadsync wrote: a run by hand leaves its files beside its sheet.

    One that was written elsewhere was put here by a person, who wants it to be sent.
    """
    run_id = own_run_id(file.name)
    run = journal.find(run_id) if run_id else None
    if run is None or run.output.resolve() != file.parent:
        return ""
    return f"leadsync wrote it here for run {run_id}; once it is corrected, give it another name"


def _could_not_be_read(error: BaseException | None) -> bool:
    """Whether a share or a lock is to blame, and not what the file holds."""
    while error is not None:
        # A damaged archive is one too by its class, but no number of the system's.
        if isinstance(error, OSError) and error.errno is not None:
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _progress() -> Any:
    from leadsync.progress import SilentProgress

    return SilentProgress(sys.stderr)
