"""Chains of a sheet, its copies and its reports: nothing newer is undone and no correction left out without a word."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leadsync.journal import Origin, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.losses import Losses, examples, in_vain
from leadsync.reimport.row_states import RowState
from leadsync.reimport.rules import Decision, Send
from leadsync.reimport.sheet_history import SheetHistory
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,Version"
LETTERS = ("L,a", "L,b", "M,c", "N,d")
STOP = FaultRule(FaultKind.HTTP, status=401)


def state(run_id: str, kind: State, text: str) -> RowState:
    origin = Origin(run_id, kind, "ten", {"Version": text})
    return RowState(2, origin, is_own=True, place=2, waits=kind is State.SKIPPED)


SENT = Send(Lead("ten", {"Version": "new"}))
WENT, WAITS, FAILED, BEHIND = State.SUCCEEDED, State.PENDING, State.FAILED, State.SKIPPED


@pytest.mark.parametrize(
    ("states", "decision", "is_copy", "again", "said"),
    [
        ([("r1", WENT, "old")], SENT, False, {"r1": [7]}, ""),
        ([("r1", WENT, "old"), ("r2", WENT, "new")], SENT, False, {}, ""),
        ([("r1", WAITS, "old")], SENT, False, {}, ""),
        ([("r1", WAITS, "old")], SENT, True, {}, "1 row waits with another text in c.csv (run r1)"),
        (
            [("r1", WAITS, "new"), ("r2", WAITS, "old")],
            SENT,
            False,
            {},
            "1 row waits with another text in another file",
        ),
        ([("r1", FAILED, "old")], SENT, False, {}, ""),
        ([("r1", FAILED, "old")], SENT, True, {}, "1 row failed with another text in c.csv (run r1)"),
        ([("r1", WAITS, "old"), ("r2", WENT, "new")], SENT, True, {}, ""),
        ([("r1", BEHIND, "old")], SENT, False, {}, ""),
        ([("r1", BEHIND, "old")], SENT, True, {}, "1 row waits with another text in c.csv (run r1)"),
        ([("r1", BEHIND, "old"), ("r1", WENT, "older")], SENT, True, {"r1": [7]}, ""),
        ([("r1", BEHIND, "old"), ("r1", BEHIND, "new")], SENT, True, {}, ""),
        ([("r3", BEHIND, "old")], SENT, True, {}, ""),
        ([("r1", WENT, "old")], Skip(SkipKind.SENT_IN_COPY, "r1"), False, {}, "1 corrected row is not sent (row 7)"),
        ([("r1", WENT, "new")], Skip(SkipKind.SENT_IN_COPY, "r1"), False, {}, ""),
        ([("r1", WENT, "old")], Skip(SkipKind.UNCHANGED, "r1"), False, {}, ""),
    ],
)
def test_each_row_is_compared_with_its_states(
    states: list[tuple[str, State, str]], decision: Decision, is_copy: bool, again: dict[str, list[int]], said: str
) -> None:
    files = {"r1": Path("c.csv"), "r3": Path("d.csv")}
    losses = Losses(SheetHistory(is_other_copy=is_copy, files=files, compared=Path("d.csv")))
    losses.note(7, Lead("ten", {"Version": "new"}), decision, [state(*one) for one in states])
    assert losses.again == again
    words = [str(remark) for remark in losses.remarks()]
    assert [one.startswith(f"! {said}") for one in words] == ([True] if said else [])


def test_the_first_of_many_rows_are_named() -> None:
    assert (examples([2]), examples([2, 3, 4, 5])) == ("2", "2, 3, 4, …")
    assert str(in_vain([2, 3])) == "! 2 corrected rows are not sent (row 2, 3); the report says why."


class Chain:
    """A sheet with two copies by `check`, and the files given back since."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.dialer: PracticeDialer = desk.dialer(settings="[retry]\nwait_seconds = 0\nattempts = 1\n")
        self.sheet = desk.sheet("leads.csv", HEADINGS, *LETTERS)
        for name in ("c.csv", "e.csv"):
            desk.leadsync("check", self.sheet, "--output", name)
        self.files: dict[str, str] = {}

    def run(self, file: str | Path, *rules: FaultRule) -> str:
        """Run a file, meanwhile with these faults, and return the command's words; the ledger keeps its rows."""
        self.dialer.ledger.received.clear()
        self.dialer.faults.add(rules)
        done = self.desk.leadsync("run", file, "--json")
        self.dialer.faults.clear()
        assert done.code in (0, 3, 4), done.err
        self.files = done.json["files"]
        return done.err

    def report(self, name: str) -> None:
        """Keep the report of the last run under a name."""
        (self.desk.folder / name).write_bytes(Path(self.files["report"]).read_bytes())

    def add(self, name: str, row: str) -> None:
        """Insert a row above the others of a file with sync_* columns."""
        path = self.desk.folder / name
        head, *lines = path.read_text("utf-8-sig").splitlines()
        path.write_text("\n".join([head, row + "," * (head.count(",") - 1), *lines]) + "\n", "utf-8")

    def turn(self, name: str) -> None:
        """Turn the order of a file's rows."""
        path = self.desk.folder / name
        head, *lines = path.read_text("utf-8-sig").splitlines()
        path.write_text("\n".join([head, *reversed(lines)]) + "\n", "utf-8")

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace texts in a file."""
        path = self.desk.folder / name
        text = path.read_text("utf-8-sig")
        for was, now in changes:
            assert was in text
            text = text.replace(was, now, 1)
        path.write_text(text, "utf-8")


def second_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    return chain.run("e.csv")


def report_of_a_stopped_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.run("e.csv", STOP)
    return chain.run(chain.files["report"])


def retry_of_a_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.run("e.csv", STOP)
    chain.dialer.ledger.received.clear()
    return chain.desk.leadsync("retry").err


def retry_file_of_a_report(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.run("e.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,ddd"))
    chain.run("r.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    return chain.run(chain.files["retry"])


def older_correction_that_failed(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    retry = chain.files["retry"]
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,dd"))
    chain.run("r.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    return chain.run(retry)


def other_correction_in_the_copy(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,dd"))
    chain.run("r.csv")
    chain.edit("c.csv", ("N,d", "N,ddd"))
    return chain.run("c.csv")


def correction_that_failed(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    return chain.run("e.csv")


def rows_left_to_another_report(chain: Chain) -> str:
    chain.run("leads.csv", STOP)
    chain.report("r.csv")
    chain.report("x.csv")
    chain.run("r.csv", STOP)
    chain.edit("x.csv", ("N,d", "N,dd"))
    return chain.run("x.csv")


def row_taken_out_of_a_copy(chain: Chain, begun: str = "leads.csv") -> str:
    chain.run(begun, STOP)
    path = chain.desk.folder / "c.csv"
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("M,c")), "utf-8")
    return chain.run("c.csv")


def double(chain: Chain, name: str) -> None:
    line = next(one for one in (chain.desk.folder / name).read_text("utf-8-sig").splitlines() if one[:3] == "N,d")
    chain.edit(name, (line, f"{line}\n{line}"))


def row_taken_out_of_the_copy_of_a_stopped_run(chain: Chain) -> str:
    return row_taken_out_of_a_copy(chain, "c.csv")


def line_twice(chain: Chain) -> str:
    double(chain, "c.csv")
    return chain.run("c.csv")


def line_twice_in_two_copies(chain: Chain) -> str:
    chain.run("e.csv")
    double(chain, "c.csv")
    (chain.desk.folder / "x.csv").write_bytes((chain.desk.folder / "c.csv").read_bytes())
    chain.edit("c.csv", ("N,d", "N,dd"), ("N,d,", "N,dd,"))
    chain.run("c.csv")
    words = chain.run("x.csv")
    assert "corrected row" not in words
    return words


def row_of_another_lead_in_a_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "M,dd"))
    chain.run("c.csv")
    words = chain.run("leads.csv")
    assert "corrected row" not in words
    return words


def row_of_another_lead_in_the_last_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "M,dd"))
    chain.run("c.csv")
    return chain.run("e.csv")


def copy_behind_a_stopped_one_with_another_lead(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "M,dd"))
    chain.run("c.csv", STOP)
    return chain.run("e.csv")


def sheet_behind_a_second_correction_that_waits(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.edit("c.csv", ("N,dd", "M,ddd"))
    chain.run("c.csv", STOP)
    return chain.run("leads.csv")


def added_row(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    retry = chain.files["retry"]
    chain.add(retry, "L,new")
    return chain.run(retry)


def cleared_row(chain: Chain) -> str:
    """Its sync_status and sync_row cleared, as its message advises, and no other of its cells."""
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="L", calls=1))
    chain.report("r.csv")
    chain.edit("r.csv", ("L,a,2,failed", "L,aa,,"))
    return chain.run("r.csv")


def only_row_with_all_cells_cleared(chain: Chain) -> str:
    """Of a row called not applied, whose lead took a later row since; nothing in the file names a run."""
    sheet = chain.desk.sheet("two.csv", HEADINGS, "L,a", "L,b")
    chain.run(sheet, FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    [run] = [
        one["run"] for one in chain.desk.leadsync("runs", "--json").json["runs"] if one["file"].endswith("two.csv")
    ]
    chain.desk.leadsync("resolve", run, "--row", "2", "--not-applied")
    chain.desk.leadsync("resume", run)
    head = (chain.desk.folder / chain.files["report"]).read_text("utf-8-sig").splitlines()[0]
    (chain.desk.folder / "r.csv").write_text(f"{head}\nL,a{',' * (head.count(',') - 1)}\n", "utf-8")
    return chain.run("r.csv")


def correction_given_back_once_more_after_the_decision(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"))
    chain.run("r.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    return chain.run("r.csv")


def waiting_correction(chain: Chain) -> str:
    """A correction of the row behind an undecided one; returns the run of the sheet, stopped behind it."""
    refused = FaultRule(FaultKind.CODE, code=106, lead="N")
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1), refused)
    first = str(chain.desk.leadsync("runs", "--json").json["runs"][0]["run"])
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"), ("N,d", "N,dd"))
    chain.run("r.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    chain.dialer.ledger.received.clear()
    return first


def other_report_though_a_correction_waits(chain: Chain, other: str = "x.csv") -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    first = str(chain.desk.leadsync("runs", "--json").json["runs"][0]["run"])
    chain.report("x.csv")
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"))
    chain.run("r.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    return chain.run(other)


def copy_though_a_correction_waits(chain: Chain) -> str:
    return other_report_though_a_correction_waits(chain, "c.csv")


def resumed_though_a_correction_waits(chain: Chain) -> str:
    return chain.desk.leadsync("resume", waiting_correction(chain)).err


def report_of_a_run_whose_rows_waited(chain: Chain) -> str:
    waiting_correction(chain)
    return chain.run(chain.files["report"])


def file_with_rows_that_went_and_others_that_waited(chain: Chain) -> str:
    waiting_correction(chain)
    return chain.run("r.csv")


def the_same_file_a_third_time(chain: Chain) -> str:
    first = waiting_correction(chain)
    chain.run("r.csv")
    chain.dialer.ledger.received.clear()
    chain.desk.leadsync("resume", first)
    return chain.run("r.csv")


def resumed_though_another_report_corrects(chain: Chain) -> str:
    rows_left_to_another_report(chain)
    chain.dialer.ledger.received.clear()
    return chain.desk.leadsync("resume").err


def report_with_a_row_to_be_sent_by_a_decision(chain: Chain, *, waited: bool = False, taken_out: str = "") -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"), (taken_out, ""))
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    if waited:
        chain.run("r.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--send")
    return chain.run("r.csv")


def report_that_waited_for_a_row_to_be_sent_by_a_decision(chain: Chain) -> str:
    return report_with_a_row_to_be_sent_by_a_decision(chain, waited=True)


def report_without_a_row_to_be_sent_by_a_decision(chain: Chain) -> str:
    return report_with_a_row_to_be_sent_by_a_decision(chain, taken_out="L,a,2,")


def row_added_behind_an_undecided_one(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    chain.report("r.csv")
    chain.add("r.csv", "L,new")
    return chain.run("r.csv")


def waiting_added_row(chain: Chain) -> str:
    """A row added behind an undecided one waits; returns the run of the sheet, decided and ended since."""
    row_added_behind_an_undecided_one(chain)
    first = str(chain.desk.leadsync("runs", "--json").json["runs"][1]["run"])
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    chain.desk.leadsync("resume", first)
    return first


def report_of_the_run_with_a_waiting_added_row(chain: Chain) -> str:
    waiting_added_row(chain)
    report = chain.files["report"]
    assert "! 1 added row goes behind rows of its lead" in chain.run(report)
    assert [entry.fields["Version"] for entry in chain.dialer.ledger.received if entry.lead] == ["new"]
    (chain.desk.folder / "again.csv").write_bytes(Path(report).read_bytes() + b"\n")
    return chain.run("again.csv")


def same_file_with_a_waiting_added_row(chain: Chain) -> str:
    waiting_added_row(chain)
    return chain.run("r.csv")


def report_before_the_decision_that_an_added_row_waits_for(chain: Chain) -> str:
    row_added_behind_an_undecided_one(chain)
    return chain.run(chain.files["report"])


def sheet_begun_anew_behind_an_undecided_row(chain: Chain) -> str:
    """All rows of the second run wait, and the first one ends afterwards."""
    (chain.desk.folder / "leads.csv").write_text(f"{HEADINGS}\nL,a\nL,b\n", "utf-8")
    chain.run("leads.csv", FaultRule(FaultKind.RESET, lead="L", calls=1))
    first = str(chain.desk.leadsync("runs", "--json").json["runs"][0]["run"])
    chain.desk.leadsync("run", "leads.csv", "--fresh")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    chain.desk.leadsync("resume", first)
    return chain.run("leads.csv")


def copy_of_a_sheet_begun_anew_behind_an_undecided_row(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    chain.desk.leadsync("run", "leads.csv", "--fresh")
    chain.edit("c.csv", ("L,a", "L,aa"), ("L,b", "L,bb"))
    return chain.run("c.csv")


def sheet_behind_its_copy_begun_anew(chain: Chain) -> str:
    """All rows of the copy's run wait, and the sheet's run ends afterwards."""
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.desk.leadsync("run", "c.csv", "--fresh")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    chain.desk.leadsync("resume", first)
    return chain.run("leads.csv")


def copy_of_earlier_content_behind_a_trial(chain: Chain) -> str:
    chain.edit("leads.csv", ("N,d", "N,dd"))
    chain.desk.leadsync("run", "leads.csv", "--limit", "2")
    return chain.run("c.csv")


def rest_behind_a_corrected_row(chain: Chain) -> str:
    """A trial's row failed, and its correction went from the report."""
    refused = FaultRule(FaultKind.CODE, code=106, lead="L")
    chain.dialer.faults.add([refused])
    done = chain.desk.leadsync("run", "leads.csv", "--limit", "1", "--json")
    chain.dialer.faults.clear()
    chain.files = done.json["files"]
    chain.report("r.csv")
    chain.edit("r.csv", ("L,a", "L,aa"))
    chain.run("r.csv")
    words = chain.run("leads.csv")
    assert "! 1 row would undo" not in words
    return words


def copy_whose_rows_another_took(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", STOP)
    chain.run("e.csv")
    return chain.run("c.csv")


def copy_of_a_sheet_changed_since(chain: Chain) -> str:
    chain.run("c.csv")
    chain.edit("leads.csv", ("N,d", "N,dd"))
    chain.run("leads.csv")
    return chain.run("e.csv")


def older_row_alone(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="L"))
    for name in ("y.csv", "x.csv"):
        chain.report(name)
    chain.edit("y.csv", ("L,a", "L,aa"), ("L,b", "L,bb"))
    chain.run("y.csv", FaultRule(FaultKind.CODE, code=106, lead="L", calls=1))
    chain.edit("x.csv", ("L,a", "L,aaa"))
    return chain.run("x.csv")


def row_added_to_a_second_report(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.run(chain.files["report"])
    chain.report("r.csv")
    chain.add("r.csv", "L,new")
    return chain.run("r.csv")


def row_added_to_two_copies(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,dd"))
    chain.add("r.csv", "N,new")
    chain.report("x.csv")
    chain.add("x.csv", "N,new")
    chain.run("r.csv")
    return chain.run("x.csv")


def line_without_its_cells(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    retry = chain.files["retry"]
    chain.add(retry, "N,d")
    return chain.run(retry)


def report_checked_with_an_added_row(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.report("r.csv")
    chain.add("r.csv", "L,new")
    chain.desk.leadsync("check", "r.csv", "--output", "x.csv")
    return chain.run("x.csv")


def followed_run_of_the_same_bytes(chain: Chain) -> str:
    chain.run("c.csv")
    chain.run("leads.csv")
    chain.run("e.csv")
    (chain.desk.folder / "b.csv").write_bytes(chain.sheet.read_bytes())
    return chain.run("b.csv")


def copy_behind_another_sheet(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "N,o"))
    return chain.run("c.csv")


def line_copied_behind_those_of_the_sheet(chain: Chain) -> str:
    chain.run("leads.csv")
    path = chain.desk.folder / "c.csv"
    text = path.read_text("utf-8-sig")
    path.write_text(f"{text}L,a{',' * (text.splitlines()[0].count(',') - 1)}\n", "utf-8")
    return chain.run("c.csv")


def copy_behind_a_stopped_retry(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106))
    chain.dialer.faults.add([STOP])
    chain.desk.leadsync("retry")
    chain.dialer.faults.clear()
    return chain.run("c.csv")


def report_with_rows_of_two_sheets(chain: Chain) -> str:
    """A line of a stopped copy's report, pasted into the report of an older sheet."""
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "P,e"), FaultRule(FaultKind.CODE, code=106))
    chain.report("r.csv")
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.run("e.csv", STOP)
    [line] = [one for one in Path(chain.files["report"]).read_text("utf-8-sig").splitlines() if one.startswith("N,d")]
    chain.edit("r.csv", ("P,e", f"{line}\nP,ee"))
    chain.run("r.csv", STOP)
    return chain.run(chain.files["report"])


def row_in_two_retry_files(chain: Chain, *again: str) -> str:
    """The same row of the sheet in the retry files of two of its runs, corrected in both and put together."""
    failing = FaultRule(FaultKind.CODE, code=106, lead="N")
    chain.run("leads.csv", failing)
    first = Path(chain.files["retry"])
    chain.edit(first.name, ("N,d", "N,dd"))
    chain.dialer.faults.add([failing])
    second = chain.desk.leadsync(*again, "--json").json["files"]["retry"]
    chain.dialer.faults.clear()
    [line] = [one for one in Path(second).read_text("utf-8-sig").splitlines() if one.startswith("N,d")]
    chain.edit(first.name, ("N,dd", f"{line.replace('N,d', 'N,ddd')}\nN,dd"))
    return chain.run(first.name)


def row_in_the_retry_files_of_a_run_and_its_retry(chain: Chain) -> str:
    return row_in_two_retry_files(chain, "retry")


def row_in_the_retry_files_of_a_sheet_and_its_copy(chain: Chain) -> str:
    return row_in_two_retry_files(chain, "run", "c.csv")


def rest_of_a_stopped_second_copy(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.run("e.csv", STOP)
    return chain.run("e.csv")


def copy_corrected_behind_a_retry_in_conflict(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106))
    chain.dialer.faults.add([FaultRule(FaultKind.CODE, code=110, lead="N"), STOP])
    chain.desk.leadsync("retry")
    chain.dialer.faults.clear()
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    chain.edit("e.csv", ("N,d", "N,ddd"))
    return chain.run("e.csv")


