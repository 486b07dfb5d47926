"""The shell of a command: its streams, stuck, full, closed or gone, its questions, and its log."""

import asyncio
import errno
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic_core import SchemaValidator, core_schema

from leadsync import cli
from leadsync.cli.shell import Shell, finish_output, set_up_log
from leadsync.errors import Interrupted, OutputError
from leadsync.log import BackgroundHandler, logged_as
from tests.conftest import Desk, Result

if sys.platform == "win32":
    pytest.skip("file modes are POSIX's, and so are its terminals", allow_module_level=True)

import pexpect

SHEET = ("njExternalLeadId,FirstPhone,njDisposition", *(f"L{n},03832181{n:02},Sale" for n in range(30)))
HOSTILE = "a\x1b[2J\x07\x85\x9b\u202e\u2028b\r\nforged"
SHOWN = r"a\u001b[2J\u0007\u0085\u009b\u202e\u2028b\r\nforged"
RAW = frozenset("\x1b\x07\x85\x9b\u202e\u2028\r")


def leadsync(desk: Desk, *arguments: str | Path, **streams: Any) -> Result:
    """Run a command in a process of its own, with these streams."""
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    command = [sys.executable, "-m", "leadsync", *map(str, arguments)]
    # As users have it: Python buffers what it writes.
    environment = {name: value for name, value in desk.environment.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        command, cwd=desk.folder, env=environment, encoding="utf-8", timeout=120, check=False, **given
    )
    return Result(done.returncode, done.stdout or "", done.stderr or "")


def all_sent(desk: Desk) -> bool:
    """Whether the run's report calls each of the 30 rows succeeded."""
    (report,) = desk.folder.glob("leads.*.report.csv")
    return [row["sync_status"] for row in desk.rows(report)][:30] == ["succeeded"] * 30


@pytest.fixture
def stuck() -> Iterator[tuple[int, int]]:
    """The reading and the writing end of a pipe that is full."""
    if sys.platform != "linux":
        pytest.skip("file modes are POSIX's, and so are pipes of a chosen size")
    import fcntl

    read, write = os.pipe()
    os.write(write, b"x" * fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096))
    yield read, write
    os.close(read)
    os.close(write)


@pytest.fixture
def unread() -> Iterator[int]:
    """The writing end of a pipe whose reader has gone."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal's two sides: the person's and the program's."""
    person, program = os.openpty()
    yield person, program
    for side in (person, program):
        os.close(side)


@pytest.fixture
def hung_up() -> Iterator[io.TextIOWrapper]:
    """A stream to a terminal that has gone."""
    person, program = os.openpty()
    os.close(person)
    with os.fdopen(program, "r+b", buffering=0) as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8", write_through=True)


def test_a_run_is_sent_though_nobody_reads_standard_error(desk: Desk, stuck: tuple[int, int]) -> None:
    desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET)
    done = leadsync(desk, "run", leads, "-vv", stderr=stuck[1])
    assert done.code == 0
    assert "of leads.csv: finished" in done.out
    assert all_sent(desk)


def test_an_error_that_nobody_reads_ends_the_command(desk: Desk, stuck: tuple[int, int]) -> None:
    desk.dialer()
    done = leadsync(desk, "check", "missing.csv", stderr=stuck[1])
    assert done.out == ""
    assert done.code == 2


def test_a_run_is_sent_though_its_terminal_is_stopped(desk: Desk, terminal: tuple[int, int]) -> None:
    import termios

    desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET)
    _, program = terminal
    termios.tcflow(program, termios.TCOOFF)
    done = leadsync(desk, "run", leads, "--yes", stdin=program, stderr=program)
    assert done.code == 0
    assert "of leads.csv: finished" in done.out
    assert all_sent(desk)


