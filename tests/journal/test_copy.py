"""A journal's copy in PostgreSQL: the same answers, and work goes on in it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from leadsync.errors import BusyError, Interrupted, JournalError, UsageError, words_of_signal
from leadsync.journal import Entry, Journal, State, copy_journal, open_journal
from leadsync.journal.copied import mark_copied
from leadsync.journal.postgres.intake import Intake
from leadsync.journal.sqlite import database
from leadsync.journal.sqlite.snapshot import Snapshot
from leadsync.models import Row, Status
from tests.journal.samples import (
    CONFLICT,
    FAILED,
    LATER,
    OK,
    REJECTED,
    RUN,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    add,
    attempt,
    die,
    ends,
    retried,
    sending,
)

DIALER = "http://127.0.0.1"


def fill(state: Path) -> None:
    """Two runs with every kind of row, decisions, an edit, an audit, a mapping, and what was learnt of the dialer."""
    with open_journal(state) as journal:
        journal.create(a_run(state))
        add(
            journal,
            RUN,
            ("A", SUCCEEDED, 0),
            ("B", FAILED, 101),
            ("C", CONFLICT, 110),
            ("D", UNKNOWN, None),
            ("E", REJECTED),
            ("F", UNSENT),
        )
        journal.add(RUN, [Entry(Row(8, ("G\0", "é, 😀")), "G", {"Name": "a\0b", "njPriority": "5"}, harmless=True)])
        journal.confirm(RUN)
        journal.resolve(RUN, [4], State.FAILED, "not applied", user="ann", note="by phone")
        journal.edit(RUN, 3, {0: "B2"}, version=0, user="ann")
        journal.add_audit("resolve", "ann", RUN, rows=1)
        journal.save_mapping(["Lead Id"], "crm", {"Lead Id": "njExternalLeadId"}, "ann")
        journal.keep_slots(DIALER, 8)
        journal.keep_wrote(state / "x.csv", 5, 2**62)
        retried(journal, state)
        die(journal, LATER, left=(7,))


def told(journal: Journal) -> list[object]:
    """All that a journal tells of those runs."""
    history = journal.history()
    return [
        journal.tallies(),
        [list(journal.records(run)) for run in (RUN, LATER)],
        [list(journal.attempts(run)) for run in (RUN, LATER)],
        journal.decisions(RUN, [4]),
        journal.edits(RUN),
        journal.audit(),
        journal.saved_mappings(["Lead Id"]),
        journal.known_slots(DIALER),
        journal.lineage(RUN),
        journal.reason_counts(RUN),
        history.last_sent(["A", "C", "F"], DIALER, 41),
        history.leads_with(["😀"], 5),
    ]


def test_the_copy_gives_the_same_answers_and_work_goes_on_in_it(tmp_path: Path, postgres_url: str) -> None:
    fill(tmp_path)
    place, counts = copy_journal(tmp_path, postgres_url)
    assert place.startswith("postgres on 127.0.0.1:")
    assert (counts["runs"], counts["rows"], counts["lines"]) == (2, 10, 10), "the retry leaves out the corrected row"
    with pytest.raises(
        UsageError, match=f"was copied to .* on .*LEADSYNC_JOURNAL_URL.*remove {tmp_path}/journal.copied"
    ):
        open_journal(tmp_path)
    (tmp_path / "journal.copied").unlink()
    with open_journal(tmp_path) as before, open_journal(tmp_path / "other", postgres_url) as copied:
        assert told(copied) == told(before)
        assert before.try_hold(LATER), "its locks are free again"
        latest = "20261125-000000-0000"
        copied.create(a_run(tmp_path, latest))
        add(copied, latest, ("A", SUCCEEDED, 0))
        assert [run.id for run in copied.runs()] == [latest, LATER, RUN]
        assert copied.history().last_sent(["A"], DIALER, 41)["A"].run_id == latest

        async def go_on() -> None:
            async with sending(copied, LATER, resend_unknown=True) as log:
                for row in await log.pending(0, 10):
                    await attempt(log, row.number, OK, Status.SUCCEEDED, row.attempts + 1)

        asyncio.run(go_on())
        assert set(ends(copied, LATER).values()) == {SUCCEEDED}


def test_nothing_begins_while_a_copy_is_made_nor_behind_it(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    latest, fill_table, refusals = a_run(tmp_path, "20261125-000000-0000"), Intake.fill, set[str]()
    monkeypatch.setattr(database, "LOOK_SECONDS", 0.0)
    with open_journal(tmp_path) as opened_before:
        opened_before.hurry()

        def meanwhile(self: Intake, table: str, rows: Iterable[Sequence[object]]) -> None:
            for work in (
                lambda: opened_before.create(latest),
                lambda: opened_before.confirm(RUN),
                lambda: opened_before.resolve(RUN, [3], State.FAILED, "not applied"),
            ):
                with pytest.raises(JournalError, match="another process holds it") as caught:
                    work()
                refusals.add(str(caught.value))
            fill_table(self, table, rows)

        monkeypatch.setattr(Intake, "fill", meanwhile)
        assert copy_journal(tmp_path, postgres_url).tables["runs"] == 2
        assert len(refusals) == 1
        with pytest.raises(UsageError, match="was copied to"):
            opened_before.create(latest)
        for _ in range(2):
            with pytest.raises(UsageError, match="was copied to"):
                opened_before.hold(LATER)
        assert len(opened_before.runs()) == 2


@pytest.mark.parametrize(("meanwhile", "refusal"), [("run", BusyError), ("copy", UsageError)])
def test_what_began_just_before_a_copy_is_seen_by_it(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, meanwhile: str, refusal: type[Exception]
) -> None:
    fill(tmp_path)
    enter = Snapshot.__enter__

    def late(self: Snapshot) -> Snapshot:
        if meanwhile == "run":
            with open_journal(tmp_path) as journal:
                journal.create(a_run(tmp_path, "20261125-000000-0000"))
        else:
            mark_copied(tmp_path, "leads on db", datetime(2026, 11, 24, 21, 4, tzinfo=UTC), kept=True)
        return enter(self)

    monkeypatch.setattr(Snapshot, "__enter__", late)
    with pytest.raises(refusal):
        copy_journal(tmp_path, postgres_url)
    with open_journal(tmp_path / "other", postgres_url) as copied:
        assert copied.runs() == []


def test_a_database_with_runs_is_refused_and_a_run_under_way_too(tmp_path: Path, postgres_url: str) -> None:
    fill(tmp_path)
    with open_journal(tmp_path) as sender:
        sender.hold(LATER)
        with pytest.raises(BusyError, match=f"Run {LATER} is being sent"):
            copy_journal(tmp_path, postgres_url)
    copy_journal(tmp_path, postgres_url)
    with pytest.raises(UsageError, match="was copied to"):
        copy_journal(tmp_path, postgres_url.replace("/leads", "/another"))
    with open_journal(tmp_path / "other") as other:
        other.create(a_run(tmp_path, "20261126-000000-0000"))
    with pytest.raises(UsageError, match="has other runs already; name an empty database"):
        copy_journal(tmp_path / "other", postgres_url)


def test_what_the_database_has_already_is_not_copied_to_another_either(tmp_path: Path, postgres_url: str) -> None:
    """As after a kill behind the database's own end of the copy, or with a state folder restored from before it."""
    fill(tmp_path)
    copy_journal(tmp_path, postgres_url)
    (tmp_path / "journal.copied").unlink()
    for words in ("has these runs already: name that database in LEADSYNC_JOURNAL_URL", "was copied to .*: name that"):
        with pytest.raises(UsageError, match=words):
            copy_journal(tmp_path, postgres_url)


