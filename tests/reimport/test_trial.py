"""A trial of the first rows, then the sheet or the settings put right: what goes, what does not, and nothing twice."""

import sqlite3
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
ONE = "one,0383218191,Sale"
TWO = "two,0383218192,Busy"
THREE = "three,0383218193,Sale"


def tried(desk: Desk, *rows: str, limit: int = 1, code: int = 0) -> tuple[str, Path]:
    """A trial's run and its sheet."""
    sheet = desk.sheet("leads.csv", HEADINGS, *rows)
    done = desk.leadsync("run", sheet, "--limit", str(limit), "--json")
    assert done.code == code, done.err
    return done.json["run"], sheet


def sent(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(one["lead"], one["fields"]["njDisposition"]) for one in dialer.ledger.as_json()["received"]]


def test_a_sheet_that_changed_after_its_trial_goes_as_it_is_now_without_what_went_through(desk: Desk) -> None:
    dialer = desk.dialer()
    trial, sheet = tried(desk, ONE, TWO, THREE)
    desk.sheet("leads.csv", HEADINGS, ONE, "two,0383218192,Sale", "four,0383218194,Sale")
    whole = desk.leadsync("run", sheet, "--json")
    assert whole.json["run"] != trial
    assert whole.json["statuses"] == {"succeeded": 3}
    assert f"leads.csv has changed since run {trial} tried its first rows: it is sent as it reads now" in whole.err
    assert "a second time" not in whole.err
    assert sent(dialer) == [("one", "Sale"), ("two", "Sale"), ("four", "Sale")]
    assert f"run {trial} sent it as row 2" in desk.rows(whole.json["files"]["report"])[0]["sync_message"]
    assert desk.leadsync("resume", trial, "--json").json["statuses"] == {"succeeded": 1, "skipped": 2}
    assert "Nothing to do" in desk.leadsync("run", sheet).err
    assert len(sent(dialer)) == 3, "the trial's other rows are nobody's any more"


def test_settings_put_right_after_the_trial_count_for_the_rest(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet, reports = desk.sheet("leads.csv", HEADINGS, ONE, "two,0383218192,", THREE), desk.folder / "reports"
    trial = desk.leadsync("run", sheet, "--limit", "1", "--output", reports, "--json").json["run"]
    reject = {"LEADSYNC_INPUT__BLANK_DISPOSITION": "reject"}
    whole = desk.leadsync("run", sheet, "--json", **reject)
    assert Path(whole.json["files"]["report"]).parent == reports
    assert whole.json["statuses"] == {"succeeded": 2, "rejected": 1}
    assert f"The settings for it have changed since run {trial} tried its first rows" in whole.err
    assert sent(dialer) == [("one", "Sale"), ("three", "Sale")]


def test_a_run_that_was_no_trial_goes_on_with_what_was_read_and_says_so(desk: Desk) -> None:
    dialer = desk.dialer()
    trial, _ = tried(desk, ONE, "two,0383218192,", THREE)
    whole = desk.leadsync("resume", trial, LEADSYNC_INPUT__BLANK_DISPOSITION="reject")
    assert "The settings for reading sheets have changed since" in whole.err
    assert sent(dialer) == [("one", "Sale"), ("two", "<No Change>"), ("three", "Sale")]


def test_a_row_that_was_put_right_after_it_went_through_goes_once_more(desk: Desk) -> None:
    dialer = desk.dialer()
    trial, sheet = tried(desk, ONE, TWO)
    desk.sheet("leads.csv", HEADINGS, "one,0383218191,Busy", TWO)
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["statuses"] == {"succeeded": 2}
    told = f"1 row that went through in run {trial} reads otherwise now, and is sent a second time: row 2."
    assert [one for one in done.json["warnings"] if told in one]
    assert sent(dialer) == [("one", "Sale"), ("one", "Busy"), ("two", "Busy")]


def test_a_row_that_failed_in_the_trial_goes_again_and_retry_leaves_it_alone(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=103, calls=3)])
    trial, sheet = tried(desk, ONE, TWO, code=3)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3}
    before = len(sent(dialer))
    assert "Nothing to do" in desk.leadsync("retry", trial).err
    assert len(sent(dialer)) == before


