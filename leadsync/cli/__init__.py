"""The command line: commands, prompts, exit codes. Only `main` prints errors and exits."""

import _thread
import atexit
import contextlib
import errno
import gc
import logging
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import FrameType
from typing import NoReturn

import click

from leadsync import __version__
from leadsync.cli import (
    campaigns,
    check,
    demo,
    init,
    journal,
    prune,
    report,
    request,
    resolve,
    resume,
    retry,
    run,
    runs,
    show,
    simulate,
    stats,
    stop,
    users,
    watch,
    web,
    worker,
)
from leadsync.cli.options import common_options
from leadsync.cli.shell import Shell, finish_output, last_words, say
from leadsync.cli.usage import unknown, usage_error
from leadsync.errors import Interrupted, LeadsyncError, OutputError, traceback_of, words_of_signal
from leadsync.process_limits import keep_private
from leadsync.terminal import PATIENCE_SECONDS, Visible, visible_lines

_log = logging.getLogger(__name__)


class _InOrder(click.Group):
    """Lists the commands in the order of their first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a sentence for an unknown command."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            close = get_close_matches(args[0], self.commands)
            raise click.UsageError(unknown("command", args[0], close, "`leadsync --help` lists them."), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="leadsync")
def cli() -> None:
    """Bring a spreadsheet of leads and a Noojee Contact dialer together.

    leadsync reads a CSV or Excel sheet and sends every row to the dialer, exactly as fast as the dialer allows. Its
    report gives every row's outcome; the failed rows are ready to correct and send again.
    """


for command in (
    *(init.init, campaigns.campaigns, check.check, run.run, watch.watch, resume.resume, retry.retry),
    *(resolve.resolve, stop.stop),
    *(runs.runs, show.show, request.request, report.report, stats.stats, prune.prune, journal.journal),
    *(web.web, worker.worker, users.users),
    *(simulate.simulate, demo.demo),
):
    cli.add_command(common_options(command))
common_options(cli)


_ENDINGS = {"SIGINT": "Interrupted", "SIGTERM": "Terminated", "SIGHUP": "Hung up"}
"""Signals to end a command, as far as the platform has them, and the word for each."""
_WORD_SECONDS = 0.5
"""From a signal to a word about it, if the command has not ended by then."""
_AGAIN_SECONDS = 0.01
"""The time until a signal is delivered again; by then the finalizer that swallowed it has mostly ended."""


@dataclass(slots=True)
class _Signals:
    """The signals to the running command."""

    struck: list[KeyboardInterrupt | Interrupted] = field(default_factory=list)
    """Their exceptions. Of one that strikes while a model is built, pydantic makes its own error."""
    is_over: bool = False
    """Whether the command has ended: later signals change nothing."""
    stuck_from: float = math.inf
    """The time from which on its last words are stuck, as of `time.monotonic`; another signal ends them."""


_signals = _Signals()


def main() -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    signals = [getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)]
    try:
        _prepare(signals)
        code = exit_code_of(sys.argv[1:])
    except KeyboardInterrupt:
        # Before there was a command to interrupt.
        code = 130
    except Interrupted as error:
        code = 128 + error.signal_number
    finally:
        # Before any call: a signal strikes between two of them.
        _signals.is_over = True
        finish_output()
    sys.exit(code)


def _prepare(signals: Sequence[int]) -> None:
    """Set up the process for a command, with handlers for the signals to end it."""
    for number in signals:
        # An ignored signal stays ignored: `nohup` depends on it.
        if signal.getsignal(number) not in (signal.SIG_IGN, None):
            signal.signal(number, _terminate)
    atexit.register(_ignore, signals)
    keep_private()
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            # A console of another encoding would fail on a name of the sheet.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a stream put in its place may not have it
    sys.unraisablehook = _deliver_again
    # Rows come and go by the million, none of them in a cycle: rarer collections save a fifth of a sheet's time.
    gc.set_threshold(50_000, 20, 50)


def exit_code_of(arguments: list[str]) -> int:
    """Run one command line, print its output or error, and return the exit code."""
    shell_options: dict[str, object] = {}
    _signals.struck.clear()
    last_words.text = ""
    _signals.is_over, _signals.stuck_from = False, math.inf
    try:
        try:
            code = cli.main(arguments, prog_name="leadsync", standalone_mode=False, obj=shell_options)
        finally:
            _signals.is_over = True
            _signals.stuck_from = time.monotonic() + PATIENCE_SECONDS
    except click.ClickException as error:
        words = usage_error(error)
        say(words)
        _put_error(words, as_json="--json" in arguments)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, Interrupted) as error:
        return _ended_by(error)
    except LeadsyncError as error:
        # A settings error has a line for each fault.
        # `str` would lose the type, and with it the mark that these lines are leadsync's own.
        words = error.args[0] if error.args and isinstance(error.args[0], Visible) else str(error)
        _complain(words, shell_options)
        _put_error(words, as_json=bool(shell_options.get("json")) and not isinstance(error, OutputError))
        return error.exit_code
    except Exception as error:
        if _signals.struck:
            return _ended_by(_signals.struck[-1])
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and not shell_options:
            # No command has begun: --help or --version found no room.
            say(f"Standard output cannot be written: {error.strerror}; make room, or send it elsewhere.")
            return 1
        # For the log with -vv; the terminal gets one sentence.
        _log.debug("leadsync failed\n%s", traceback_of(error))
        words = f"leadsync itself failed ({type(error).__name__}: {error}); -v shows where. Please report it."
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            words = (
                f"No further file could be opened ({error}); raise the limit, as by `ulimit -n 1024`, then try again."
            )
        _complain(words, shell_options)
        _put_error(words, as_json=bool(shell_options.get("json")))
        return 1
    return code if isinstance(code, int) else 0


def _open_missing_streams() -> None:
    """Open closed standard streams; the next opened files would get their numbers otherwise."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - open for as long as the process lives


