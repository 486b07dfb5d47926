"""Tests of the settings have none from outside."""

import os

import pytest


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LEADSYNC_"):
            monkeypatch.delenv(name)
