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
    """One without a key keeps it from no other; without any complete one it ends."""
    desk.dialer(settings="[dialers.east]\nurl = '@URL@/east'\napi_key_env = 'EAST_KEY'\n")
    result = desk.leadsync("worker")
    assert result.code == 2
    assert "([dialers.east] api_key_env) holds no API key; set it, " in result.err
    assert "Until then this worker does not serve that dialer" in result.err
    assert "Workers need a journal" in result.err
    complete = desk.leadsync("worker", EAST_KEY="f863246a-973e-11e6-8784-000000000000").err
    assert "Until then" not in complete
    assert "Workers need a journal" in complete
