"""Decisions on conflict rows by the command, and the rows that have none."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.run_desk import RunDesk
from tests.cli.samples import SHEET
from tests.conftest import Desk


@pytest.fixture
def undecided(desk: Desk) -> RunDesk:
    """A run whose row 3 is in conflict; rows 2 and 4 have succeeded."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    return RunDesk(desk, dialer, run)


def statuses(desk: RunDesk) -> dict[str, int]:
    found: dict[str, int] = desk.leadsync("show", desk.run, "--json").json["statuses"]
    return found


@pytest.mark.parametrize(
    ("option", "status", "then"),
    [
        ("--applied", {"succeeded": 3}, ""),
        ("--not-applied", {"succeeded": 2, "failed": 1}, "To send it again: leadsync retry "),
        ("--send", {"succeeded": 2, "unsent": 1}, "Send it now: leadsync resume "),
    ],
)
def test_a_decision_ends_the_row_and_names_the_next_step(
    undecided: RunDesk, option: str, status: dict[str, int], then: str
) -> None:
    done = undecided.leadsync("resolve", undecided.run, "--row", "3", option)
    assert (done.code, statuses(undecided)) == (0, status)
    words = option.strip("-").replace("-", " ")
    assert done.out == f"1 row of run {undecided.run}: {words}.{f' {then}{undecided.run}' if then else ''}\n"


def test_the_last_decision_names_what_sends_the_rows_that_waited(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=110, calls=1)])
    run = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json["run"]
    done = desk.leadsync("resolve", run, "--row", "2", "--applied")
    assert done.out == f"1 row of run {run}: applied. 2 rows of it can go now: leadsync resume {run}\n"