def report_behind_its_retry_file_that_failed(chain: Chain) -> str:
    refused = FaultRule(FaultKind.CODE, code=106, lead="N")
    chain.run("leads.csv", refused)
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,dd"))
    chain.run("r.csv", STOP)
    chain.run(chain.files["retry"], refused)
    return chain.run("r.csv")


def sheet_behind_a_stopped_retry_file(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106))
    chain.run(chain.files["retry"], STOP)
    chain.run("c.csv")
    return chain.run("leads.csv")


def sheet_behind_a_copy_of_its_earlier_content(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.edit("leads.csv", ("N,d", "N,dd"))
    chain.run("leads.csv")
    chain.run("c.csv")
    return chain.run("leads.csv")


def rest_behind_a_copy_of_the_sheet_before_it_was_rewritten(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.desk.sheet("leads.csv", HEADINGS, *(f"{row}n" for row in LETTERS))
    chain.run("leads.csv", STOP)
    chain.run("c.csv")
    words = chain.run("leads.csv")
    assert "went through" not in words
    return words


def copy_behind_the_sheet_and_another_correction(chain: Chain) -> str:
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.report("r.csv")
    chain.edit("r.csv", ("N,d", "N,dd"))
    chain.run("r.csv")
    chain.run("leads.csv")
    chain.edit("c.csv", ("N,d", "N,ddd"))
    return chain.run("c.csv")


def other_sheet_behind_rows_left(chain: Chain, *, resumed: bool = False) -> str:
    """A row of the lead waits with the equal of the undecided one, and behind a row left of its run."""
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1), STOP)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.desk.sheet("b.csv", HEADINGS, "L,a", "L,x", "O,y")
    chain.run("b.csv")
    assert "Nothing to do" in chain.run("b.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    if resumed:
        chain.desk.leadsync("resume", first)
    return chain.run("b.csv")


def other_sheet_behind_an_undecided_row(chain: Chain) -> str:
    return other_sheet_behind_rows_left(chain, resumed=True)


def other_sheet_with_a_row_that_went_before_the_undecided_one(chain: Chain, again: str = "") -> str:
    rows = ("L,a", "L,b", "L,e")
    chain.run(
        chain.desk.sheet("o.csv", HEADINGS, *rows, "M,c"), FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)
    )
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run(chain.desk.sheet("b.csv", HEADINGS, *rows, "M,cc"))
    chain.desk.leadsync("resolve", first, "--row", "3", "--send")
    chain.desk.leadsync("resume", first)
    return chain.run(chain.files[again] if again else "b.csv")


def report_with_a_row_that_went_before_the_undecided_one(chain: Chain) -> str:
    return other_sheet_with_a_row_that_went_before_the_undecided_one(chain, "report")


def other_sheet_with_a_row_before_one_that_went_since(
    chain: Chain, again: str = "", rows: Sequence[str] = ("L,a", "L,b", "L,x", "L,e", "M,c")
) -> str:
    chain.run(
        chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "L,e"),
        FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2),
    )
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run(chain.desk.sheet("b.csv", HEADINGS, *rows))
    chain.desk.leadsync("resolve", first, "--row", "3", "--not-applied")
    chain.desk.leadsync("resume", first)
    return chain.run(chain.files[again] if again else "b.csv")


def report_with_a_row_before_one_that_went_since(chain: Chain) -> str:
    return other_sheet_with_a_row_before_one_that_went_since(chain, "report")


def other_sheet_with_a_first_row_corrected(chain: Chain) -> str:
    return other_sheet_with_a_row_before_one_that_went_since(chain, rows=("L,aa", "L,b", "L,e", "M,c"))


def sheet_given_once_more_behind_a_row_not_applied(chain: Chain) -> str:
    rows = ("L,a", "L,b", "L,e")
    chain.run(
        chain.desk.sheet("o.csv", HEADINGS, *rows, "M,c"), FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)
    )
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run(chain.desk.sheet("o.csv", HEADINGS, *rows, "M,cc"))
    chain.desk.leadsync("resolve", first, "--row", "3", "--not-applied")
    return chain.run("o.csv")


def sheet_that_waited_behind_its_trial(chain: Chain) -> str:
    rule = FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "M,c"), rule)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "M,cc", "N,d")
    chain.desk.leadsync("run", "o.csv", "--limit", "1")
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,x", "L,b", "N,dd"))
    chain.desk.leadsync("resolve", first, "--row", "3", "--send")
    chain.desk.leadsync("resume", first)
    return chain.run("o.csv")


def sheet_read_again_behind_a_trial_of_the_rows_left(chain: Chain) -> str:
    rule = FaultRule(FaultKind.CODE, code=110, lead="L", attempt=1)
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "L,c"), rule)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "L,c", "L,d"))
    chain.desk.leadsync("resolve", first, "--row", "2", "--send")
    chain.desk.leadsync("run", "o.csv", "--limit", "1")
    return chain.run("o.csv")


def sheet_written_anew_behind_a_trial_of_the_rows_left(chain: Chain) -> str:
    rule = FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "L,c", "M,d"), rule)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.desk.leadsync("resolve", first, "--row", "3", "--send")
    chain.desk.sheet("o.csv", HEADINGS, "L,a", "L,b", "L,c", "L,x", "M,e")
    chain.dialer.ledger.received.clear()
    chain.desk.leadsync("run", "o.csv", "--limit", "1")
    assert [call.fields["Version"] for call in chain.dialer.ledger.received] == ["b"]
    return chain.run("o.csv")


def report_beside_a_copy_that_waits(chain: Chain, third: str = "") -> str:
    rule = FaultRule(FaultKind.CODE, code=110, lead="L", attempt=1)
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,a"), rule)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run("leads.csv")
    chain.report("r.csv")
    chain.edit("c.csv", ("L,b", "L,bb"))
    chain.run("c.csv")
    if third:
        chain.run(chain.desk.sheet("sup.csv", HEADINGS, third))
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    return chain.run("leads.csv" if third else "r.csv")


def sheet_beside_a_copy_that_waits_and_a_third(chain: Chain) -> str:
    return report_beside_a_copy_that_waits(chain, "L,s")


def other_sheet_though_a_third_has_sent_its_lead_since(chain: Chain, again: str = "") -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.run(chain.desk.sheet("b.csv", HEADINGS, "L,a", "L,x", "O,y"))
    back = chain.files
    chain.run(chain.desk.sheet("o.csv", HEADINGS, "L,new"))
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    chain.desk.leadsync("resume", first)
    return chain.run(back[again] if again else "b.csv")


def report_of_another_sheet_though_a_third_has_sent_its_lead_since(chain: Chain) -> str:
    return other_sheet_though_a_third_has_sent_its_lead_since(chain, "report")


def other_sheet_a_third_time(chain: Chain) -> str:
    other_sheet_behind_an_undecided_row(chain)
    return chain.run("b.csv")


def report_of_another_sheet_behind_an_undecided_row(chain: Chain, *, resumed: bool = True) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1), STOP)
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.desk.sheet("b.csv", HEADINGS, "L,a", "L,x", "O,y")
    chain.run("b.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    back = chain.files["report"]
    if resumed:
        chain.desk.leadsync("resume", first)
    return chain.run(back)


def report_of_another_sheet_behind_rows_left(chain: Chain) -> str:
    return report_of_another_sheet_behind_an_undecided_row(chain, resumed=False)


def sheet_changed_behind_an_undecided_row(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    first = chain.desk.leadsync("runs", "--json").json["runs"][0]["run"]
    chain.edit("leads.csv", ("L,b", "L,bb"))
    chain.run("leads.csv")
    chain.desk.leadsync("resolve", first, "--row", "2", "--applied")
    return chain.run("leads.csv")


def rows_of_two_runs_in_one_file(chain: Chain, second: str = "c.csv") -> str:
    """Its rows failed in both runs."""
    refused = FaultRule(FaultKind.CODE, code=106)
    chain.run("leads.csv", refused)
    chain.report("r.csv")
    if second == "retry":
        chain.dialer.faults.add([refused])
        chain.files = chain.desk.leadsync("retry", "--json").json["files"]
        chain.dialer.faults.clear()
    else:
        chain.run(second, refused)
    lines = Path(chain.files["report"]).read_text("utf-8-sig").splitlines(keepends=True)[1:]
    with (chain.desk.folder / "r.csv").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    text = (chain.desk.folder / "r.csv").read_text("utf-8-sig").replace("N,d", "N,dd")
    (chain.desk.folder / "r.csv").write_text(text, "utf-8")
    return chain.run("r.csv")


def rows_of_a_run_and_its_retry_in_one_file(chain: Chain) -> str:
    return rows_of_two_runs_in_one_file(chain, "retry")


def sorted_copy_of_its_own_run(chain: Chain) -> str:
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=106, lead="L", attempt=2))
    chain.edit("c.csv", ("L,b", "L,bb"))
    chain.turn("c.csv")
    return chain.run("c.csv")


def report_of_a_sorted_copy(chain: Chain) -> str:
    chain.turn("c.csv")
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=106, lead="L", attempt=1))
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"))
    return chain.run("r.csv")


