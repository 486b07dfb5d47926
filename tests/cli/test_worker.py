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


def test_it_serves_all_dialers_of_the_settings(desk: Desk) -> None:
    """One without a key ends it: its runs would wait for nothing."""
    desk.dialer(settings="[dialers.east]\nurl = '@URL@/east'\napi_key_env = 'EAST_KEY'\n")
    result = desk.leadsync("worker")
    assert result.code == 2
    assert "EAST_KEY" in result.err or "holds no API key" in result.err
    assert "Workers need a journal" in desk.leadsync("worker", EAST_KEY="f863246a-973e-11e6-8784-000000000000").err