def test_a_decision_is_taken_back(undecided: RunDesk) -> None:
    assert undecided.leadsync("resolve", undecided.run, "--row", "3", "--applied").code == 0
    done = undecided.leadsync("resolve", undecided.run, "--row", "3", "--take-back", "--json").json
    assert (done["decision"], done["rows"]) == ("taken back", 1)
    assert Path(done["files"]["review"]).is_file()
    assert statuses(undecided) == {"succeeded": 2, "conflict": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--row", "3"], "Give exactly one of --applied, --not-applied, --send and --take-back."),
        (["--row", "3", "--applied", "--send"], "Give exactly one of --applied"),
        (["--row", "99", "--applied"], "has no row 99; `leadsync show"),
        (["--row", "3", "--row", "2", "--applied"], "is succeeded; only conflict and unknown rows are decided."),
        (["--row", "3", "--take-back"], "is conflict; no decision about it can be taken back: there is none"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_changes(
    undecided: RunDesk, arguments: list[str], words: str
) -> None:
    done = undecided.leadsync("resolve", undecided.run, *arguments)
    assert (done.code, words in done.err) == (2, True), done.err
    assert statuses(undecided) == {"succeeded": 2, "conflict": 1}


@pytest.mark.parametrize("by_file", [False, True])
def test_a_row_called_not_applied_is_named_before_later_rows_of_its_lead_go(desk: Desk, by_file: bool) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", *SHEET, "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,<no change>,,")
    sent = desk.leadsync("run", sheet, "--json").json
    run = sent["run"]
    if by_file:
        head, row = Path(sent["files"]["review"]).read_text("utf-8").splitlines()
        said = desk.leadsync("run", desk.sheet("review.csv", head, f"{row}not applied")).err
    else:
        said = desk.leadsync("resolve", run, "--row", "3", "--not-applied").out
    assert (
        f"To send it again: leadsync retry {run}, and only then leadsync resume {run}; once later rows of its lead "
        "went through, it goes no more" in said
    )
    gives_up = (
        f"! Row 3 of run {run}, decided as not applied, is not sent now, and once later rows of its lead went "
        f"through, no retry sends it; `leadsync retry {run}` instead sends it first"
    )
    assert gives_up in desk.leadsync("resume", run, "--limit", "1").err
    assert gives_up not in desk.leadsync("resume", run).err, "it is given up"


@pytest.mark.parametrize(
    ("how", "is_sent_first"), [("resume", False), ("resume", True), ("retry", False), ("run", False)]
)
def test_a_row_called_not_applied_in_the_run_of_a_review_file_is_named_before_later_rows_go(
    desk: Desk, how: str, *, is_sent_first: bool
) -> None:
    """The row was sent once more by a decision, and the rest of its lead is left in the first run."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    sheet = desk.sheet("leads.csv", SHEET[0], "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,No Answer,,")
    first = desk.leadsync("run", sheet, "--json").json
    head, row = Path(first["files"]["review"]).read_text("utf-8").splitlines()
    again = desk.leadsync("run", desk.sheet("review.csv", head, f"{row}send"), "--json").json["run"]
    said = desk.leadsync("resolve", again, "--row", "2", "--not-applied").out
    assert f"To send it again: leadsync retry {again}, and only then leadsync resume {first['run']}; once " in said
    dialer.ledger.received.clear()
    if is_sent_first:
        desk.leadsync("retry", again)
    named = f"! Row 2 of run {again}, decided as not applied, is not sent now, and once later rows of its lead went"
    given = first["files"]["report"] if how == "run" else first["run"]
    assert (named in desk.leadsync(how, given).err) is not is_sent_first
    went = [call.fields["njDisposition"] for call in dialer.ledger.received]
    assert went == (["Sale"] if is_sent_first else []) + ["No Answer"]
    if how != "resume":
        warnings = desk.leadsync("retry", again, "--json").json["warnings"]
        assert warnings == ["! 1 row is not sent, because a later row of its lead went through (row 2)"]


@pytest.mark.parametrize("by_file", [False, True])
def test_a_row_called_not_applied_is_named_before_a_report_sends_its_later_rows(desk: Desk, *, by_file: bool) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", SHEET[0], "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,No Answer,,")
    first = desk.leadsync("run", sheet, "--json").json
    head, row, *later = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    if not by_file:
        desk.leadsync("resolve", first["run"], "--row", "2", "--not-applied")
    decision = "not applied" if by_file else ""
    report = desk.sheet("report.csv", f"{head},sync_decision", f"{row},{decision}", *(f"{line}," for line in later))
    done = desk.leadsync("run", report)
    said = "called not applied here, is not sent" if by_file else "decided as not applied, is not sent now"
    assert f"! Row 2 of run {first['run']}, {said}, and once later rows of its lead went" in done.err
    assert "To send it again" not in done.err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["Sale", "No Answer"]


def test_all_runs_with_later_rows_of_the_leads_of_a_review_file_are_named(desk: Desk) -> None:
    """Its rows are of two runs: whichever of the leads was decided, the rest of both may wait."""
    leads = "9857", "9858"
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead=lead, code=110, calls=2) for lead in leads])
    firsts, lines = [], []
    for lead in leads:
        sheet = desk.sheet(f"{lead}.csv", SHEET[0], f"{lead},Null,0383218190,Sale,,", f"{lead},Null,0383218190,Busy,,")
        firsts.append(desk.leadsync("run", sheet, "--json").json)
        head, row = Path(firsts[-1]["files"]["review"]).read_text("utf-8").splitlines()
        lines.append(f"{row}send")
    again = desk.leadsync("run", desk.sheet("review.csv", head, *lines), "--json").json["run"]
    said = desk.leadsync("resolve", again, "--row", "3", "--not-applied").out
    resumes = " and ".join(f"leadsync resume {first['run']}" for first in firsts)
    assert f"To send it again: leadsync retry {again}, and only then {resumes}; once later rows of its lead" in said


@pytest.mark.parametrize("how", ["retry", "report", "retry file", "resume"])
def test_a_row_called_not_applied_is_named_before_another_run_sends_its_later_rows(desk: Desk, how: str) -> None:
    """The file that called it so was stopped before it sent them; they are its run's since."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", SHEET[0], "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,No Answer,,")
    first = desk.leadsync("run", sheet, "--json").json
    head, row, *later = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    report = desk.sheet("r.csv", f"{head},sync_decision", f"{row},not applied", *(f"{line}," for line in later))
    stopped = desk.leadsync("run", report, "--json", LEADSYNC_API_KEY="wrong")
    assert stopped.code == 4
    run, second = first["run"], stopped.json["run"]
    given = {"report": "run", "retry file": "run"}.get(how, how)
    file = stopped.json["files"].get(how.split()[0]) if given == "run" else second
    dialer.ledger.received.clear()
    said = desk.leadsync(given, file)
    assert f"! Row 2 of run {run}, decided as not applied, is not sent now, and once later rows of its" in said.err
    by_file = (
        f"the retry file of `leadsync report {run}`, corrected like this one and given in its place, sends it first"
    )
    named = by_file if given == "run" else f"`leadsync retry {run}` instead sends it first"
    assert f"no retry sends it; {named}" in said.err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["No Answer"]


@pytest.mark.parametrize("how", ["retry", "resume"])
@pytest.mark.parametrize("by", ["retry", "resolve"])
def test_a_row_called_not_applied_goes_first_by_the_command_that_is_named(desk: Desk, by: str, how: str) -> None:
    """By a decision to send it, too."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", SHEET[0], "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,No Answer,,")
    first = desk.leadsync("run", sheet, "--json").json
    head, row, *later = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    report = desk.sheet("r.csv", f"{head},sync_decision", f"{row},not applied", *(f"{line}," for line in later))
    second = desk.leadsync("run", report, "--json", LEADSYNC_API_KEY="wrong").json["run"]
    dialer.ledger.received.clear()
    if by == "resolve":
        desk.leadsync("resolve", first["run"], "--row", "2", "--send")
    assert desk.leadsync("resume" if by == "resolve" else "retry", first["run"]).code == 0
    said = desk.leadsync(how, second).err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["Sale", "No Answer"]
    assert "not applied" not in said or how == "resume"  # a run that goes on repeats what its start said
    assert "undo" not in said


@pytest.mark.parametrize("how", ["retry", "resume"])
def test_a_row_refused_behind_an_undecided_one_goes_first_once_that_is_decided(desk: Desk, how: str) -> None:
    """Its file was stopped: the row was called not applied earlier, and no decision changes that any more."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    rows = [f"9857,Null,0383218190,{outcome},," for outcome in ("Sale", "No Answer", "Busy")]
    run = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *rows), "--json").json["run"]
    desk.leadsync("resolve", run, "--row", "2", "--not-applied")
    report = desk.leadsync("resume", run, "--json").json["files"]["report"]
    head, sold, called, *later = Path(report).read_text("utf-8").splitlines()
    lines = (f"{sold},", f"{called},not applied", *(f"{line}," for line in later))
    file = desk.sheet("r.csv", f"{head},sync_decision", *lines)
    second = desk.leadsync("run", file, "--json", LEADSYNC_API_KEY="wrong").json["run"]
    named = f"! Rows 2, 3 of run {run}, decided as not applied, are not sent now"
    third = desk.leadsync("retry", second, "--json", LEADSYNC_API_KEY="wrong")
    assert named in third.err
    dialer.ledger.received.clear()
    assert desk.leadsync("retry", run).code == 0
    said = desk.leadsync(how, third.json["run"]).err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["Sale", "No Answer", "Busy"]
    assert "undo" not in said