def later_rows_behind_a_decision_in_the_review_file(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    review = chain.files["review"]
    chain.report("r.csv")
    chain.edit("r.csv", ("L,b", "L,bb"))
    chain.run("r.csv")
    first = chain.desk.leadsync("runs", "--json").json["runs"][1]["run"]
    chain.edit(review, (f"{first},\n", f"{first},send\n"))
    chain.run(review)
    return chain.run("r.csv")


def copy_of_the_sheet_before_it_was_rewritten(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.desk.sheet("leads.csv", HEADINGS, *(f"{row}n" for row in LETTERS))
    chain.run("leads.csv")
    chain.edit("c.csv", ("N,d", "N,dd"))
    return chain.run("c.csv")


def copy_of_a_row_that_the_rewritten_sheet_kept(chain: Chain) -> str:
    chain.run("leads.csv")
    chain.edit("leads.csv", ("M,c", "M,cn"))
    chain.run("leads.csv")
    chain.edit("c.csv", ("N,d", "N,dd"))
    return chain.run("c.csv")


def copy_behind_another_that_moved_the_row(chain: Chain) -> str:
    chain.edit("leads.csv", ("N,d", "L,d"))
    for name in ("x.csv", "y.csv"):
        chain.desk.leadsync("check", chain.sheet, "--output", name)
    chain.edit("x.csv", ("L,d", "M,d"))
    chain.desk.leadsync("run", "x.csv", "--limit", "2")
    chain.edit("y.csv", ("L,d", "L,dd"))
    return chain.run("y.csv")


def copy_corrected_beside_an_undecided_row(chain: Chain, begun: str = "leads.csv") -> str:
    undecided = FaultRule(FaultKind.CODE, code=110, lead="L", calls=1)
    chain.run(begun, undecided, FaultRule(FaultKind.CODE, code=106, lead="N"))
    chain.edit("c.csv", ("N,d", "N,dd"))
    return chain.run("c.csv")


def copy_corrected_beside_its_own_undecided_row(chain: Chain) -> str:
    return copy_corrected_beside_an_undecided_row(chain, "c.csv")


def sheet_that_waits_behind_a_correction_in_its_stopped_copy(chain: Chain) -> str:
    chain.run(chain.desk.sheet("b.csv", HEADINGS, "L,a"), FaultRule(FaultKind.CODE, code=110, lead="L", calls=1))
    chain.edit("c.csv", ("L,a", "L,aa"))
    chain.run("c.csv", STOP)
    return chain.run("leads.csv")


def correction_that_two_stopped_runs_of_its_copy_have_left(chain: Chain) -> str:
    chain.edit("c.csv", ("M,c", "M,c0"))
    chain.run("c.csv")
    chain.edit("c.csv", ("M,c0", "M,cc"))
    chain.run("c.csv", STOP)
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", STOP)
    chain.edit("c.csv", ("N,dd", "N,d"))
    return chain.run("c.csv")


def other_copy_behind_a_correction_that_was_stopped(chain: Chain) -> str:
    chain.run("c.csv")
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", STOP)
    return chain.run("e.csv")


def other_correction_behind_one_that_was_stopped(chain: Chain) -> str:
    chain.edit("e.csv", ("M,c", "M,cc"))
    return other_copy_behind_a_correction_that_was_stopped(chain)


def correction_that_was_stopped_behind_another_copy(chain: Chain) -> str:
    other_copy_behind_a_correction_that_was_stopped(chain)
    return chain.run("c.csv")


def correction_whose_copy_another_stopped_copy_took_over(chain: Chain) -> str:
    for name in ("c.csv", "e.csv"):
        if name == "c.csv":
            chain.edit(name, ("N,d", "N,dd"))
        chain.run(name, STOP)
    return chain.run("c.csv")


def correction_behind_another_one_that_went_from_its_copy(chain: Chain) -> str:
    chain.edit("e.csv", ("M,c", "M,cc"))
    chain.run("e.csv", STOP)
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    return chain.run("e.csv")


def copy_behind_an_undecided_correction_in_another(chain: Chain) -> str:
    chain.run("c.csv")
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=110, lead="N", calls=1))
    return chain.run("e.csv")


def sheet_behind_a_copy_without_a_refused_row(chain: Chain) -> str:
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=104, lead="N"))
    without(chain, "e.csv", "N,d")
    chain.run("e.csv")
    return chain.run("leads.csv")


def sheet_behind_a_copy_begun_anew_without_a_corrected_row(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv")
    without(chain, "e.csv", "N,d")
    chain.desk.leadsync("run", "e.csv", "--fresh")
    return chain.run("leads.csv")


def copy_behind_one_begun_anew_without_an_undecided_row(chain: Chain) -> str:
    chain.edit("c.csv", ("N,d", "N,dd"))
    chain.run("c.csv", FaultRule(FaultKind.CODE, code=110, lead="N", calls=1))
    without(chain, "e.csv", "N,d")
    chain.desk.leadsync("run", "e.csv", "--fresh")
    return chain.run("leads.csv")


def without(chain: Chain, name: str, row: str) -> None:
    """Take a row out of a file."""
    path = chain.desk.folder / name
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(row)), "utf-8")


def correction_put_back_behind_another_that_was_stopped_too(chain: Chain) -> str:
    chain.run("c.csv")
    for before, now in (("M,c", "M,cc"), ("M,cc", "M,ccc")):
        chain.edit("c.csv", (before, now))
        chain.run("c.csv", STOP)
    chain.edit("c.csv", ("M,ccc", "M,cc"))
    return chain.run("c.csv")


def copy_behind_the_decision_beside_which_it_was_corrected(chain: Chain) -> str:
    copy_corrected_beside_an_undecided_row(chain)
    first = str(chain.desk.leadsync("runs", "--json").json["runs"][1]["run"])
    chain.desk.leadsync("resolve", first, "--row", "2", "--send")
    chain.dialer.ledger.received.clear()
    chain.desk.leadsync("resume", first)
    assert [entry.fields["Version"] for entry in chain.dialer.ledger.received if entry.lead] == ["a", "b"]
    return chain.run("c.csv")


def report_with_a_correction_of_a_row_that_a_stopped_retry_sent(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=109))
    chain.report("r.csv")
    chain.desk.leadsync("retry", "--limit", "1")
    chain.edit("r.csv", ("L,a", "L,aa"), ("N,d", "N,dd"))
    chain.dialer.ledger.received.clear()
    return chain.run("r.csv")


def stopped_retry_file_with_a_line_taken_out(chain: Chain) -> str:
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106))
    retry = chain.files["retry"]
    chain.edit(retry, *((row, f"{row}x") for row in LETTERS))
    chain.desk.leadsync("run", retry, "--limit", "1")
    path = Path(retry)
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("N,dx")), "utf-8")
    return chain.run(retry)


