"""Settings, journal and messages of a call from Python."""

import logging
from pathlib import Path

import pytest

from leadsync.errors import JournalError, SettingsError
from leadsync.journal.sqlite.store import FILE_NAME
from leadsync.session import Session
from tests.journal.samples import RUN, a_run, entry


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEADSYNC_CONFIG", "LEADSYNC_STATE", "LEADSYNC_SERVER__URL", "LEADSYNC_SERVER"):
        monkeypatch.delenv(name, raising=False)


def test_settings_are_a_mapping_or_a_file(tmp_path: Path) -> None:
    mapping = Session(None, {"retry": {"attempts": 7}})
    assert (mapping.settings().retry.attempts, mapping.url_source) == (7, "the settings given")
    file = tmp_path / "nightly.toml"
    file.write_text("[retry]\nattempts = 8\n", "utf-8")
    named = Session(None, str(file))
    assert (named.settings().retry.attempts, named.url_source) == (8, str(file))
    with pytest.raises(SettingsError, match="There is no settings file"):
        Session(None, tmp_path / "gone.toml").settings()


def test_the_state_folder_given_goes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSYNC_STATE", str(tmp_path / "of environment"))
    assert Session(str(tmp_path / "given")).state_folder() == tmp_path / "given"
    assert Session(None).state_folder() == tmp_path / "of environment"


def test_a_damaged_journal_is_found_before_the_first_write(tmp_path: Path) -> None:
    session = Session(tmp_path)
    with session.sound_journal() as journal:
        journal.create(a_run(tmp_path))
        journal.add(RUN, [entry(number) for number in range(2, 400)])
    file = tmp_path / FILE_NAME
    file.write_bytes(file.read_bytes()[:-4096] + b"\xa5" * 4096)
    with pytest.raises(JournalError, match="damaged"), session.sound_journal():
        pass


def test_a_sentence_for_the_user_is_logged_as_one_line(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING, "leadsync"):
        Session(None).say("two\nlines\x1b[2J")
    assert [record.getMessage() for record in caplog.records] == [r"two\nlines\u001b[2J"]
    assert capsys.readouterr() == ("", "")
