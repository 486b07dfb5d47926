"""A draft read again with other settings: its rows are replaced, or it stays as it was."""

from collections.abc import Iterator

import pytest

from leadsync.config import Settings, load, with_reading
from leadsync.errors import JournalError, MappingError, SettingsError, UsageError
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from leadsync.run import Plan, RunOptions, plan_run, reread_draft
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


def fields(journal: Journal, run_id: str) -> list[dict[str, str]]:
    return [dict(record.fields) for record in journal.records(run_id)]


def test_changed_columns_and_date_order_replace_the_rows(journal: Journal, settings: Settings, draft: Plan) -> None:
    run = journal.run(draft.run.id)
    assert fields(journal, run.id)[0]["njCallBackDate"] == "2031/04/03 14:30"
    changed = with_reading(
        settings, run.reading, {"input": {"date_order": "mdy"}, "columns": {**COLUMNS, "Alt": "SecondPhone"}}
    )
    plan = reread_draft(journal, run.id, changed, RunOptions())
    assert plan.run.id == run.id
    [row] = fields(journal, run.id)
    assert (row["njCallBackDate"], row["SecondPhone"]) == ("2031/03/04 14:30", "0383218102")
    assert "Alt" not in row
    assert [one.id for one in journal.runs()] == [run.id]
    assert journal.tally(run.id).rows == 1
    again = with_reading(settings, journal.run(run.id).reading)
    assert again.input.date_order == "mdy", "the next reading begins with the last one"
    plan.confirm()
    assert journal.run(run.id).complete
    assert journal.states(run.id, [2]) == {2: Status.UNSENT}


def test_a_reading_that_cannot_be_leaves_the_draft(journal: Journal, settings: Settings, draft: Plan) -> None:
    run = journal.run(draft.run.id)
    before = fields(journal, run.id)
    two_ids = with_reading(settings, run.reading, {"columns": {**COLUMNS, "Alt": "njExternalLeadId"}})
    with pytest.raises(MappingError):
        reread_draft(journal, run.id, two_ids, RunOptions())
    assert journal.run(run.id) == run
    assert fields(journal, run.id) == before


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


def test_a_confirmed_run_is_not_read_again(journal: Journal, settings: Settings, draft: Plan) -> None:
    draft.confirm()
    with pytest.raises(UsageError, match="was confirmed already"):
        reread_draft(journal, draft.run.id, settings, RunOptions())
    assert journal.run(draft.run.id).complete


def test_a_draft_whose_rows_are_half_replaced_goes(
    journal: Journal, settings: Settings, draft: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(journal, "add", full)
    with pytest.raises(JournalError, match="the disk is full"):
        reread_draft(journal, draft.run.id, settings, RunOptions())
    assert journal.runs() == []