@pytest.mark.parametrize(
    ("play", "said", "sent"),
    [
        (second_copy, "! 1 row that went through in run", ["d"]),
        (report_of_a_stopped_copy, "! 1 row that went through in run", ["d"]),
        (retry_of_a_copy, "! 1 row that went through in run", ["d"]),
        (retry_file_of_a_report, "! 1 row that went through in run", ["ddd"]),
        (older_correction_that_failed, "! 1 row failed with another text in r.csv (run", ["d"]),
        (other_correction_in_the_copy, "! 1 corrected row is not sent (row 5); the report says why.", []),
        (correction_that_failed, "! 1 row failed with another text in c.csv (run", ["d"]),
        (rows_left_to_another_report, "! 1 corrected row is not sent (row 5), because run", []),
        (row_taken_out_of_a_copy, "! 1 row left of run", ["a", "b", "d"]),
        (row_taken_out_of_the_copy_of_a_stopped_run, "! 1 row left of run", ["a", "b", "d"]),
        (line_twice, "! 1 row repeats a line further up (row 6) and goes as well", ["a", "b", "c", "d", "d"]),
        (line_twice_in_two_copies, "has sent the same sheet", []),
        (row_of_another_lead_in_a_copy, "has sent the same sheet", []),
        (row_of_another_lead_in_the_last_copy, "! 1 row that went through in run", ["d"]),
        (copy_behind_a_stopped_one_with_another_lead, "! 1 row waits with another text in c.csv", ["a", "b", "c", "d"]),
        (sheet_behind_a_second_correction_that_waits, "! 1 row was corrected in the copy by check and not sent", []),
        (added_row, "! 1 added row goes behind rows of its lead that went through before (row 2)", ["d", "new"]),
        (only_row_with_all_cells_cleared, "! 1 added row goes behind rows of its lead that went through", ["a"]),
        (cleared_row, "! 1 added row goes behind rows of its lead that went through before (row 2)", ["aa"]),
        (correction_given_back_once_more_after_the_decision, "1 row corrected: Version 1", ["bb"]),
        (other_report_though_a_correction_waits, "1 row was corrected in r.csv (run", ["b"]),
        (copy_though_a_correction_waits, "! 1 row was corrected in r.csv (run", ["b"]),
        (resumed_though_a_correction_waits, "! 1 row was corrected in r.csv (run", ["b"]),
        (report_of_a_run_whose_rows_waited, "1 row corrected: Version 1", ["bb"]),
        (file_with_rows_that_went_and_others_that_waited, "1 row corrected: Version 1", ["bb"]),
        (the_same_file_a_third_time, "Nothing to do: run", []),
        (resumed_though_another_report_corrects, "! 1 row was corrected in x.csv (run", ["a", "b", "c", "d"]),
        (report_with_a_row_to_be_sent_by_a_decision, "1 row corrected: Version 1", ["a", "bb"]),
        (report_without_a_row_to_be_sent_by_a_decision, "! 1 row is not sent: it waits for an earlier row", []),
        (report_that_waited_for_a_row_to_be_sent_by_a_decision, "1 row corrected: Version 1", ["a", "bb"]),
        (row_added_behind_an_undecided_one, "! 2 rows are not sent: they wait", []),
        (report_of_the_run_with_a_waiting_added_row, "No column fills", []),
        (same_file_with_a_waiting_added_row, "! 1 added row goes behind rows of its lead", ["new"]),
        (report_before_the_decision_that_an_added_row_waits_for, "! 2 rows are not sent: they wait", []),
        (sheet_begun_anew_behind_an_undecided_row, "Nothing to do: run", []),
        (sheet_behind_its_copy_begun_anew, "has sent the same sheet", []),
        (copy_of_earlier_content_behind_a_trial, "! 1 row waits with another text in leads.csv", ["c", "d"]),
        (copy_of_a_sheet_begun_anew_behind_an_undecided_row, "! 2 rows are not sent: they wait", []),
        (rest_behind_a_corrected_row, "Going on with run", ["b", "c", "d"]),
        (copy_whose_rows_another_took, "! 1 row was never sent, and is not sent now, because another text of it", []),
        (copy_of_a_sheet_changed_since, "has sent the same sheet", []),
        (older_row_alone, "! 1 corrected row is not sent (row 2)", []),
        (row_added_to_a_second_report, "! 1 added row goes behind rows of its lead", ["new"]),
        (row_added_to_two_copies, "! 1 added row goes behind rows of its lead", ["new"]),
        (line_without_its_cells, "! 1 row repeats a line further up (row 3) and goes as well", ["d", "d"]),
        (report_checked_with_an_added_row, "! 1 added row goes behind rows of its lead", ["new"]),
        (followed_run_of_the_same_bytes, "! 4 rows say what their lead was last sent", ["a", "b", "c", "d"]),
        (copy_behind_another_sheet, "! 1 row would undo what its lead was sent since", ["d"]),
        (line_copied_behind_those_of_the_sheet, "! 1 added row goes behind rows of its lead", ["a"]),
        (copy_behind_a_stopped_retry, "! 4 rows are not sent: they are for run", []),
        (report_with_rows_of_two_sheets, "! 1 row that went through in run", ["d", "ee"]),
        (row_in_the_retry_files_of_a_run_and_its_retry, "1 row corrected: Version 1", ["ddd"]),
        (row_in_the_retry_files_of_a_sheet_and_its_copy, "1 row corrected: Version 1", ["ddd"]),
        (rest_of_a_stopped_second_copy, "! 1 row that went through in run", ["d"]),
        (copy_corrected_behind_a_retry_in_conflict, "! 1 corrected row is not sent (row 5)", []),
        (other_sheet_behind_an_undecided_row, "! 1 row has NO callback date", ["x"]),
        (other_sheet_behind_rows_left, "! 2 rows are not sent: they wait for an earlier row of the lead in run", []),
        (other_sheet_with_a_row_that_went_before_the_undecided_one, "Nothing to do: run", []),
        (report_with_a_row_that_went_before_the_undecided_one, "Sent as campaign fields", []),
        (other_sheet_with_a_row_before_one_that_went_since, "! 1 row says what its lead was sent before", ["e", "x"]),
        (report_with_a_row_before_one_that_went_since, "! 1 row says what its lead was sent before", ["e", "x"]),
        (other_sheet_with_a_first_row_corrected, "! 1 row says what its lead was sent before", ["aa", "b", "e"]),
        (sheet_given_once_more_behind_a_row_not_applied, ", decided as not applied, is not sent now", ["e"]),
        (sheet_that_waited_behind_its_trial, "! 1 row says what its lead was sent before", ["b", "x"]),
        (sheet_read_again_behind_a_trial_of_the_rows_left, "4 rows of o.csv waited for another run", ["b", "c", "d"]),
        (sheet_written_anew_behind_a_trial_of_the_rows_left, "o.csv has changed since run", ["c", "e", "x"]),
        (report_beside_a_copy_that_waits, "! 1 row waits with another text in c.csv (run", ["b"]),
        (sheet_beside_a_copy_that_waits_and_a_third, "! 1 row would undo what its lead was sent since", ["b"]),
        (other_sheet_though_a_third_has_sent_its_lead_since, "! 1 row that waited is not sent: run", []),
        (report_of_another_sheet_though_a_third_has_sent_its_lead_since, "! 1 row that waited is not sent: run", []),
        (other_sheet_a_third_time, "Nothing to do: run", []),
        (report_of_another_sheet_behind_an_undecided_row, "", ["x"]),
        (report_of_another_sheet_behind_rows_left, "! 2 rows are not sent: they wait for an earlier row", []),
        (sheet_changed_behind_an_undecided_row, "Going on with run", ["b", "bb"]),
        (rows_of_two_runs_in_one_file, "6 rows not corrected, not sent", ["dd"]),
        (rows_of_a_run_and_its_retry_in_one_file, "6 rows not corrected, not sent", ["dd"]),
        (sheet_behind_a_copy_of_its_earlier_content, "Nothing to do: run", []),
        (report_behind_its_retry_file_that_failed, "those that failed there", []),
        (rest_behind_a_copy_of_the_sheet_before_it_was_rewritten, "Going on with run", ["an", "bn", "cn", "dn"]),
        (copy_behind_the_sheet_and_another_correction, "! 1 corrected row is not sent (row 5)", []),
        (sheet_behind_a_stopped_retry_file, "! 4 rows are not sent: they are for run", []),
        (sorted_copy_of_its_own_run, "has sent the same sheet", ["bb"]),
        (report_of_a_sorted_copy, "1 row corrected: Version 1", ["bb"]),
        (later_rows_behind_a_decision_in_the_review_file, "1 row corrected: Version 1", ["bb"]),
        (copy_of_the_sheet_before_it_was_rewritten, "! 1 row would undo what its lead was sent since", ["dd"]),
        (copy_of_a_row_that_the_rewritten_sheet_kept, "! 1 row that went through in run", ["dd"]),
        (copy_behind_another_that_moved_the_row, "! 1 row waits with another text in x.csv", ["c", "dd"]),
        (copy_corrected_beside_an_undecided_row, "! 1 row is not sent: it says what run", ["dd"]),
        (other_copy_behind_a_correction_that_was_stopped, "! 1 row waits with another text in c.csv", []),
        (other_correction_behind_one_that_was_stopped, "! 1 row waits with another text in c.csv", ["cc"]),
        (correction_that_was_stopped_behind_another_copy, "! 1 row that went through in run", ["dd"]),
        (
            correction_whose_copy_another_stopped_copy_took_over,
            "! 1 row waits with another text in e.csv",
            ["a", "b", "c", "dd"],
        ),
        (
            correction_behind_another_one_that_went_from_its_copy,
            "not sent now, because other texts of them went through (row 4, 5); the report says what sends them",
            [],
        ),
        (copy_behind_an_undecided_correction_in_another, "! 1 row is not sent: it was sent by run", []),
        (sheet_behind_a_copy_without_a_refused_row, "has sent the same sheet, and no row of leads.csv goes now", []),
        (
            sheet_behind_a_copy_begun_anew_without_a_corrected_row,
            "! 1 row would undo what its lead was sent since",
            ["d"],
        ),
        (copy_behind_one_begun_anew_without_an_undecided_row, "! 1 row is not sent: it waits for an earlier row", []),
        (correction_put_back_behind_another_that_was_stopped_too, "! 1 row that went through in run", ["cc"]),
        (correction_that_two_stopped_runs_of_its_copy_have_left, "! 1 row that went through in run", ["cc"]),
        (
            sheet_that_waits_behind_a_correction_in_its_stopped_copy,
            "! 1 row was corrected in the copy by check and not sent",
            ["c", "d"],
        ),
        (copy_corrected_beside_its_own_undecided_row, "! 1 row is not sent: it says what run", ["dd"]),
        (copy_behind_the_decision_beside_which_it_was_corrected, "Nothing to do: run", []),
        (
            report_with_a_correction_of_a_row_that_a_stopped_retry_sent,
            "! 1 corrected row is not sent (row 2)",
            ["b", "c", "dd"],
        ),
        (stopped_retry_file_with_a_line_taken_out, "! 1 row left of run", ["bx", "cx", "dx"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_last_file_of_a_chain_says_so_before_the_question(
    desk: Desk, play: Callable[[Chain], str], said: str, sent: list[str]
) -> None:
    chain = Chain(desk)
    words = play(chain)
    assert said in words
    assert ("would undo" in words) is ("would undo" in said)
    assert ("not sent" in words) is ("not sent" in said)
    assert sorted(entry.fields["Version"] for entry in chain.dialer.ledger.received if entry.lead) == sent


def test_an_added_row_of_a_lead_that_nothing_went_to_is_not_told(desk: Desk) -> None:
    chain = Chain(desk)
    chain.run("leads.csv", FaultRule(FaultKind.CODE, code=106, lead="N"))
    retry = chain.files["retry"]
    chain.add(retry, "Q,new")
    assert "added row" not in chain.run(retry)
    assert "Q" in [entry.lead for entry in chain.dialer.ledger.received]


def test_nothing_is_told_in_the_plain_flows(desk: Desk) -> None:
    chain = Chain(desk)
    refused = FaultRule(FaultKind.CODE, code=106, lead="N")
    said = chain.run("c.csv", refused)  # a copy, corrected and sent once
    for text in ("N,d", "N,dd"):  # its report, corrected twice
        chain.report("r.csv")
        chain.edit("r.csv", (text, f"{text}d"))
        said += chain.run("r.csv", refused)
    retry = chain.files["retry"]
    chain.edit(retry, ("N,ddd", "N,dddd"))
    said += chain.run(retry)
    for night in "xy":  # a sheet written anew under its name, and stopped
        desk.sheet("night.csv", HEADINGS, *(f"{row}{night}" for row in LETTERS))
        said += chain.run("night.csv", STOP) + desk.leadsync("resume").err
    loud = [line for line in said.splitlines() if line.startswith("!") and "NO callback date" not in line]
    assert loud == []
