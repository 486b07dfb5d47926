"""The events of alerts are the words of `[notify] on`."""

import pytest

from leadsync.alert_events import AlertEvent
from leadsync.config import settings_from
from leadsync.errors import SettingsError

WORDS = ("failure", "decide", "failed_percent", "recovery")


def test_each_word_chooses_its_event() -> None:
    for word, event in zip(WORDS, AlertEvent, strict=True):
        assert settings_from({"notify": {"on": [word]}}, "the test").notify.on == (event,)


def test_a_person_is_told_of_all_by_default() -> None:
    assert settings_from({}, "the test").notify.on == WORDS


def test_another_word_is_refused_and_the_events_are_named() -> None:
    with pytest.raises(SettingsError, match=r"\[notify\] on.*'failure', 'decide', 'failed_percent' or 'recovery'"):
        settings_from({"notify": {"on": ["success"]}}, "the test")
