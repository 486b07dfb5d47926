"""Copies of one sheet, corrected and given in any order: a correction goes once, and no older copy undoes a newer one.

Against the practice dialer's ledger: once a lead has taken a version of its row, it gets no earlier one and not the
same again.
"""

import csv
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadsync.journal import Origin, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.row_states import RowState
from leadsync.reimport.sheet_history import SheetHistory
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer, PracticeServer
from tests.conftest import KEY, Desk

HEADINGS = ("Lead Id", "First Phone", "Outcome")
LEADS = {"one": "0383218191", "two": "0383218192", "six": "8321 8197", "ten": "0383218195"}
"""The phone of the third has no area code."""


def workbook(desk: Desk, outcome: str = "Sale") -> Path:
    path = desk.folder / "leads.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for lead, phone in LEADS.items():
        book.active.append([lead, phone, outcome])
    book.save(path)
    return path


def edited(path: Path, cell: str, value: str, name: str = "") -> Path:
    """The workbook with a cell changed, under a new name or its own."""
    book = openpyxl.load_workbook(path)
    book["Sheet"][cell] = value
    target = path.with_name(name or path.name)
    book.save(target)
    return target


def received(dialer: Any) -> list[tuple[str, str]]:
    return [(one["lead"], one["fields"]["njDisposition"]) for one in dialer.ledger.as_json()["received"]]


def checked(desk: Desk, sheet: Path, name: str = "c.xlsx") -> Path:
    desk.leadsync("check", sheet, "--output", name)
    return desk.folder / name


@pytest.mark.parametrize("first", ["marked", "report", "copy"])
def test_a_correction_made_in_two_copies_goes_once(desk: Desk, first: str) -> None:
    dialer = desk.dialer()
    sheet = workbook(desk)
    copy = checked(desk, sheet)
    desk.leadsync("run", sheet, "--limit", "1")
    files = desk.leadsync("run", copy, "--mark", "--json").json["files"]
    other = edited(copy, "B4", "0383218197", "fixB.xlsx")
    if first == "report":
        book = openpyxl.load_workbook(files["report"])
        book["To correct"]["B2"] = "0383218197"
        book.save(files["report"])
        corrected = Path(files["report"])
    else:
        corrected = edited(Path(files["marked"]), "B4", "0383218197")
    for one in (other, corrected) if first == "copy" else (corrected, other):
        done = desk.leadsync("run", one)
        assert done.code == 0, done.err
    assert sorted(lead for lead, _ in received(dialer)) == sorted(LEADS)


def test_the_original_does_not_undo_a_correction_in_its_copy(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = workbook(desk)
    copy = edited(checked(desk, sheet), "C5", "No Answer")
    run = desk.leadsync("run", copy, "--json").json["run"]
    done = desk.leadsync("run", sheet, "--json")
    assert [one for one in received(dialer) if one[0] == "ten"] == [("ten", "No Answer")]
    row = desk.leadsync("show", done.json["run"], "--status", "skipped", "--json").json["listed"][0]
    assert row["row"] == 5
    assert f"run {run} has sent this row, and it went through" in row["message"]


def test_a_faulty_original_value_does_not_go_again(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads={lead: {} for lead in LEADS if lead != "ten"} | {"tenth": {}})
    sheet = workbook(desk)
    copy = checked(desk, sheet)
    desk.leadsync("run", sheet)
    edited(copy, "A5", "tenth")
    desk.leadsync("run", copy)
    before = received(dialer)
    assert ("tenth", "Sale") in before
    desk.leadsync("run", sheet)
    desk.leadsync("run", copy)
    assert received(dialer) == before


def test_another_copy_of_the_same_sheet_is_that_sheet(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = workbook(desk)
    first, second = checked(desk, sheet), checked(desk, sheet, "d.xlsx")
    desk.leadsync("run", first)
    desk.leadsync("run", edited(second, "B4", "0383218197"))
    assert sorted(lead for lead, _ in received(dialer)) == sorted(LEADS)


def test_a_lead_added_again_below_is_a_new_row(desk: Desk) -> None:
    dialer = desk.dialer()
    copy = checked(desk, workbook(desk))
    desk.leadsync("run", copy)
    edited(copy, "C5", "Busy")
    desk.leadsync("run", copy)
    book = openpyxl.load_workbook(copy)
    book["Sheet"].append(["ten", LEADS["ten"], "Sale"])
    book.save(copy)
    assert desk.leadsync("run", copy).code == 3
    assert [one for one in received(dialer) if one[0] == "ten"] == [("ten", "Sale"), ("ten", "Busy"), ("ten", "Sale")]


ROWS = ("one,0383218191,Sale", "two,{},Sale")


def corrected(desk: Desk, path: Path, phone: str, name: str) -> Path:
    """A text file under a new name, with another phone number for the second lead."""
    rows = desk.rows(path)
    target = path.with_name(name)
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0]])
        writer.writeheader()
        writer.writerows({**row, HEADINGS[1]: phone if row[HEADINGS[0]] == "two" else row[HEADINGS[1]]} for row in rows)
    return target


