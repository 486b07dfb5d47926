"""The journal's rows as the rest of leadsync sees them; see `leadsync.journal.protocol`."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from leadsync.journal.run_log import RunLog
from leadsync.journal.states import State
from leadsync.journal.values import (
    EVERY_ROW,
    AttemptRecord,
    Changes,
    FoundLead,
    LastSent,
    Origin,
    OvertakenRow,
    Queued,
    ReasonCount,
    RowAhead,
    RowEnds,
    RowFilter,
    RowReading,
    TextSearch,
    ValueCount,
)
from leadsync.models import Lead, RowRecord, RunRecord, Status
from leadsync.reasons import Skip

MOST_LOOKED_AT = 10_000
"""The rows whose values are read for one reason: a tenth of a second's work."""


class Rows(Protocol):
    """Rows as they stand."""

    def records(
        self, run_id: str, statuses: Iterable[Status] | None = None, *, beyond_trial: bool = False
    ) -> Iterator[RowRecord]:
        """The run's rows in the sheet's order, all or those of some statuses; a trial's end at its last row, unless
        those `beyond_trial` are wanted too."""
        ...

    def attempts(self, run_id: str, numbers: Collection[int] | None = None) -> Iterator[AttemptRecord]:
        """The requests of a run, or of these rows of it, in the order of its rows."""
        ...

    def changes(self, run_id: str) -> Changes:
        """What the run's succeeded rows changed on the dialer. Reads them all."""
        ...

    def states(self, run_id: str, numbers: Iterable[int]) -> dict[int, Status]:
        """The statuses of some rows; unknown numbers are left out."""
        ...

    def cells(self, run_id: str, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
        """The cells of some rows as they were read from their sheet."""
        ...

    def ends(
        self, runs: Mapping[str, int | None], *, field: str = "", since: datetime | None = None
    ) -> Iterator[RowEnds]:
        """Where the rows of these runs ended, in batches of one run each, in the order of runs and rows.

        Given are rows that succeeded or have to be looked at. A run comes with the position of the column to read, or
        None. `field` goes before that column: a field's value as it was sent. Outcomes before `since` are left out, and
        those that a run has taken over from a trial are given once, for that run.
        """
        ...

    def history(self) -> "History":
        """The leads over all runs, while this journal is open."""
        ...


class RowPages(Protocol):
    """Rows a page at a time, and their reasons; quick at a million rows."""

    def page(self, run_id: str, after: int = 0, limit: int = 100, chosen: RowFilter = EVERY_ROW) -> list[RowRecord]:
        """The next rows behind row `after`, in the sheet's order; a trial's end at its last row."""
        ...

    def reason_counts(self, run_id: str) -> list[ReasonCount]:
        """The rows with a code other than 0, a reason or a status to look at, the most frequent first."""
        ...

    def left_out(self, run_id: str) -> dict[int, Skip]:
        """The rows that people left out before the sending, in the sheet's order, beyond a trial's end too."""
        ...

    def faulty_beyond(self, run_id: str) -> int:
        """The number of rejected rows beyond a trial's end."""
        ...

    def reason_values(self, run_id: str, reason: ReasonCount, most: int = MOST_LOOKED_AT) -> list[ValueCount]:
        """The values at fault for a reason, the most frequent first, in the first `most` of its rows.

        Of a code those of its field; none if it has no field of its own.
        """
        ...


class History(Protocol):
    """Leads over all runs."""

    def last_sent(self, leads: Collection[str], dialer: str, campaign: int) -> dict[str, LastSent]:
        """The last values sent to each of these leads of a campaign, by the order of the attempts.

        The dialer is known by any spelling of its address. Fields that only say the ids of the row's run are left out.

        A lead is left out if nothing was sent to it, or if its last row is under way, or is idempotent and in doubt.
        """
        ...

    def sent(self, leads: Collection[str], most: int, dialer: str, campaign: int) -> dict[str, list[LastSent]]:
        """The last values sent to each of these leads of a campaign, at most so many, in the order of the attempts.

        Unlike in `last_sent`, rows under way or idempotent and in doubt are among them.
        """
        ...

    def taken(
        self, rows: Iterable[tuple[str, Mapping[str, str]]], dialer: str, campaign: int
    ) -> dict[str, list[LastSent]]:
        """Of rows, given as leads with values: what the leads of a campaign have taken of them before, or may have, in
        the order of the attempts."""
        ...

    def readings(
        self, rows: Iterable[tuple[str, Mapping[str, str]]], dialer: str, campaign: int
    ) -> dict[str, list[RowReading]]:
        """Of rows, given as leads with values: the same rows in the confirmed runs of a campaign, the oldest first."""
        ...

    def undecided(self, leads: Collection[str], dialer: str) -> dict[str, list[LastSent]]:
        """The open rows of each of these leads, by the order of the attempts; leads without one are left out.

        They are of all campaigns: CAMPAIGN_ID is always among their fields.

        Open is a row for a person to decide, a row under way, and a row to be sent by a person's decision.
        """
        ...

    def lead(self, lead: str) -> Iterator[tuple[str, RowRecord]]:
        """All rows of a lead, each with its run's id, the newest first."""
        ...

    def attempts(self, lead: str) -> Iterator[tuple[str, AttemptRecord]]:
        """All requests for a lead, each with its run's id, the newest run first, in order within a run."""
        ...

    def leads_like(self, beginning: str, limit: int) -> list[FoundLead]:
        """The leads whose external ids begin so, in their order; letters count as they stand."""
        ...

    def leads_with(self, texts: Collection[str], limit: int, before: int | None = None) -> TextSearch:
        """The leads with one of the texts in a cell or a field, without regard to the case of A to Z, the newest first.

        Reads 100,000 rows at most, from `before` of the search's last part on.
        """
        ...

    def record(self, run_id: str, number: int) -> Iterator[RowRecord]:
        """One row of a run, or none."""
        ...

    def row(self, run_id: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The headings and a row's cells as they were read from its sheet."""
        ...


class PendingRows(Protocol):
    """The rows for a run or its retry to send."""

    def nth_pending(self, run_id: str, count: int) -> int | None:
        """The number of the `count`-th pending row; None if there are not more than that."""
        ...

    def ready(self, run_id: str, end: int | None) -> int:
        """How many rows up to row `end`, or all, can go now: none of their leads waits for a person."""
        ...

    def leads_left(self, run_id: str, end: int | None, others: Collection[str]) -> Iterator[tuple[int, Lead]]:
        """The `ready` rows by number, of leads with a row in one of the other runs."""
        ...

    def leads_of_retry(self, run_id: str, others: Collection[str]) -> Iterator[tuple[int, Lead]]:
        """The rows for a retry of this run to send, by number, of leads with a row in one of the other runs."""
        ...

    def first_call(self, run_id: str) -> int | None:
        """The place of a run's first call in the order of all calls; None without one."""
        ...

    def last_call(self) -> int:
        """The place of the last call in the order of all calls."""
        ...

    def sent_beside(self, run_id: str, since: int | None = None) -> set[str]:
        """The other runs with a call behind the one at a place, for a lead of the rows that this run may still send.

        By the order of the calls; without a place behind its own first one, or any call if it has none.
        """
        ...

    def skip(self, run_id: str, reasons: Mapping[int, Skip]) -> None:
        """Skip pending rows of a held run, by number."""
        ...

    def alike(self, run_id: str, others: Collection[str], without: Collection[int] = ()) -> int:
        """How many rows to be sent have the lead and the values of a row that one of the other runs is to send, but for
        their rows `without`, by number."""
        ...

    def waiting(self, run_id: str, end: int | None) -> int:
        """How many pending rows up to row `end`, or all, wait for one of their lead's `rows_ahead`."""
        ...

    def runs_ahead(self, run_id: str) -> list[str]:
        """The runs with the rows that those of `waiting` wait for: this one, or later ones that have taken them."""
        ...

    def has_more(self, run_id: str) -> bool:
        """Whether rows can still go without a decision, beyond a trial's end too."""
        ...

    def count_retry(self, run_id: str) -> int:
        """How many rows a retry of this run would send; corrected ones go another way."""
        ...

    def failures(self, run_id: str, *, before_others: bool = False) -> dict[int, str]:
        """The failed rows of a run that no other run has taken and that may go again, in order, each with its lead;
        `before_others`: those alone with a later row of their lead in the run."""
        ...

    def behind_others(self, run_id: str) -> dict[tuple[str, bool], set[int]]:
        """The rows of a run that a retry leaves out because others of their leads come first, by the run with those,
        and whether that is to send them or a person has to decide there."""
        ...

    def overtaken(self, run_id: str) -> list[OvertakenRow]:
        """The rows that did not go, in order, and that neither a retry nor a correction sends: a later row of their
        lead went through, in the run or a later one. They failed, were rejected, or were skipped because they were not
        corrected.

        Rows that another run has sent since are none of them.
        """
        ...

    def later_rows(self, run_id: str, numbers: Collection[int]) -> dict[int, int]:
        """Those of these rows with a later row of their lead that went through, in the run or a later one, each with
        the last such."""
        ...

    def create_retry(
        self,
        run: RunRecord,
        limit: int | None = None,
        queued: Queued | None = None,
        *,
        but_of: Collection[int] = (),
    ) -> None:
        """Store a run with the rows of its `retry_of` to be sent again, `but_of` some that stay there; a trial of the
        first `limit`. Its lock is held.

        With `queued` a worker is to send it. Pending rows of that earlier run become skipped there: never do both runs
        send them.
        """
        ...

    def log(self, run_id: str, *, resend_unknown: bool = False, by_priority: bool = False) -> RunLog:
        """The log of a held run, for the time of its sending.

        With `resend_unknown`, rows in doubt are sent again even if they set a disposition; idempotent ones always are.
        """
        ...


class LineageQueries(Protocol):
    """The way of rows through retries and corrected sheets."""

    def retries(self, run_id: str) -> list[str]:
        """The retries of a run, the oldest first."""
        ...

    def takers(self, run_id: str) -> list[str]:
        """The runs that send rows of this one again, as they were or corrected, the oldest first."""
        ...

    def givers(self, run_id: str) -> list[str]:
        """The runs with rows that this one sends again, as they were or corrected, the oldest first."""
        ...

    def lineage(self, run_id: str) -> list[str]:
        """The later runs with rows of this one, directly or through others."""
        ...

    def moved_to(self, run_id: str) -> list[str] | None:
        """The later runs, the newest first, with a row of this one still to send, correct or decide.

        None while this run has a failed or rejected row that no other run has taken.
        """
        ...

    def rows_ahead(self, run_id: str) -> list[RowAhead]:
        """The rows of a run on which a person has to decide, and those that a later run has taken and is to send or to
        have decided: the other rows of their leads wait for them."""
        ...

    def origins(
        self, run_id: str, open_in: Collection[str] | None = None, *, leads: Collection[str] | None = None
    ) -> dict[int, Origin]:
        """The rows of an earlier run by number, as they stand after its retries; empty for an unknown run.

        Holds them all; with `leads` only those of these leads; with `open_in` only those of leads with a row in one of
        these runs that may go again: neither through nor skipped for good.
        """
        ...

    def tried(self, run_id: str) -> tuple[dict[int, Origin], list[int]]:
        """By number the sent and the rejected rows of a trial, with all other rows of their leads; and the numbers of
        the rows still to be sent."""
        ...

    def descendants(self, run_id: str) -> dict[int, list[tuple[str, State, int]]]:
        """Rows of a run with a successor in a corrected sheet, by number.

        Each with the later runs, its state there, and its number there.
        """
        ...