@pytest.mark.parametrize("harm", ["no reader", "full", "closed"])
def test_a_run_is_sent_without_standard_error(desk: Desk, unread: int, harm: str) -> None:
    desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET)
    if harm == "full" and not Path("/dev/full").exists():
        pytest.skip("file modes are POSIX's, and so is a device that is always full")
    full = os.open("/dev/full" if harm == "full" else os.devnull, os.O_WRONLY)
    close = (lambda: os.close(2)) if harm == "closed" else None
    done = leadsync(desk, "run", leads, "-v", stderr=unread if harm == "no reader" else full, preexec_fn=close)
    os.close(full)
    assert done.code == 0
    assert "of leads.csv: finished" in done.out
    assert all_sent(desk)


@pytest.mark.parametrize("harm", ["no reader", "closed", "hung up"])
def test_a_run_whose_result_nobody_reads_exits_as_it_went(
    desk: Desk, unread: int, hung_up: io.TextIOWrapper, harm: str
) -> None:
    desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET, "L30,no phone,Sale")
    close = (lambda: os.close(1)) if harm == "closed" else None
    stdout = hung_up.fileno() if harm == "hung up" else unread
    done = leadsync(desk, "run", leads, stdout=stdout, preexec_fn=close)
    assert done.code == 3, "one row is rejected"
    assert "BrokenPipe" not in done.err
    assert "Traceback" not in done.err
    assert all_sent(desk)


def test_a_list_that_is_read_in_part_is_no_failure(desk: Desk, unread: int) -> None:
    desk.dialer()
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    for command in (["runs", "--json"], ["show", run, "--rows"]):
        done = leadsync(desk, *command, stdout=unread)
        assert done.err == ""
        assert done.code == 0


def test_a_full_output_is_an_error_that_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("file modes are POSIX's, and so is a device that is always full")
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="cannot be written: No space left on device"):
            Shell().result("text", None)
        full.flush()


