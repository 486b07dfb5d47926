"""The journal on a real SQLite file: what is taken in, the transitions, what a crash leaves, and who is let in."""

import asyncio
import os
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import BusyError, JournalError, UsageError
from leadsync.journal import Effects, Entry, Journal, RunLog, State, folder_lock, new_run_id
from leadsync.journal.marks import left_attempts
from leadsync.models import CampaignIds, Effect, Outcome, Row, RunRecord, Status

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
CUT = Outcome(Effect.IN_DOUBT, message="cut")


def a_run(folder: Path, run_id: str = "20261123-210455-7f3a", *, retry_of: str = "") -> RunRecord:
    return RunRecord(
        id=run_id,
        file=folder / "leads.csv",
        sheet="",
        fingerprint="abc",
        kind="csv",
        delimiter=",",
        bom=False,
        headings=("Lead Id", "Name"),
        output=folder,
        dialer="http://127.0.0.1",
        ids=CampaignIds(41, 41, 38),
        created=datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC),
        retry_of=retry_of,
    )


def entry(number: int, lead: str = "", state: State = State.PENDING, *, harmless: bool = False) -> Entry:
    row = Row(number, (lead or f"L{number}", "é, 0123"))
    return Entry(row, lead or f"L{number}", {"Name": "é, 0123"}, harmless, state)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    journal.create(a_run(tmp_path))
    return journal


RUN = "20261123-210455-7f3a"


def ends(journal: Journal, run_id: str = RUN) -> dict[int, Status]:
    return {record.number: record.status for record in journal.records(run_id)}


async def attempt(log: RunLog, number: int, outcome: Outcome, status: Status, count: int = 1) -> None:
    await log.begin(number, count)
    await log.finish(number, count, outcome, status)


def test_rows_come_out_as_they_went_in(journal: Journal) -> None:
    row = Row(7, ("007", "2026-11-24"), dates=(1,))
    journal.add(RUN, [Entry(row, "007", {"Name": "Zoë"}, harmless=True)])
    [record] = journal.records(RUN)
    assert (record.number, record.cells, record.dates, record.lead) == (7, ("007", "2026-11-24"), (1,), "007")
    assert dict(record.fields) == {"Name": "Zoë"}
    assert (record.status, record.attempts, record.time) == (Status.UNSENT, 0, None)


def test_an_attempt_from_beginning_to_end(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            [pending] = await log.pending(0, 10)
            assert (pending.number, pending.lead.external_id, pending.attempts) == (2, "L2", 0)
            await log.begin(2, 1)
            assert await log.pending(0, 10) == []
            await log.finish(2, 1, Outcome(Effect.ANSWERED, 105, "DUPLICATE", "his words", 400), Status.FAILED)

    asyncio.run(send())
    [record] = journal.records(RUN)
    assert (record.status, record.code, record.name, record.message) == (Status.FAILED, 105, "DUPLICATE", "his words")
    assert record.attempts == 1
    assert record.time is not None
    assert record.time.tzinfo is not None


def test_what_was_in_flight_when_the_process_died_is_unknown(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, harmless=True), entry(4)])

    async def die() -> None:
        async with RunLog(journal.path, RUN) as log:
            for number in (2, 3):
                await log.begin(number, 1)
                log.leaves(number, 1)

    asyncio.run(die())
    assert journal.settle(RUN) == 2
    assert ends(journal) == {2: Status.UNKNOWN, 3: Status.UNKNOWN, 4: Status.UNSENT}

    async def go_on() -> tuple[list[tuple[int, bool]], dict[str, int]]:
        async with RunLog(journal.path, RUN) as log:
            return [(row.number, row.in_doubt) for row in await log.pending(0, 10)], await log.undecided()

    sendable, undecided = asyncio.run(go_on())
    assert sendable == [(3, True), (4, False)], "a harmless row goes again, the other waits for a person"
    assert undecided == {"L2": 2}


