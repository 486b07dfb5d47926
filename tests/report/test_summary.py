"""What the summary in the terminal says is to be done next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadsync.models import CampaignIds, RunRecord, Status
from leadsync.report import as_text
from leadsync.tallies import Tally

RUN = RunRecord(
    id="20261123-210455-7f3a",
    file=Path("leads.csv"),
    sheet="",
    fingerprint="",
    kind="csv",
    delimiter=",",
    bom=False,
    headings=("Lead Id",),
    output=Path(),
    dialer="http://127.0.0.1",
    ids=CampaignIds(41, 41, 38),
    created=datetime(2026, 11, 23, tzinfo=UTC),
    complete=True,
    stopped="interrupted by SIGINT",
)
FILES = {"report": Path("r.csv"), "retry": Path("t.csv"), "review": None}


@pytest.mark.parametrize(
    ("statuses", "codes", "correct"),
    [
        ({Status.SUCCEEDED: 1, Status.UNSENT: 3}, {}, False),
        ({Status.FAILED: 1, Status.UNSENT: 3}, {104: 1}, False),
        ({Status.FAILED: 2, Status.UNSENT: 2}, {104: 1, 106: 1}, True),
        ({Status.REJECTED: 1, Status.UNSENT: 3}, {}, True),
    ],
)
def test_a_run_that_stopped_is_gone_on_with_first(
    statuses: Mapping[Status, int], codes: Mapping[int, int], correct: bool
) -> None:
    steps = as_text(RUN, Tally(4, statuses, codes), FILES).split("\n\n")[-1].splitlines()
    assert steps[0] == f"Go on with it: leadsync resume {RUN.id}"
    after = "When that is done, correct the rows in the file to correct, then send them: leadsync run t.csv"
    assert steps[1:] == ([after] if correct else [])


@pytest.mark.parametrize(
    ("values", "meaning"),
    [
        ({}, "the run stopped first"),
        ({"stopped": "", "finished": True}, "waits for an earlier row of its lead, to be decided or sent first"),
        ({"stopped": ""}, "not sent yet"),  # a person has decided
        ({"stopped": "", "complete": False}, "not sent yet"),
    ],
)
def test_rows_are_called_unsent_for_the_reason_that_they_have(values: dict[str, Any], meaning: str) -> None:
    text = as_text(replace(RUN, **values), Tally(1, {Status.UNSENT: 1}, {}), {})
    assert f"  unsent     {meaning}\n" in text


@pytest.mark.parametrize(
    ("overtaken", "steps"),
    [
        (
            [109],
            [
                "Correct the rows in the file to correct, then send them: leadsync run t.csv",
                "1 row that did not go: a later row",
            ],
        ),
        (
            [109, 109],
            ["2 rows that did not go: a later row of their leads went through; a correction of them is not sent"],
        ),
    ],
)
def test_rows_behind_which_their_lead_took_a_later_one_are_not_to_be_corrected(
    overtaken: list[int | None], steps: list[str]
) -> None:
    run, tally = replace(RUN, stopped="", finished=True), Tally(4, {Status.FAILED: 2, Status.SUCCEEDED: 2}, {109: 2})
    text = as_text(run, tally, FILES, overtaken=overtaken)
    lines = text.split("\n\n")[-1].splitlines()
    assert [line.startswith(step) for line, step in zip(lines, steps, strict=True)] == [True] * len(steps)
    assert ("send the row again later" in text) is (len(overtaken) == 1), "one of them can go still"
    book = as_text(replace(run, kind="xlsx"), tally, FILES, overtaken=overtaken)
    assert book.rstrip().endswith("unless its sync_status and sync_row are cleared on the sheet To correct.")


@pytest.mark.parametrize(
    ("file", "step"),
    [
        ("leads.csv", "It is sent by giving its sheet again: leadsync run leads.csv"),
        ("state/uploads/0123456789abcdef/leads.csv", "It is sent on the page."),
    ],
)
def test_a_draft_is_called_one_and_not_gone_on_with(file: str, step: str) -> None:
    run = replace(RUN, file=Path(file), complete=False, stopped="")
    words = as_text(run, Tally(3, {Status.REJECTED: 1, Status.UNSENT: 2}), FILES)
    assert words.startswith(f"Run {RUN.id} of leads.csv: a draft, nothing of it is sent.")
    assert "unsent     not sent yet" in words
    assert words.split("\n\n")[-1] == f"Nobody has confirmed it. {step}"


def test_files_in_the_pages_own_folder_are_no_place_to_correct() -> None:
    folder = Path("state/uploads/20261123-210455-0f3d6128/files")
    files = {name: folder / f"{name}.csv" for name in ("report", "retry", "review")}
    run = replace(RUN, stopped="", finished=True)
    steps = as_text(run, Tally(3, {Status.REJECTED: 2, Status.UNKNOWN: 1}), files).split("\n\n")[-1].splitlines()
    ours = f"in files that `leadsync report {RUN.id} --output DIR` writes."
    assert steps == [
        f"Correct the 2 rows on the page, or {ours}",
        f"Decide on the page, or fill the column sync_decision {ours}",
    ]


def test_the_counted_statuses_alone_get_their_look() -> None:
    run = replace(RUN, warnings=("        1  failed twice",))
    tally = Tally(3, {Status.SUCCEEDED: 1, Status.FAILED: 2}, {104: 2})
    plain = as_text(run, tally, FILES)
    shown = as_text(run, tally, FILES, look=lambda status: f"\x1b[31m{status}\x1b[0m")
    assert "          2  failed     " in plain
    assert shown.count("\x1b[31m") == 2
    assert "\n          2  \x1b[31mfailed\x1b[0m     " in shown
    assert shown.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain
