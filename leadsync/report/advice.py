"""What to do now about a row, in a sentence. Pure."""

import re

from leadsync.models import DISPOSITION, NO_CHANGE, RowRecord, Status
from leadsync.result_codes import RESULT_CODES, Verdict

MEANINGS = {
    Status.SUCCEEDED: "updated on the dialer",
    Status.FAILED: "refused, or the attempts ran out",
    Status.REJECTED: "not sent: the sheet's data is wrong",
    Status.CONFLICT: "an agent was editing the lead: a person decides",
    Status.UNKNOWN: "may or may not have been applied: a person decides",
    Status.SKIPPED: "not sent on purpose",
    Status.UNSENT: "the run stopped first",
}
"""What each status means, in a few words."""

CAUSES = {
    101: "The id is mistyped or lost its leading zeros, or the lead is in another campaign.",
    102: "The phone columns are blank, or are not the template's phone fields.",
    103: "Trouble inside the dialer.",
    104: "The person has asked not to be called.",
    105: "The person stands twice in the campaign, or two people share a number.",
    106: "It is spelled differently in the campaign, or was renamed or removed there.",
    107: "The sheet leaves the disposition blank for a lead that no agent has spoken to yet.",
    108: "The sheet names a lead that the dialer does not have.",
    109: "Others were using the dialer heavily at the same time.",
    110: "The lead was open on an agent's screen just then.",
    111: "The name of the Contact Hours is spelled differently on the dialer.",
    112: "The id was given to two leads.",
    113: "The column that holds the id was left out.",
    114: "The date's form is not the one the dialer reads.",
    115: "The settings name another campaign's allocation.",
    116: "The settings name a template that the dialer does not have.",
    117: "The settings name a campaign that the dialer does not have.",
}
"""What most likely led to each result code."""


DECIDING = "--applied, --not-applied or --send"
"""The options of `resolve`, of which a decision takes one."""
_WAITS = "waits for row "
_UNDECIDED_THERE = re.compile(
    r"(?:run (?P<run>\S+) (?:calls it|has it as) (?:conflict|unknown)|waits for row \d+ of run (?P<of>[^ ,]+),"
    r"|run (?P<since>\S+) sent it since, and a person has to decide there)"
)
"""How a row is skipped that is undecided in an earlier run, or whose lead has such a row there."""
_LONGEST_VALUE = 60


def advice(record: RowRecord, run_id: str) -> str:
    """The next step for a row; empty where there is none to take."""
    match record.status:
        case Status.SUCCEEDED:
            return ""
        case Status.SKIPPED:
            return _after_skipping(record)
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
    return record.status is Status.UNSENT and record.message.startswith(_WAITS)


def undecided_in(record: RowRecord) -> str:
    """The earlier run in which a person has still to decide on a row that is skipped here; empty where none has."""
    found = _UNDECIDED_THERE.match(record.message) if record.status is Status.SKIPPED else None
    return (found["run"] or found["of"] or found["since"]) if found else ""


def _after_skipping(record: RowRecord) -> str:
    run = undecided_in(record)
    if run and record.message.startswith(_WAITS):
        return f"Decide that row first, in the report or the review file of run {run}, then send this one again."
    if run:
        return (
            f"Still to be decided: in the report or the review file of run {run}, or with `leadsync resolve {run} "
            f"--row N` and {DECIDING}."
        )
    return ""


def _to_send(record: RowRecord, run_id: str) -> str:
    if waits(record):
        return f"Decide that row first, then `leadsync resume {run_id}`."
    if record.code is not None and record.code in RESULT_CODES:
        return RESULT_CODES[record.code].advice
    return f"`leadsync resume {run_id}` goes on with it."