def test_an_attempt_that_was_not_made_leaves_no_trace(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)
            await log.withdraw(2, 1, Status.UNSENT)

    asyncio.run(send())
    [record] = journal.records(RUN)
    assert (record.status, record.attempts, record.time) == (Status.UNSENT, 0, None)
    assert journal.tally(RUN).attempts == 0


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_a_row_that_has_ended_is_never_begun_again(journal: Journal, status: Status) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, OK, status)
            await log.begin(2, 2)

    with pytest.raises(JournalError, match="Row 2"):
        asyncio.run(send())
    assert ends(journal) == {2: status}


def test_an_outcome_is_not_lost_by_a_cancellation(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)

            async def finish() -> None:
                await log.finish(2, 1, OK, Status.SUCCEEDED)

            task = asyncio.create_task(finish())
            await asyncio.sleep(0)
            task.cancel()

    asyncio.run(send())
    assert ends(journal) == {2: Status.SUCCEEDED}


def test_after_the_journal_fails_every_call_fails(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            with pytest.raises(JournalError):
                await log.begin(99, 1)
            with pytest.raises(JournalError):
                await log.begin(2, 1)

    with pytest.raises(JournalError):
        asyncio.run(send())
    assert ends(journal) == {2: Status.UNSENT, 3: Status.UNSENT}


def test_a_person_decides_conflict_and_unknown_rows_and_no_others(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)
            await attempt(log, 3, Outcome(Effect.ANSWERED, 110, "X", "X", 400), Status.CONFLICT)
            await attempt(log, 4, OK, Status.SUCCEEDED)

    asyncio.run(send())
    assert journal.resolve(RUN, [2, 4], State.SUCCEEDED, "seen there") == 1
    assert journal.resolve(RUN, [3], State.PENDING, "again") == 1
    assert ends(journal) == {2: Status.SUCCEEDED, 3: Status.UNSENT, 4: Status.SUCCEEDED}


def test_rows_taken_into_a_retry_are_not_sent_by_both(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(n) for n in range(2, 7)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)
            await attempt(log, 3, Outcome(Effect.ANSWERED, 101, "X", "X", 400), Status.FAILED)
            await attempt(log, 4, Outcome(Effect.ANSWERED, 104, "DNC", "DNC", 400), Status.FAILED)
            await attempt(log, 5, CUT, Status.UNKNOWN)

    asyncio.run(send())
    later = a_run(tmp_path, "20261124-000000-0000", retry_of=RUN)
    assert journal.count_retry(RUN) == 2
    journal.create_retry(later)
    assert ends(journal, later.id) == {3: Status.UNSENT, 6: Status.UNSENT}
    assert ends(journal)[6] is Status.SKIPPED
    assert ends(journal)[5] is Status.UNKNOWN
    assert journal.retries(RUN) == [later.id]
    assert journal.count_retry(RUN) == 0, "a row goes to one retry only"
    assert journal.origins(RUN)[3].run_id == later.id
    assert journal.lineage(RUN) == [later.id]


def test_a_trial_counts_and_shows_its_rows_only(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(4, state=State.REJECTED), entry(5), entry(9)])
    assert journal.nth_pending(RUN, 2) == 5
    assert journal.nth_pending(RUN, 3) is None
    journal.update_run(RUN, last_row=5)
    assert journal.tally(RUN).rows == 3
    assert list(ends(journal)) == [2, 4, 5]


def test_the_tally_is_kept_when_a_run_finishes_and_counted_anew_when_it_goes_on(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, state=State.REJECTED)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    journal.update_run(RUN, finished=True)
    tally = journal.tally(RUN)
    assert (tally.rows, dict(tally.statuses), dict(tally.codes), tally.attempts) == (
        2,
        {Status.SUCCEEDED: 1, Status.REJECTED: 1},
        {0: 1},
        1,
    )


