"""Rows left of a stopped run that the file which takes its sheet over does not hold are named, and go in a sheet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"
REFUSE = FaultRule(FaultKind.HTTP, status=401)


def sent(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(call.lead, call.fields["njDisposition"]) for call in dialer.ledger.received]


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    return desk.dialer()


def stopped(desk: Desk, dialer: PracticeDialer, sheet: Path) -> str:
    dialer.faults.add([REFUSE])
    run: str = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    return run


def test_a_row_taken_out_of_a_copy_is_named_and_goes_in_a_sheet_of_its_own(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    run = stopped(desk, dialer, sheet)
    copy.write_text("\n".join(copy.read_text("utf-8").splitlines()[:2]), "utf-8")
    desk.sheet("a.csv", HEAD, "C,Sale")
    said = desk.leadsync("run", copy).err
    assert f"! 1 row left of run {run} is not in this copy (row 3), and is skipped there; to send it, give " in said
    messages = [row["message"] for row in desk.leadsync("show", run, "--rows", "--json").json["listed"]]
    assert messages[0].startswith("taken over by run ")
    assert "has taken the sheet over from a file without this row" in messages[1]
    assert desk.leadsync("run", sheet).code == 0
    assert desk.leadsync("run", desk.sheet("b.csv", HEAD, "B,Sale")).code == 0
    assert sent(dialer) == [("A", "Sale"), ("C", "Sale"), ("B", "Sale")]


def test_the_copy_of_an_older_content_begun_anew_tells_what_it_ends(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    desk.leadsync("run", sheet)
    run = stopped(desk, dialer, desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy", "B,Sale"))
    said = desk.leadsync("run", copy, "--fresh").err
    assert f"! 2 rows left of run {run} are not in this file (row 3, 4), and are skipped there; " in said


def test_a_sheet_begun_anew_with_all_rows_tells_those_with_other_values(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    run = stopped(desk, dialer, sheet)
    desk.sheet("a.csv", HEAD, "A,Sale", "B,Busy", "C,Sale")
    said = desk.leadsync("run", sheet, "--fresh").err
    anew = f"Run {run} had 2 rows left; this run begins the sheet anew, and they are skipped there"
    assert f"{anew}; row 3 has other values here." in said
    assert "not in this file" not in said


@pytest.mark.parametrize("file", ["report", "retry"])
def test_its_row_in_a_file_given_back_says_so(desk: Desk, dialer: PracticeDialer, file: str) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    dialer.faults.add([REFUSE])
    first = desk.leadsync("run", sheet, "--json").json
    dialer.faults.clear()
    desk.sheet("a.csv", HEAD, "A,Sale")
    desk.leadsync("run", sheet, "--fresh")
    dialer.ledger.received.clear()
    done = desk.leadsync("run", first["files"][file], "--json")
    given, anew = done.json, desk.leadsync("runs", "--json").json["runs"][1]["run"]
    assert f"! 1 row is not sent: run {anew} has taken its sheet over without it; to send it, give it in a " in done.err
    [row] = [row for row in desk.rows(Path(given["files"]["report"])) if row["Lead Id"] == "B"]
    assert "without this row; if it is still to be sent, give it in a sheet of its own" in row["sync_message"]
    assert sent(dialer) == []


def test_rows_beyond_a_trial_that_the_sheet_begun_anew_does_not_hold_are_named(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale", "A,Busy", "C,Sale")
    trial = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    said = desk.leadsync("run", sheet, "--fresh", "--json")
    assert f"! 2 rows left of run {trial} are not in this file (row 4, 5), and are skipped there; " in said.err
    listed = desk.leadsync("show", trial, "--rows", "--json").json["listed"]
    assert [row["status"] for row in listed] == ["succeeded", "skipped", "skipped", "skipped"]
    assert all("without this row" in row["message"] for row in listed[2:])


def test_the_sheet_itself_given_again_says_what_sends_them(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    run = stopped(desk, dialer, desk.sheet("a.csv", HEAD, "C,Sale", "D,Sale"))
    desk.leadsync("run", copy, "--fresh")
    said = desk.leadsync("run", sheet).err
    assert (
        f"without rows 2, 3 left of run {run}; to send them, give them in a sheet of their own, or this sheet " in said
    )
    assert desk.leadsync("run", sheet, "--fresh").code == 0
    assert sent(dialer) == [("A", "Sale"), ("C", "Sale"), ("D", "Sale")]


def test_rows_cut_out_of_a_sheet_that_goes_on_behind_its_trial_are_named(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale", "A,Busy", "C,Sale")
    trial = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    desk.sheet("a.csv", HEAD, "A,Sale", "B,Busy")
    said = desk.leadsync("run", sheet).err
    assert f"! 2 rows left of run {trial} are not in this file (row 4, 5), and are skipped there; " in said
    assert sent(dialer) == [("A", "Sale"), ("B", "Busy")]


def test_a_sheet_that_goes_on_behind_its_trial_with_all_rows_says_nothing(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale", "C,Sale")
    desk.leadsync("run", sheet, "--limit", "1")
    desk.sheet("a.csv", HEAD, "D,Sale", "C,Busy", "B,Sale", "A,Sale")
    assert "not in this file" not in desk.leadsync("run", sheet).err
    assert sent(dialer) == [("A", "Sale"), ("D", "Sale"), ("C", "Busy"), ("B", "Sale")]


def test_a_row_added_in_a_stopped_copy_is_named_by_its_sheet(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    with copy.open("a", encoding="utf-8") as file:
        file.write("B,Sale" + "," * (copy.read_text("utf-8").splitlines()[0].count(",") - 1) + "\n")
    run = stopped(desk, dialer, copy)
    said = desk.leadsync("run", sheet).err
    assert f"! 1 row left of run {run} is not in this file (row 3), and is skipped there; to send it, give " in said
    assert sent(dialer) == [("A", "Sale")]


def take_over_anew(desk: Desk, _: str) -> None:
    desk.leadsync("run", desk.sheet("a.csv", HEAD, "C,Sale"), "--fresh")


def take_over_by_report(desk: Desk, run: str) -> None:
    report = Path(desk.leadsync("show", run, "--json").json["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("Busy", "Away"), "utf-8")
    assert desk.leadsync("run", report, LEADSYNC_API_KEY="wrong").code == 4


@pytest.mark.parametrize("take_over", [take_over_anew, take_over_by_report])
def test_a_row_taken_over_unsent_hides_nothing_that_its_lead_was_sent(
    desk: Desk, dialer: PracticeDialer, take_over: Callable[[Desk, str], None]
) -> None:
    desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Sale"))
    take_over(desk, stopped(desk, dialer, desk.sheet("a.csv", HEAD, "A,Busy", "D,Sale")))
    dialer.ledger.received.clear()
    again = desk.sheet("c.csv", HEAD, "A,Sale", "E,Sale")
    desk.leadsync("run", again, "--skip-unchanged")
    assert sent(dialer) == [("E", "Sale")]
    assert "! 2 rows say what their lead was last sent" in desk.leadsync("run", again, "--fresh").err


@pytest.mark.parametrize("options", [(), ("--limit", "1")])
def test_corrections_in_a_stopped_copy_are_named_by_the_sheet_that_is_begun_anew(
    desk: Desk, dialer: PracticeDialer, options: tuple[str, ...]
) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    if not options:
        stopped(desk, dialer, copy)
    desk.leadsync("run", copy, *options, LEADSYNC_API_KEY="wrong" if not options else "practice-key")
    said = desk.leadsync("run", sheet, "--fresh").err
    assert (
        "! 1 row was changed in copy.csv and not sent from there (row 3); this file has other values. To send " in said
    )
    assert "go on with `leadsync run " in said
    dialer.ledger.received.clear()
    desk.leadsync("run", copy)
    assert sent(dialer) == [("B", "Busy")], "what the sheet has sent is not sent again"


def test_a_correction_in_a_copy_goes_though_the_sheet_begun_anew_was_stopped_too(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    stopped(desk, dialer, copy)
    dialer.faults.add([REFUSE])
    assert desk.leadsync("run", sheet, "--fresh").code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    desk.leadsync("run", copy)
    assert sent(dialer) == [("A", "Sale"), ("B", "Busy")]
    assert desk.leadsync("resume").out.startswith("There is no run to go on with")


def test_the_line_about_corrections_in_a_copy_names_the_campaign(desk: Desk) -> None:
    dialer = desk.dialer(settings="[campaigns.winback]\ncampaign_id = 42\n")
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    dialer.faults.add([REFUSE])
    assert desk.leadsync("run", copy, "--campaign", "winback").code == 4
    for options in ((), ("--fresh",)):
        said = desk.leadsync("run", sheet, "--campaign", "winback", *options).err
        assert f"go on with `leadsync run {copy} --campaign winback` instead" in said
        assert desk.leadsync("run", copy, "--campaign", "winback").code == 4
    seen = desk.leadsync("check", copy, "--campaign", "winback").out
    assert f"`leadsync run {copy} --campaign winback` sends what is left of it" in seen


def test_the_same_content_elsewhere_is_not_called_sent_where_nothing_of_it_was(
    desk: Desk, dialer: PracticeDialer
) -> None:
    stopped(desk, dialer, desk.sheet("a.csv", HEAD, "A,Sale"))
    desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Busy"), "--fresh")
    assert "holds the same as" not in desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Sale")).err


def test_a_run_that_is_begun_anew_for_other_ids_is_not_called_unfinished(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale")
    stopped(desk, dialer, sheet)
    text = desk.config.read_text("utf-8")
    desk.config.write_text(text.replace("allocation_id = 38", "allocation_id = 39"), "utf-8")
    assert text != desk.config.read_text("utf-8")
    dialer.faults.add([REFUSE])
    anew = desk.leadsync("run", sheet, "--fresh", "--json")
    assert "had 1 row left; this run begins the sheet anew" in anew.err
    assert "is not finished" not in anew.err
    desk.config.write_text(text, "utf-8")
    said = desk.leadsync("run", sheet).err
    assert f"Nothing to do: run {anew.json['run']} has begun the sheet of run " in said
    assert f"`leadsync resume {anew.json['run']}` goes on with it." in said


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_copy_that_is_gone_is_named_by_its_run(desk: Desk, dialer: PracticeDialer, options: tuple[str, ...]) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    run = stopped(desk, dialer, copy)
    copy.unlink()
    assert f"go on with `leadsync resume {run}` instead" in desk.leadsync("run", sheet, *options).err


def test_a_copy_that_waits_and_was_moved_is_to_be_given_again(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "A,No Answer"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("No Answer", "Busy"), "utf-8")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", sheet, "--fresh")
    desk.leadsync("run", copy)
    copy.rename(desk.folder / "moved.csv")
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    assert "To send that one, give copy.csv again instead" in desk.leadsync("resume", run).err


@pytest.mark.parametrize("is_renamed", [True, False])
def test_a_sheet_given_anew_tells_what_a_newer_one_has_sent_its_leads(
    desk: Desk, dialer: PracticeDialer, is_renamed: bool
) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    desk.leadsync("run", sheet)
    newer = desk.leadsync("run", desk.sheet("b.csv", HEAD, "B,Busy", "C,Sale"), "--json").json["run"]
    again = desk.sheet("c.csv", HEAD, "A,Sale", "B,Sale") if is_renamed else sheet
    said = desk.leadsync("run", again, *(() if is_renamed else ("--fresh",))).err
    assert "! 1 row would undo what its lead was sent since, " in said
    assert f"by run {newer}" in said
    other = desk.leadsync("run", desk.sheet("d.csv", HEAD, "B,Away"))
    assert "would undo" not in other.err, "a sheet that was never read is the newest"


def undecided_beside_a_cut_copy(desk: Desk, dialer: PracticeDialer) -> tuple[Path, Path, str]:
    """A sheet, its copy without row 3, and the run of another copy in which that row, corrected, is to be decided."""
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    cut = desk.folder / "cut.csv"
    for file in (copy, cut):
        desk.leadsync("check", sheet, "--output", file)
    cut.write_text("\n".join(cut.read_text("utf-8").splitlines()[:2]), "utf-8")
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="B", code=110, calls=1)])
    run: str = desk.leadsync("run", copy, "--json").json["run"]
    return sheet, cut, run


def test_a_sheet_behind_a_copy_without_an_undecided_row_is_refused_until_the_decision(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, cut, run = undecided_beside_a_cut_copy(desk, dialer)
    assert desk.leadsync("run", cut).code == 0
    dialer.ledger.received.clear()
    refused = desk.leadsync("run", sheet)
    assert (refused.code, f"A person has to decide on row 3 of run {run} before" in refused.err) == (2, True)
    assert sent(dialer) == []


def test_a_retry_file_of_a_copy_that_another_has_taken_over_names_the_taker(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy, other = desk.sheet("a.csv", HEAD, "A,Sale"), desk.folder / "copy.csv", desk.folder / "other.csv"
    for file in (copy, other):
        desk.leadsync("check", sheet, "--output", file)
    copy.write_text(copy.read_text("utf-8").replace("A,Sale", "A,Busy"), "utf-8")
    dialer.faults.add([REFUSE])
    retry = desk.leadsync("run", copy, "--json").json["files"]["retry"]
    dialer.faults.clear()
    taker = desk.leadsync("run", other, "--json").json["run"]
    said = desk.leadsync("run", retry).err
    assert f"! 1 row is not sent: run {taker} has taken its sheet over since; `leadsync show {taker} --rows` " in said


def with_copy(desk: Desk, *rows: str, was: str = "A,Sale") -> tuple[Path, Path]:
    """A sheet, and its copy by `check` in which a row is Busy."""
    sheet, copy = desk.sheet("a.csv", HEAD, *rows), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace(was, "A,Busy"), "utf-8")
    return sheet, copy


def applied_while_the_copy_waits(desk: Desk, dialer: PracticeDialer, sheet: Path, copy: Path) -> str:
    """The sheet's run, whose first row was decided as applied when the copy, begun anew, waited for it."""
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run: str = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", copy, "--fresh")
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    return run


