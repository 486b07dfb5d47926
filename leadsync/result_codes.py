"""The one table of the dialer's result codes.

Source: the vendor's page *Update an existing lead in Noojee Contact*, section "Code". Names keep the server's
spelling, its slips included (INVALID_DISPOSTION, ALLOCATIN_ID_REQUIRED): they are what comes over the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What a result code means for the row it answers, and for the run."""

    SUCCEEDED = "the lead was updated"
    FAILED = "refused: the row has to be corrected"
    FINAL = "refused for good: the row is never sent again"
    RETRY = "not applied: wait, then send it again"
    CONFLICT = "an agent was editing the lead: a person decides"
    STOP = "every row would be refused: the run stops"


@dataclass(frozen=True, slots=True)
class ResultCode:
    """One line of the table.

    `http` is the status the documentation gives with the code; it never decides anything. `advice` is what the
    user should do now, in one sentence.
    """

    code: int
    name: str
    http: int
    verdict: Verdict
    meaning: str
    advice: str


_TABLE = (
    ResultCode(0, "OK", 200, Verdict.SUCCEEDED, "The lead was updated.", ""),
    ResultCode(
        101,
        "COULDNT_FIND_THE_LEAD",
        400,
        Verdict.FAILED,
        "No lead has this external id.",
        "Check the external id, and that the lead is in the campaign the settings name; then send the row again.",
    ),
    ResultCode(
        102,
        "NO_PHONE_FIELDS",
        400,
        Verdict.FAILED,
        "The lead has no phone number.",
        "Give at least one phone number, or <No Change>; check that phone_fields names the template's phone fields.",
    ),
    ResultCode(
        103,
        "EXCEPTION",
        500,
        Verdict.RETRY,
        "The dialer failed while it handled the call.",
        "Send the row again later with `leadsync retry`; if it fails again, give the message to the dialer's vendor.",
    ),
    ResultCode(
        104,
        "DNC",
        400,
        Verdict.FINAL,
        "The number is on the do-not-call list.",
        "Do not call this number and do not send the row again.",
    ),
    ResultCode(
        105,
        "DUPLICATE",
        400,
        Verdict.FAILED,
        "Another lead has this phone number.",
        "Find the other lead with this number in the dialer; correct the number or drop the row.",
    ),
    ResultCode(
        106,
        "INVALID_DISPOSTION",
        400,
        Verdict.FAILED,
        "The campaign has no such disposition.",
        "Write the disposition exactly as the campaign spells it, then send the row again.",
    ),
    ResultCode(
        107,
        "DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED",
        400,
        Verdict.FAILED,
        "<No Change> was given, but the lead was never dialed and has no disposition to keep.",
        "Give the row a disposition, then send it again.",
    ),
    ResultCode(
        108,
        "IMPORT_BUT_NOCHANGE_SPECIFIED",
        400,
        Verdict.FAILED,
        "<No Change> was given for a lead that would be new.",
        "Replace <No Change> by real values, then send the row again.",
    ),
    ResultCode(
        109,
        "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS",
        400,
        Verdict.RETRY,
        "The call waited in the dialer's queue for over a minute; it was not applied.",
        "The dialer is busy: send the row again later with `leadsync retry`, or set `reserve` to leave it more room.",
    ),
    ResultCode(
        110,
        "LEAD_NOT_UPDATED_DUE_TO_CONFLICT",
        400,
        Verdict.CONFLICT,
        "An agent was editing the lead; sending again could overwrite the agent's work.",
        "Look at the lead in the dialer and decide whether this row should still be applied.",
    ),
    ResultCode(
        111,
        "INVALID_TIMEZONE_SPECIFIED",
        400,
        Verdict.FAILED,
        "The dialer does not know these Contact Hours.",
        "Write the Contact Hours exactly as the dialer lists them, then send the row again.",
    ),
    ResultCode(
        112,
        "DUPLICATE_EXTERNAL_ID",
        400,
        Verdict.FAILED,
        "The external id is taken by another lead of the campaign.",
        "Give the lead another external id, or update the lead that has it.",
    ),
    ResultCode(
        113,
        "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED",
        400,
        Verdict.FAILED,
        "No external id arrived with the call.",
        "Give the row an external id, then send it again.",
    ),
    ResultCode(
        114,
        "INVALID_CALLBACK_DATE_FORMAT",
        400,
        Verdict.FAILED,
        "The dialer could not read the callback date.",
        "Write the callback date as yyyy/MM/dd HH:mm, then send the row again.",
    ),
    ResultCode(
        115,
        "ALLOCATIN_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the allocation id.",
        "Correct allocation_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
    ),
    ResultCode(
        116,
        "TEMPLATE_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the template id.",
        "Correct template_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
    ),
    ResultCode(
        117,
        "CAMPAIGN_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the campaign id.",
        "Correct campaign_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
    ),
)

RESULT_CODES: dict[int, ResultCode] = {entry.code: entry for entry in _TABLE}
"""The documented codes by number."""

MOST_UNDOCUMENTED = 10
"""So many codes beyond the table are shown; a dialer may invent thousands."""

BY_NAME: dict[str, ResultCode] = {entry.name: entry for entry in _TABLE}
"""The documented codes by the server's name."""


def split_codes(counts: Mapping[int, int]) -> tuple[dict[int, int], int]:
    """Split counts by code into the codes to show, in their order, and the sum of the others.

    Shown are the documented codes and the most frequent others, MOST_UNDOCUMENTED at most.
    """
    others = sorted(counts.keys() - RESULT_CODES.keys(), key=lambda code: (-counts[code], code))
    left_out = frozenset(others[MOST_UNDOCUMENTED:])
    shown = {code: counts[code] for code in sorted(counts) if code not in left_out}
    return shown, sum(counts[code] for code in left_out)