def test_runs_are_found_by_any_part_of_their_id(journal: Journal, tmp_path: Path) -> None:
    journal.create(replace(a_run(tmp_path), id="20261123-220000-aaaa"))
    assert journal.run("20261123-22").id == "20261123-220000-aaaa"
    assert journal.run("7f3a").id == RUN
    with pytest.raises(UsageError, match="2 runs"):
        journal.run("20261123")
    with pytest.raises(UsageError, match="no run"):
        journal.run("2025")
    assert [run.id for run in journal.runs()] == ["20261123-220000-aaaa", RUN]


def test_a_run_id_is_the_time_and_four_digits() -> None:
    assert new_run_id(datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC))[:-4] == "20261123-210455-"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_files_are_the_users_own(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Journal(state) as journal:
        journal.create(a_run(tmp_path))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_what_is_durable_is_settled_by_the_database(journal: Journal) -> None:
    connection = journal._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be looked at" * 40, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(content)
    with pytest.raises(JournalError, match=r"damaged|not a leadsync journal"):
        Journal(tmp_path)
    assert (tmp_path / "journal.sqlite3").read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(JournalError, match="not a leadsync journal"):
        Journal(tmp_path)


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path).__exit__(None, None, None)
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(JournalError, match="newer leadsync"):
        Journal(tmp_path)


def test_a_run_is_held_by_one_and_the_other_hears_by_whom(journal: Journal, tmp_path: Path) -> None:
    journal.hold(RUN)
    with Journal(tmp_path) as other:
        with pytest.raises(BusyError, match=f"Run {RUN} .*process {os.getpid()}"):
            other.hold(RUN)
        assert not other.try_hold(RUN)
    journal.hold(RUN)
    journal.release(RUN)
    with Journal(tmp_path) as other:
        other.hold(RUN)
    journal.hold(RUN)


def test_a_journal_that_is_closed_holds_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.hold(RUN)
    with Journal(tmp_path) as other:
        assert other.try_hold(RUN)


def test_a_watched_folder_is_locked_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    with (
        folder_lock(tmp_path, folder),
        pytest.raises(BusyError, match=f"incoming is being watched .*process {os.getpid()}"),
        folder_lock(tmp_path, folder),
    ):
        pass
    with folder_lock(tmp_path, folder), folder_lock(tmp_path, tmp_path / "other"):
        pass


def test_holding_a_run_settles_what_a_killed_process_left_in_flight(journal: Journal, tmp_path: Path) -> None:
    """Only an attempt that has left is in doubt; the rows that waited for a slot are as they were."""
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def die() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 4, CUT, Status.UNKNOWN)
            for number, count in ((2, 1), (3, 1), (4, 2)):
                await log.begin(number, count)
            log.leaves(2, 1)

    asyncio.run(die())
    with Journal(tmp_path) as other:
        other.hold(RUN)
        records = {record.number: record for record in other.records(RUN)}
    assert {number: record.status for number, record in records.items()} == {
        2: Status.UNKNOWN,
        3: Status.UNSENT,
        4: Status.UNKNOWN,
    }
    assert [records[number].attempts for number in (2, 3, 4)] == [1, 0, 1]
    assert not list((tmp_path / "sent").iterdir())


@pytest.mark.parametrize("spoilt", ["gone", "of another start of the machine", "cut"])
def test_marks_that_tell_nothing_leave_every_row_in_doubt(journal: Journal, tmp_path: Path, spoilt: str) -> None:
    journal.add(RUN, [entry(2), entry(3)])

    async def die() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)
            await log.begin(3, 1)
            log.leaves(2, 1)

    asyncio.run(die())
    marks = tmp_path / "sent" / RUN
    if spoilt == "gone":
        marks.unlink()
    elif spoilt == "cut":
        marks.write_bytes(marks.read_bytes()[:20])
    else:
        marks.write_bytes(b"another" + marks.read_bytes()[7:])
    assert journal.settle(RUN) == 2
    assert ends(journal) == {2: Status.UNKNOWN, 3: Status.UNKNOWN}