@pytest.mark.parametrize("word", ["not applied", "send"])
def test_an_earlier_row_called_not_applied_is_named_by_the_report_that_decides_on_the_next(
    desk: Desk, word: str
) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    rows = [f"9857,Null,0383218190,{outcome},," for outcome in ("Sale", "No Answer", "Busy")]
    first = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *rows), "--json").json
    desk.leadsync("resolve", first["run"], "--row", "2", "--not-applied")
    report = desk.leadsync("resume", first["run"], "--json").json["files"]["report"]
    head, sold, called, *later = Path(report).read_text("utf-8").splitlines()
    lines = (f"{sold},", f"{called},{word}", *(f"{line}," for line in later))
    said = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", *lines)).err
    assert f"! Row 2 of run {first['run']}, decided as not applied, is not sent now, and once later rows" in said
    instead = f"to decide by `leadsync resolve {first['run']} --row N` in place of this file"
    assert (
        f"{instead}, and then to give the retry file of `leadsync report {first['run']}`, corrected like this one, "
        in said
    )
    assert "waits for an earlier row" not in said
    assert "1 row not corrected, not sent" in said


@pytest.mark.parametrize("by_file", [False, True])
@pytest.mark.parametrize("word", ["not-applied", "send"])
def test_an_earlier_row_called_not_applied_goes_first_by_a_retry_or_its_file_once_the_next_is_decided(
    desk: Desk, word: str, *, by_file: bool
) -> None:
    """The file has a correction of the last one, which a retry sends as it was."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    rows = [f"9857,Null,0383218190,{outcome},," for outcome in ("Sale", "No Answer", "Busy")]
    run = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *rows), "--json").json["run"]
    desk.leadsync("resolve", run, "--row", "2", "--not-applied")
    desk.leadsync("resume", run)
    desk.leadsync("resolve", run, "--row", "3", f"--{word}")
    file = Path(desk.leadsync("report", run, "--json").json["files"]["retry"])
    file.write_text(file.read_text("utf-8").replace("Busy", "Sale"), "utf-8")
    dialer.ledger.received.clear()
    assert desk.leadsync(*(("run", file) if by_file else ("retry", run))).code == 0
    sent = [call.fields["njDisposition"] for call in dialer.ledger.received]
    assert sent == ["Sale", "No Answer", "Sale" if by_file else "Busy"]


def test_a_row_called_not_applied_is_not_named_behind_one_that_the_file_calls_applied(desk: Desk) -> None:
    """No command sends it first any more."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    rows = [f"9857,Null,0383218190,{outcome},," for outcome in ("Sale", "No Answer", "Busy")]
    first = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *rows), "--json").json
    desk.leadsync("resolve", first["run"], "--row", "2", "--not-applied")
    report = desk.leadsync("resume", first["run"], "--json").json["files"]["report"]
    head, sold, called, *later = Path(report).read_text("utf-8").splitlines()
    lines = (f"{sold},", f"{called},applied", *(f"{line}," for line in later))
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", *lines)).err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["Busy"]
    assert "decided as not applied" not in said


