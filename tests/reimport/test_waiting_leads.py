"""Leads of a plain sheet that waited for another run: how far that run's outcome counts, and what goes by now."""

from itertools import pairwise
from pathlib import Path

import pytest

from leadsync.journal import open_journal
from leadsync.reasons import SkipKind
from leadsync.reimport import waiting_leads
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk, Result


@pytest.mark.parametrize(
    ("decision", "resumed", "by_now", "settled"),
    [
        ("", False, set(), {}),
        ("--send", False, set(), {}),
        ("--send", True, {5, 6}, {2: "succeeded", 3: "succeeded", 4: "succeeded"}),
        # Rows left go first, whatever their lead's decision was.
        ("--applied", False, set(), {}),
        ("--not-applied", False, set(), {}),
        # The row not applied was overtaken there, and stays with that run.
        ("--not-applied", True, {5, 6}, {2: "succeeded", 3: "failed", 4: "succeeded"}),
    ],
)
def test_the_other_runs_outcome_counts_as_far_as_both_sheets_say_the_same(
    desk: Desk, decision: str, resumed: bool, by_now: set[int], settled: dict[int, str]
) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c", "L,d"), "--json").json
    desk.leadsync("run", desk.sheet("b.csv", "Lead Id,Version", "L,a", "L,b", "L,c", "L,x", "L,d", "M,y"))
    if decision:
        desk.leadsync("resolve", first["run"], "--row", "3", decision)
    if resumed:
        desk.leadsync("resume", first["run"])
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, journal.runs()[0])
    assert found.by_now == by_now
    assert {number: skip.status for number, skip in found.settled.items()} == settled


@pytest.mark.parametrize(
    ("second", "settled", "by_now"),
    [
        # The corrections are the outcome of their rows, and what follows goes behind them.
        (("L,a", "L,b", "L,c", "L,x"), {2: SkipKind.BY_NOW, 3: SkipKind.BY_NOW, 4: SkipKind.BY_NOW}, {5}),
        # Another text, read before a correction, does not go over it.
        (("L,a", "L,b", "L,n"), {2: SkipKind.BY_NOW, 3: SkipKind.BY_NOW, 4: SkipKind.OTHER_SENT_SINCE}, set()),
        (("L,a", "L,b", "L,cc"), {2: SkipKind.BY_NOW, 3: SkipKind.BY_NOW, 4: SkipKind.SENT_SINCE}, set()),
    ],
)
def test_corrections_of_the_other_run_are_not_undone_by_the_sheet_that_waited(
    desk: Desk, second: tuple[str, ...], settled: dict[int, SkipKind], by_now: set[int]
) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json["run"]
    desk.leadsync("run", desk.sheet("b.csv", "Lead Id,Version", *second))
    desk.leadsync("resolve", first, "--row", "3", "--not-applied")
    report = Path(desk.leadsync("report", first, "--json").json["files"]["report"])
    corrected = report.read_text("utf-8-sig").replace("L,b", "L,bb").replace("L,c", "L,cc")
    report.write_text(corrected, "utf-8", newline="")
    assert desk.leadsync("run", report, "--json").json["statuses"]["succeeded"] == 2
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, next(run for run in journal.runs() if run.file.name == "b.csv"))
    assert ({number: skip.kind for number, skip in found.settled.items()}, found.by_now) == (settled, by_now)


@pytest.mark.parametrize(("third", "by_now", "given_up"), [(False, {3}, set()), (True, set(), {3})])
def test_a_sheet_of_the_last_rows_alone_begins_at_the_undecided_one(
    desk: Desk, third: bool, by_now: set[int], given_up: set[int]
) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json
    desk.leadsync("run", desk.sheet("b.csv", "Lead Id,Version", "L,b", "L,x"))
    if third:
        desk.leadsync("run", desk.sheet("sup.csv", "Lead Id,Version", "L,s"))
    desk.leadsync("resolve", first["run"], "--row", "3", "--send")
    said = desk.leadsync("run", desk.folder / "b.csv").err
    assert f"! 2 rows are not sent: they wait for an earlier row of the lead in run {first['run']}, which goes" in said
    # With a third sheet's text undone, and said so.
    desk.leadsync("resume", first["run"])
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, next(run for run in journal.runs() if run.file.name == "b.csv"))
    assert (found.by_now, found.settled[2].status) == (by_now, "succeeded")
    assert {number for number, skip in found.settled.items() if skip.kind is SkipKind.OTHER_SENT_SINCE} == given_up


