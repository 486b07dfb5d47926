"""Rows equal to a row that another run is to send: it goes once, and from one of them."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from leadsync.journal import LastSent, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport import undecided_twin
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
LOST = "L,0383218101,Sale"
OTHER = "M,0383218102,Sale"
RUN = "20261122-080000-0001"


def received(dialer: PracticeDialer) -> list[str]:
    return [entry.lead for entry in dialer.ledger.received if entry.lead]


def decided(desk: Desk, *lines: str, options: tuple[str, ...] = ()) -> tuple[PracticeDialer, str]:
    """A run whose row 2 was lost, and is to be sent by a person's decision."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    sheet = desk.sheet("a.csv", HEADINGS, LOST, *lines)
    run: str = desk.leadsync("run", sheet, *options, "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "2", "--send").code == 0
    dialer.ledger.received.clear()
    return dialer, run


def test_a_decision_to_send_is_for_one_sending(desk: Desk) -> None:
    dialer, run = decided(desk)
    done = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, LOST, OTHER), "--json").json
    assert done["statuses"] == {"skipped": 1, "succeeded": 1}
    [warning] = [line for line in done["warnings"] if "not sent" in line]
    assert warning == f"! 1 row is not sent: it is for run {run} to send; if it has stopped: `leadsync resume {run}`"
    resumed = desk.leadsync("resume", run, "--json")
    assert resumed.json["statuses"] == {"succeeded": 1}
    assert "last sent" not in resumed.err
    assert received(dialer) == ["M", "L"]
    assert desk.leadsync("run", desk.sheet("c.csv", HEADINGS, LOST), "--json").json["statuses"] == {"succeeded": 1}


def test_the_rest_of_another_run_leaves_the_row_to_the_decision(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    early = desk.leadsync("run", desk.sheet("early.csv", HEADINGS, OTHER, LOST), "--limit", "1", "--json").json["run"]
    run = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, LOST), "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "2", "--send").code == 0
    dialer.ledger.received.clear()
    done = desk.leadsync("resume", early, "--json").json
    assert done["statuses"] == {"skipped": 1, "succeeded": 1}
    assert [line for line in done["warnings"] if f"! 1 row is not sent: it is for run {run} to send" in line]
    desk.leadsync("resume", run)
    assert received(dialer) == ["L"]


@pytest.mark.parametrize("way", ["fresh", "given back", "changed trial", "retry"])
def test_a_row_taken_out_of_its_run_goes_from_the_taker(desk: Desk, way: str) -> None:
    dialer, run = decided(desk, OTHER, options=("--limit", "1") if way == "changed trial" else ())
    match way:
        case "fresh":
            done = desk.leadsync("run", desk.folder / "a.csv", "--fresh", "--json")
        case "given back":
            back = desk.leadsync("report", run, "--json").json["files"]["report"]
            done = desk.leadsync("run", back, "--json")
        case "changed trial":
            done = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, LOST, OTHER, "N,0383218103,Sale"), "--json")
        case _:
            done = desk.leadsync("retry", run, "--json")
    assert done.code == 0, done.err
    desk.leadsync("resume", run)
    assert received(dialer).count("L") == 1


def test_an_equal_row_under_way_is_for_its_run_to_send() -> None:
    lead = Lead("L", {"njDisposition": "Sale"})
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def twin(state: State) -> Skip | None:
        return undecided_twin(lead, [LastSent(RUN, 2, now, lead.fields, state)])

    assert twin(State.IN_FLIGHT) == twin(State.PENDING) == Skip(SkipKind.LEFT_TO_RUN, RUN, 2)
    assert twin(State.UNKNOWN) == Skip(SkipKind.UNDECIDED_BEFORE, RUN, 2, status="unknown")