@pytest.mark.parametrize("how", ["send", "take back"])
@pytest.mark.parametrize("given", ["retry", "report"])
def test_a_row_that_is_open_again_is_named_before_a_retry_sends_its_later_rows_and_kept_by_a_report(
    desk: Desk, how: str, given: str
) -> None:
    """It was called not applied in a file that was stopped; the decision was changed since."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", SHEET[0], "9857,Null,0383218190,Sale,,", "9857,Null,0383218190,No Answer,,")
    first = desk.leadsync("run", sheet, "--json").json
    head, row, *later = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    report = desk.sheet("r.csv", f"{head},sync_decision", f"{row},not applied", *(f"{line}," for line in later))
    second = desk.leadsync("run", report, "--json", LEADSYNC_API_KEY="wrong").json
    desk.leadsync("resolve", first["run"], "--row", "2", f"--{how.replace(' ', '-')}")
    dialer.ledger.received.clear()
    said = desk.leadsync(*(("retry", second["run"]) if given == "retry" else ("run", second["files"]["report"]))).err
    if given == "report":
        assert f"! 1 row is not sent: it waits for an earlier row of the lead in run {first['run']}" in said
        assert [*dialer.ledger.received] == []
        return
    assert (
        f"! Row 2 of run {first['run']} is still to be sent or decided, and later rows of its lead go now; "
        f"`leadsync resume {first['run']}` sends it first, once decided"
    ) in said
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["No Answer"]
    if how == "take back":
        said = desk.leadsync("resolve", first["run"], "--row", "2", "--not-applied").out
        assert "not applied. Row 2 is sent no more: a later row of its lead went through" in said
        assert "To send" not in said


def test_rows_called_not_applied_are_told_apart_by_the_later_rows_of_their_leads(desk: Desk) -> None:
    """Row 2 has one, which another run has sent; row 4 has none."""
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=110, calls=1) for lead in ("9857", "9858")]
    desk.dialer(faults=faults)
    lines = [
        f"{row},," for row in ("9857,Null,0383218190,Sale", "9857,Null,0383218190,Busy", "9858,Null,0383218190,Sale")
    ]
    first = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *lines), "--json").json
    run = first["run"]
    head, sold, busy, other = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    back = desk.sheet("r.csv", f"{head},sync_decision", f"{sold},not applied", f"{busy},", f"{other},")
    later = desk.leadsync("run", back, "--json", LEADSYNC_API_KEY="wrong").json["run"]
    desk.leadsync("resolve", run, "--row", "2", "--take-back")
    desk.leadsync("retry", later)
    said = desk.leadsync("resolve", run, "--row", "2", "--row", "4", "--not-applied").out
    assert "Row 2 is sent no more: a later row of its lead went through. To send it again: leadsync retry" in said


def test_a_row_called_not_applied_goes_first_once_the_run_with_the_next_has_its_decision(desk: Desk) -> None:
    """The next row was undecided in the run of the report that called the first one so; its own report decides."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=2)])
    rows = [f"9857,Null,0383218190,{outcome},," for outcome in ("Sale", "No Answer", "Busy")]
    first = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], *rows), "--json").json
    head, sold, *later = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    lines = (f"{sold},not applied", *(f"{line}," for line in later))
    second = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", *lines), "--json").json
    head, sold, called, busy = Path(second["files"]["report"]).read_text("utf-8").splitlines()
    lines = (f"{sold},", f"{called},not applied", f"{busy},")
    file = desk.sheet("s.csv", f"{head},sync_decision", *lines)
    said = desk.leadsync("run", file, LEADSYNC_API_KEY="wrong").err
    assert (
        f"! Row 2 of run {first['run']}, decided as not applied, is not sent now, and once later rows of its lead "
        f"went through, no retry sends it; to decide by `leadsync resolve {second['run']} --row N` in place of "
        f"this file, and then to give the retry file of `leadsync report {first['run']}`, corrected like this one, "
    ) in said
    dialer.ledger.received.clear()
    retry = desk.leadsync("report", first["run"], "--json").json["files"]["retry"]
    assert desk.leadsync("run", retry).code == 0
    assert next(call.fields["njDisposition"] for call in dialer.ledger.received) == "Sale"