def _put_error(text: str, *, as_json: bool) -> None:
    """With --json, write the error as the one object on standard output."""
    if as_json:
        with contextlib.suppress(OSError, ValueError, OutputError):
            Shell(json=True).result("", {"error": text})


def _complain(text: str, shell_options: dict[str, object]) -> None:
    if shell_options.get("verbose"):
        # Indented, as in the log: a message in it may have lines of its own.
        say(visible_lines(f"    {line}" for line in traceback.format_exc().rstrip("\n").split("\n")))
    say(text)


def _terminate(number: int, _frame: FrameType | None) -> None:
    """End the command by an exception; the next signal ends a wait on its way, and one behind the end does nothing."""
    if _signals.is_over:
        if time.monotonic() > _signals.stuck_from:
            # Nobody reads standard output, say: an exception would end one wait for it, and the exit begin another.
            os._exit(128 + number)
        return
    if not _signals.struck:
        # Not by `threading`: the signal may strike while its locks are held.
        with contextlib.suppress(RuntimeError):
            _thread.start_new_thread(_tell_of_wait, (_signals,))
    words = f"{_ENDINGS[signal.Signals(number).name]}; nothing was being sent."
    _signals.struck.append(KeyboardInterrupt() if number == signal.SIGINT else Interrupted(words, number))
    raise _signals.struck[-1]


def _ignore(numbers: Sequence[int]) -> None:
    """Ignore signals in the last moments: Python gives other handlers back to the system, which would kill it."""
    for number in numbers:
        if signal.getsignal(number) is _terminate:
            signal.signal(number, signal.SIG_IGN)


def _tell_of_wait(signals: _Signals) -> None:
    time.sleep(_WORD_SECONDS)
    if not signals.is_over:
        say("Stopping: what has begun is brought to its end first.")


def _ended_by(error: click.Abort | KeyboardInterrupt | Interrupted) -> int:
    """Say that a signal ended the command, and return its exit code."""
    number, default = signal.SIGINT, "Interrupted; nothing was being sent."
    if isinstance(error, Interrupted):
        number, default = signal.Signals(error.signal_number), str(error)
    say(words_of_signal(error) or last_words.text or default)
    return 128 + number


def _deliver_again(lost: "sys.UnraisableHookArgs") -> None:
    """Deliver a signal again whose exception was lost, because it struck in a finalizer or a callback of C."""
    error = lost.exc_value
    if isinstance(error, KeyboardInterrupt | Interrupted):
        number = error.signal_number if isinstance(error, Interrupted) else signal.SIGINT
        # Not by `threading`: the finalizer may run while its locks are held.
        _thread.start_new_thread(_strike, (number,))
    else:
        sys.__unraisablehook__(lost)


def _strike(number: int) -> None:
    time.sleep(_AGAIN_SECONDS)
    main_thread = threading.main_thread().ident
    if sys.platform == "win32" or main_thread is None:
        signal.raise_signal(number)
    else:
        # That thread itself, for its system call to end.
        signal.pthread_kill(main_thread, number)


__all__ = ["cli", "main"]
