"""A desk for the Python interface."""

import pytest

from tests.conftest import Desk


@pytest.fixture
def at_the_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder and the environment of `desk`, with a practice dialer."""
    desk.dialer()
    monkeypatch.chdir(desk.folder)
    for name in ("LEADSYNC_API_KEY", "LEADSYNC_STATE", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, desk.environment[name])