def test_a_number_that_was_refused_for_good_is_not_tried_again(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=104, calls=1)])
    _, sheet = tried(desk, ONE, TWO, code=3)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["statuses"] == {"succeeded": 2, "failed": 1}
    assert desk.rows(done.json["files"]["report"])[0]["sync_code"] == "104"
    assert [lead for lead, _ in sent(dialer)] == ["one", "two", "three"]


def test_an_earlier_row_never_undoes_a_later_one_of_its_lead(desk: Desk) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, "one,0383218191,Busy", TWO, limit=2)
    desk.sheet("leads.csv", HEADINGS, "one,0383218191,Call Back", "one,0383218191,Busy", TWO)
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["statuses"] == {"succeeded": 2, "skipped": 1}
    assert "! 1 row is not sent, because a later row of its lead went through (row 2)." in done.err
    assert "row 3 of the same lead" in desk.rows(done.json["files"]["report"])[0]["sync_message"]
    assert sent(dialer) == [("one", "Sale"), ("one", "Busy"), ("two", "Busy")]


def test_a_person_decides_on_the_trials_rows_first(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=110, calls=1)])
    trial, sheet = tried(desk, ONE, TWO, code=3)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    asked = desk.leadsync("run", sheet)
    assert asked.code == 2
    assert f"leadsync resolve {trial} --row 2" in asked.err
    assert desk.leadsync("resolve", trial, "--row", "2", "--applied").code == 0
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3}


def test_a_copy_with_another_text_of_an_undecided_lead_is_not_sent_before_the_decision(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", HEADINGS, ONE, "one,0383218191,Busy", TWO)
    desk.leadsync("check", sheet, "--output", "c.csv")
    trial = desk.leadsync("run", sheet, "--json").json["run"]
    copy = desk.folder / "c.csv"
    copy.write_text(copy.read_text("utf-8-sig").replace("Busy", "Call Back", 1), "utf-8")
    asked = desk.leadsync("run", copy)
    assert (
        "; nothing of this copy is sent until then, as it has changed rows of lead one: leadsync resolve" in asked.err
    )
    assert (asked.code, f"leadsync resolve {trial} --row 2" in asked.err) == (2, True)
    assert desk.leadsync("resolve", trial, "--row", "2", "--applied").code == 0
    assert desk.leadsync("run", copy).code == 0
    assert sent(dialer) == [("one", "Sale"), ("two", "Busy"), ("one", "Call Back")]


def test_nothing_is_lost_where_the_answer_is_no(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, TWO)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: False)
    assert "Nothing was sent." in desk.leadsync("run", sheet).err
    assert "trial, 1 left" in desk.leadsync("runs").out
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: True)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3}
    assert sent(dialer) == [("one", "Sale"), ("two", "Busy"), ("three", "Sale")]


def test_decisions_of_a_review_file_are_not_lost_where_the_answer_is_no(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=110, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, ONE, TWO), "--json").json
    review = Path(first["files"]["review"])
    review.write_bytes(review.read_bytes().rstrip(b"\r\n") + b"send\r\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: False)
    assert "Nothing was sent." in desk.leadsync("run", review).err
    shown = desk.leadsync("show", first["run"], "--json").json
    assert shown["statuses"] == {"succeeded": 1, "conflict": 1}
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: True)
    assert desk.leadsync("run", review, "--json").json["statuses"] == {"succeeded": 1}
    assert sent(dialer) == [("one", "Sale"), ("two", "Busy"), ("one", "Sale")]


def test_what_any_of_several_trials_sent_does_not_go_again(desk: Desk) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, TWO, THREE, "four,0383218194,Sale")
    _, sheet = tried(desk, ONE, TWO.replace("Busy", "Sale"), THREE, "four,0383218194,Sale")
    desk.sheet("leads.csv", HEADINGS, ONE, TWO.replace("Busy", "Sale"), "three,0383218193,Busy", "four,0383218194,Sale")
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 4}
    assert [lead for lead, _ in sent(dialer)] == ["one", "two", "three", "four"]


