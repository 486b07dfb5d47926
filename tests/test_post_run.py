"""The hooks behind a run: who is told, what is measured, and that their own failures raise nothing."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from leadsync import alerts, long_work
from leadsync.config import settings_from
from leadsync.errors import BusyError, NotConfirmed, SheetError
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from leadsync.post_run import PostRunHooks, post_run_hooks
from leadsync.tallies import Tally
from tests.journal.samples import RUN, a_run


@dataclass
class Program:
    """The program around the hooks, with the sentences it was told to say."""

    state: Path
    said: list[str] = field(default_factory=list)

    def state_folder(self) -> Path:
        return self.state

    def journal(self) -> Journal:
        return open_journal(self.state)

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def titles(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The titles that came to the address of the environment."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            came.append(body["title"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("LEADSYNC_NOTIFY_URLS", f"json://127.0.0.1:{server.server_port}/")
    yield came
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "state").mkdir(mode=0o700)
    return Program(tmp_path / "state")


@pytest.fixture
def hooks(program: Program, tmp_path: Path) -> PostRunHooks:
    hooks = PostRunHooks(program, tmp_path, tmp_path / "leadsync.prom")
    hooks.settings = settings_from({}, "the test")
    return hooks


def test_a_failed_run_is_told_once_and_its_recovery_too(hooks: PostRunHooks, titles: list[str], tmp_path: Path) -> None:
    run = a_run(tmp_path)
    bad = Tally(10, {Status.FAILED: 10})
    hooks.ended(run, bad, {}, 4, cause="away")
    hooks.ended(run, bad, {}, 4, cause="away")
    assert len(titles) == 1
    hooks.ended(run, Tally(10, {Status.SUCCEEDED: 10}), {}, 0)
    assert len(titles) == 2


def test_a_run_ended_by_a_signal_is_no_news_but_measured(
    hooks: PostRunHooks, titles: list[str], tmp_path: Path
) -> None:
    hooks.ended(a_run(tmp_path), Tally(10, {Status.FAILED: 10}), {}, 143)
    assert titles == []
    assert (tmp_path / "leadsync.prom").is_file()


def test_the_next_step_in_a_message_goes_to_the_campaign_of_the_run(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results: list[alerts.RunResult] = []
    monkeypatch.setattr(PostRunHooks, "tell", lambda _hooks, result: results.append(result))
    first = {"template_id": 41, "campaign_id": 7, "allocation_id": 38}
    values = {"server": {"url": "http://127.0.0.1"}, "campaign": first, "campaigns": {"winback": {"campaign_id": 41}}}
    hooks = PostRunHooks(program, tmp_path)
    hooks.settings = settings_from(values, "the test")
    run = replace(a_run(tmp_path), complete=True, finished=True)
    hooks.ended(run, Tally(10, {Status.REJECTED: 10}), {"retry": Path("t.csv")}, 3)
    assert results[0].summary.splitlines()[-1].endswith(": leadsync run t.csv --campaign winback")


def test_without_settings_there_is_nobody_to_tell(program: Program, titles: list[str], tmp_path: Path) -> None:
    PostRunHooks(program, tmp_path).failed("leads.csv", SheetError("leads.csv: the file is empty."))
    assert (titles, program.said) == ([], [])


def test_news_that_reached_nobody_stays_news(
    hooks: PostRunHooks, program: Program, titles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("LEADSYNC_NOTIFY_URLS", "json://127.0.0.1:9/")
        hooks.failed("leads.csv", SheetError("leads.csv: the file is empty."))
    assert len(program.said) == 1
    hooks.failed("leads.csv", SheetError("leads.csv: the file is empty."))
    assert len(titles) == 1


def test_figures_that_cannot_be_written_are_said(program: Program, tmp_path: Path) -> None:
    PostRunHooks(program, tmp_path, tmp_path / "missing" / "leadsync.prom").measure(0)
    [said] = program.said
    assert said.startswith("The metrics cannot be written to ")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SheetError("leads.csv: the file is empty."), 1),
        (ValueError("a fault of leadsync"), 1),
        (BusyError("it is being sent"), 0),
        (NotConfirmed("no"), 0),
    ],
)
def test_an_error_is_told_and_raised_unless_a_person_or_another_process_has_the_sheet(
    program: Program, titles: list[str], tmp_path: Path, error: Exception, told: int
) -> None:
    with pytest.raises(type(error)), post_run_hooks(program, tmp_path / "leads.csv", None) as hooks:  # noqa: PT012
        hooks.settings = settings_from({}, "the test")
        raise error
    assert len(titles) == told


def test_the_journals_totals_are_measured(hooks: PostRunHooks, program: Program, tmp_path: Path) -> None:
    with program.journal() as journal:
        journal.create(a_run(tmp_path))
        journal.confirm(RUN)
        journal.update_run(RUN, finished=True, seconds=2.5)
    hooks.measure(3)
    assert "2.5" in (tmp_path / "leadsync.prom").read_text("utf-8")


def test_people_who_are_told_slowly_are_named_by_their_number(
    hooks: PostRunHooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that does not answer takes four seconds, one after the other."""
    said, enough = list[str](), threading.Event()

    def hear(_: str, text: str) -> None:
        said.append(text)
        enough.set()

    def deliver(*_: object) -> Iterator[str]:
        assert enough.wait(60)
        yield "The message could not be delivered to address 1."

    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", hear)
    monkeypatch.setattr(alerts, "deliver", deliver)
    monkeypatch.setenv("LEADSYNC_NOTIFY_URLS", "json://127.0.0.1:9/ json://127.0.0.1:10/")
    hooks.failed("leads.csv", SheetError("leads.csv: the file is empty."))
    assert said[0] == "Telling 2 addresses of [notify], and waiting for what they answer"
