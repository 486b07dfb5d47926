"""The rows left of an older run against newer payloads of their leads: resume, retry and run say it, or skip them."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk
from tests.run.samples import HEADINGS, REFUSE, received, runs

MONDAY = tuple(f"L{n},038321810{n},Sale" for n in range(3))
WRONG = "L0,03,Sale"
"""A row with a fault: it is compared with nothing."""
TUESDAY = tuple(f"L{n},038321810{n},Busy" for n in range(3))


def dispositions(dialer: PracticeDialer) -> list[str]:
    return [f"{one['lead']} {one['fields'].get('njDisposition')}" for one in dialer.ledger.as_json()["received"]]


def run(desk: Desk, name: str, lines: tuple[str, ...], *options: str, headings: str = HEADINGS) -> str:
    done = desk.leadsync("run", desk.sheet(name, headings, *lines), *options, "--json")
    run_id: str = done.json["run"]
    return run_id


def left_of_monday(desk: Desk, dialer: PracticeDialer, how: str = "trial") -> str:
    """Monday's run with L1 and L2 left, or refused."""
    if how == "refused":
        dialer.faults.add([FaultRule(FaultKind.CODE, lead=lead, code=106, calls=1) for lead in ("L1", "L2")])
    monday = run(desk, "mon.csv", MONDAY, *(() if how == "refused" else ("--limit", "1")))
    if how == "stopped":
        dialer.faults.add([REFUSE])
        assert desk.leadsync("resume").code == 4
    dialer.faults.clear()
    return monday


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("trial", ["resume"]),
        # Read anew, for another row of it.
        ("rewritten", ["run", "mon.csv"]),
        ("stopped", ["resume", "--yes"]),
        ("stopped", ["run", "mon.csv"]),
        ("stopped", ["retry", "MONDAY"]),
        ("refused", ["retry", "MONDAY"]),
    ],
)
def test_rows_that_would_undo_newer_ones_are_said_loudly(desk: Desk, how: str, words: list[str]) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer, how)
    tuesday = run(desk, "tue.csv", TUESDAY)
    if how == "rewritten":
        desk.sheet("mon.csv", HEADINGS, *MONDAY[1:])
    done = desk.leadsync(*(monday if word == "MONDAY" else word for word in words), "--json")
    [warning] = [line for line in done.json["warnings"] if "undo" in line]
    assert warning.startswith("! 2 rows would undo what their leads were sent since, ")
    remedy = f"; `leadsync run {desk.folder / 'tue.csv'} --fresh --skip-unchanged` afterwards brings that back"
    if how == "rewritten":
        remedy = " (row 2, 3); take them out of the file to keep that."
    assert warning.endswith(f" by run {tuesday}{remedy}")
    assert f"\n{warning}\n" in done.err
    assert sorted(dispositions(dialer)[-2:]) == ["L1 Sale", "L2 Sale"], "it goes on with the warning"
    dialer.ledger.received.clear()
    assert desk.leadsync("run", "tue.csv", "--fresh", "--skip-unchanged").code == 0
    assert sorted(dispositions(dialer)) == ["L1 Busy", "L2 Busy"]


def test_earlier_warnings_of_the_run_stay(desk: Desk) -> None:
    dialer = desk.dialer()
    run(desk, "sun.csv", MONDAY)
    left_of_monday(desk, dialer)
    tuesday = run(desk, "tue.csv", TUESDAY)
    said = " ".join(desk.leadsync("resume", "--json").json["warnings"])
    assert "! 3 rows say what their lead was last sent" in said
    assert f"by run {tuesday}" in said


def test_rows_sent_by_another_run_meanwhile_are_said_and_can_be_skipped(desk: Desk) -> None:
    dialer = desk.dialer()
    left_of_monday(desk, dialer)
    other = run(desk, "other.csv", MONDAY[1:2])
    declined = desk.leadsync("resume", "--limit", "1", "--json")
    [warning] = [line for line in declined.json["warnings"] if "last sent" in line]
    assert warning.startswith("! 1 row says what its lead was last sent, today ")
    anew = f"`leadsync run {desk.folder / 'mon.csv'} --fresh --skip-unchanged`"
    assert warning.endswith(f" by run {other}; {anew} instead skips it")
    assert desk.leadsync("run", "mon.csv", "--fresh", "--skip-unchanged").code == 0
    assert received(dialer) == ["L0", "L1", "L1", "L2"]