@pytest.mark.parametrize("how", ["resume", "retry", "review"])
def test_a_failed_row_is_named_before_a_later_one_decided_as_send_goes(desk: Desk, how: str) -> None:
    codes = (FaultRule(FaultKind.CODE, lead="9857", code=code, calls=1) for code in (999, 110))
    dialer = desk.dialer(faults=list(codes))
    sheet = desk.sheet("leads.csv", "Lead Id,Outcome,Version", "9857,Sale,a", "9857,No Answer,b")
    sent = desk.leadsync("run", sheet, "--json").json
    run = sent["run"]
    dialer.ledger.received.clear()
    named = (
        f"! Row 2 of run {run}, which failed, is not sent now, and once later rows of its lead went through, no retry "
        "sends it; "
    )
    if how == "review":
        head, row = Path(sent["files"]["review"]).read_text("utf-8").splitlines()
        said = desk.leadsync("run", desk.sheet("review.csv", head, f"{row}send")).err
        assert f"{named}corrected above them in this file, it goes first\n" in said
    else:
        decided = desk.leadsync("resolve", run, "--row", "3", "--send")
        assert f"{named}`leadsync retry {run}` instead sends it first\n" in decided.err
        assert (named in desk.leadsync(how, run).err) is (how == "resume")
    went = [call.fields["Version"] for call in dialer.ledger.received]
    assert went == (["a", "b"] if how == "retry" else ["b"])


def test_a_failed_row_corrected_beside_a_decision_goes_first(desk: Desk) -> None:
    codes = (FaultRule(FaultKind.CODE, lead="9857", code=code, calls=1) for code in (999, 110))
    dialer = desk.dialer(faults=list(codes))
    sheet = desk.sheet("leads.csv", "Lead Id,Outcome,Version", "9857,Sale,a", "9857,No Answer,b")
    files = desk.leadsync("run", sheet, "--json").json["files"]
    dialer.ledger.received.clear()
    head, undecided = Path(files["review"]).read_text("utf-8").splitlines()
    _, failed = Path(files["retry"]).read_text("utf-8").splitlines()
    both = desk.sheet("both.csv", head, f"{failed.replace('Sale,a', 'Sale,c')},", f"{undecided}send")
    said = desk.leadsync("run", both).err
    assert "is not sent now" not in said
    assert [call.fields["Version"] for call in dialer.ledger.received] == ["c", "b"]


@pytest.mark.parametrize("which", ["a2", "a1v and a2"])
def test_a_row_called_not_applied_is_not_named_in_the_report_that_corrects_it(desk: Desk, which: str) -> None:
    """The report of a report: its rows are of the first run and of the second."""
    codes = (FaultRule(FaultKind.CODE, lead="9857", code=code, calls=1) for code in (106, 106, 110))
    dialer = desk.dialer(faults=list(codes))
    sheet = desk.sheet("leads.csv", "Lead Id,Outcome,Version", "9857,Sale,a1", "9857,Busy,a2")
    first = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"]).read_text("utf-8")
    second = desk.leadsync("run", desk.sheet("b.csv", *first.replace("a1", "a1v").splitlines()), "--json").json
    desk.leadsync("resolve", second["run"], "--row", "2", "--not-applied")
    again = Path(second["files"]["report"]).read_text("utf-8").replace("a2", "a2w")
    dialer.ledger.received.clear()
    if which != "a2":
        again = again.replace("a1v", "a1w")
    said = desk.leadsync("run", desk.sheet("c.csv", *again.splitlines())).err
    assert ("is not sent now" in said) is (which == "a2")
    assert [call.fields["Version"] for call in dialer.ledger.received] == (["a2w"] if which == "a2" else ["a1w", "a2w"])
