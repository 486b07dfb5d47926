"""`leadsync stats` as a person calls it, over runs of the past."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from leadsync.journal import Entry, Journal, State, open_journal
from leadsync.models import Row
from tests.conftest import KEY, Desk
from tests.journal.samples import CONFLICT, FAILED, LATER, REJECTED, RUN, SUCCEEDED, a_run, add, die

NOW = datetime.now().astimezone()
OLD = NOW - timedelta(days=40)


def a_day(day: datetime) -> str:
    return day.date().isoformat()


def add_run(journal: Journal, folder: Path, run_id: str, when: datetime, *rows: tuple[object, ...]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", when.timestamp)
        journal.create(replace(a_run(folder, run_id), created=when, headings=("Lead Id", "Name")))
        journal.confirm(run_id)
        add(journal, run_id, *rows)  # type: ignore[arg-type]
        journal.release(run_id)
        journal.update_run(run_id, finished=True)


@pytest.fixture
def past(desk: Desk) -> Desk:
    """Two runs: L1 and L2 fail 40 days ago. Today L1 goes through, L2 fails again, L3 is in conflict, =L4 rejected."""
    with open_journal(desk.state) as journal:
        add_run(journal, desk.folder, RUN, OLD, ("L1", FAILED, 101), ("L2", FAILED, 101), ("L0", SUCCEEDED))
        now = ("L1", SUCCEEDED), ("L2", FAILED, 106), ("L3", CONFLICT, 110), ("=L4", REJECTED)
        add_run(journal, desk.folder, LATER, NOW, *now)
    return desk


def lines(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_failures_by_code_are_a_table_for_a_person(past: Desk) -> None:
    shown = past.leadsync("stats")
    assert (shown.code, shown.err) == (0, "")
    text = lines(shown.out)
    assert text[0] == [f"5 of 7 rows (71.4%) failed in 2 runs from {a_day(OLD)} to {a_day(NOW)}."]
    assert text[1] == ["By status: 3 failed, 1 rejected, 1 conflict."]
    assert [line[:3] for line in text if line and line[0][0].isdigit()][1:4] == [
        ["101 COULDNT_FIND_THE_LEAD", "2", "28.6%"],
        ["106 INVALID_DISPOSTION", "1", "14.3%"],
        ["110 LEAD_NOT_UPDATED_DUE_TO_CONFLICT", "1", "14.3%"],
    ]
    assert ["Of 4 leads that failed, 1 has gone through since."] in text
    assert ["Half of the successes came within 40 d, nine of ten within 40 d."] in text
    again = next(line for line in text if line[:1] == ["L2"])
    assert again == ["L2", "2", "2", f"{NOW:%Y-%m-%d %H:%M}", "106 INVALID_DISPOSTION"]


def test_since_counts_from_the_beginning_of_a_day(past: Desk) -> None:
    def counted(since: str) -> tuple[int, int]:
        value = past.leadsync("stats", "--since", since, "--json").json
        return value["rows"], value["failures"]

    assert counted("40d") == (7, 5)
    assert counted(a_day(OLD)) == (7, 5)
    assert counted("39d") == (4, 3)
    assert counted("1w") == (4, 3)
    tomorrow = past.leadsync("stats", "--since", a_day(NOW + timedelta(days=1)))
    assert (tomorrow.code, tomorrow.out) == (0, "No row has ended since then.\n")


@pytest.mark.parametrize("since", ["30", "x", "2026-13-01", "-1d", ""])
def test_what_is_no_day_is_refused_in_a_sentence(desk: Desk, since: str) -> None:
    refused = desk.leadsync("stats", "--since", since)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        f"--since: {since} is neither an age nor a day; write days, weeks or a day, like 30d, 12w or 2026-11-01.\n"
    )


def test_an_empty_journal_is_a_sentence(desk: Desk) -> None:
    for by in ("code", "Agent"):
        shown = desk.leadsync("stats", "--by", by)
        assert (shown.code, shown.out, shown.err) == (0, "No row has ended yet.\n", "")
    assert desk.leadsync("stats", "--json").json["groups"] == []


def test_drafts_and_rows_under_way_do_not_count(desk: Desk) -> None:
    with open_journal(desk.state) as journal:
        journal.create(a_run(desk.folder))
        journal.add(RUN, [Entry(Row(2, ("L1",)), "L1", {}, False, State.REJECTED)])
        journal.create(replace(a_run(desk.folder, LATER), complete=True))
        add(journal, LATER, ("L2", FAILED, 101))
        with open_journal(desk.state) as other:
            journal.release(LATER)
            other.hold(LATER)
            assert desk.leadsync("stats", "--json").json["rows"] == 1


def test_a_row_whose_sender_was_killed_is_in_doubt(desk: Desk) -> None:
    with open_journal(desk.state) as journal:
        journal.create(replace(a_run(desk.folder), complete=True))
        journal.add(RUN, [Entry(Row(2, ("L1",)), "L1", {}, False)])
        die(journal, RUN, left=(2,))
    value = desk.leadsync("stats", "--json").json
    assert value["statuses"] == {"unknown": 1}
    assert value["groups"][0]["label"] == "in doubt: the answer was lost"


def test_an_unknown_column_is_refused_with_those_that_exist(past: Desk) -> None:
    refused = past.leadsync("stats", "--by", "Agent")
    assert (refused.code, refused.out) == (2, "")
    assert "No sheet has a column Agent; there are Lead Id, Name; and beside columns code, status, " in refused.err
    as_json = past.leadsync("stats", "--by", "Agent", "--format", "json")
    assert as_json.json["error"].startswith("No sheet has a column Agent")


def test_format_json_is_the_object_of_json(past: Desk) -> None:
    as_option = past.leadsync("stats", "--by", "lead id", "--json")
    assert past.leadsync("stats", "--by", "lead id", "--format", "json").json == as_option.json
    value = as_option.json
    assert (value["by"], value["column"], value["file"]) == ("column", "lead id", None)
    assert value["groups"][0]["value"] == "L2"


def test_csv_goes_to_standard_output_with_formulas_escaped(past: Desk) -> None:
    shown = past.leadsync("stats", "--by", "Lead Id", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert {row["value"]: row["failures"] for row in rows} == {"L0": "0", "L1": "1", "L2": "2", "L3": "1", "'=L4": "1"}


@pytest.mark.parametrize("ending", ["csv", "json", "html", "xlsx"])
def test_a_file_is_in_the_form_of_its_ending_and_may_be_written_again(past: Desk, ending: str) -> None:
    path = past.folder / f"failures.{ending.upper()}"
    for _ in range(2):
        shown = past.leadsync("stats", "--output", path)
        assert (shown.code, shown.out) == (0, f"Written: {path}\n")
    match ending:
        case "csv":
            assert past.rows(path)[0]["label"] == "101 COULDNT_FIND_THE_LEAD"
            assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        case "json":
            assert json.loads(path.read_text("utf-8"))["failures"] == 5
        case "html":
            assert "<h1><bdi>Failures by code</bdi></h1>" in path.read_text("utf-8")
        case "xlsx":
            with pytest.warns(UserWarning, match="Sparkline"):
                book = openpyxl.load_workbook(path)
            assert book["Failures"]["B1"].value == "Failures by code"
    as_json = past.leadsync("stats", "--output", path, "--json").json
    assert (as_json["file"], as_json["failures"]) == (str(path), 5)


def test_a_workbook_and_a_page_have_names_of_their_own(past: Desk) -> None:
    for kind in ("xlsx", "html"):
        path = past.folder / f"leadsync-stats.{kind}"
        assert past.leadsync("stats", "--format", kind).out == f"Written: {path}\n"
        assert path.is_file()


def test_a_file_of_somebody_else_stays(past: Desk) -> None:
    path = past.folder / "mine.csv"
    path.write_text("mine")
    refused = past.leadsync("stats", "--output", path)
    assert refused.code == 2
    assert f"{path} is there already, and is not as `leadsync stats` wrote it" in refused.err
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "x.pdf"], "x.pdf can be a csv, xlsx, html or json file; end its name so"),
        (["--output", "x.csv", "--format", "table"], "x.csv can be a csv, xlsx, html or json file"),
        (
            ["--output", "x.xlsx", "--format", "csv"],
            "x.xlsx would hold csv; end its name in .csv, or leave --format out",
        ),
        (["--output", ".", "--format", "csv"], ". is a folder; name a file in it with --output"),
        (["--top", "0"], "--top takes a whole number from 1 on"),
    ],
)
def test_wrong_usage_is_a_sentence(past: Desk, arguments: list[str], words: str) -> None:
    refused = past.leadsync("stats", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert words in refused.err


def test_no_cell_of_another_column_and_no_key_comes_out(desk: Desk) -> None:
    with open_journal(desk.state) as journal:
        journal.create(replace(a_run(desk.folder), complete=True, headings=("Lead Id", "Name", "Agent")))
        journal.add(RUN, [Entry(Row(2, ("L1", "Secret", "Ann")), "L1", {"Name": "Secret"}, False, State.REJECTED)])
    for by in ("code", "Agent"):
        out = desk.leadsync("stats", "--by", by, "--format", "html", "--output", f"{by}.html", "--json").out
        for text in (out, (desk.folder / f"{by}.html").read_text("utf-8")):
            assert ("Ann" in text) == (by == "Agent")
            assert "Secret" not in text
            assert KEY not in text


def test_a_table_loads_no_library_of_dialers_and_files(past: Desk) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "leadsync", "stats", "--state", str(past.state)]
    done = subprocess.run(command, cwd=past.folder, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pandas" in loaded
    assert loaded & {"aiohttp", "httpx", "xlsxwriter"} == set()