def test_a_retry_leaves_out_rows_that_went_through_since_from_another_run(desk: Desk) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer, "refused")
    other = run(desk, "other.csv", MONDAY[1:2])
    done = desk.leadsync("retry", monday, "--yes", "--json")
    assert done.json["statuses"] == {"succeeded": 1, "skipped": 1}
    told = f"! 1 row is not sent: the lead has taken the same from run {other} since"
    assert told in done.json["warnings"]
    assert received(dialer) == ["L0", "L1", "L2", "L1", "L2"]
    assert f"by run {other}" in desk.rows(done.json["files"]["report"])[0]["sync_message"]


def test_a_retry_leaves_out_no_row_behind_another_of_its_lead_that_goes(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    monday = run(desk, "mon.csv", ("L1,0383218101,Sale", "L1,0383218101,Busy"))
    run(desk, "other.csv", ("L1,0383218101,Busy",))
    done = desk.leadsync("retry", monday, "--yes", "--json")
    assert done.json["statuses"] == {"succeeded": 2}
    assert dispositions(dialer)[3:] == ["L1 Sale", "L1 Busy"], "the lead ends as in the sheet"


@pytest.mark.parametrize("words", [["resume"], ["retry"]])
def test_the_question_then_has_no_default_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monday = left_of_monday(desk, desk.dialer())
    asked = []

    def ask(_: str, default: bool | None) -> bool:
        asked.append(default)
        return False

    monkeypatch.setattr("leadsync.cli.shell._ask", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    desk.leadsync(*words, monday)
    run(desk, "tue.csv", TUESDAY, "--yes")
    desk.leadsync(*words, monday)
    assert asked == [False, None]


@pytest.mark.parametrize("between", ["older run", "other columns", "other campaign", "refused"])
def test_nothing_is_said_where_nothing_newer_is_undone(desk: Desk, between: str) -> None:
    dialer = desk.dialer(settings="[campaigns.other]\ncampaign_id = 42\n")
    older = run(desk, "sun.csv", TUESDAY, "--limit", "1")
    left_of_monday(desk, dialer)
    monday = runs(desk)[0]["run"]
    match between:
        case "older run":
            desk.leadsync("resume", older)
        case "other columns":
            run(desk, "tue.csv", ("L1,0383218101,7", "L2,0383218102,7"), headings="Lead Id,FirstPhone,Score")
        case "other campaign":
            run(desk, "tue.csv", TUESDAY, "--campaign", "other")
        case _:
            dialer.faults.add([FaultRule(FaultKind.CODE, code=106, calls=3)])
            # In another order: the same content would go on with Sunday's run.
            run(desk, "tue.csv", TUESDAY[::-1])
    done = desk.leadsync("resume", str(monday), "--json")
    assert done.json["statuses"] == {"succeeded": 3}
    assert "undo" not in done.err


def test_a_row_that_another_run_has_left_to_decide_is_skipped_by_resume(desk: Desk) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer, "stopped")
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
    other = run(desk, "other.csv", MONDAY[1:2])
    dialer.ledger.received.clear()
    done = desk.leadsync("resume", monday, "--json").json
    assert received(dialer) == ["L2"]
    assert done["statuses"]["skipped"] == 1
    assert any(f"1 row is not sent: it says what run {other} sent" in line for line in done["warnings"])
    [row] = desk.leadsync("show", done["run"], "--status", "skipped", "--json").json["listed"]
    assert row["message"].startswith(f"run {other} sent the same as its row 2, which a person has to decide first")


@pytest.mark.parametrize(
    ("word", "then"), [("applied", ["Busy"]), ("not applied", ["Sale", "Busy"]), ("send", ["Sale", "Busy"])]
)
@pytest.mark.parametrize("how", ["stopped", "refused"])
def test_a_row_that_another_run_has_left_to_decide_stays_where_it_is_and_a_later_retry_sends_it(
    desk: Desk, how: str, word: str, then: list[str]
) -> None:
    """A retry of a part of the rows would keep the rest from every command. The lead's next row waits as well."""
    sheet = desk.sheet("mon.csv", HEADINGS, MONDAY[1], "L1,0383218101,Busy", MONDAY[2])
    dialer = desk.dialer(faults=[REFUSE if how == "stopped" else FaultRule(FaultKind.CODE, code=106, calls=3)])
    monday = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=word != "not applied", calls=1)])
    other = run(desk, "other.csv", MONDAY[1:2])
    dialer.ledger.received.clear()
    for _ in range(2):
        said = desk.leadsync("retry", monday).err
        assert f"! 1 row is not sent: it says what run {other} sent" in said
        assert f"! 2 rows stay in run {monday}; `leadsync retry {monday}` sends them afterwards" in said
        assert "can go now" not in said
        assert received(dialer) == ["L2"]
    dialer.ledger.received.clear()
    desk.leadsync("resolve", other, "--row", "2", f"--{word.replace(' ', '-')}")
    desk.leadsync("resume", other)
    desk.leadsync("retry", monday)
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == then