def sent_first(desk: Desk, phone: str = "12", *copies: str, **options: Any) -> tuple[PracticeDialer, Path, Path]:
    """The dialer, a sheet with a row for correction, and its report; the copies are made before the run."""
    dialer = desk.dialer(settings="[retry]\nwait_seconds = 0\nattempts = 1\n", **options)
    sheet = desk.sheet("leads.csv", ",".join(HEADINGS), *(row.format(phone) for row in ROWS))
    for copy in copies:
        checked(desk, sheet, copy)
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 3, done.err
    return dialer, sheet, Path(done.json["files"]["report"])


def phones(dialer: PracticeDialer) -> list[str]:
    return [one.fields["FirstPhone"] for one in dialer.ledger.received if one.lead == "two"]


def outcome(desk: Desk, file: Path) -> tuple[str, str]:
    """Status and message of the second row of this run."""
    done = desk.leadsync("run", file, "--json")
    row = desk.rows(done.json["files"]["report"])[1]
    return row["sync_status"], row["sync_message"]


@pytest.mark.parametrize("phone", ["12", "0383218192"], ids=["rejected", "refused"])
@pytest.mark.parametrize("first", ["copy", "report"])
def test_of_two_corrections_of_one_row_the_first_goes(desk: Desk, first: str, phone: str) -> None:
    faults = [FaultRule(FaultKind.CODE, code=106, lead="two", attempt=1)] if phone != "12" else []
    dialer, _, report = sent_first(desk, phone, "c.csv", faults=faults)
    before = len(phones(dialer))
    files = [
        corrected(desk, desk.folder / "c.csv", "0383218108", "fixed.csv"),
        corrected(desk, report, "0383218199", "fixed.report.csv"),
    ]
    if first == "report":
        files.reverse()
    assert outcome(desk, files[0])[0] == "succeeded"
    status, message = outcome(desk, files[1])
    assert (status, "has sent this row" in message) == ("skipped", True), message
    assert len(phones(dialer)) == before + 1


def test_a_row_rejected_twice_is_one_row(desk: Desk) -> None:
    dialer, _, report = sent_first(desk, "12", "c.csv")
    copy = desk.folder / "c.csv"
    assert outcome(desk, corrected(desk, copy, "13", "c.csv"))[0] == "rejected"
    assert outcome(desk, corrected(desk, copy, "0383218108", "c.csv"))[0] == "succeeded"
    assert outcome(desk, corrected(desk, report, "0383218199", "fixed.report.csv"))[0] == "skipped"
    assert phones(dialer) == ["0383218108"]


