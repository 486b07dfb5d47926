"""The words of a draft's page for values of its preview. Pure."""

from collections.abc import Mapping

from leadsync.models import EXTERNAL_ID
from leadsync.reasons import SkipKind
from leadsync.web.preview import Preview
from leadsync.web.reading_form import FIELD_WORDS

SKIP_WORDS: Mapping[SkipKind, str] = {
    SkipKind.LEFT_OUT: "left out here by a person",
    SkipKind.DECIDED: "decided by a person",
    SkipKind.CALLED: "done, by their own sync_status",
    SkipKind.BY_NOW: "done by a later run",
    SkipKind.UNDECIDED_SINCE: "sent since, and to be decided there first",
    SkipKind.LEFT_TO_RUN: "left to the run that is to send them",
    SkipKind.WAITS_FOR_DECISION: "waiting for another row of their lead, to be decided first",
    SkipKind.UNDECIDED_BEFORE: "sent before, and to be decided there first",
    SkipKind.WAITS_FOR_RESUME: "waiting for an earlier row of their lead, which is in doubt",
    SkipKind.WAITS_IN_RETRY: "waiting for a row of another run; a later retry sends them",
    SkipKind.TAKEN_FIRST: "waiting for an earlier row of their lead, which another run sends first",
    SkipKind.GOES_BY_NOW: "to be sent by now, if their file is given again",
    SkipKind.SENT_SINCE: "sent since",
    SkipKind.OTHER_SENT_SINCE: "older than what another run has sent their lead",
    SkipKind.REFUSED_FOR_GOOD: "refused by the dialer for good",
    SkipKind.STILL_FAILING: "not corrected since they failed",
    SkipKind.SENT_CORRECTED: "corrected and sent since",
    SkipKind.LATER_ROW: "older than another row of their lead that went through",
    SkipKind.LATER_ROW_OF_TRIAL: "older than another row of their lead that went through",
    SkipKind.NO_LEAD: "totals, rules, footers or headings once more",
    SkipKind.OTHER_ROW_COUNTS: "older than the last row of their lead, which counts",
    SkipKind.SENT_IN_TRIAL: "sent in the trial",
    SkipKind.UNCHANGED: "the same as their lead was last sent",
    SkipKind.RETRIED: "sent by a retry",
    SkipKind.TRANSFERRED: "taken over by another run",
    SkipKind.LEFT_BEHIND: "not in the file that took the sheet over",
    SkipKind.SENT_IN_COPY: "sent by another run of the sheet",
    SkipKind.BEGUN_ANEW: "left to a run begun anew",
}
"""Why rows are skipped, behind their number."""


def skip_words(name: str) -> str:
    """The words for a kind of skipped rows."""
    return SKIP_WORDS[SkipKind[name]]


def undecided_words(preview: Preview) -> str:
    """Why a sheet cannot be sent with its columns as they are."""
    filled: dict[str, list[str]] = {}
    for column in preview["columns"]:
        if column["field"]:
            filled.setdefault(column["field"], []).append(column["heading"])
    if EXTERNAL_ID not in filled:
        return "No column holds the lead's id, by which the dialer knows a lead. Choose the column that does."
    for field, headings in filled.items():
        if len(headings) > 1:
            names = " and ".join(f"“{heading}”" for heading in headings)
            return f"{names} both fill {FIELD_WORDS.get(field, field)}. Choose another field for one of them."
    return str(preview["error"])


def size_words(size: int) -> str:
    """The size of a file."""
    return f"{size / (1 << 20):,.1f} MB" if size >= 1 << 20 else f"{max(1, round(size / 1024)):,} kB"