@pytest.mark.parametrize(("word", "then"), [("applied", ["Busy"]), ("not applied", ["Sale", "Busy"])])
def test_rows_that_wait_in_a_resumed_retry_go_by_a_later_one(desk: Desk, word: str, then: list[str]) -> None:
    """A retry has read no sheet that could be given again."""
    sheet = desk.sheet("mon.csv", HEADINGS, MONDAY[1], "L1,0383218101,Busy", MONDAY[2])
    dialer = desk.dialer(faults=[REFUSE])
    monday = desk.leadsync("run", sheet, "--json").json["run"]
    retry = desk.leadsync("retry", monday, "--json").json["run"]
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=word == "applied", calls=1)])
    other = run(desk, "other.csv", MONDAY[1:2])
    dialer.ledger.received.clear()
    stays = f"! 2 rows stay in run {retry}; `leadsync retry {retry}` sends them afterwards"
    assert stays in desk.leadsync("resume", retry).err
    assert stays in desk.leadsync("retry", retry).err
    assert received(dialer) == ["L2"]
    shown = desk.leadsync("show", retry, "--rows").out
    assert shown.count(f"waits for row 2 of run {other}; afterwards `leadsync retry {retry}` sends it") == 2
    named = (
        f"! 2 rows are not sent: they wait in run {retry}, a retry; afterwards `leadsync retry {retry}` sends them\n"
    )
    first = desk.leadsync("report", monday, "--json").json["files"]["report"]
    for file in (desk.leadsync("report", retry, "--json").json["files"]["report"], first):
        assert named in desk.leadsync("run", file).err
    dialer.ledger.received.clear()
    desk.leadsync("resolve", other, "--row", "2", f"--{word.replace(' ', '-')}")
    again = desk.leadsync("retry", retry, "--json").json["run"]
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == then
    assert desk.leadsync("show", retry, "--rows").out.count(f"left to run {again}, a retry") == 2
    assert "Nothing to do" in desk.leadsync("retry", retry).err


@pytest.mark.parametrize("how", ["retry", "retry file", "retry file given before"])
def test_rows_that_other_runs_have_sent_in_order_go_no_second_time(desk: Desk, how: str) -> None:
    rows = (MONDAY[1], "L1,0383218101,Busy", "L1,0383218101,No Answer")
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=3)])
    first = desk.leadsync("run", desk.sheet("mon.csv", HEADINGS, *rows), "--json").json
    dialer.faults.clear()
    others = []
    for line in rows[:2]:
        dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
        others.append(run(desk, f"{len(others)}.csv", (line,)))
    dialer.ledger.received.clear()
    file = first["files"]["retry"]
    if how == "retry file given before":
        desk.leadsync("run", file)
        assert dialer.ledger.received == []
    for other in others:
        desk.leadsync("resolve", other, "--row", "2", "--applied")
    said = desk.leadsync(*(("retry", first["run"]) if how == "retry" else ("run", file))).err
    assert dispositions(dialer) == ["L1 No Answer"]
    assert "is not sent now" not in said, "another run has sent it"


