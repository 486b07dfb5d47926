"""The place of the journal: the state folder, or a database whose address is in no settings."""

from pathlib import Path

import pytest

from leadsync.config import Settings, journal_place, settings_from
from leadsync.errors import SettingsError

URL = "postgresql://ann:secret@db/leads"


def refuse() -> Settings:
    raise SettingsError("[server] is not a table")


def test_without_a_word_it_is_the_state_folder_even_with_faulty_settings() -> None:
    assert journal_place(refuse, {"server"}, {"LEADSYNC_STATE": "/x"}) == ("", 0.0)


def test_the_usual_variable_names_the_database() -> None:
    assert journal_place(Settings, (), {"LEADSYNC_JOURNAL_URL": URL}) == (URL, 15.0)


def test_the_settings_name_another_variable_and_the_time_of_a_lease() -> None:
    settings = settings_from({"journal": {"url_env": "OUR_DB"}, "cluster": {"lease_seconds": 30}}, "x")
    assert journal_place(lambda: settings, {"journal"}, {"OUR_DB": f" {URL}\n"}) == (URL, 30.0)


def test_a_named_variable_without_an_address_is_an_error() -> None:
    """The state folder would know nothing of the runs in the database, and send them again."""
    settings = settings_from({"journal": {"url_env": "OUR_DB"}}, "x")
    with pytest.raises(SettingsError, match="url_env names no environment variable"):
        journal_place(lambda: settings, {"journal"}, {})


def test_a_file_holds_the_address_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{URL}\n", "utf-8")
    file.chmod(0o600)
    settings = settings_from({"journal": {"url_file": str(file)}}, "x")
    assert journal_place(lambda: settings, {"journal"}, {}) == (URL, 15.0)
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        journal_place(lambda: settings, {"journal"}, {})
