"""The results of a watched folder: said at once, and for scripts at the end."""

import logging
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadsync.cli.shell import Shell
from leadsync.errors import SheetError
from leadsync.log import logged_as
from leadsync.post_run import PostRunHooks
from leadsync.terminal import one_line
from leadsync.watch import ATTENTION, DONE, Handled, IgnoredFile, exists, look

_log = logging.getLogger(__name__)

_WORST_LAST = (0, 3, 4, 2, 1)
"""Exit codes below 128, from good to bad."""
# A watch may last for months: its list of files must not grow without end.
_MOST_LISTED = 1000


@dataclass
class WatchReport:
    """Says and counts the results of files; `code` is the exit code of `watch`, the worst of theirs."""

    shell: Shell
    folder: Path
    hooks: PostRunHooks
    code: int = 0
    count: int = 0
    handled: deque[Handled] = field(default_factory=lambda: deque(maxlen=_MOST_LISTED))
    ignored: dict[Path, str] = field(default_factory=dict)

    def ignore(self, ignored: IgnoredFile, logged: str = "") -> None:
        """Say the reason for a file left alone, once for each reason; `logged` are its words without the sheet's."""
        if self.ignored.get(ignored.path) == ignored.why:
            return
        self.ignored[ignored.path] = ignored.why
        self.shell.say(f"{one_line(ignored.path.name)} is left alone: {ignored.why}.")
        _log.info("%s is left alone: %s", ignored.path.name, logged or ignored.why)

    def be_away(self, why: str) -> None:
        """Say that the folder is unreadable, or, without `why`, readable again."""
        from leadsync.alerts import RunResult

        words = f"{self.folder} cannot be read: {why}; leadsync waits for it." if why else f"{self.folder} is back."
        self.shell.say(words)
        _log.warning("%s", words)
        if why:
            self.code = max(self.code, 4, key=_severity)
        self.hooks.tell(
            RunResult(f"the folder {self.folder.name}", 4 if why else 0, reason=words, of_file=True, sent=False)
        )

    def say_orphans(self) -> None:
        """Name the stopped runs of this folder without their sheet: a person may have wanted the stop, or not."""
        with self.shell.journal() as journal:
            stopped = [
                run
                for run in journal.runs()
                if run.complete and not run.finished and run.file.parent == self.folder and not exists(run.file)
            ]
        if not stopped or not self.folder.is_dir():
            return
        there = {_fingerprint(found.path) for found in look(self.folder)[0]}
        for run in stopped:
            if run.fingerprint in there:
                continue
            moved = (
                one for one in (ATTENTION, DONE) if _fingerprint(self.folder / one / run.file.name) == run.fingerprint
            )
            where = next((f"in {one}" for one in moved), "gone")
            words = (
                f"its run {run.id} has not finished and its file is {where}; go on with it: leadsync resume {run.id}"
            )
            self.ignore(IgnoredFile(run.file, words))

    def note(self, handled: Handled) -> None:
        """Count a file, and say its result."""
        if handled.words:
            self.shell.say(handled.words)
        where = f", moved to {handled.moved_to.parent.name}" if handled.moved_to else ""
        with logged_as(handled.run):
            _log.info("%s: exit code %d%s", handled.file.name, handled.code, where)
        self.code = max(self.code, handled.code, key=_severity)
        self.handled.append(handled)
        self.count += 1

    def as_json(self) -> dict[str, Any]:
        """The results for a script."""
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
            "left": [{"file": str(path), "why": why} for path, why in self.ignored.items()],
        }


def _fingerprint(file: Path) -> str:
    """The digest of a file's bytes; empty for one that is not there or cannot be read."""
    from leadsync.run import fingerprint

    try:
        return fingerprint(file)
    except SheetError:
        return ""


def _severity(code: int) -> int:
    return code if code >= 128 else _WORST_LAST.index(code)
