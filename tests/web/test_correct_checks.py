"""Changed rows are checked once for each change, and again for other settings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Journal, open_journal
from leadsync.models import DISPOSITION, EXTERNAL_ID, PHONE, Status
from leadsync.run import CorrectedRow, CorrectionRules
from leadsync.web.correct_checks import open_rows_of
from leadsync.web.correct_data import Wanted, page_of, rules_of
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, a_run, fill

OTHER = "20261123-220000-aaaa"


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


def test_a_row_behind_a_later_one_of_its_lead_is_not_ready_and_says_why(
    office: Office, tmp_path: Path, journal: Journal
) -> None:
    run = replace(journal.run(RUN), id=OTHER)
    sent = {"FirstPhone": "0383218199", DISPOSITION: "Sold"}
    ends = [("1", Status.FAILED, 106), ("2", Status.FAILED, 106), ("1", Status.SUCCEEDED, 0)]
    fill(
        office.state,
        run,
        [Given(lead, status, code, "", (lead, "0383218199", "Sold"), sent) for lead, status, code in ends],
    )
    site = office.site()
    shown = page_of(journal, site, OTHER, Wanted()).rows
    why = f"row 4 of the same lead, further down in run {OTHER}, went through since; if this one is still to be sent"
    assert [f"{why}, upload it in a sheet of its own." in card.problem for card in shown] == [True, False]
    journal.edit_rows(OTHER, {2: (0, {2: "Sale"}), 3: (0, {2: "Sale"})}, user="ann")
    page = page_of(journal, site, OTHER, Wanted())
    assert (page.ready, [(card.number, card.problem.startswith(why)) for card in page.rows]) == (1, [(2, True)])
    journal.edit(OTHER, 2, {0: "7"}, version=1, user="ann")
    assert page_of(journal, site, OTHER, Wanted()).ready == 2, "with another id it is another lead's"