def test_after_a_kill_only_rows_that_reached_the_dialer_are_left_to_a_person(desk: Desk) -> None:
    dialer = desk.dialer(floor_seconds=30)
    lines = [f"K{number},038321810{number},Sale" for number in range(8)]
    process = subprocess.Popen(
        [sys.executable, "-m", "leadsync", "run", str(desk.sheet("a.csv", HEADINGS, *lines))],
        cwd=desk.folder,
        env={**os.environ, **desk.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while not received(dialer) and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.2)
    reached = len(received(dialer))
    checked = desk.leadsync("check", desk.sheet("b.csv", HEADINGS, *lines), "--json").json
    assert reached > 0
    # A request may be cut on its way: such a row counts as one that has reached the dialer.
    assert checked["skipped"] >= reached
    shown = desk.leadsync("runs", "--json").json["runs"][0]
    assert checked["skipped"] == shown["statuses"]["unknown"]


def undecided_first(desk: Desk) -> tuple[PracticeDialer, str]:
    """A run whose first row was lost; two more of its lead wait."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    done = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, *IN_ORDER), "--json").json
    assert done["statuses"] == {"unknown": 1, "unsent": 2}
    dialer.ledger.received.clear()
    return dialer, str(done["run"])


IN_ORDER = (LOST, "L,0383218101,Busy", "L,0383218109,Busy")


@pytest.mark.parametrize("way", ["fresh", "saved anew"])
def test_later_rows_of_a_lead_wait_for_its_row_to_decide_in_another_run(desk: Desk, way: str) -> None:
    dialer, run = undecided_first(desk)
    if way == "fresh":
        done = desk.leadsync("run", desk.folder / "a.csv", "--fresh", "--json").json
    else:
        done = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, *IN_ORDER, OTHER), "--json").json
        assert received(dialer) == ["M"]
        dialer.ledger.received.clear()
    assert done["statuses"]["skipped"] == 3
    assert (
        f"! 2 rows are not sent: they wait for an earlier row of the lead in run {run}, and a person has to decide on "
        f"that first; `leadsync show {run} --status conflict --status unknown` lists those"
    ) in done["warnings"]
    listed = desk.leadsync("show", done["run"], "--status", "skipped", "--json").json["listed"]
    assert f"waits for row 2 of run {run}, which a person has to decide first" in listed[-1]["message"]
    assert desk.leadsync("resolve", run, "--row", "2", "--send").code == 0
    assert desk.leadsync("resume", run, "--json").json["statuses"] == {"succeeded": 3}
    sent = [one["fields"]["njDisposition"] for one in dialer.ledger.as_json()["received"]]
    assert sent == ["Sale", "Busy", "Busy"]


def test_the_rest_of_a_run_waits_alike(desk: Desk) -> None:
    dialer = desk.dialer()
    early = desk.leadsync("run", desk.sheet("early.csv", HEADINGS, OTHER, *IN_ORDER), "--limit", "1", "--json").json
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    run = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, LOST), "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "2", "--send").code == 0
    dialer.ledger.received.clear()
    done = desk.leadsync("resume", early["run"], "--json").json
    assert done["statuses"] == {"skipped": 3, "succeeded": 1}
    assert received(dialer) == []
    listed = desk.leadsync("show", early["run"], "--status", "skipped", "--json").json["listed"]
    assert f"waits for row 2 of run {run}, which goes first: `leadsync resume {run}`" in listed[-1]["message"]


@pytest.mark.parametrize("way", ["saved anew", "--skip-unchanged", "the rest of a run"])
def test_rows_above_an_undecided_one_wait_too(desk: Desk, way: str) -> None:
    dialer = desk.dialer()
    rows = ("L,0383218101,Busy", "L,0383218109,Busy", LOST)
    if way == "the rest of a run":
        early = desk.leadsync("run", desk.sheet("early.csv", HEADINGS, OTHER, *rows), "--limit", "1", "--json").json
    desk.leadsync("run", desk.sheet("first.csv", HEADINGS, *rows[:2]))
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    run = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, LOST), "--json").json["run"]
    dialer.ledger.received.clear()
    if way == "the rest of a run":
        done = desk.leadsync("resume", early["run"], "--json").json
    else:
        options = [way] if way.startswith("--") else []
        done = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, *rows), *options, "--json").json
    assert received(dialer) == []
    assert done["statuses"]["skipped"] == 3
    assert f"! 2 rows are not sent: they wait for an earlier row of the lead in run {run}" in str(done["warnings"])


WITH_IDS = f"{HEADINGS},fCampaignId"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("", None), (",41", None)),
        ((",41", None), ("", None)),
        (("", "41"), (",41", "42")),
        ((",41", "42"), ("", "41")),
    ],
)
def test_a_campaign_named_by_a_column_is_the_one_of_the_settings(
    desk: Desk, first: tuple[str, str | None], then: tuple[str, str | None]
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])

    def run(name: str, ids: str, campaign: str | None, *options: str) -> dict[str, int]:
        sheet = desk.sheet(name, WITH_IDS if ids else HEADINGS, LOST + ids, OTHER + ids)
        environment = {"LEADSYNC_CAMPAIGN__CAMPAIGN_ID": campaign} if campaign else {}
        done: dict[str, int] = desk.leadsync("run", sheet, "--json", *options, **environment).json["statuses"]
        return done

    assert run("a.csv", *first) == {"unknown": 1, "succeeded": 1}
    dialer.ledger.received.clear()
    assert run("b.csv", *then)["skipped"] == 1
    assert received(dialer) == ["M"]
    if then[1] is None:
        assert run("c.csv", *first, "--skip-unchanged") == {"skipped": 2}


def test_a_dialer_is_the_same_by_any_spelling_of_its_address(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", applied=True, calls=1)])
    run = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, LOST, OTHER), "--json").json["run"]
    port = desk.config.read_text("utf-8").split('"')[1].rpartition(":")[2]
    dialer.ledger.received.clear()
    other = {"LEADSYNC_SERVER__URL": f"HTTP://LocalHost:0{port}"}
    done = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, LOST, OTHER, ""), "--json", "--skip-unchanged", **other)
    assert done.json["statuses"] == {"skipped": 2}
    assert desk.leadsync("resolve", run, "--row", "2", "--send").code == 0
    assert desk.leadsync("resume", run, "--json", **other).json["statuses"] == {"succeeded": 2}
    assert received(dialer) == ["L"]