def test_a_row_that_waited_for_a_correction_of_it_in_a_copy_is_settled_once_that_was_applied(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, cut, run = undecided_beside_a_cut_copy(desk, dialer)
    desk.leadsync("run", cut, "--fresh")
    assert "! 1 row is not sent: it waits for an earlier row" in desk.leadsync("run", sheet).err
    desk.leadsync("resolve", run, "--row", "3", "--applied")
    dialer.ledger.received.clear()
    said = desk.leadsync("run", sheet).err
    assert "Nothing to do: " in said
    assert sent(dialer) == []


def test_rows_that_waited_for_a_correction_of_theirs_in_a_copy_are_settled_by_it(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "A,No Answer")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", copy, "--json").json["run"]
    assert "! 2 rows are not sent: they wait for an earlier row" in desk.leadsync("run", sheet, "--fresh").err
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    dialer.ledger.received.clear()
    desk.leadsync("run", sheet)
    assert sent(dialer) == [("A", "No Answer")], "run 1 has sent the second row, and the first was corrected"


@pytest.mark.parametrize(
    ("row", "line", "goes"),
    [
        ("A,Sale", "! 1 row is not sent, because a later row of its lead went through (row 2).", []),
        ("A,No Answer", "! 1 row that went through in run", [("A", "Busy")]),
    ],
)
def test_a_correction_in_a_copy_is_not_settled_by_the_row_that_it_corrects(
    desk: Desk, dialer: PracticeDialer, row: str, line: str, goes: list[tuple[str, str]]
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "A,No Answer", was=row)
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", sheet, "--fresh")
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    assert f"which goes first: `leadsync resume {run}`" in desk.leadsync("run", copy).err
    desk.leadsync("resume", run)
    dialer.ledger.received.clear()
    assert line in desk.leadsync("run", copy).err
    assert sent(dialer) == goes


@pytest.mark.parametrize("later", [(), ("A,No Answer",)])
def test_a_correction_that_waited_for_its_old_text_is_told_as_sent_a_second_time(
    desk: Desk, dialer: PracticeDialer, later: tuple[str, ...]
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", *later)
    other = desk.folder / "other.csv"
    other.write_text(copy.read_text("utf-8").replace("A,Busy", "A,Sale"), "utf-8")
    run = applied_while_the_copy_waits(desk, dialer, sheet, copy)
    desk.leadsync("resume", run)
    dialer.ledger.received.clear()
    for untouched in (sheet, other):
        desk.leadsync("run", untouched)
        assert sent(dialer) == [], "the sheet's own texts went"
    said = desk.leadsync("run", copy).err
    if later:
        assert "! 1 row is not sent, because a later row of its lead went through (row 2)." in said
    else:
        assert f"! 1 row that went through in run {run} reads otherwise now, and is sent a second time: row 2." in said
        assert sent(dialer) == [("A", "Busy")]


@pytest.mark.parametrize("later", [(), ("A,No Answer",)])
def test_a_sheet_that_waited_tells_that_it_undoes_its_correction_sent_again(
    desk: Desk, dialer: PracticeDialer, later: tuple[str, ...]
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", *later)
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", copy, "--json").json["run"]
    desk.leadsync("run", sheet, "--fresh")
    desk.leadsync("resolve", run, "--row", "2", "--not-applied")
    again = desk.leadsync("retry", run, "--json").json["run"]
    said = desk.leadsync("run", sheet).err
    assert "! 1 row would undo what its lead was sent since, " in said
    assert f" by run {again} (row 2); take it out of the file to keep that." in said


def test_a_copy_that_waited_and_was_corrected_once_more_is_told_as_sent_a_second_time(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale")
    run = applied_while_the_copy_waits(desk, dialer, sheet, copy)
    copy.write_text(copy.read_text("utf-8").replace("A,Busy", "A,No Answer"), "utf-8")
    said = desk.leadsync("run", copy).err
    assert f"! 1 row that went through in run {run} reads otherwise now, and is sent a second time: row 2." in said
    assert sent(dialer)[-1] == ("A", "No Answer")


@pytest.mark.parametrize("is_sorted", [True, False])
def test_an_unchanged_copy_that_waited_sends_nothing_again(
    desk: Desk, dialer: PracticeDialer, *, is_sorted: bool
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "A,No Answer", was="nothing")
    head, *rows = copy.read_text("utf-8").splitlines()
    copy.write_text("\n".join([head, *(reversed(rows) if is_sorted else rows)]) + "\n", "utf-8")
    run = applied_while_the_copy_waits(desk, dialer, sheet, copy)
    desk.leadsync("resume", run)
    dialer.ledger.received.clear()
    said = desk.leadsync("run", copy).err
    assert sent(dialer) == []
    assert "a second time" not in said


@pytest.mark.parametrize(
    ("lines", "rows", "again"),
    [
        (["A,Busy", "A,No Answer"], "1 row of the file equals a row", "row 3"),
        (["A,No Answer", "A,Sale"], "2 rows of the file equal rows", "rows 2, 3"),
        (["A,Busy", "A,Sale", "A,No Answer"], "2 rows of the file equal rows", "rows 3, 4"),
        (["A,Sale", "A,No Answer", "A,Busy"], "", ""),
    ],
)
def test_rows_that_go_again_behind_the_rest_of_their_sheet_are_told_before_it(
    desk: Desk, dialer: PracticeDialer, lines: list[str], rows: str, again: str
) -> None:
    """The sheet was changed while a person had to decide on a row of it."""
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "A,No Answer")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", desk.sheet("a.csv", HEAD, *lines), "--fresh")
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    dialer.ledger.received.clear()
    warnings = [line for line in desk.leadsync("run", sheet).err.splitlines() if "of the file equal" in line]
    went = [tuple(line.split(",")) for line in lines]
    if not rows:
        assert not warnings
        assert sent(dialer) == [("A", "No Answer"), ("A", "Busy")]
        return
    [warning] = warnings
    assert warning.startswith(f"! {rows} of run {run} that went or go")
    assert warning.endswith(f" again behind that ({again})")
    assert sent(dialer) == [("A", "No Answer"), *went]


def newest_report(desk: Desk) -> Path:
    run = desk.leadsync("runs", "--json").json["runs"][0]["run"]
    return Path(desk.leadsync("show", run, "--json").json["files"]["report"])


@pytest.mark.parametrize("later", [(), ("A,No Answer",)])
def test_the_report_of_a_copy_that_waited_sends_what_the_copy_would(
    desk: Desk, dialer: PracticeDialer, later: tuple[str, ...]
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", *later)
    run = applied_while_the_copy_waits(desk, dialer, sheet, copy)
    desk.leadsync("resume", run)
    report = newest_report(desk)
    dialer.ledger.received.clear()
    said = desk.leadsync("run", report).err
    if later:
        assert "! 1 row is not sent, because a later row of its lead went through (row 2)." in said
        assert (
            "! 1 row is not sent, because a later row of its lead went through (row 2)."
            in desk.leadsync("run", copy).err
        )
    else:
        assert f"! 1 row that went through in run {run} reads otherwise now, and is sent a second time: row 2." in said
    assert sent(dialer) == ([] if later else [("A", "Busy")])


def test_the_report_of_a_sorted_copy_that_waited_sends_nothing_again(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "A,No Answer", was="nothing")
    head, *rows = copy.read_text("utf-8").splitlines()
    copy.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    run = applied_while_the_copy_waits(desk, dialer, sheet, copy)
    desk.leadsync("resume", run)
    report = newest_report(desk)
    dialer.ledger.received.clear()
    desk.leadsync("run", report)
    assert sent(dialer) == []


def test_a_row_of_the_report_of_a_wait_that_is_wrong_by_now_is_rejected(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", f"{HEAD},FirstPhone", "A,Sale,0383218101"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("A,Sale", "A,Busy"), "utf-8")
    applied_while_the_copy_waits(desk, dialer, sheet, copy)
    report = newest_report(desk)
    report.write_text(report.read_text("utf-8").replace("0383218101", "03"), "utf-8")
    done = desk.leadsync("run", report, "--json")
    assert (done.code, done.json["statuses"]) == (3, {"rejected": 1}), done.err


def test_a_correction_of_the_report_of_a_wait_is_told_as_another_text_than_its_copy_has_sent(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale")
    applied_while_the_copy_waits(desk, dialer, sheet, copy)
    report = newest_report(desk)
    report.write_text(report.read_text("utf-8").replace("A,Busy", "A,No Answer"), "utf-8")
    run = desk.leadsync("run", copy, "--json").json["run"]
    assert sent(dialer)[-1] == ("A", "Busy")
    done = desk.leadsync("run", report, "--json")
    assert f"! 1 row that waited is not sent: run {run} has sent its lead something else since" in done.err
    assert "if it is still to be sent, give it in a sheet of its own" in done.err
    assert sent(dialer)[-1] == ("A", "Busy")


def test_a_correction_that_waited_is_told_as_sent_where_its_own_report_has_sent_it(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", copy, "--fresh")
    report = newest_report(desk)
    report.write_text(report.read_text("utf-8").replace("A,Busy", "A,No Answer"), "utf-8")
    desk.leadsync("run", report)
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    again = desk.leadsync("run", newest_report(desk), "--json").json["run"]
    assert sent(dialer)[-1] == ("A", "No Answer")
    done = desk.leadsync("run", report, "--json")
    assert "something else" not in done.err
    [row] = desk.leadsync("show", done.json["run"], "--rows", "--json").json["listed"]
    assert row["message"].startswith("sent since: last sent on ")
    assert row["message"].endswith(f" by run {again}")


def test_a_correction_that_waited_goes_though_the_report_of_the_wait_has_sent_another_row(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "B,Sale")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="B", code=106, calls=2)])
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    run = desk.leadsync("run", sheet, "--json").json["run"]
    desk.leadsync("run", copy, "--fresh")
    report = newest_report(desk)
    report.write_text(report.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    desk.leadsync("run", report)
    assert sent(dialer)[-1] == ("B", "Busy")
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    said = desk.leadsync("run", copy).err
    assert f"! 1 row that went through in run {run} reads otherwise now, and is sent a second time: row 2." in said
    assert sent(dialer)[-1] == ("A", "Busy")


def test_a_correction_refused_for_a_later_row_is_told_whenever_its_copy_is_given(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = with_copy(desk, "A,Sale", "A,No Answer", "B,Sale")
    desk.leadsync("run", sheet)
    line = "! 1 row is not sent, because a later row of its lead went through (row 2)."
    assert line in desk.leadsync("run", copy).err
    copy.write_text(copy.read_text("utf-8").replace("B,Sale", "B,Busy"), "utf-8")
    done = desk.leadsync("run", copy, "--json")
    assert line in done.err
    assert sent(dialer)[-1] == ("B", "Busy")
    rows = desk.leadsync("show", done.json["run"], "--rows", "--json").json["listed"]
    assert rows[0]["message"].startswith("row 3 of the same lead, further down, went through in run ")
    desk.leadsync("run", desk.sheet("own.csv", HEAD, "A,Busy"))
    copy.write_text(copy.read_text("utf-8").replace("B,Busy", "B,No Answer"), "utf-8")
    assert line not in desk.leadsync("run", copy).err, "it went in a sheet of its own"
