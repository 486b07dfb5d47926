"""What a journal of an earlier leadsync said in words, and says as values once it is brought up to date."""

import json
import sqlite3
from pathlib import Path

import pytest

from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.legacy import reason_in
from leadsync.journal.sqlite.schema import APPLICATION_ID, MIGRATIONS
from leadsync.journal.sqlite.store import FILE_NAME
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind

RUN = "20261122-080000-0001"
LOST = (
    "{heading} '{now}' was '{was}' in run {run}: a spreadsheet program has taken it for a number; write it back as it "
    "was, or, if it is right so, clear the row's sync_run and sync_row; in a workbook this does not happen."
)
"""As the first release wrote it."""
AGAIN = "not corrected since the dialer answered 106 INVALID_DISPOSTION"


def corrupted(column: str, now: str, was: str) -> Fault:
    return Fault(column, now, FaultKind.CORRUPTED_NUMBER, was, {"run": RUN})


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (LOST.format(heading="Lead Id", now="5", was="005", run=RUN), Rejected((corrupted("Lead Id", "5", "005"),))),
        (
            "FirstPhone '03832' is too short; check it. "
            + LOST.format(heading="Mum's Postcode", now="800", was="0800", run=RUN)
            + " "
            + LOST.format(heading="Lead Id", now="1E+05", was="100000", run=RUN),
            Rejected((corrupted("Lead Id", "1E+05", "100000"), corrupted("Mum's Postcode", "800", "0800"))),
        ),
        (f"run {RUN} calls it conflict", Skip(SkipKind.CALLED, RUN, status="conflict")),
        (f"run {RUN} has it as unknown by now", Skip(SkipKind.BY_NOW, RUN, status="unknown")),
        (f"run {RUN} has it as succeeded by now", None),
        (
            "waits for row 2 of the same lead, which a person has to decide first",
            Skip(SkipKind.WAITS_FOR_DECISION, row=2),
        ),
        (
            f"waits for row 2 of run {RUN}, which a person has to decide first",
            Skip(SkipKind.WAITS_FOR_DECISION, RUN, 2),
        ),
        (
            f"{AGAIN}; correct it; as it is, `leadsync retry {RUN}` sends it.",
            Skip(SkipKind.STILL_FAILING, RUN, code=106),
        ),
        ("Lead Id is blank; write the lead's external id.", None),
    ],
)
def test_what_rules_depend_on_is_read_out_of_an_old_sentence(message: str, reason: Reason | None) -> None:
    assert reason_in(message, ["Lead Id", "Mum's Postcode", "FirstPhone"]) == reason


def test_an_old_journal_opens_with_its_sentences_and_its_reasons(tmp_path: Path) -> None:
    said = LOST.format(heading="Mum's Postcode", now="800", was="0800", run=RUN)
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for script in MIGRATIONS[:8]:
        connection.executescript(script)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 8")
    connection.execute(
        "INSERT INTO runs (id, file, sheet, fingerprint, kind, delimiter, bom, headings, output, dialer, template, "
        "campaign, allocation, created, complete, finished) "
        "VALUES ('old', '/l.csv', '', '', 'csv', ',', 0, ?, '/', '', 41, 41, 38, 0, 1, 1)",
        [json.dumps(["Lead Id", "Mum's Postcode"])],
    )
    for number, state, message in ((2, "rejected", said), (3, "failed", "DUPLICATE"), (4, "skipped", "as it is")):
        connection.execute("INSERT INTO lines VALUES (1, ?, '[\"1\", \"800\"]', '', '{}')", [number])
        connection.execute(
            "INSERT INTO rows (run, number, lead, harmless, state, message) VALUES (1, ?, 'L', 0, ?, ?)",
            [number, state, message],
        )
    connection.commit()
    connection.close()
    with SqliteJournal(tmp_path) as journal:
        found = {record.number: (record.message, record.reason) for record in journal.records("old")}
        assert journal.tally("old").still_failing == 0
    assert found == {
        2: (said, Rejected((corrupted("Mum's Postcode", "800", "0800"),))),
        3: ("DUPLICATE", None),
        4: ("as it is", None),
    }
