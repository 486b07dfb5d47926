"""Settings of one section, and the sentences that refuse them."""

from typing import Any

import pytest

from leadsync.config import Settings, settings_from
from leadsync.errors import SettingsError

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
BEGINS = "it has to begin with https:// and name the dialer's host."
PORT = "its port has to be a number from 1 to 65535."


def settings(section: str, **values: Any) -> Settings:
    return settings_from({section: values}, "leadsync.toml")


def refusal(section: str, **values: Any) -> str:
    """The sentence that refuses these values of a section; one line for each mistake."""
    with pytest.raises(SettingsError) as caught:
        settings(section, **values)
    assert caught.value.exit_code == 2
    return str(caught.value)
