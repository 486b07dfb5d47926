"""The way of rows through retries and corrected sheets."""

from pathlib import Path

from leadsync.journal import Effects, Journal, State
from leadsync.reasons import Skip, SkipKind
from tests.journal.samples import FAILED, LATER, REJECTED, RUN, SUCCEEDED, UNSENT, a_run, add, ends, entry, retried

NEWEST, LAST = "20261125-000000-0000", "20261126-000000-0000"


def corrected(journal: Journal, folder: Path, run_id: str, of: str, *rows: tuple[int, int]) -> None:
    """A confirmed run of a corrected sheet, with a pending row for each of `rows`: number there, number here."""
    journal.create(a_run(folder, run_id))
    before = {record.number: record.lead for record in journal.records(of)}
    add(journal, run_id, *((before[there], UNSENT) for there, _ in rows))
    journal.confirm(run_id, Effects(taken={of: list(rows)}))


def test_takers_are_retries_and_corrected_sheets_the_oldest_first(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected(journal, tmp_path, LATER, RUN, (2, 2))
    assert retried(journal, tmp_path, NEWEST) == [3]
    assert journal.takers(RUN) == [LATER, NEWEST]
    assert journal.retries(RUN) == [NEWEST]
    assert journal.takers(NEWEST) == []


def test_a_lineage_follows_rows_through_all_later_runs(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected(journal, tmp_path, LATER, RUN, (2, 2))
    corrected(journal, tmp_path, NEWEST, LATER, (2, 2))
    retried(journal, tmp_path, LAST, of=RUN)
    assert set(journal.lineage(RUN)) == {LATER, NEWEST, LAST}
    assert journal.lineage(LATER) == [NEWEST]
    assert journal.lineage(LAST) == []


def test_a_run_has_moved_once_all_its_failed_rows_have(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    assert journal.moved_to(RUN) is None
    corrected(journal, tmp_path, LATER, RUN, (2, 2))
    assert journal.moved_to(RUN) is None, "B is still here"
    corrected(journal, tmp_path, NEWEST, RUN, (3, 2))
    assert journal.moved_to(RUN) == [NEWEST, LATER], "the newest first"


def test_a_row_refused_for_good_keeps_no_run_from_having_moved(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 104))
    corrected(journal, tmp_path, LATER, RUN, (2, 2))
    assert journal.moved_to(RUN) == [LATER]


def test_a_row_of_a_copy_keeps_its_number_in_the_sheet_through_a_retry(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2)._replace(sheet_row=7), entry(3)])
    journal.confirm(RUN)
    assert retried(journal, tmp_path, LATER) == [2, 3]
    assert {number: (one.run_id, one.sheet_row) for number, one in journal.origins(RUN).items()} == {
        2: (LATER, 7),
        3: (LATER, None),
    }
    assert journal.tried(RUN)[0] == {}


def test_origins_stand_as_after_their_retries(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", SUCCEEDED, 0))
    retried(journal, tmp_path, LATER)
    origins = journal.origins(RUN)
    assert [(n, o.run_id, o.state, o.lead) for n, o in sorted(origins.items())] == [
        (2, LATER, State.PENDING, "A"),
        (3, RUN, State.SUCCEEDED, "B"),
    ]
    assert journal.origins("unknown") == {}


def test_of_leads_with_an_open_row_alone_all_rows_are_told(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", SUCCEEDED, 0), ("A", SUCCEEDED, 0), ("C", REJECTED))
    journal.create(a_run(tmp_path, LATER))
    journal.add(LATER, [entry(2, "B", State.SKIPPED)._replace(reason=Skip(SkipKind.STILL_FAILING, RUN))])
    journal.confirm(LATER)
    assert list(journal.origins(RUN, [RUN])) == [2, 4, 5]
    assert list(journal.origins(RUN, [LATER])) == [3], "skipped, and to be corrected still"
    assert journal.origins(RUN, []) == {}
    assert sorted(journal.origins(RUN, leads=["A", "C"])) == [2, 4, 5]


def test_descendants_are_found_through_a_sheet_and_its_retry(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected(journal, tmp_path, LATER, RUN, (3, 2))
    retried(journal, tmp_path, NEWEST, of=LATER)
    assert ends(journal, NEWEST) == {2: UNSENT}
    assert journal.descendants(RUN) == {3: [(LATER, State.SKIPPED, 2), (NEWEST, State.PENDING, 2)]}


def test_corrections_of_another_run_are_no_descendants(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("B", FAILED, 101))
    corrected(journal, tmp_path, NEWEST, LATER, (2, 2))
    assert journal.descendants(RUN) == {}
    assert list(journal.descendants(LATER)) == [2]


def test_the_givers_of_a_run_are_those_it_repeats_and_those_of_its_corrected_rows(
    journal: Journal, tmp_path: Path
) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected(journal, tmp_path, LATER, RUN, (2, 2))
    corrected(journal, tmp_path, NEWEST, RUN, (3, 2))
    corrected(journal, tmp_path, LAST, LATER, (2, 2))
    assert (journal.givers(RUN), journal.givers(NEWEST), journal.givers(LAST)) == ([], [RUN], [LATER])
    again = "20261127-000000-0000"
    retried(journal, tmp_path, again, of=RUN)
    assert journal.givers(again) == [RUN]


def test_a_trials_rows_are_those_sent_and_those_still_to_be_sent(journal: Journal) -> None:
    add(journal, RUN, ("A", SUCCEEDED, 0), ("B", UNSENT), ("C", FAILED, 101), ("A", UNSENT))
    tried, unsent = journal.tried(RUN)
    assert {number: origin.state for number, origin in tried.items()} == {
        2: State.SUCCEEDED,
        4: State.FAILED,
        5: State.PENDING,
    }, "with the other rows of their leads"
    assert unsent == [3, 5]