@pytest.mark.parametrize(
    ("was_run", "text", "given", "sent"),
    [
        (False, "c", "copy sheet copy", ["cc", "x"]),
        (True, "c", "copy sheet copy", ["cc", "x"]),
        (True, "x", "copy sheet copy", ["xx"]),
        # The sheet first: its old text goes, and a line says so, also where the sheet waits behind its copy.
        (True, "x", "sheet copy", ["x"]),
        (True, "x", "sheet: sheet copy", ["x"]),
    ],
)
def test_a_correction_in_a_copy_of_the_second_sheet_goes_after_the_decision(
    desk: Desk, was_run: bool, text: str, given: str, sent: list[str]
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c", "M,d"), "--json").json
    name = "sheet.csv" if "sheet:" in given else "a.csv"
    sheet = desk.sheet(name, "Lead Id,Version", "L,a", "L,b", "L,c", "L,x", "M,e")
    if was_run:
        desk.leadsync("run", sheet)
    copy = desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8-sig").replace(f"L,{text}", f"L,{text}{text}").replace("M,e", "M,ee"), "utf-8")
    desk.leadsync("run", copy)
    if "sheet:" in given:
        desk.leadsync("run", sheet)
    desk.leadsync("resolve", first["run"], "--row", "3", "--send")
    desk.leadsync("resume", first["run"])
    dialer.ledger.received.clear()
    # The sheet itself is behind the copy: its old texts do not go over the corrections.
    said = [desk.leadsync("run", sheet if file == "sheet" else copy).err for file in given.split(": ")[-1].split()]
    assert [call.fields["Version"] for call in dialer.ledger.received] == sent
    old_goes = text == "x" and given.startswith("sheet")
    assert ("! 1 row waits with another text in copy.csv" in said[0]) is old_goes


def test_a_row_sent_before_goes_again_with_a_line_where_another_row_has_gone_by_now(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json["run"]
    sheet = desk.sheet("b.csv", "Lead Id,Version", "L,b", "L,a")
    desk.leadsync("run", sheet)
    desk.leadsync("resolve", first, "--row", "3", "--send")
    desk.leadsync("resume", first)
    assert "! 1 row says what its lead was sent before, today " in desk.leadsync("run", sheet).err
    assert [call.fields["Version"] for call in dialer.ledger.received] == ["a", "b", "b", "c", "a"]


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize(("read_before", "again"), [(True, False), (False, False), (False, True)])
def test_tonights_rows_of_a_lead_go_in_the_call_that_sends_the_rows_before_them(
    desk: Desk, watched: bool, read_before: bool, again: bool
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    (desk.folder / "in").mkdir(mode=0o700)

    def send(*rows: str) -> Result:
        sheet = desk.sheet("in/a.csv", "Lead Id,Version", "L,a", "L,b", "L,c", *rows)
        return desk.leadsync(*(("watch", sheet.parent, "--once", "--settle", "0") if watched else ("run", sheet)))

    send()
    if read_before:
        send("L,d", "M,y")
        # A person has to decide, and to give the sheet again.
        assert not any((desk.folder / "in").glob("done/*"))
    with open_journal(desk.state) as journal:
        first = journal.runs()[-1].id
    desk.leadsync("resolve", first, "--row", "3", "--send")
    if again:
        dialer.faults.add([FaultRule(FaultKind.CODE, code=110, lead="L", attempt=1)])
    dialer.ledger.received.clear()
    done = send("L,d", "M,y")
    sent = [call.fields["Version"] for call in dialer.ledger.received if call.lead == "L"]
    assert (sent, done.code) == ((["b"], 3) if again else (["b", "c", "d"], 0))
    assert ("rows are not sent: they wait" in done.err) is again


@pytest.mark.parametrize("text", ["x", "xx"])
def test_a_copy_of_a_sheet_waits_as_the_sheet_did_until_the_rows_before_it_have_gone(desk: Desk, text: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json["run"]
    sheet = desk.sheet("b.csv", "Lead Id,Version", "L,a", "L,b", "L,c", "L,x")
    desk.leadsync("run", sheet)
    copy = desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8-sig").replace("L,x", f"L,{text}"), "utf-8")
    desk.leadsync("resolve", first, "--row", "3", "--applied")
    waits = f"! 4 rows are not sent: they wait for an earlier row of the lead in run {first}"
    assert waits in desk.leadsync("run", sheet).err
    assert waits in desk.leadsync("run", copy).err
    desk.leadsync("resume", first)
    desk.leadsync("run", copy)
    assert [call.fields["Version"] for call in dialer.ledger.received] == ["a", "b", "c", text]


def test_a_sheet_that_waited_tells_of_a_correction_that_waits_in_its_report(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b"), "--json").json["run"]
    sheet = desk.sheet("b.csv", "Lead Id,Version", "L,a", "L,b", "L,x")
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    report.write_text(report.read_text("utf-8-sig").replace("L,x", "L,xx"), "utf-8", newline="")
    desk.leadsync("run", report)
    desk.leadsync("resolve", first, "--row", "3", "--applied")
    assert f"! 1 row was corrected in {report.name}" in desk.leadsync("run", sheet).err


def test_rows_of_several_runs_that_a_sheet_waited_for_are_no_third_runs(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", calls=2)])
    runs = [desk.leadsync("run", desk.sheet(f"{text}.csv", "Lead Id,Version", f"L,{text}"), "--json") for text in "ab"]
    first, second = (run.json["run"] for run in runs)
    sheet = desk.sheet("c.csv", "Lead Id,Version", "L,a", "L,b", "L,c")
    desk.leadsync("run", sheet)
    desk.leadsync("resolve", first, "--row", "2", "--send")
    desk.leadsync("resume", first)
    desk.leadsync("resolve", second, "--row", "2", "--applied")
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, next(run for run in journal.runs() if run.file == sheet))
    assert {number: skip.run for number, skip in found.settled.items()} == {2: first, 3: second}
    assert found.by_now == {4}


@pytest.mark.parametrize("texts", ["aa", "aab", "aabc"])
def test_a_sheet_goes_on_behind_the_rows_left_of_the_run_that_gave_another_its_row(desk: Desk, texts: str) -> None:
    """Each text of the row is in doubt; the next one is given back in the review file of its run."""
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", calls=len(texts))])
    run = first = desk.leadsync("run", desk.sheet("first.csv", "Lead Id,Version", "L,a", "L,z"), "--json").json
    for before, text in pairwise(texts):
        head, row = Path(run["files"]["review"]).read_text("utf-8").splitlines()
        decided = f"{row.replace(f'L,{before}', f'L,{text}')}send"
        run = desk.leadsync("run", desk.sheet(f"{text}.csv", head, decided), "--json").json
    sheet = desk.sheet("next.csv", "Lead Id,Version", f"L,{texts[-1]}", "L,z", "L,x")
    desk.leadsync("run", sheet)
    desk.leadsync("resolve", run["run"], "--row", "2", "--applied")
    said = desk.leadsync("run", sheet).err
    assert f"! 3 rows are not sent: they wait for an earlier row of the lead in run {first['run']}, which goes" in said
    desk.leadsync("resume", first["run"])
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, next(run for run in journal.runs() if run.file == sheet))
    assert {number: skip.run for number, skip in found.settled.items()} == {2: run["run"], 3: first["run"]}
    assert found.by_now == {4}


def test_a_row_that_a_file_given_back_skipped_is_none_to_compare_with(desk: Desk) -> None:
    """The file has the decided row, and one that failed before it and stands uncorrected."""
    codes = {1: 106, 2: 110, 3: 110, 4: 106}
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=code, lead="L", attempt=at) for at, code in codes.items()])
    first = desk.leadsync("run", desk.sheet("first.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json
    head, *rows = Path(first["files"]["report"]).read_text("utf-8-sig").splitlines()
    back = desk.sheet("back.csv", f"{head},sync_decision", f"{rows[0]},", f"{rows[1]},send")
    second = desk.leadsync("run", back, "--json").json
    assert second["statuses"] == {"skipped": 1, "conflict": 1}
    sheet = desk.sheet("next.csv", "Lead Id,Version", "L,a", "L,b", "L,c", "L,x")
    desk.leadsync("run", sheet)
    desk.leadsync("resolve", second["run"], "--row", "3", "--applied")
    desk.leadsync("resume", first["run"])
    with open_journal(desk.state) as journal:
        found = waiting_leads(journal, next(run for run in journal.runs() if run.file == sheet))
    assert {number: skip.status for number, skip in found.settled.items()} == {2: "failed", 3: "succeeded"}
    assert found.by_now == {4, 5}