@pytest.mark.parametrize("how", ["retry", "retry file"])
@pytest.mark.parametrize(
    ("sent", "then"),
    [
        (["Sale"], ["Busy", "Sale"]),
        (["Sale", "Busy"], ["Sale"]),
        (["Busy"], ["Sale", "Busy", "Sale"]),
        (["Sale", "Busy", "Sale"], []),
    ],
)
def test_one_sending_counts_for_one_row_of_a_lead(desk: Desk, how: str, sent: list[str], then: list[str]) -> None:
    """Of the rows Sale, Busy, Sale, refused, another run has sent some meanwhile."""
    lines = {word: f"L1,0383218101,{word}" for word in ("Sale", "Busy")}
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=3)])
    sheet = desk.sheet("mon.csv", HEADINGS, lines["Sale"], lines["Busy"], lines["Sale"])
    first = desk.leadsync("run", sheet, "--json").json
    dialer.faults.clear()
    run(desk, "other.csv", tuple(lines[word] for word in sent))
    dialer.ledger.received.clear()
    desk.leadsync(*(("retry", first["run"]) if how == "retry" else ("run", first["files"]["retry"])))
    assert dispositions(dialer) == [f"L1 {word}" for word in then]


@pytest.mark.parametrize("how", ["run", "retry"])
def test_a_failed_row_is_named_before_rows_that_waited_and_not_before_rows_that_wait(desk: Desk, how: str) -> None:
    """Those do not go over it now."""
    sheet = desk.sheet("mon.csv", HEADINGS, "L1,0383218101,Call", MONDAY[1])
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    monday = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", calls=1)])
    run(desk, "other.csv", MONDAY[1:2])
    named = f"! Row 2 of run {monday}, which failed, is not sent now, and once later rows of its lead went through, no "
    assert named not in desk.leadsync("resume", monday).err
    [other, _] = (one["run"] for one in desk.leadsync("runs", "--json").json["runs"])
    desk.leadsync("resolve", other, "--row", "2", "--not-applied")
    dialer.ledger.received.clear()
    if how == "retry":
        desk.leadsync("retry", monday)
    assert (named in desk.leadsync("run", sheet).err) is (how == "run")
    assert dispositions(dialer) == (["L1 Call"] if how == "retry" else []) + ["L1 Sale"]


def test_a_retry_names_what_sends_the_rows_that_resume_has_skipped(desk: Desk) -> None:
    sheet = desk.sheet("mon.csv", HEADINGS, MONDAY[1], "L1,0383218101,Busy")
    dialer = desk.dialer(faults=[REFUSE])
    monday = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", calls=1)])
    other = run(desk, "other.csv", MONDAY[1:2])
    desk.leadsync("resume", monday)
    words = f"2 rows that waited for other runs go once that is settled, by `leadsync run {sheet}`."
    assert words in desk.leadsync("retry", monday).err
    desk.leadsync("resolve", other, "--row", "2", "--not-applied")
    assert words in desk.leadsync("retry", monday).err
    dialer.ledger.received.clear()
    desk.leadsync("run", sheet)
    assert dispositions(dialer) == ["L1 Sale", "L1 Busy"]
    assert "waited for" not in desk.leadsync("retry", monday).err


