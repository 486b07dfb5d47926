"""A run keeps the settings of its reading; changes to them are checked as settings are."""

from collections.abc import Iterator

import pytest

from leadsync.config import Settings, load, reading_of, with_reading
from leadsync.errors import SettingsError
from leadsync.journal import Journal, open_journal
from leadsync.run import Plan, RunOptions, plan_run
from tests.conftest import Desk

SHEET = ("Kunde,FirstPhone,Alt,Outcome,Callback", "L1,0383218101,0383218102,Sale,03/04/2031 14:30")
COLUMNS = {"Kunde": "njExternalLeadId", "Outcome": "njDisposition", "Callback": "njCallBackDate"}


@pytest.fixture
def settings(desk: Desk) -> Settings:
    columns = "".join(f'"{heading}" = "{field}"\n' for heading, field in COLUMNS.items())
    desk.settings("http://127.0.0.1:1", f"[columns]\n{columns}")
    return load(desk.config)


@pytest.fixture
def journal(desk: Desk) -> Iterator[Journal]:
    with open_journal(desk.state) as journal:
        yield journal


@pytest.fixture
def draft(desk: Desk, journal: Journal, settings: Settings) -> Plan:
    file = desk.sheet("leads.csv", *SHEET).resolve()
    return plan_run(journal, file, settings, RunOptions(), journal.now())


def test_a_kept_reading_and_changes_to_it_give_settings(settings: Settings, draft: Plan) -> None:
    changes = {"input": {"date_order": "mdy"}, "columns": {**COLUMNS, "Alt": "SecondPhone"}}
    changed = with_reading(settings, draft.run.reading, changes)
    assert (changed.input.date_order, changed.columns["Alt"]) == ("mdy", "SecondPhone")
    assert (settings.input.date_order, "Alt" in settings.columns) == ("dmy", False)
    assert with_reading(settings, reading_of(changed)) == changed, "the next reading begins with the last one"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"input": {"region": "Atlantis"}}, "region"),
        ({"columns": {"Alt": "njNothing"}}, "njNothing"),
        ({"colums": {}}, "colums"),
    ],
)
def test_a_changed_reading_is_checked_as_settings_are(
    settings: Settings, draft: Plan, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        with_reading(settings, draft.run.reading, changes)


def test_the_environment_changes_nothing_of_a_kept_reading(
    settings: Settings, draft: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSYNC_INPUT__DATE_ORDER", "ymd")
    assert with_reading(settings, draft.run.reading).input.date_order == "dmy"
    assert with_reading(settings, draft.run.reading) == settings