def test_a_question_has_no_yes_from_a_terminal_that_has_gone(
    hung_up: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", hung_up)
    for ask in (Shell().confirm, Shell().wants):
        with pytest.raises(click.Abort):
            ask("Send 30 rows?")


def test_a_question_that_cannot_be_shown_is_not_answered(
    terminal: tuple[int, int], hung_up: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with os.fdopen(os.dup(terminal[1]), encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", hung_up)
        os.write(terminal[0], b"y\n")
        with pytest.raises(click.Abort):
            Shell().confirm("Send 30 rows?")


def test_a_command_whose_question_cannot_be_shown_sends_nothing(
    desk: Desk, unread: int, terminal: tuple[int, int]
) -> None:
    dialer = desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET)
    done = leadsync(desk, "run", leads, stdin=terminal[1], stderr=unread)
    assert done.code == 130
    assert not dialer.ledger.received


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError, OSError])
def test_an_answer_that_does_not_come_is_none(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    def interrupted() -> str:
        raise end

    monkeypatch.setattr("builtins.input", interrupted)
    with os.fdopen(os.dup(terminal[1]), encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(click.Abort):
            Shell().confirm("Send 30 rows?")


def test_a_question_comes_behind_the_messages_before_it(
    stuck: tuple[int, int], terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.terminal.PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr("builtins.input", lambda: "y")
    read, write = stuck
    with (
        os.fdopen(os.dup(terminal[1]), encoding="utf-8") as stdin,
        os.fdopen(os.dup(write), "w", encoding="utf-8") as stderr,
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", stderr)
        for text in ("x" * 6000, "52 rows say what their lead was last sent."):
            Shell().say(text)
        got = bytearray()

        def read_on() -> None:
            while b"[y/N]: " not in got:
                got.extend(os.read(read, 4096))

        reader = threading.Timer(0.05, read_on)
        reader.start()
        assert Shell().confirm("Send 30 rows?")
        reader.join()
    assert got.endswith(b"last sent.\nSend 30 rows? [y/N]: ")


def test_nobody_to_ask_is_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        for nobody in (io.StringIO(), nothing):
            monkeypatch.setattr(sys, "stdin", nobody)
            assert Shell().confirm("Send 30 rows?")
            assert not Shell().wants("Send them again?")


@pytest.mark.parametrize(
    ("default", "typed", "answer", "times"),
    [(None, b"\nx\nY\n", True, 3), (None, b"\nno\n", False, 2), (False, b"\n", False, 1), (True, b"\n", True, 1)],
)
def test_an_empty_answer(
    terminal: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    default: bool | None,
    typed: bytes,
    answer: bool,
    times: int,
) -> None:
    err = io.StringIO()
    with os.fdopen(os.dup(terminal[1]), encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", err)
        os.write(terminal[0], typed)
        assert Shell().confirm(f"Send {HOSTILE}?", default=default) is answer
    assert err.getvalue().count("Send") == times
    assert not RAW & set(err.getvalue())


@pytest.mark.parametrize(("ignored", "code"), [(False, 129), (True, 0)])
def test_a_terminal_that_hangs_up_ends_a_command_that_sends_nothing(desk: Desk, ignored: bool, code: int) -> None:
    dialer = desk.dialer()
    leads = desk.sheet("leads.csv", *SHEET)
    child = pexpect.spawn(
        sys.executable, ["-m", "leadsync", "run", str(leads)],
        cwd=str(desk.folder), env=desk.environment, encoding="utf-8", timeout=60, ignore_sighup=ignored,
    )  # fmt: skip
    child.expect_exact("[y/N]: ")
    for _ in range(10):
        # Python can miss one that comes just before it begins to read.
        child.kill(signal.SIGHUP)
        if ignored:
            child.sendline("n")
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    # Closing would kill a process that is still at its end.
    child.wait()
    child.close()
    assert child.exitstatus == code
    assert ("Hung up; nothing was being sent." in child.before) is not ignored
    assert "Traceback" not in child.before
    assert not dialer.ledger.received


def test_hidden_characters_do_not_reach_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    Shell().say(HOSTILE)
    assert capfd.readouterr().err == f"{SHOWN}\n"


def test_hidden_characters_do_not_reach_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    Shell().put(HOSTILE)
    assert capsys.readouterr().out == f"{SHOWN}\n"
    Shell(json=True).result("", {"text": HOSTILE})
    printed = capsys.readouterr().out
    assert not RAW & set(printed)
    assert json.loads(printed) == {"text": HOSTILE}


def test_own_colours_reach_a_terminal_and_others_do_not(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadsync.cli.columns import Column, table

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(os.dup(terminal[1]), "w", encoding="utf-8") as screen:
        monkeypatch.setattr(sys, "stdout", screen)
        for line in table((Column("status"), Column("file")), [("failed", "\x1b[31mred\x1b[8m")]):
            Shell().put(line)
    got = b""
    while got.count(b"\r\n") < 2:
        got += os.read(terminal[0], 1000)
    _, line, _ = got.decode().split("\r\n")
    assert line == "\x1b[31mfailed\x1b[0m  " + r"\u001b[31mred\u001b[8m"


@pytest.mark.parametrize("arguments", [["check", HOSTILE], [f"--{HOSTILE}"], ["-v", "check", HOSTILE], [HOSTILE]])
def test_hidden_characters_do_not_pass_through_errors(desk: Desk, arguments: list[str]) -> None:
    desk.dialer()
    done = desk.leadsync(*arguments)
    assert done.code == 2
    assert "[2J" in done.err
    assert not RAW & set(done.err)


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield logging.getLogger("leadsync.tests")
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = handlers, level


def _log_one(log: logging.Logger, file: Path, form: str) -> str:
    set_up_log(Shell(log_file=file, log_format=form, verbose=1))
    try:
        raise ValueError(HOSTILE)  # noqa: TRY301 - its trace is what is looked at
    except ValueError:
        with logged_as("20261123-210455-7f3a"):
            log.warning("row %d: %s", 7, HOSTILE, extra={"row": 7}, exc_info=True)
    for handler in logging.getLogger().handlers:
        handler.close()
    return file.read_bytes().decode("utf-8")


def test_the_text_log_hides_nothing_and_no_line_is_forged(log: logging.Logger, tmp_path: Path) -> None:
    text = _log_one(log, tmp_path / "log", "text")
    first, *others = text.splitlines()
    assert first.endswith(
        r"WARNING leadsync.tests: run 20261123-210455-7f3a: row 7: a\u001b[2J\u0007\u0085\u009b\u202e\u2028b\r\nforged"
    )
    assert "    Traceback (most recent call last):" in others
    assert all(line.startswith("    ") for line in others), "a line of the trace cannot be taken for a record"
    assert "    forged" in others
    assert not RAW & set(text)


def test_the_json_log_hides_nothing_and_keeps_the_text(log: logging.Logger, tmp_path: Path) -> None:
    text = _log_one(log, tmp_path / "log", "json")
    assert text.count("\n") == 1
    assert not RAW & set(text)
    line = json.loads(text)
    assert (line["message"], line["row"], line["run"]) == (f"row 7: {HOSTILE}", 7, "20261123-210455-7f3a")
    assert line["trace"].startswith("Traceback (most recent call last):\n")
    assert line["trace"].endswith(f"ValueError: {HOSTILE}\n")


def test_a_log_that_is_stuck_holds_nobody_up(log: logging.Logger, stuck: tuple[int, int]) -> None:
    log.handlers = [BackgroundHandler(os.fdopen(os.dup(stuck[1]), "w"), closes=True)]
    before = time.monotonic()
    for number in range(1000):
        log.warning("row %d", number)
    assert time.monotonic() - before < 60


def test_a_log_on_a_full_disk_is_nobodys_error(log: logging.Logger, capfd: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("file modes are POSIX's, and so is a device that is always full")
    set_up_log(Shell(log_file=Path("/dev/full")))
    log.warning("row 7")
    logging.getLogger().handlers[0].close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("number", "before", "code"),
    [("SIGINT", "keep_private", 130), ("SIGINT", "gc", 130), ("SIGTERM", "gc", 143), ("SIGHUP", "gc", 129)],
)
def test_a_signal_before_the_command_and_one_at_the_very_end_leave_no_trace(
    number: str, before: str, code: int
) -> None:
    if not hasattr(signal, number):
        pytest.skip("Windows has no such signal")
    strike = f"lambda *_, do=signal.raise_signal: do({int(signal.Signals[number])})"
    patch = f"SimpleNamespace(set_threshold={strike})" if before == "gc" else strike
    program = (
        "import signal, sys; from types import SimpleNamespace; from leadsync import cli; "
        f"last = type('Last', (), {{'__del__': {strike}}})(); "  # goes when Python has taken its handlers back
        f"cli.{before} = {patch}; sys.argv = ['leadsync', 'runs']; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


class _Value:
    def __init__(self, number: int) -> None:
        self._number = number

    def __repr__(self) -> str:
        signal.raise_signal(self._number)
        return ""


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated"), (signal.SIGHUP, 129, "Hung up")],
)
def test_a_signal_in_the_making_of_a_model_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: signal.Signals, code: int, word: str
) -> None:
    """Pydantic raises an error of its own there, with no link to the signal's."""
    model = core_schema.literal_schema([_Value(number)])
    monkeypatch.setattr(cli.cli, "main", lambda *_, **__: SchemaValidator(model))
    before = signal.signal(number, cli._terminate)
    try:
        assert cli.exit_code_of(["runs"]) == code
    finally:
        signal.signal(number, before)
    assert capfd.readouterr().err == f"{word}; nothing was being sent.\n"


@pytest.mark.parametrize(
    ("first", "code", "words"),
    [
        (None, 0, ""),
        ("SIGINT", 130, "Interrupted; nothing was being sent.\n"),
        ("SIGTERM", 143, "Terminated; nothing was being sent.\n"),
        ("SIGHUP", 129, "Hung up; nothing was being sent.\n"),
    ],
)
@pytest.mark.parametrize("place", ["say", "finish_output"])
def test_signals_behind_the_end_of_a_command_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    place: str,
    first: str | None,
    code: int,
    words: str,
) -> None:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    do = getattr(cli, place)
    exits: list[int] = []

    def struck(*arguments: str) -> None:
        do(*arguments)
        for number in numbers:
            signal.raise_signal(number)
        assert not exits
        cli._signals.stuck_from = time.monotonic() - 1.0
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(cli.cli, "main", lambda *_, **__: first and signal.raise_signal(signal.Signals[first]))
    monkeypatch.setattr(cli, place, struck)
    monkeypatch.setattr(os, "_exit", exits.append)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = {number: signal.signal(number, cli._terminate) for number in numbers}
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert (ended.value.code, capfd.readouterr().err) == (code, words)
    assert exits == ([143] if words or place == "finish_output" else []), "its last words were stuck by then"


def test_a_signal_whose_effect_takes_a_while_has_a_word_at_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_WORD_SECONDS", 0.0)
    told, say = threading.Event(), cli.say

    def heard(words: str) -> None:
        say(words)
        told.set()

    def work(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            assert told.wait(60)

    monkeypatch.setattr(cli, "say", heard)
    monkeypatch.setattr(cli.cli, "main", work)
    before = signal.signal(signal.SIGTERM, cli._terminate)
    try:
        assert cli.exit_code_of(["runs"]) == 143
    finally:
        signal.signal(signal.SIGTERM, before)
    *stopping, last = capfd.readouterr().err.splitlines()
    # A signal that a finalizer has swallowed is delivered again, and told again.
    assert set(stopping) == {"Stopping: what has begun is brought to its end first."}
    assert last == "Terminated; nothing was being sent."


class _Finalized:
    def __init__(self, number: int) -> None:
        self._number = number

    def __del__(self) -> None:
        signal.raise_signal(self._number)


@pytest.mark.parametrize(("number", "ended"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Interrupted)])
@pytest.mark.parametrize("wait", [lambda: threading.Event().wait(60), lambda: asyncio.run(asyncio.sleep(60))])
def test_a_signal_in_a_finalizer_ends_the_command_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    number: signal.Signals,
    ended: type[BaseException],
    wait: Callable[[], object],
) -> None:
    def work() -> None:
        _Finalized(number)
        wait()

    monkeypatch.setattr(sys, "unraisablehook", cli._deliver_again)
    monkeypatch.setattr(cli, "_signals", cli._Signals())
    before = signal.signal(number, cli._terminate)
    try:
        with pytest.raises(ended):
            work()
        assert signal.getsignal(number) is cli._terminate
    finally:
        cli._signals.is_over = True
        signal.signal(number, before)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("options", [{}, {"verbose": 2}, {"log_format": "json"}, {"log_file": "log"}], ids=str)
def test_words_about_long_work_are_shown_as_they_are_wherever_the_log_goes(
    options: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "log_file" in options:
        options = {"log_file": tmp_path / "log"}
    set_up_log(Shell(**options))
    logging.getLogger("leadsync.long_work").info("Reading leads.csv: 40,000 rows so far")
    finish_output()
    assert capsys.readouterr().err == "Reading leads.csv: 40,000 rows so far\n"


def test_too_many_open_files_are_no_fault_of_leadsync(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files", "leads.csv")

    monkeypatch.setattr(cli.cli, "main", fail)
    assert cli.exit_code_of(["runs"]) == 1
    assert capfd.readouterr().err == (
        "No further file could be opened ([Errno 24] Too many open files: 'leads.csv'); raise the limit, as by "
        "`ulimit -n 1024`, then try again.\n"
    )
