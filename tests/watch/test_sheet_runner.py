"""One sheet of a watched folder: a bad one does not keep the others from being sent."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from leadsync.cli.watch_report import WatchReport
from leadsync.errors import Interrupted
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.watch.conftest import Folder


def sent(dialer: PracticeDialer) -> set[str]:
    return {entry.lead for entry in dialer.ledger.received if entry.lead}


def drop_good(folder: Folder) -> None:
    """Two sheets, one that is taken before the bad one and one behind it."""
    for name, lead, time in (("before.csv", "1", 1), ("zz.csv", "2", 2_000_000_000)):
        os.utime(folder.drop(name, f"{lead},038321810{lead},Sale,x"), (time, time))


def test_a_row_that_a_firewall_refuses_is_failed_and_the_night_goes_on(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=403, lead="9")])
    folder.drop("alone.csv", "9,0383218109,Sale,x")
    drop_good(folder)
    done = folder.watch()
    assert done.code == 3
    assert sent(dialer) >= {"1", "2"}
    assert folder.sheets("attention") == {"alone.csv"}
    assert folder.rows("attention", "alone") == {"9": "failed"}


@pytest.mark.parametrize("status", [403, 404])
def test_a_sheet_of_many_leads_that_a_firewall_refuses_is_failed_and_the_night_goes_on(
    folder: Folder, status: int
) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=status, lead=f"9{n}") for n in range(5)])
    folder.drop("alone.csv", *(f"9{n},0383218109,Sale,x" for n in range(5)))
    drop_good(folder)
    done = folder.watch()
    assert done.code == 3
    assert sent(dialer) >= {"1", "2"}
    assert folder.rows("attention", "alone") == dict.fromkeys((f"9{n}" for n in range(5)), "failed")


def test_a_sheet_of_which_too_many_leads_are_refused_stays_and_the_night_goes_on(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=403, lead=f"9{n:02}") for n in range(60)])
    folder.drop("alone.csv", *(f"9{n:02},0383218109,Sale,x" for n in range(60)))
    drop_good(folder)
    assert folder.watch().code == 4
    assert sent(dialer) >= {"1", "2"}
    assert (folder.path / "alone.csv").exists()
    assert folder.watch().code == 3, "the second night ends the rest"
    assert folder.sheets("attention") == {"alone.csv"}


def test_a_sheet_of_another_campaign_is_put_aside(folder: Folder) -> None:
    dialer = folder.desk.dialer(settings="[campaigns.winback]\ncampaign_id = 42\nallocation_id = 40\n")
    dialer.faults.add([FaultRule(kind=FaultKind.CODE, code=101, lead="9")])
    sheet = folder.desk.sheet("winback.csv", "Lead Id,FirstPhone,Outcome,Name", "9,0383218109,Sale,x")
    retry = folder.desk.leadsync("run", sheet, "--campaign", "winback", "--json").json["files"]["retry"]
    Path(retry).rename(folder.path / "corrected.csv")
    drop_good(folder)
    done = folder.watch()
    assert done.code == 2
    assert sent(dialer) == {"9", "1", "2"}
    assert "corrected.csv" in folder.sheets("attention")
    assert "[campaigns.winback]" in (folder.path / "attention" / "corrected.csv.why.txt").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="file modes are POSIX's, and so are names of any bytes")
@pytest.mark.parametrize("name", [b"x" * 240 + b".csv", b"x" * 251 + b".csv", b"caf\xe9.csv"])
def test_a_name_that_no_report_can_have_is_put_aside(folder: Folder, name: bytes) -> None:
    dialer = folder.desk.dialer()
    path = Path(os.fsdecode(os.fsencode(folder.path) + b"/" + name))
    path.write_text("Lead Id,FirstPhone,Outcome,Name\n9,0383218109,Sale,x\n")
    drop_good(folder)
    done = folder.watch()
    assert done.code == 2
    assert sent(dialer) == {"1", "2"}
    assert (folder.path / "attention" / os.fsdecode(name)).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are these links")
def test_a_link_is_left_alone_and_said_so_whatever_it_leads_to(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    (folder.path / "loop.csv").symlink_to("loop.csv")
    (folder.path / "key.csv").symlink_to(folder.desk.config)
    drop_good(folder)
    done = folder.watch()
    assert done.code == 0
    assert sent(dialer) == {"1", "2"}
    assert "loop.csv is left alone: it is a link" in done.err
    assert "key.csv is left alone: it is a link" in done.err


def test_whatever_type_of_error_a_file_meets_is_its_own(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadsync.cli.sheet_runner import SheetRunner

    dialer = folder.desk.dialer()
    folder.drop("odd.csv", "9,0383218109,Sale,x")
    drop_good(folder)
    real = SheetRunner._run

    def fails_at_one(work: Any, journal: Any, file: Path, *rest: Any) -> Any:
        if file.name == "odd.csv":
            raise RuntimeError("nobody thought of this")
        return real(work, journal, file, *rest)

    monkeypatch.setattr(SheetRunner, "_run", fails_at_one)
    done = folder.watch()
    assert done.code == 1
    assert sent(dialer) == {"1", "2"}
    assert "odd.csv: leadsync itself failed (RuntimeError: nobody thought of this); it is tried again." in done.err
    assert folder.names == {"odd.csv"}


def test_only_where_nothing_at_all_was_answered_the_round_is_over(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=401)])
    drop_good(folder)
    done = folder.watch("--json")
    assert done.code == 4
    assert len(done.json["files"]) == 1
    assert folder.names == {"before.csv", "zz.csv"}


def test_a_file_that_is_written_anew_each_night_is_sent_each_night(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=401)])
    folder.drop("leads.csv", "1,0383218101,Sale,x")
    assert folder.watch().code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    folder.drop("leads.csv", "2,0383218102,Sale,x")
    assert folder.watch().code == 0
    assert [entry.lead for entry in dialer.ledger.received if entry.lead] == ["1", "2"]
    assert folder.names == set()
    assert folder.sheets("done") == {"leads.csv"}


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are such names")
def test_a_line_end_in_a_name_forges_no_line(folder: Folder) -> None:
    folder.desk.dialer()
    folder.drop("x\n2026-11-28 ERROR forged.csv", "9,0383218109,Sale,x")
    done = folder.watch()
    assert done.code == 2
    assert not [line for line in (done.out + done.err).splitlines() if line.startswith("2026-11-28 ERROR")]


def test_the_exit_code_counts_the_old_run_of_a_sheet_that_was_written_anew(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=401)])
    folder.drop("leads.csv", "1,0383218101,Sale,x")
    assert folder.watch().code == 4
    dialer.faults.clear()
    dialer.faults.add([FaultRule(kind=FaultKind.CODE, code=105, lead="1")])
    folder.drop("leads.csv", "2,0383218102,Sale,x")
    done = folder.watch("--json")
    assert done.code == 3
    assert [one["code"] for one in done.json["files"]] == [3, 0]


def test_a_signal_between_two_files_is_no_trouble_of_a_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", "1,0383218101,Sale,x")

    def struck(*_: object) -> None:
        raise Interrupted("Terminated; nothing was being sent.", signal.SIGTERM)

    monkeypatch.setattr("leadsync.run.ready_to_send", struck)
    done = folder.watch()
    assert (done.code, done.err.splitlines()[-1]) == (143, "Terminated; nothing was being sent.")
    assert (folder.path / "leads.csv").exists()
    assert dialer.ledger.received == []


def test_a_signal_behind_a_file_that_was_sent_names_its_run(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.desk.dialer()
    folder.drop("leads.csv", "1,0383218101,Sale,x")

    def struck(*_: object) -> None:
        raise Interrupted("Terminated; nothing was being sent.", signal.SIGTERM)

    monkeypatch.setattr(WatchReport, "note", struck)
    done = folder.watch()
    said = done.err.splitlines()[-1]
    assert done.code == 143
    assert said.startswith("Interrupted; run ")
    assert said.endswith("` shows its result.")


def test_a_file_given_back_whose_row_waits_for_a_decision_is_for_a_person(folder: Folder) -> None:
    """As a sheet is whose row waits: given again after the decision, it goes."""
    dialer = folder.desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9", code=106, calls=1)])
    head, row = "Lead Id,FirstPhone,Outcome,Name", "9,0383218109,{},x"
    first = folder.desk.leadsync("run", folder.desk.sheet("a.csv", head, row.format("Sale")), "--json").json
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="9", calls=1)])
    other = folder.desk.leadsync("run", folder.desk.sheet("b.csv", head, row.format("Busy")), "--json").json["run"]
    dialer.faults.clear()
    retry = Path(first["files"]["retry"])
    (folder.path / "back.csv").write_text(retry.read_text("utf-8").replace("Sale", "Busy"), "utf-8")
    retry.unlink()
    folder.watch()
    assert folder.sheets("attention") == {"back.csv"}
    folder.desk.leadsync("resolve", other, "--row", "2", "--not-applied")
    (folder.path / "attention" / "back.csv").rename(folder.path / "back.csv")
    folder.watch()
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["Sale", "Busy", "Busy"]
    assert folder.sheets("done") == {"back.csv"}
