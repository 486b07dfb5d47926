"""What the page for corrections reads: untouched rows, changed ones, and those that are ready."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Journal, open_journal
from leadsync.models import DISPOSITION, EXTERNAL_ID, PHONE, Status
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.web.correct_data import Wanted, figures_of, page_of, row_of
from leadsync.web.site import Site
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, a_run, fill

SHORT = Rejected(
    (Fault("FirstPhone", "12", FaultKind.SHORT_PHONE, details={"digits": 2, "usual": "10", "example": ""}),)
)


@pytest.fixture
def site(office: Office, tmp_path: Path) -> Site:
    """Rows 2 and 3 failed with 101, row 4 was rejected for its phone, row 5 went through."""
    run = replace(
        a_run(tmp_path),
        dialer="https://pbx.example.com",
        headings=("Lead Id", "FirstPhone", "Outcome"),
        roles=(EXTERNAL_ID, PHONE, DISPOSITION),
    )
    sent = {"FirstPhone": "0383218199", DISPOSITION: "Sale"}
    rows = [
        Given("1", Status.FAILED, 101, "not found", ("1", "0383218199", "Sale"), sent),
        Given("2", Status.FAILED, 101, "not found", ("2", "0383218199", "Sale"), sent),
        Given("3", Status.REJECTED, cells=("3", "12", "Sale"), reason=SHORT),
        Given("4", Status.SUCCEEDED, 0, cells=("4", "0383218199", "Sale"), fields=sent),
    ]
    fill(office.state, run, rows)
    return office.site()


@pytest.fixture
def journal(site: Site) -> Iterator[Journal]:
    with open_journal(site.state) as opened:
        yield opened


def change(journal: Journal, number: int, position: int, new: str, version: int = 0) -> None:
    assert journal.edit(RUN, number, {position: new}, version=version, user="ann")


def shown(journal: Journal, site: Site, wanted: Wanted | None = None) -> list[int]:
    return [row.number for row in page_of(journal, site, RUN, wanted or Wanted()).rows]


def test_changed_rows_are_ready_or_still_faulty(journal: Journal, site: Site) -> None:
    change(journal, 2, 0, "01")
    change(journal, 4, 1, "123")
    page = page_of(journal, site, RUN, Wanted(), saved=2)
    assert (page.open, page.ready) == (2, 1)
    assert [row.number for row in page.rows] == [3, 4]
    assert page.saved is not None
    assert page.saved.is_ready
    assert shown(journal, site, Wanted(reason="ready")) == [2]


def test_pages_and_reasons_choose(journal: Journal, site: Site) -> None:
    assert shown(journal, site) == [2, 3, 4]
    assert shown(journal, site, Wanted(after=2)) == [3, 4]
    assert shown(journal, site, Wanted(reason="failed.101.")) == [2, 3]
    assert shown(journal, site, Wanted(after=2, reason="failed.101.")) == [3]
    assert shown(journal, site, Wanted(reason="failed.999.")) == []


def test_changed_rows_are_found_by_their_fault(journal: Journal, site: Site) -> None:
    change(journal, 4, 1, "123")
    [card] = [card for card in page_of(journal, site, RUN, Wanted()).reasons if card.key.startswith("changed")]
    assert (card.key, card.rows) == ("changed..INVALID_PHONE", 1)
    assert shown(journal, site, Wanted(reason="changed..INVALID_PHONE")) == [4]
    assert shown(journal, site, Wanted(after=4, reason="changed..INVALID_PHONE")) == []
    assert shown(journal, site, Wanted(reason="changed..NO_SUCH_DAY")) == []


def test_the_figures_alone_are_those_of_the_page(journal: Journal, site: Site) -> None:
    change(journal, 2, 0, "01")
    change(journal, 4, 1, "123")
    figures, page = figures_of(journal, site, RUN, Wanted()), page_of(journal, site, RUN, Wanted())
    assert (figures.open, figures.ready) == (page.open, page.ready) == (2, 1)


def test_dispositions_are_proposed(journal: Journal, site: Site, office: Office) -> None:
    assert list(page_of(journal, site, RUN, Wanted()).dispositions) == ["Sale"], "row 5 has gone through with it"
    office.settings = {**office.settings, "input": {"dispositions": ["Busy", "Sale"]}}
    assert list(page_of(journal, site, RUN, Wanted()).dispositions) == ["Busy", "Sale"]
    assert list(figures_of(journal, site, RUN, Wanted()).dispositions) == ["Busy", "Sale"]


def test_only_open_rows_are_there_to_be_changed(journal: Journal) -> None:
    assert row_of(journal, RUN, 5) is None
    assert row_of(journal, RUN, 99) is None
    row = row_of(journal, RUN, 2)
    assert row is not None
    assert (row.version, row.cells) == (0, ("1", "0383218199", "Sale"))
