"""The next step for a row, in a sentence. Pure."""

from leadsync.models import DISPOSITION, NO_CHANGE, RowRecord, RunRecord, Status
from leadsync.reasons import Skip, SkipKind
from leadsync.report.row_words import DECIDING, advice_after
from leadsync.report.standings import Standing
from leadsync.result_codes import RESULT_CODES, Verdict

MEANINGS = {
    Status.SUCCEEDED: "updated on the dialer",
    Status.FAILED: "refused, or the attempts ran out",
    Status.REJECTED: "not sent: the sheet's data is wrong",
    Status.CONFLICT: "an agent was editing the lead: a person decides",
    Status.UNKNOWN: "may or may not have been applied: a person decides",
    Status.SKIPPED: "not sent on purpose",
    Status.UNSENT: "not sent yet",
}
"""What each status means, in a few words."""

# The sentence stands in one cell, and each value may be as long as a cell.
_LONGEST_VALUE = 60


def meaning(status: Status, run: RunRecord, standing: Standing | None = None) -> str:
    """What a status means in a run."""
    if status is not Status.UNSENT or (standing is not None and standing.changes_soon):
        return MEANINGS[status]
    return unsent_words(is_stopped=bool(run.stopped), all_wait=run.finished)


def unsent_words(*, is_stopped: bool, all_wait: bool) -> str:
    """What `unsent` means in a run that has stopped, or whose unsent rows all wait for a decision."""
    if all_wait:
        return "waits for an earlier row of its lead, to be decided or sent first"
    return "the run stopped first" if is_stopped else MEANINGS[Status.UNSENT]


def advice(record: RowRecord, run_id: str) -> str:
    """The next step for a row; empty if there is none."""
    match record.status:
        case Status.SUCCEEDED:
            return ""
        case Status.SKIPPED:
            return advice_after(record.reason) if isinstance(record.reason, Skip) else ""
        case Status.REJECTED | Status.FAILED if record.overtaken:
            return (
                "A later row of its lead went through: a correction of this one is not sent, unless its sync_status "
                "and sync_row are cleared."
            )
        case Status.REJECTED:
            return "Correct the row as the message says, then give this file to `leadsync run`."
        case Status.FAILED:
            return _after_failure(record, run_id)
        case Status.CONFLICT | Status.UNKNOWN:
            return _to_decide(record, run_id)
        case Status.UNSENT:
            return _to_send(record, run_id)


def _after_failure(record: RowRecord, run_id: str) -> str:
    if record.code is None:
        return f"The row itself may be right: send it again with `leadsync retry {run_id}`."
    entry = RESULT_CODES.get(record.code)
    if entry and entry.verdict is Verdict.STOP:
        # A run goes on behind ids that are a row's own.
        return "Correct the row's own ids in the sheet (`leadsync campaigns` lists them), then send the row again."
    return entry.advice if entry else "Ask the dialer's vendor what this code means; it is not in the documentation."


def _to_decide(record: RowRecord, run_id: str) -> str:
    disposition = record.fields.get(DISPOSITION, NO_CHANGE)
    # An insert without a disposition is not harmless: sent twice, it may add two leads.
    if record.status is Status.UNKNOWN and disposition == NO_CHANGE and record.harmless:
        return f"Sending it twice does no harm: `leadsync resume {run_id}` sends it again."
    sent = ", ".join(f"{field} {_short(value)!r}" for field, value in record.fields.items() if value != NO_CHANGE)
    when = f" at {record.time:%Y-%m-%d %H:%M:%S}" if record.time else ""
    return (
        f"Look at lead {record.lead} in the dialer, then write applied, not applied or send into sync_decision and "
        f"give the file to `leadsync run`, or use `leadsync resolve {run_id} --row {record.number}` "
        f"with {DECIDING}. Sent{when}: {sent}."
    )


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def waits(record: RowRecord) -> bool:
    """Whether the row is unsent only because a person has to decide on another row of its lead first."""
    return record.status is Status.UNSENT and isinstance(record.reason, Skip) and record.reason.waits


def undecided_in(record: RowRecord) -> str:
    """The earlier run with an open decision on a row skipped in this run; empty if there is none."""
    skipped = record.status is Status.SKIPPED and isinstance(record.reason, Skip)
    return record.reason.undecided_run if skipped and isinstance(record.reason, Skip) else ""


def still_failing(record: RowRecord) -> bool:
    """Whether the row is skipped because it failed before and was not corrected: it can be corrected still."""
    return isinstance(record.reason, Skip) and record.reason.kind is SkipKind.STILL_FAILING


def _to_send(record: RowRecord, run_id: str) -> str:
    if waits(record):
        return f"Decide that row first, then `leadsync resume {run_id}`."
    if record.code is not None and record.code in RESULT_CODES:
        return RESULT_CODES[record.code].advice
    return f"`leadsync resume {run_id}` goes on with it."