def test_a_row_without_a_readable_id_is_known_by_its_number(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", ",".join(HEADINGS), "one,0383218191,Sale", ",0383218192,Sale")
    copy = checked(desk, sheet, "c.csv")
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    for path, name in ((copy, "fixed.csv"), (report, "fixed.report.csv")):
        text = path.read_text("utf-8-sig").replace(",0383218192,Sale", "two,0383218192,Sale", 1)
        path.with_name(name).write_text(text, "utf-8")
    assert outcome(desk, desk.folder / "fixed.csv")[0] == "succeeded"
    assert outcome(desk, desk.folder / "fixed.report.csv")[0] == "skipped"
    assert phones(dialer) == ["0383218192"]


@pytest.mark.parametrize("first", ["sheet", "copy"])
def test_a_rejected_row_is_skipped_once_its_correction_went_through(desk: Desk, first: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", ",".join(HEADINGS), *(row.format("12") for row in ROWS))
    older, newer = checked(desk, sheet, "c.csv"), checked(desk, sheet, "d.csv")
    if first == "sheet":
        desk.leadsync("run", sheet)
    assert outcome(desk, corrected(desk, newer, "0383218108", "d.csv"))[0] == "succeeded"
    for again in (older, sheet) if first == "sheet" else (sheet,):
        status, message = outcome(desk, again)
        assert (status, "has sent this row" in message) == ("skipped", True), message
    assert outcome(desk, corrected(desk, newer, "13", "d.csv"))[0] == "rejected", "a new text has a new fault"
    assert phones(dialer) == ["0383218108"]


def test_of_two_equal_rejected_lines_the_uncorrected_stays_rejected(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", ",".join(HEADINGS), "one,0383218191,Sale", ",0383218192,Sale", ",0383218192,Sale")
    copy = checked(desk, sheet, "c.csv")
    desk.leadsync("run", sheet)
    copy.write_text(copy.read_text("utf-8-sig").replace(",0383218192,Sale", "two,0383218192,Sale", 1), "utf-8")
    rows = desk.rows(desk.leadsync("run", copy, "--json").json["files"]["report"])
    assert [row["sync_status"] for row in rows] == ["succeeded", "succeeded", "rejected"]
    again = copy.with_name("d.csv")
    again.write_text(copy.read_text("utf-8").replace("one,0383218191,Sale", "one,0383218191,Busy"), "utf-8")
    rows = desk.rows(desk.leadsync("run", again, "--json").json["files"]["report"])
    assert [row["sync_status"] for row in rows] == ["succeeded", "succeeded", "rejected"]
    assert phones(dialer) == ["0383218192"]


def test_a_row_retried_with_success_does_not_go_again_from_a_copy(desk: Desk) -> None:
    faults = [FaultRule(FaultKind.CODE, code=103, lead="two", attempt=1)]
    dialer, _, _ = sent_first(desk, "0383218192", "c.csv", faults=faults)
    assert desk.leadsync("retry", desk.leadsync("runs", "--json").json["runs"][0]["run"]).code == 0
    before = phones(dialer)
    desk.leadsync("run", desk.folder / "c.csv")
    assert phones(dialer) == before


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["run sheet", "run copy", "try copy", "correct", "old copy", "correct report", "old report"]),
        st.sampled_from(sorted(LEADS)),
    ),
    min_size=2,
    max_size=8,
)
REFUSED = st.sets(st.sampled_from(["one", "two", "ten"]))
"""Leads whose first call is refused."""


