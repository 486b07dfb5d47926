"""Changed rows are checked once for each change, and again for other settings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Journal, open_journal
from leadsync.models import DISPOSITION, EXTERNAL_ID, PHONE, Status
from leadsync.run import CorrectedRow, CorrectionRules
from leadsync.web.correct_checks import open_rows_of
from leadsync.web.correct_data import rules_of
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, a_run, fill


@pytest.fixture
def journal(office: Office, tmp_path: Path) -> Iterator[Journal]:
    """Rows 2, 3 and 4 failed with 106."""
    run = replace(
        a_run(tmp_path),
        dialer="https://pbx.example.com",
        headings=("Lead Id", "FirstPhone", "Outcome"),
        roles=(EXTERNAL_ID, PHONE, DISPOSITION),
    )
    sent = {"FirstPhone": "0383218199", DISPOSITION: "Sold"}
    cells = [(str(n), "0383218199", "Sold") for n in (1, 2, 3)]
    fill(office.state, run, [Given(row[0], Status.FAILED, 106, "no such disposition", row, sent) for row in cells])
    with open_journal(office.state) as opened:
        yield opened


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the rows in the order of their checks."""
    numbers: list[int] = []
    decisions = CorrectionRules.decisions

    def noting(self: CorrectionRules, rows: list[CorrectedRow]) -> object:
        numbers.extend(row.record.number for row in rows)
        return decisions(self, rows)

    monkeypatch.setattr(CorrectionRules, "decisions", noting)
    return numbers


def figures(journal: Journal, office: Office) -> tuple[int, int]:
    found = open_rows_of(journal, rules_of(journal, office.site(), journal.run(RUN)))
    assert found.unchecked == 0
    return found.ready, found.to_correct


def test_only_new_changes_are_checked(journal: Journal, office: Office, checked: list[int]) -> None:
    journal.edit_rows(RUN, {2: (0, {2: "Sale"}), 3: (0, {1: "12"})}, user="ann")
    assert figures(journal, office) == (1, 2)
    assert figures(journal, office) == (1, 2)
    assert checked == [2, 3]
    journal.edit(RUN, 3, {1: "0383218198"}, version=1, user="ann")
    assert figures(journal, office) == (2, 1)
    assert checked == [2, 3, 3]


def test_other_settings_check_all_anew(journal: Journal, office: Office, checked: list[int]) -> None:
    journal.edit_rows(RUN, {2: (0, {2: "Sale"}), 3: (0, {2: "Busy"})}, user="ann")
    assert figures(journal, office) == (2, 1)
    office.settings = {**office.settings, "input": {"dispositions": ["Sale"]}}
    assert figures(journal, office) == (1, 2)
    assert checked == [2, 3, 2, 3]