@pytest.mark.parametrize("is_trial", [True, False])
def test_beyond_a_trial_the_leads_other_rows_wait_too_and_the_sheet_sends_them(desk: Desk, *, is_trial: bool) -> None:
    sheet = desk.sheet("mon.csv", HEADINGS, MONDAY[1], "L1,0383218101,Busy", MONDAY[2])
    dialer = desk.dialer(faults=[REFUSE])
    monday = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", calls=1)])
    other = run(desk, "other.csv", MONDAY[1:2])
    dialer.ledger.received.clear()
    if is_trial:
        desk.leadsync("resume", monday, "--limit", "1")
        assert received(dialer) == []
    desk.leadsync("resume", monday)
    assert received(dialer) == ["L2"]
    desk.leadsync("resolve", other, "--row", "2", "--not-applied")
    desk.leadsync("run", sheet)
    assert dispositions(dialer) == ["L2 Sale", "L1 Sale", "L1 Busy"]


def test_the_leads_other_rows_wait_for_that_decision(desk: Desk) -> None:
    dialer = desk.dialer()
    monday = run(desk, "mon.csv", (*MONDAY, "L1,0383218101,Busy"), "--limit", "1")
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
    run(desk, "other.csv", MONDAY[1:2])
    dialer.ledger.received.clear()
    assert desk.leadsync("resume", monday, "--json").json["statuses"] == {"succeeded": 2, "skipped": 2}
    assert received(dialer) == ["L2"]


def test_a_persons_word_sends_a_row_though_its_twin_is_undecided(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
    monday = run(desk, "mon.csv", MONDAY)
    assert desk.leadsync("resolve", monday, "--row", "3", "--applied").code == 0
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
    run(desk, "other.csv", MONDAY[1:2])
    assert desk.leadsync("resolve", monday, "--row", "3", "--send").code == 0
    dialer.ledger.received.clear()
    assert desk.leadsync("resume", monday, "--json").json["statuses"] == {"succeeded": 3}
    assert received(dialer) == ["L1"]


def test_a_retry_has_the_values_of_its_first_run_whenever_it_goes(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    sunday = run(desk, "sun.csv", TUESDAY)
    left_of_monday(desk, dialer)
    monday = str(runs(desk)[0]["run"])
    assert desk.leadsync("retry", sunday, "--json").json["statuses"] == {"succeeded": 1}
    resumed = desk.leadsync("resume", monday, "--json")
    assert resumed.json["statuses"] == {"succeeded": 3}
    assert "undo" not in resumed.err, "Sunday's value is the older one"


def test_a_retry_to_go_on_with_says_what_it_would_undo(desk: Desk) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer, "refused")
    tuesday = run(desk, "tue.csv", TUESDAY)
    again = desk.leadsync("retry", monday, "--limit", "1", "--json").json["run"]
    [warning] = [line for line in desk.leadsync("resume", again, "--json").json["warnings"] if "undo" in line][-1:]
    assert warning.startswith("! 1 row would undo what its lead was sent since")
    assert f"by run {tuesday}" in warning


def waiting_behind_a_conflict(desk: Desk, dialer: PracticeDialer, name: str, first: str) -> str:
    """The run of a sheet: its first row of L1 for a person to decide, `Busy` behind it."""
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    return run(desk, name, (f"L1,0383218101,{first}", "L1,0383218101,Busy"))


@pytest.mark.parametrize(("decision", "word"), [("--not-applied", "retry"), ("--send", "resume")])
def test_a_row_that_an_older_run_has_sent_since_is_told(desk: Desk, decision: str, word: str) -> None:
    """By the order of the calls: the older run's row went after the newer run had begun."""
    dialer = desk.dialer()
    monday = waiting_behind_a_conflict(desk, dialer, "mon.csv", "Sale")
    tuesday = waiting_behind_a_conflict(desk, dialer, "tue.csv", "Callback")
    desk.leadsync("resolve", monday, "--row", "2", "--applied")
    assert "undo" not in desk.leadsync("resume", monday).err, "the lead has taken nothing of Tuesday's"
    desk.leadsync("resolve", tuesday, "--row", "2", decision)
    again = desk.leadsync(word, tuesday, "--json").json
    assert dispositions(dialer)[2:] == ["L1 Busy", "L1 Callback", "L1 Busy"]
    [warning] = [line for line in again["warnings"] if "sent before" in line]
    assert warning.startswith("! 1 row says what its lead was sent before, today ")
    assert f" by run {monday}" in warning


@pytest.mark.parametrize(
    ("since", "words"),
    [("2", ["undo"]), ("1", ["sent before"]), ("12", ["sent before", "undo"])],
)
@pytest.mark.parametrize("how", ["review file", "limit"])
def test_a_row_sent_by_the_run_hides_no_payload_of_another_sheet(
    desk: Desk, how: str, since: str, words: list[str]
) -> None:
    dialer = desk.dialer()
    if how == "limit":
        lines = ("L2,0383218109,Sale", "L1,0383218101,Sale", "L1,0383218101,Busy")
        monday = run(desk, "mon.csv", lines, "--limit", "1")
    else:
        monday = waiting_behind_a_conflict(desk, dialer, "mon.csv", "Sale")
    tuesday = run(desk, "tue.csv", tuple(f"L1,038321810{phone},Busy" for phone in since))
    if how == "limit":
        desk.leadsync("resume", monday, "--limit", "1")
    else:
        review = Path(desk.leadsync("show", monday, "--json").json["files"]["review"])
        # The last column is the decision.
        review.write_text(review.read_text("utf-8-sig").rstrip() + "send\n", "utf-8")
        desk.leadsync("run", review)
    told = desk.leadsync("resume", monday).err.splitlines()
    warnings = [line for line in told if f" by run {tuesday}" in line]
    assert dispositions(dialer)[1:] == [*("L1 Busy" for _ in since), "L1 Sale", "L1 Busy"]
    assert len(warnings) == len(words)
    assert all(word in line and line.startswith("! 1 row ") for word, line in zip(words, warnings, strict=True))


def test_a_payload_that_the_lead_has_not_taken_hides_none_that_it_has(desk: Desk) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer)
    tuesday = run(desk, "tue.csv", TUESDAY[1:2])
    waiting_behind_a_conflict(desk, dialer, "wed.csv", "Callback")
    [warning] = [line for line in desk.leadsync("resume", monday, "--json").json["warnings"] if "undo" in line]
    assert warning.startswith("! 1 row would undo what its lead was sent since, today ")
    assert f" by run {tuesday}; " in warning