class Copies:
    """A sheet, its copy, older copies as they were given, and the newest report; each correction is a new version."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.versions = count(2)
        self.sheet = desk.sheet(
            "leads.csv", "Lead Id,First Phone,Version", *(f"{lead},{LEADS[lead]},1" for lead in LEADS)
        )
        self.desk.leadsync("check", self.sheet, "--output", "c.csv")
        self.copy = desk.folder / "c.csv"
        self.older: list[Path] = []
        self.reports: list[Path] = []

    def _run(self, file: Path, *options: str) -> None:
        done = self.desk.leadsync("run", file, "--json", *options)
        assert done.code in (0, 2, 3), done
        if done.code != 2 and (report := done.json["files"]["report"]):
            self.reports.append(Path(report))

    def _correct(self, path: Path, lead: str) -> None:
        rows = self.desk.rows(path)
        for row in rows:
            if row["Lead Id"] == lead:
                row["Version"] = str(next(self.versions))
                row["First Phone"] = row["First Phone"].replace("8321 8197", "0383218197")
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [*rows[0]])
            writer.writeheader()
            writer.writerows(rows)

    def play(self, step: str, lead: str) -> None:
        if step == "run sheet":
            self._run(self.sheet)
        elif step == "old copy" and self.older:
            self._run(self.older[0])
        elif step == "old report" and self.reports:
            self._run(self.reports[0])
        elif step == "correct":
            self._correct(self.copy, lead)
        elif step == "correct report" and self.reports:
            report = self.reports[-1]
            failed = [row for row in self.desk.rows(report) if row["sync_status"] in ("failed", "rejected")]
            for row in failed[:1]:
                self._correct(report, row["Lead Id"])
            self._run(report)
        elif step in ("run copy", "try copy"):
            kept = self.desk.folder / f"older {len(self.older)}.csv"
            self.older.append(Path(shutil.copy(self.copy, kept)))
            self._run(self.copy, *(["--limit", "2"] if step == "try copy" else []))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REFUSED, STEPS)
def test_no_order_of_copies_sends_a_version_twice_or_undoes_one(
    refused: set[str], steps: list[tuple[str, str]]
) -> None:
    faults = [FaultRule(FaultKind.CODE, code=106, lead=lead, attempt=1) for lead in sorted(refused)]
    dialer = PracticeDialer(api_key=KEY, any_lead=True, floor_seconds=0, faults=faults)
    with tempfile.TemporaryDirectory() as folder, PracticeServer(dialer) as server:
        desk = Desk(Path(folder), lambda _: server)
        desk.settings(server.url, "[retry]\nwait_seconds = 0\nattempts = 1\n")
        copies = Copies(desk)
        for step, lead in steps:
            copies.play(step, lead)
        taken: dict[str, int] = {}
        applied = {one.request for one in dialer.ledger.applications}
        for one in dialer.ledger.received:
            version = int(one.fields["Version"])
            assert version > taken.get(one.lead, 0), f"{one.lead}: {version} after {taken[one.lead]}"
            if one.request in applied:
                taken[one.lead] = version


def origin(run_id: str, state: State, outcome: str) -> Origin:
    return Origin(run_id, state, "ten", {"njDisposition": outcome})


def test_a_text_that_went_through_or_came_before_is_superseded_and_another_one_is_not() -> None:
    failed, sent = origin("first", State.FAILED, "Busy"), origin("second", State.SUCCEEDED, "Sale")
    rows = [RowState(5, failed, is_own=True), RowState(5, sent, is_own=False)]
    states = SheetHistory(states={5: rows}, last={5: failed})
    for outcome, found in (("Sale", "second"), ("Busy", "second"), ("No Answer", None)):
        skip = states.superseded(Lead("ten", {"njDisposition": outcome}), 5)
        assert skip == (Skip(SkipKind.SENT_IN_COPY, found) if found else None)


def test_a_text_after_the_last_success_is_superseded_only_where_it_was_skipped() -> None:
    for state, found in ((State.SKIPPED, "first"), (State.FAILED, None)):
        sent, later = origin("first", State.SUCCEEDED, "Sale"), origin("second", state, "Busy")
        rows = [RowState(5, sent, is_own=True), RowState(5, later, is_own=True)]
        states = SheetHistory(states={5: rows}, last={5: later})
        skip = states.superseded(Lead("ten", {"njDisposition": "Busy"}), 5)
        assert skip == (Skip(SkipKind.SENT_IN_COPY, found) if found else None)
