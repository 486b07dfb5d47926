"""The command of a worker: what it needs before it waits for runs."""

import pytest

from tests.conftest import Desk


def test_a_worker_needs_a_journal_for_several_machines(desk: Desk) -> None:
    desk.dialer()
    result = desk.leadsync("worker")
    assert (result.code, result.out) == (2, "")
    assert "Workers need a journal in PostgreSQL: set LEADSYNC_JOURNAL_URL" in result.err


def test_wrong_settings_end_it_before_anything_waits(desk: Desk) -> None:
    desk.dialer()
    result = desk.leadsync("worker", LEADSYNC_API_KEY="")
    assert result.code == 2
    assert "holds no API key" in result.err


def test_it_does_not_run_on_windows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.dialer()
    monkeypatch.setattr("sys.platform", "win32")
    result = desk.leadsync("worker")
    assert result.code == 2
    assert "does not run on Windows" in result.err