@pytest.mark.parametrize("since", ["written anew", "given back", "undecided"])
def test_a_remedy_is_named_only_where_it_brings_the_newer_values_back(desk: Desk, since: str) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer)
    if since != "written anew":
        fault = (
            FaultRule(FaultKind.CLOSE, applied=True) if since == "undecided" else FaultRule(FaultKind.CODE, code=106)
        )
        dialer.faults.add([replace(fault, lead="L1", calls=1)])
    tuesday = run(desk, "tue.csv", TUESDAY[1:2])
    if since == "written anew":
        desk.sheet("tue.csv", HEADINGS, MONDAY[0])
    elif since == "given back":
        failed = desk.leadsync("show", tuesday, "--json").json["files"]["retry"]
        tuesday = desk.leadsync("run", failed, "--json").json["run"]
    [warning] = [line for line in desk.leadsync("resume", monday, "--json").json["warnings"] if "undo" in line]
    open_end = ", and a person has to decide whether that was applied" if since == "undecided" else ""
    assert warning.endswith(f" by run {tuesday}{open_end}")


@pytest.mark.parametrize("since", ["at once", "behind a stop"])
def test_a_sheet_begun_anew_tells_of_the_corrections_that_it_undoes(desk: Desk, since: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    sheet = desk.sheet("a.csv", HEADINGS, *MONDAY)
    first = desk.leadsync("run", sheet, "--json").json
    report = Path(first["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("L1,0383218101,Sale", "L1,0383218101,Busy"), "utf-8")
    if since == "behind a stop":
        dialer.faults.add([REFUSE])
    corrected = desk.leadsync("run", report, "--json").json["run"]
    dialer.faults.clear()
    fresh = desk.leadsync("run", sheet, "--fresh")
    if since == "behind a stop":
        assert "would undo" not in fresh.err
        desk.leadsync("resume", corrected)
        fresh = desk.leadsync("run", sheet)
    [line] = [line for line in fresh.err.splitlines() if "would undo" in line]
    assert line.startswith("! 1 row would undo what its lead was sent since, ")
    assert line.endswith(f" by run {corrected} (row 3); take it out of the file to keep that.")
    assert dispositions(dialer)[-1 if since == "behind a stop" else -2] == "L1 Sale"


def test_a_sheet_written_anew_with_other_rows_tells_nothing_of_them(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    sheet = desk.sheet("a.csv", HEADINGS, *MONDAY)
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("L1,0383218101,Sale", "L1,0383218101,Busy"), "utf-8")
    desk.leadsync("run", report)
    desk.sheet("a.csv", HEADINGS, "L1,0383218101,Away")
    assert "would undo" not in desk.leadsync("run", sheet, "--fresh").err


def corrected_in_the_report(desk: Desk, sheet: Path) -> str:
    """The run of a report in which Monday's L1 is corrected from Sale to Busy."""
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("L1,0383218101,Sale", "L1,0383218101,Busy"), "utf-8")
    corrected: str = desk.leadsync("run", report, "--json").json["run"]
    return corrected


@pytest.mark.parametrize("given", ["written anew", "another file", "untouched copy"])
def test_a_row_tells_what_its_lead_was_sent_since_it_stood_in_an_earlier_sheet(desk: Desk, given: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    sheet, copy = desk.sheet("a.csv", HEADINGS, *MONDAY), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    corrected = corrected_in_the_report(desk, sheet)
    new = "L9,0383218109,Sale"
    file = copy if given == "untouched copy" else desk.sheet("a.csv" if given == "written anew" else "b.csv", HEADINGS)
    if file != copy:
        desk.sheet(file.name, HEADINGS, new, *MONDAY)
    number = 3 + (file != copy)
    line = f" by run {corrected} (row {number}); take it out of the file to keep that."
    assert line in desk.leadsync("check", file).out
    assert line in desk.leadsync("run", file, "--fresh").err
    assert dispositions(dialer)[-2:] == ["L1 Sale", "L2 Sale"], "it goes with the line"
    assert "would undo" not in desk.leadsync("run", file, "--fresh").err, "its own values went last"


@pytest.mark.parametrize("back", ["was sent", "was refused"])
def test_values_that_come_back_in_a_later_night_are_the_newest(desk: Desk, back: str) -> None:
    faults = [FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)] if back == "was refused" else []
    desk.dialer(faults=faults)
    for disposition, other in (("Sale", "Sale"), ("Busy", "Sale"), ("Sale", "Busy")):
        done = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, f"L1,0383218101,{disposition}", f"L2,,{other}"))
        assert "would undo" not in done.err