def test_a_row_put_above_others_of_its_lead_does_not_send_those_again(desk: Desk) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, "one,0383218191,Busy", TWO, limit=2)
    desk.sheet("leads.csv", HEADINGS, "one,0383218191,Call Back", ONE, "one,0383218191,Busy", TWO)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3, "skipped": 1}
    assert sent(dialer) == [("one", "Sale"), ("one", "Busy"), ("two", "Busy")]


def test_what_was_in_flight_when_the_trial_died_is_for_a_person_to_decide(desk: Desk) -> None:
    dialer = desk.dialer()
    trial, sheet = tried(desk, ONE, TWO)
    with sqlite3.connect(desk.state / "journal.sqlite3") as journal:
        journal.execute("UPDATE rows SET state = 'in_flight', code = NULL WHERE number = 2")
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    assert f"leadsync resolve {trial} --row 2" in desk.leadsync("run", sheet).err
    assert len(sent(dialer)) == 1


def test_a_sheet_whose_second_reading_was_cut_off_still_follows_its_trial(desk: Desk) -> None:
    dialer = desk.dialer()
    trial, sheet = tried(desk, ONE, TWO)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "leadsync.journal.sqlite.SqliteJournal.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        assert desk.leadsync("run", sheet).code == 130
    whole = desk.leadsync("run", sheet, "--json")
    assert whole.json["run"] != trial
    assert whole.json["statuses"] == {"succeeded": 3}
    assert len(sent(dialer)) == 3
    assert desk.leadsync("resume").out.strip() == "There is no run to go on with."


def test_a_file_that_came_back_goes_on_with_what_its_trial_read(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead=lead, code=106, calls=1) for lead in ("one", "two")])
    first = desk.leadsync("run", desk.sheet("first.csv", HEADINGS, ONE, TWO), "--json").json
    retry = Path(first["files"]["retry"])
    assert desk.leadsync("run", retry, "--limit", "1").code == 0
    retry.write_bytes(retry.read_bytes().replace(b"two,0383218192,Busy", b"two,0383218192,Sale"))
    done = desk.leadsync("run", retry, "--json")
    assert "goes on with what was read then" in done.err
    assert done.json["before"][0]["statuses"] == {"succeeded": 2}
    assert done.json["statuses"] == {"skipped": 2}, "the change came too late, and that is said"
    assert [lead for lead, _ in sent(dialer)] == ["one", "two", "one", "two"]


def test_a_trial_whose_sheet_and_settings_are_the_same_is_gone_on_with(desk: Desk) -> None:
    desk.dialer()
    trial, sheet = tried(desk, ONE, TWO)
    assert desk.leadsync("run", sheet, "--json").json["run"] == trial


def test_a_no_leaves_a_trial_a_trial_and_its_wishes_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, TWO)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: False)
    desk.leadsync("run", sheet, "--insert-missing")
    assert "trial, 1 left" in desk.leadsync("runs").out
    desk.sheet("leads.csv", HEADINGS, ONE, "two,0383218192,Sale")
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: True)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 2}
    assert sent(dialer) == [("one", "Sale"), ("two", "Sale")]
    assert all("insert" not in one["call"] for one in dialer.ledger.as_json()["received"])


def test_of_two_rows_of_a_lead_that_both_changed_the_last_goes(desk: Desk) -> None:
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, "one,0383218191,Busy", TWO, limit=2)
    desk.sheet("leads.csv", HEADINGS, "one,0383218195,Sale", "one,0383218195,Busy", TWO)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 2, "skipped": 1}
    assert sent(dialer) == [("one", "Sale"), ("one", "Busy"), ("one", "Busy"), ("two", "Busy")]


