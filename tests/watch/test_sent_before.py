"""Sheets of a watched folder that were sent, tried or stopped before, by hand or in another night."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.watch.conftest import Folder

ROWS = ("1,0383218101,,x", "2,0383218102,Sale,x")
REJECT_BLANK = {"LEADSYNC_INPUT__BLANK_DISPOSITION": "reject"}
REFUSE = FaultRule(FaultKind.HTTP, status=401)


def received(dialer: PracticeDialer) -> list[str]:
    return [entry.lead for entry in dialer.ledger.received if entry.lead]


def test_a_sheet_that_was_sent_is_not_sent_again_because_the_settings_have_changed(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", *ROWS)
    assert folder.watch().code == 0
    folder.drop("copy.csv", *ROWS)
    again = folder.watch(**REJECT_BLANK)
    assert (again.code, "not sent again" in again.err) == (0, True)
    assert received(dialer) == ["1", "2"]


def test_a_trial_by_hand_is_gone_on_with(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    sheet = folder.drop("leads.csv", *ROWS)
    out = folder.desk.folder / "out"
    trial = folder.desk.leadsync("run", sheet, "--limit", "1", "--output", out, "--json").json["run"]
    done = folder.watch("--json")
    assert (done.code, [one["run"] for one in done.json["files"]]) == (0, [trial])
    assert received(dialer) == ["1", "2"]
    assert folder.sheets("done") == {"leads.csv"}


def test_after_a_trial_by_hand_settings_that_were_put_right_count_for_the_rest(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    sheet = folder.drop("leads.csv", ROWS[1], ROWS[0])
    out = folder.desk.folder / "out"
    assert folder.desk.leadsync("run", sheet, "--limit", "1", "--output", out).code == 0
    assert folder.watch(**REJECT_BLANK).code == 3
    assert received(dialer) == ["2"]
    assert folder.rows("attention", "leads") == {"2": "succeeded", "1": "rejected"}


def test_a_report_that_somebody_has_edited_meanwhile_is_not_removed(folder: Folder) -> None:
    """The run stopped, so its report lay in attention; once it is done, the new one lies in done."""
    dialer = folder.desk.dialer()
    dialer.faults.add([REFUSE])
    folder.drop("leads.csv", *ROWS)
    assert folder.watch().code == 4
    [report] = (folder.path / "attention").glob("leads.*.report.csv")
    [retry] = (folder.path / "attention").glob("leads.*.retry.csv")
    report.write_text("my own words", "utf-8")
    dialer.faults.clear()
    done = folder.watch()
    assert done.code == 0
    [kept] = (folder.path / "attention").iterdir()
    assert (kept.name.startswith(f"{report.stem}.edited-"), kept.read_text("utf-8")) == (True, "my own words")
    assert f"it is kept as {kept}" in done.err
    assert not retry.exists()
    assert folder.rows("done", "leads") == {"1": "succeeded", "2": "succeeded"}


def test_the_files_of_a_run_ended_by_hand_lie_beside_its_sheet(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([REFUSE])
    folder.drop("leads.csv", *ROWS)
    assert folder.watch().code == 4
    dialer.faults.clear()
    assert folder.desk.leadsync("resume", "--yes").code == 0
    told = folder.watch("--json").json["files"]
    assert [(one["code"], Path(one["moved_to"]).parent.name) for one in told] == [(0, "done")]
    assert folder.rows("done", "leads") == {"1": "succeeded", "2": "succeeded"}
    assert not list((folder.path / "attention").iterdir())
    assert folder.watch().code == 0


def test_a_sheet_that_another_leadsync_is_sending_is_left_alone_and_the_others_are_not(folder: Folder) -> None:
    from leadsync.journal import open_journal

    dialer = folder.desk.dialer()
    dialer.faults.add([REFUSE])
    sheet = folder.drop("busy.csv", *ROWS)
    out = folder.desk.folder / "out"
    run = folder.desk.leadsync("run", sheet, "--output", out, "--json").json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    folder.drop("free.csv", "3,0383218103,Sale,x")
    with open_journal(folder.desk.state) as other:
        other.hold(run)
        done = folder.watch("--json")
    assert (done.code, [Path(one["file"]).name for one in done.json["left"]]) == (0, ["busy.csv"])
    assert received(dialer) == ["3"]
    assert folder.names == {"busy.csv"}
    assert folder.watch().code == 0
    assert received(dialer) == ["3", "1", "2"]


@pytest.mark.parametrize("key", [{"LEADSYNC_API_KEY": ""}, {"LEADSYNC_CAMPAIGN__CAMPAIGN_ID": "0"}])
def test_settings_that_cannot_send_end_the_command_before_any_file_is_looked_at(
    folder: Folder, key: dict[str, str]
) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", *ROWS)
    assert folder.watch(**key).code == 2
    assert folder.names == {"leads.csv"}
    assert received(dialer) == []


def test_a_copy_whose_sheet_was_begun_anew_still_sends_what_was_corrected_in_it(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    sheet, copy = folder.drop("leads.csv", *ROWS), folder.desk.folder / "copy.csv"
    out = ("--output", folder.desk.folder / "out")
    folder.desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("Sale", "Busy"), "utf-8")
    dialer.faults.add([REFUSE])
    assert folder.desk.leadsync("run", copy).code == 4
    dialer.faults.clear()
    assert folder.desk.leadsync("run", sheet, "--fresh", *out).code == 0
    copy.rename(folder.path / "copy.csv")
    dialer.ledger.received.clear()
    assert folder.watch().code == 0
    assert [entry.fields["njDisposition"] for entry in dialer.ledger.received if entry.lead] == ["Busy"]
    assert folder.sheets("done") == {"leads.csv", "copy.csv"}


def test_a_sheet_that_was_never_sent_to_its_end_is_not_called_sent(folder: Folder) -> None:
    """Its run was begun anew with another content, and the old one comes once more."""
    dialer = folder.desk.dialer()
    sheet = folder.drop("leads.csv", *ROWS)
    dialer.faults.add([REFUSE])
    assert folder.watch().code == 4
    dialer.faults.clear()
    folder.drop("leads.csv", *ROWS[1:])
    assert folder.desk.leadsync("run", sheet, "--fresh", "--output", folder.desk.folder / "out").code == 0
    anew, first = (run["run"] for run in folder.desk.leadsync("runs", "--json").json["runs"])
    folder.drop("old.csv", *ROWS)
    done = folder.watch()
    assert (done.code, "old.csv" in folder.sheets("attention")) == (2, True)
    why = (folder.path / "attention" / "old.csv.why.txt").read_text("utf-8")
    assert f"run {anew} has begun the sheet of run {first} anew, and what was left of that is skipped" in why
    assert received(dialer)[-1:] == ["2"]


def test_a_sheet_whose_rows_a_stopped_report_has_taken_over_names_what_sends_them(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", *ROWS)
    dialer.faults.add([REFUSE])
    assert folder.watch().code == 4
    [report] = (folder.path / "attention").glob("leads.*.report.csv")
    taken = folder.desk.folder / "r.csv"
    taken.write_bytes(report.read_bytes())
    run = folder.desk.leadsync("run", taken, "--json").json["run"]
    dialer.faults.clear()
    done = folder.watch()
    assert done.code == 2
    assert f"run {run} of r.csv has taken over rows left of run " in done.err
    assert f"`leadsync resume {run}` does." in done.err
    assert folder.sheets("attention") == {"leads.csv", "leads.csv.why.txt"}


def test_files_of_a_run_that_was_stopped_by_hand_in_the_folder_are_no_sheets(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    sheet = folder.drop("leads.csv", *ROWS)
    dialer.faults.add([REFUSE])
    assert folder.desk.leadsync("run", sheet).code == 4
    dialer.faults.clear()
    first = folder.watch()
    assert first.code == 0, first.err
    assert folder.watch().code == 0
    assert folder.sheets("done") == {"leads.csv"}
    assert folder.sheets("attention") == set()
    assert received(dialer)[-2:] == ["1", "2"]