def test_a_mark_is_overwritten_once_its_row_has_ended(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(n) for n in range(2, 50)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            for n in range(2, 50):
                await log.begin(n, 1)
                log.leaves(n, 1)
                await log.finish(n, 1, OK, Status.SUCCEEDED)
            assert left_attempts(tmp_path, RUN) == {(49, 1)}

    asyncio.run(send())


def test_only_a_held_run_is_sent(journal: Journal) -> None:
    with pytest.raises(JournalError, match="without its lock"):
        journal.log(RUN, resend_unknown=False, by_priority=False)


def test_a_draft_changes_other_runs_only_when_it_is_confirmed(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2), entry(3)])
    draft = a_run(tmp_path, "20261124-000000-0000")
    journal.create(draft)
    assert not journal.run(draft.id).complete
    assert ends(journal) == {2: Status.UNSENT, 3: Status.UNSENT}
    journal.confirm(draft.id, Effects({(RUN, State.SKIPPED): [3]}))
    assert journal.run(draft.id).complete
    assert ends(journal) == {2: Status.UNSENT, 3: Status.SKIPPED}
    journal.delete_draft(draft.id)
    assert journal.find(draft.id) is not None, "a confirmed run is no draft"


def test_a_file_that_another_process_reads_too_is_refused(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(BusyError, match=f"leads.csv is being read .* {RUN}"):
        journal.create(a_run(tmp_path, "20261124-000000-0000"), known=[])
    journal.create(a_run(tmp_path, "20261124-000000-0000"), known=[RUN])


def test_ids_of_new_runs_are_new(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["7f3a", "7f3a", "0001"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(given))
    now = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
    assert journal.new_run_id(now) == "20261123-210455-0001"


def test_an_id_that_another_process_has_drawn_but_not_used_yet_is_not_taken(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter(["0001", "0001", "0002"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(given))
    now = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
    with Journal(tmp_path) as other:
        assert other.new_run_id(now) == "20261123-210455-0001"
        assert journal.new_run_id(now) == "20261123-210455-0002"
        assert not other.try_hold("20261123-210455-0002"), "its lock is held from the start"


def test_a_decision_is_taken_back_until_something_was_sent_from_it(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            for number in (2, 3):
                await attempt(log, number, CUT, Status.UNKNOWN)
            await attempt(log, 4, Outcome(Effect.ANSWERED, 110, "X", "X", 400), Status.CONFLICT)

    asyncio.run(send())
    assert journal.resolve(RUN, [2, 3, 4], State.PENDING, "send") == 3
    assert journal.decided(RUN, [2, 3, 4]) == {2: "send", 3: "send", 4: "send"}
    assert journal.take_back(RUN, [4]) == 1
    assert journal.resolve(RUN, [3], State.SUCCEEDED, "applied") == 1, "decided otherwise"
    assert ends(journal) == {2: Status.UNSENT, 3: Status.SUCCEEDED, 4: Status.CONFLICT}

    async def go_on() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED, 2)

    asyncio.run(go_on())
    assert journal.take_back(RUN, [2, 3]) == 1
    assert ends(journal) == {2: Status.SUCCEEDED, 3: Status.UNKNOWN, 4: Status.CONFLICT}


def test_a_decision_that_a_retry_acted_on_is_not_taken_back(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)

    asyncio.run(send())
    journal.resolve(RUN, [2], State.FAILED, "not applied")
    journal.create_retry(a_run(tmp_path, "20261124-000000-0000", retry_of=RUN))
    assert journal.take_back(RUN, [2]) == 0
    assert ends(journal) == {2: Status.FAILED}


def test_attempts_in_doubt_count_whichever_process_made_them_until_a_person_decides(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

    async def send(count: int) -> list[int]:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            rows = await log.pending(0, 10)
            for row in rows:
                await attempt(log, row.number, CUT, Status.UNKNOWN, count)
            return [row.spent for row in rows]

    assert [asyncio.run(send(count)) for count in (1, 2, 3)] == [[0, 0], [1, 1], [2, 2]]
    journal.resolve(RUN, [2], State.PENDING, "send")
    assert asyncio.run(send(4)) == [0, 3]


def test_a_kill_counts_against_the_attempts_of_a_row_only_if_it_may_have_fired_an_action(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

    async def die() -> None:
        async with RunLog(journal.path, RUN) as log:
            for number in (2, 3):
                await log.begin(number, 1)
                log.leaves(number, 1)

    async def spent() -> list[int]:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            return [row.spent for row in await log.pending(0, 10)]

    asyncio.run(die())
    journal.settle(RUN)
    assert asyncio.run(spent()) == [1, 0]


def test_of_the_rows_whose_attempts_ran_out_only_idempotent_ones_have_them_again(journal: Journal) -> None:
    """A row that sets a disposition ends after its attempts, whatever the settings say; a person may send it again."""
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

    async def send() -> list[int]:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            for number in (2, 3):
                await attempt(log, number, CUT, Status.UNKNOWN)
                await log.exhaust(number, "not done in 1 attempt", Status.UNKNOWN)
            return [row.spent for row in await log.pending(0, 10)]

    assert asyncio.run(send()) == [1, 0]
    journal.resolve(RUN, [2], State.PENDING, "send")

    async def spent() -> list[int]:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            return [row.spent for row in await log.pending(0, 10)]

    assert asyncio.run(spent()) == [0, 0]


def test_a_retry_takes_idempotent_rows_in_doubt_and_what_waits_behind_them(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2, "L", harmless=True), entry(3, "L"), entry(4, "M"), entry(5, "M")])

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)
            await attempt(log, 4, CUT, Status.UNKNOWN)

    asyncio.run(send())
    journal.update_run(RUN, complete=True)
    later = a_run(tmp_path, "20261124-000000-0000", retry_of=RUN)
    assert journal.count_retry(RUN) == 2
    journal.create_retry(later)
    assert ends(journal, later.id) == {2: Status.UNSENT, 3: Status.UNSENT}
    assert ends(journal) == {2: Status.SKIPPED, 3: Status.SKIPPED, 4: Status.UNKNOWN, 5: Status.UNSENT}
    assert journal.run(RUN).finished, "what is left waits for a person"
    journal.resolve(RUN, [4], State.SUCCEEDED, "applied")
    assert not journal.run(RUN).finished


def test_leads_last_sent_go_by_the_order_of_attempts_and_not_by_the_clock(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = a_run(tmp_path, "20261124-000000-0000")
    journal.create(later)
    for run_id, value, clock in ((RUN, "old", 2_000_000_000.0), (later.id, "new", 1_700_000_000.0)):
        journal.add(run_id, [Entry(Row(2, ("L", value)), "L", {"Name": value}, harmless=True)])
        monkeypatch.setattr("time.time", lambda clock=clock: clock)

        async def send(run_id: str = run_id) -> None:
            async with RunLog(journal.path, run_id) as log:
                await attempt(log, 2, OK, Status.SUCCEEDED)

        asyncio.run(send())
    found = journal.history().last_sent(["L", "M"], later.dialer, 41)
    assert {lead: (last.run_id, last.fields["Name"]) for lead, last in found.items()} == {"L": (later.id, "new")}


def test_a_run_that_is_not_there_any_more_is_one_sentence(journal: Journal) -> None:
    for ask in (journal.tally, journal.has_more, lambda run_id: list(journal.records(run_id))):
        with pytest.raises(UsageError, match="not in the journal any more"):
            ask("20200101-000000-0000")


def test_listing_runs_waits_for_nobody(journal: Journal, tmp_path: Path) -> None:
    """A process that is stopped while it writes keeps nobody from looking."""
    journal.add(RUN, [entry(2)])
    writer = sqlite3.connect(journal.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with Journal(tmp_path) as other:
        assert [run.id for run, _ in other.tallies()] == [RUN]
        assert list(ends(other)) == [2]
    writer.close()
