"""A draft of corrected rows knows its run and versions: an older one is not sent."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from leadsync.web.corrections import check_corrections, corrections_run, holds, keep_corrections
from leadsync.web.uploads import Upload
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, a_run, fill


@pytest.fixture
def upload(office: Office, tmp_path: Path) -> Upload:
    fill(office.state, a_run(tmp_path), [Given("1", Status.FAILED, 106), Given("2", Status.FAILED, 106)])
    folder = tmp_path / "upload"
    folder.mkdir()
    return Upload(folder, "leads.xlsx", 1, "abc", "ann", datetime(2026, 11, 23, tzinfo=UTC))


def edit(journal: Journal, number: int, new: str, version: int) -> None:
    journal.edit(RUN, number, {1: new}, version=version, user="ann")


def test_a_draft_knows_its_run_and_rows(upload: Upload) -> None:
    assert corrections_run(upload) == ""
    keep_corrections(upload, RUN, {2: 1})
    assert corrections_run(upload) == RUN
    assert holds(upload, RUN, {2: 1})
    assert not holds(upload, RUN, {2: 2})
    assert not holds(upload, RUN, {2: 1, 3: 1})


def test_a_later_change_of_its_rows_makes_it_old(office: Office, upload: Upload) -> None:
    keep_corrections(upload, RUN, {2: 1})
    with open_journal(office.state) as journal:
        edit(journal, 2, "B", 0)
        check_corrections(journal, upload)
        edit(journal, 3, "C", 0)
        check_corrections(journal, upload)
        edit(journal, 2, "D", 1)
        with pytest.raises(UsageError, match=f"changed since it was made.*{RUN}"):
            check_corrections(journal, upload)


def test_any_other_draft_is_never_old(office: Office, upload: Upload) -> None:
    with open_journal(office.state) as journal:
        check_corrections(journal, upload)