def test_the_attempts_of_a_trial_are_its_rows_in_the_run_that_follows_too(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=109, calls=1)])
    trial, sheet = tried(desk, ONE, TWO)
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    whole = desk.leadsync("run", sheet, "--json").json
    assert whole["attempts"] == 4, "two for the first row, one for each of the others"
    rows = desk.rows(whole["files"]["report"])
    assert [(row["Lead Id"], row["sync_attempts"]) for row in rows] == [("one", "2"), ("two", "1"), ("three", "1")]
    tried_row = desk.rows(desk.leadsync("report", trial, "--json").json["files"]["report"])[0]
    assert rows[0]["sync_time"] == tried_row["sync_time"], "when it was sent, not when it was taken over"
    with sqlite3.connect(desk.state / "journal.sqlite3") as journal:
        made = "SELECT count(*) FROM attempts JOIN runs USING (run) WHERE id = ? AND number = 2"
        assert journal.execute(made, [whole["run"]]).fetchone() == (2,)


def test_a_lead_that_a_followed_trial_sent_has_it_from_there_last(desk: Desk) -> None:
    """What a trial's row was sent counts as the last word on its lead by its own time."""
    dialer = desk.dialer()
    _, sheet = tried(desk, ONE, TWO)
    assert desk.leadsync("run", desk.sheet("between.csv", HEADINGS, "one,0383218191,Busy")).code == 0
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    assert desk.leadsync("run", sheet).code == 0
    again = desk.leadsync("run", desk.sheet("after.csv", HEADINGS, ONE), "--skip-unchanged", "--json").json
    assert again["statuses"] == {"succeeded": 1}
    assert sent(dialer)[-1] == ("one", "Sale")


def test_a_person_decides_first_on_a_conflict_even_of_a_row_without_a_disposition(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="one", code=110, calls=1)])
    trial, sheet = tried(desk, "one,0383218191,", TWO, code=3)
    desk.sheet("leads.csv", HEADINGS, "one,0383218191,", TWO, THREE)
    asked = desk.leadsync("run", sheet)
    assert (asked.code, f"leadsync resolve {trial} --row 2" in asked.err) == (2, True)


def test_a_row_in_doubt_that_can_go_twice_needs_nobody(desk: Desk) -> None:
    dialer = desk.dialer(
        settings="[retry]\nattempts = 1\nwait_seconds = 0\n",
        faults=[FaultRule(FaultKind.CLOSE, lead="one", applied=True, calls=1)],
    )
    _, sheet = tried(desk, "one,0383218191,", TWO, code=3)
    desk.sheet("leads.csv", HEADINGS, "one,0383218191,", TWO, THREE)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3}
    assert [lead for lead, _ in sent(dialer)] == ["one", "one", "two", "three"]


@pytest.mark.parametrize("fault", [FaultRule(FaultKind.HTTP, status=503), FaultRule(FaultKind.CODE, code=999)])
def test_a_row_that_failed_without_a_code_of_the_table_goes_again(desk: Desk, fault: FaultRule) -> None:
    dialer = desk.dialer(settings="[retry]\nattempts = 1\nwait_seconds = 0\n")
    dialer.faults.add([fault])
    _, sheet = tried(desk, ONE, TWO, code=3)
    dialer.faults.clear()
    desk.sheet("leads.csv", HEADINGS, ONE, TWO, THREE)
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"succeeded": 3}


def test_a_row_without_an_id_in_the_trial_is_corrected_by_the_line_in_its_place(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", ",1", "A,2", "B,3")
    trial = desk.leadsync("run", sheet, "--limit", "2", "--json").json
    desk.sheet("leads.csv", "Lead Id,Version", "C,1", "A,2", "B,3")
    desk.leadsync("run", sheet)
    report = Path(trial["files"]["report"])
    report.write_text(report.read_text("utf-8-sig").replace("\n,1", "\nC,1"), "utf-8", newline="")
    desk.leadsync("run", report)
    assert sorted(entry.fields["Version"] for entry in dialer.ledger.received if entry.lead) == ["1", "2", "3"]
