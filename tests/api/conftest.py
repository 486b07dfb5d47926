"""A desk and a frame for the Python interface."""

import pandas as pd
import pytest

from leadsync.simulator import PracticeDialer
from tests.api.samples import COLUMNS
from tests.conftest import Desk


@pytest.fixture
def dialer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> PracticeDialer:
    """A practice dialer, with its settings in the working folder and the key in the environment."""
    started = desk.dialer()
    monkeypatch.chdir(desk.folder)
    for name in ("LEADSYNC_API_KEY", "LEADSYNC_STATE", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, desk.environment[name])
    return started


@pytest.fixture
def at_the_desk(dialer: PracticeDialer) -> None:
    """The working folder and the environment of `desk`, with a practice dialer."""


@pytest.fixture
def frame() -> pd.DataFrame:
    """Three leads of mixed types: without a phone, and with a phone that is none."""
    lines = [
        (1, 383218101.0, "Sale", pd.Timestamp("2026-12-24 14:30")),
        (2, float("nan"), None, pd.Timestamp("2026-12-25 09:00")),
        (3, 12.0, "Sale", pd.NaT),
    ]
    return pd.DataFrame(lines, columns=COLUMNS, index=["a", "b", "c"]).astype({"Outcome": "category"})
