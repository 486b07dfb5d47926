"""The one table of the dialer's result codes.

Source: the vendor's page *Update an existing lead in Noojee Contact*, section "Code". Names keep the server's spelling,
its slips included (INVALID_DISPOSTION, ALLOCATIN_ID_REQUIRED): so they come over the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """The effect of a result code on its row, and on the run."""

    SUCCEEDED = "the lead was updated"
    FAILED = "refused: the row has to be corrected"
    FINAL = "refused for good: the row is never sent again"
    RETRY = "not applied: wait, then send it again"
    CONFLICT = "an agent was editing the lead: a person decides"
    STOP = "every row would be refused: the run stops"


@dataclass(frozen=True, slots=True)
class ResultCode:
    """One line of the table.

    `http` is the code's status in the documentation; it never decides anything. `advice` is the user's next step,
    `cause` the most likely cause, both in one sentence. `field` is the field at fault, `phone` for any phone field.
    `if_all_fail` is the likely cause if almost all rows get the code. `why_again` is the reason for another attempt.
    """

    code: int
    name: str
    http: int
    verdict: Verdict
    meaning: str
    advice: str
    cause: str = ""
    field: str = ""
    if_all_fail: str = ""
    why_again: str = ""


# As in models.py, which may not be imported here: both are the ground.
_ID = "njExternalLeadId"
_DISPOSITION = "njDisposition"
_CALLBACK = "njCallBackDate"
_HOURS = "njContactHours"
_PHONE = "phone"

_TABLE = (
    ResultCode(0, "OK", 200, Verdict.SUCCEEDED, "The lead was updated.", ""),
    ResultCode(
        101,
        "COULDNT_FIND_THE_LEAD",
        400,
        Verdict.FAILED,
        "No lead has this external id.",
        "Check the external id, and that the lead is in the campaign the settings name; then send the row again.",
        cause="The id is mistyped or lost its leading zeros, or the lead is in another campaign.",
        field=_ID,
        if_all_fail=(
            "the ids in [campaign] probably name another campaign, or the column of external ids is the wrong one"
        ),
    ),
    ResultCode(
        102,
        "NO_PHONE_FIELDS",
        400,
        Verdict.FAILED,
        "The lead has no phone number.",
        "Give at least one phone number, or <No Change>; check that phone_fields names the template's phone fields.",
        cause="The phone columns are blank, or are not the template's phone fields.",
        field=_PHONE,
        if_all_fail="phone_fields in [input] probably does not name the template's phone fields",
    ),
    ResultCode(
        103,
        "EXCEPTION",
        500,
        Verdict.RETRY,
        "The dialer failed while it handled the call.",
        "Send the row again later with `leadsync retry`; if it fails again, give the message to the dialer's vendor.",
        cause="Trouble inside the dialer.",
        why_again="the dialer failed on it",
    ),
    ResultCode(
        104,
        "DNC",
        400,
        Verdict.FINAL,
        "The number is on the do-not-call list.",
        "Do not call this number and do not send the row again.",
        cause="The person has asked not to be called.",
        field=_PHONE,
        if_all_fail="the sheet is probably a list of numbers not to be called",
    ),
    ResultCode(
        105,
        "DUPLICATE",
        400,
        Verdict.FAILED,
        "Another lead has this phone number.",
        "Find the other lead with this number in the dialer; correct the number or drop the row.",
        cause="The person stands twice in the campaign, or two people share a number.",
        field=_PHONE,
        if_all_fail="the phone column is probably the wrong one",
    ),
    ResultCode(
        106,
        "INVALID_DISPOSTION",
        400,
        Verdict.FAILED,
        "The campaign has no such disposition.",
        "Write the disposition exactly as the campaign spells it, then send the row again.",
        cause="It is spelled differently in the campaign, or was renamed or removed there.",
        field=_DISPOSITION,
        if_all_fail="the dispositions are probably spelt otherwise than the campaign spells them",
    ),
    ResultCode(
        107,
        "DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED",
        400,
        Verdict.FAILED,
        "<No Change> was given, but the lead was never dialed and has no disposition to keep.",
        "Give the row a disposition, then send it again.",
        cause="The sheet leaves the disposition blank for a lead that no agent has spoken to yet.",
        field=_DISPOSITION,
        if_all_fail="these leads were never dialed; the sheet needs a disposition for each",
    ),
    ResultCode(
        108,
        "IMPORT_BUT_NOCHANGE_SPECIFIED",
        400,
        Verdict.FAILED,
        "<No Change> was given for a lead that would be new.",
        "Replace <No Change> by real values, then send the row again.",
        cause="The sheet names a lead that the dialer does not have.",
        field=_DISPOSITION,
    ),
    ResultCode(
        109,
        "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS",
        400,
        Verdict.RETRY,
        "The call waited in the dialer's queue for over a minute; it was not applied.",
        "The dialer is busy: send the row again later with `leadsync retry`, or set `reserve` to leave it more room.",
        cause="Others were using the dialer heavily at the same time.",
        why_again="the dialer was busy",
    ),
    ResultCode(
        110,
        "LEAD_NOT_UPDATED_DUE_TO_CONFLICT",
        400,
        Verdict.CONFLICT,
        "An agent was editing the lead; sending again could overwrite the agent's work.",
        "Look at the lead in the dialer and decide whether this row should still be applied.",
        cause="The lead was open on an agent's screen just then.",
    ),
    ResultCode(
        111,
        "INVALID_TIMEZONE_SPECIFIED",
        400,
        Verdict.FAILED,
        "The dialer does not know these Contact Hours.",
        "Write the Contact Hours exactly as the dialer lists them, then send the row again.",
        cause="The name of the Contact Hours is spelled differently on the dialer.",
        field=_HOURS,
        if_all_fail="the column of Contact Hours probably holds something else",
    ),
    ResultCode(
        112,
        "DUPLICATE_EXTERNAL_ID",
        400,
        Verdict.FAILED,
        "The external id is taken by another lead of the campaign.",
        "Give the lead another external id, or update the lead that has it.",
        cause="The id was given to two leads.",
        field=_ID,
    ),
    ResultCode(
        113,
        "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED",
        400,
        Verdict.FAILED,
        "No external id arrived with the call.",
        "Give the row an external id, then send it again.",
        cause="The column that holds the id was left out.",
        field=_ID,
    ),
    ResultCode(
        114,
        "INVALID_CALLBACK_DATE_FORMAT",
        400,
        Verdict.FAILED,
        "The dialer could not read the callback date.",
        "Write the callback date as yyyy/MM/dd HH:mm, then send the row again.",
        cause="The date's form is not the one the dialer reads.",
        field=_CALLBACK,
    ),
    ResultCode(
        115,
        "ALLOCATIN_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the allocation id.",
        "Correct allocation_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
        cause="The settings name another campaign's allocation.",
    ),
    ResultCode(
        116,
        "TEMPLATE_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the template id.",
        "Correct template_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
        cause="The settings name a template that the dialer does not have.",
    ),
    ResultCode(
        117,
        "CAMPAIGN_ID_REQUIRED",
        400,
        Verdict.STOP,
        "The dialer does not accept the campaign id.",
        "Correct campaign_id in the settings (`leadsync campaigns` lists the ids), then `leadsync resume`.",
        cause="The settings name a campaign that the dialer does not have.",
    ),
)

RESULT_CODES: dict[int, ResultCode] = {entry.code: entry for entry in _TABLE}
"""The documented codes by number."""

MOST_UNDOCUMENTED = 10
"""The most codes beyond the table to show; a dialer may invent thousands."""

BY_NAME: dict[str, ResultCode] = {entry.name: entry for entry in _TABLE}
"""The documented codes by the server's name."""


def split_codes(counts: Mapping[int, int]) -> tuple[dict[int, int], int]:
    """Split counts by code into the codes to show, in their order, and the sum of the others.

    Shown are the documented codes and the most frequent others, MOST_UNDOCUMENTED at most.
    """
    # By frequency, then by number: two summaries of one run are alike.
    others = sorted(counts.keys() - RESULT_CODES.keys(), key=lambda code: (-counts[code], code))
    left_out = frozenset(others[MOST_UNDOCUMENTED:])
    shown = {code: counts[code] for code in sorted(counts) if code not in left_out}
    return shown, sum(counts[code] for code in left_out)