def test_a_copy_that_lacks_a_row_is_not_kept(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    fill_table = Intake.fill
    monkeypatch.setattr(
        Intake,
        "fill",
        lambda self, table, rows: fill_table(self, table, [*rows][:-1] if table == "rows" else rows),
    )
    with pytest.raises(JournalError, match="Of table rows 9 rows came of 10; nothing was kept"):
        copy_journal(tmp_path, postgres_url)
    with open_journal(tmp_path, postgres_url) as copied:
        assert copied.runs() == []


@pytest.mark.parametrize("cut", [KeyboardInterrupt(), Interrupted("Terminated", 15), JournalError("Mute.")])
def test_a_copy_that_was_cut_before_the_database_was_to_keep_it_leaves_the_original_as_it_was(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, cut: BaseException
) -> None:
    fill(tmp_path)

    def cut_off(_: Intake) -> None:
        raise cut

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "keep", cut_off)
        with pytest.raises(type(cut)):
            copy_journal(tmp_path, postgres_url)
    with open_journal(tmp_path) as journal:
        assert len(journal.runs()) == 2
    assert copy_journal(tmp_path, postgres_url).tables["runs"] == 2


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(
    "cut", [KeyboardInterrupt, partial(Interrupted, "Terminated", 15), partial(JournalError, "Mute.")]
)
def test_a_copy_that_the_database_may_have_kept_says_so_and_the_next_one_tells(
    tmp_path: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    cut: Callable[[], BaseException],
    *,
    is_kept: bool,
) -> None:
    fill(tmp_path)
    error = cut()
    keep = Intake.keep

    def cut_off(self: Intake) -> None:
        self.may_be_kept = True
        if is_kept:
            keep(self)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "keep", cut_off)
        with pytest.raises(type(error)) as caught:
            copy_journal(tmp_path, postgres_url)
    words = words_of_signal(error) or str(caught.value)
    assert words.startswith("The copy was cut off, and whether the database has it is not known: copy the journal to ")
    assert words.endswith(f" once more, which tells; nothing is sent from {tmp_path} until then.") or "(Mute.)" in words
    with pytest.raises(UsageError, match="whether all of it came there is not known"):
        open_journal(tmp_path)
    if is_kept:
        with pytest.raises(UsageError, match="has these runs already: name that database"):
            copy_journal(tmp_path, postgres_url)
    else:
        assert copy_journal(tmp_path, postgres_url).tables["runs"] == 2