def test_rows_of_one_reading_are_not_older_than_each_other(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    lines = ("L1,0383218101,Sale", "L1,0383218101,Busy")
    run(desk, "mon.csv", lines)
    done = desk.leadsync("run", desk.sheet("tue.csv", HEADINGS, *lines, "L9,0383218109,Sale"))
    assert "would undo" not in done.err
    assert [one for one in dispositions(dialer) if one != "L9 Sale"] == ["L1 Sale", "L1 Busy"] * 2


@pytest.mark.parametrize("given", ["sheet", "other copy"])
def test_a_sheet_begun_anew_tells_of_the_corrections_in_its_copy(desk: Desk, given: str) -> None:
    desk.dialer()
    sheet, copies = desk.sheet("a.csv", HEADINGS, *MONDAY, WRONG), [desk.folder / "c.csv", desk.folder / "d.csv"]
    for copy in copies:
        desk.leadsync("check", sheet, "--output", copy)
    copies[0].write_text(copies[0].read_text("utf-8").replace("L1,0383218101,Sale", "L1,0383218101,Busy"), "utf-8")
    corrected = desk.leadsync("run", copies[0], "--json").json["run"]
    fresh = desk.leadsync("run", sheet if given == "sheet" else copies[1], "--fresh", "--json")
    assert fresh.json["statuses"] == {"succeeded": 3, "rejected": 1}
    [line] = [line for line in fresh.err.splitlines() if "would undo" in line]
    assert line.startswith("! 1 row would undo what its lead was sent since, ")
    assert f" by run {corrected}" in line
    again = desk.leadsync("run", sheet if given == "sheet" else copies[1], "--fresh")
    assert "would undo" not in again.err, "its own values went last"


@pytest.mark.parametrize("word", ["retry", "resume"])
def test_a_row_that_another_run_may_have_sent_before_its_correction_is_told(desk: Desk, word: str) -> None:
    """Its text was in doubt there, and a person decided to send it corrected."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106) if word == "retry" else REFUSE])
    first = run(desk, "x.csv", MONDAY[1:3])
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, calls=1)])
    second = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, MONDAY[1]), "--json").json
    review = Path(second["files"]["review"]).read_text("utf-8").replace("Sale", "Busy")
    dialer.faults.add([FaultRule(FaultKind.CODE, code=106, calls=1)])
    assert desk.leadsync("run", desk.sheet("d.csv", *f"{review.rstrip()}send".splitlines())).code == 3
    said = desk.leadsync(word, first)
    assert said.code == 0
    assert "! 1 row says what its lead was sent before, today " in said.err
    assert f" by run {second['run']}" in said.err


def test_a_row_that_a_person_has_decided_to_send_is_no_repetition_of_itself(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, MONDAY[1]), "--json").json
    review = Path(first["files"]["review"]).read_text("utf-8")
    dialer.faults.add([REFUSE])
    file = desk.sheet("d.csv", *f"{review.rstrip()}send".splitlines())
    stopped = desk.leadsync("run", file, "--json").json["run"]
    dialer.faults.clear()
    resumed = desk.leadsync("resume", stopped)
    assert (resumed.code, "what its lead was" in resumed.err) == (0, False)


@pytest.mark.parametrize("how", ["resume", "retry"])
def test_a_row_that_its_lead_has_taken_before_newer_values_is_told_as_sent_again(desk: Desk, how: str) -> None:
    dialer = desk.dialer()
    monday = left_of_monday(desk, dialer, "trial" if how == "resume" else "refused")
    tuesday = run(desk, "tue.csv", (MONDAY[1], TUESDAY[1]))
    warnings = desk.leadsync(how, monday, "--json").json["warnings"]
    assert [line for line in warnings if line.startswith("! 1 row says what its lead was sent before, ")]
    assert [line for line in warnings if line.startswith("! 1 row would undo what its lead was sent since, ")]
    assert all(tuesday in line for line in warnings if line.startswith("! 1 row "))


@pytest.mark.parametrize("how", ["resume", "report"])
def test_a_newer_payload_that_went_is_not_hidden_by_an_older_one_in_doubt(desk: Desk, how: str) -> None:
    """The oldest sheet went on last, and its answer was lost: the dialer may not have applied it."""
    dialer = desk.dialer(faults=[REFUSE])
    oldest, monday = run(desk, "old.csv", ("A,0383218101,Sale",)), run(desk, "mon.csv", ("A,0383218102,Busy",))
    dialer.faults.clear()
    newest = run(desk, "new.csv", ("A,0383218103,No Answer",))
    dialer.faults.add([FaultRule(FaultKind.RESET, lead="A", calls=1)])
    assert desk.leadsync("resume", oldest).code == 3
    dialer.ledger.received.clear()
    if how == "report":
        report = desk.folder / f"mon.{monday}.report.csv"
        report.write_text(report.read_text("utf-8").replace("Busy", "Sale"), "utf-8")
    said = desk.leadsync(*(("resume", monday) if how == "resume" else ("run", report))).err
    assert "! 1 row would undo what its lead was sent since" in said
    assert f"by run {newest}" in said
    assert dispositions(dialer) == ["A Sale" if how == "report" else "A Busy"]
