"""A stopped run, or a trial, goes on."""

import pytest

from tests.cli.samples import SHEET
from tests.conftest import Desk


def test_resume_without_a_run_goes_on_with_a_trial(desk: Desk) -> None:
    desk.dialer()
    trial = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--limit", "1", "--json").json["run"]
    whole = desk.leadsync("resume", "--json")
    assert (whole.json["run"], whole.json["statuses"]) == (trial, {"succeeded": 3})


def test_nothing_to_resume(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("resume")
    assert done.code == 0
    assert "no run" in done.out


@pytest.mark.parametrize("words", [["resume"], ["retry"], ["show"], ["report"], ["resolve"], ["stop"]])
def test_an_empty_id_names_no_run(desk: Desk, words: list[str]) -> None:
    desk.dialer()
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--limit", "1")
    refused = desk.leadsync(*words, "", *(["--row", "2", "--applied"] if words == ["resolve"] else []))
    assert (refused.code, "The id of the run is empty" in refused.err) == (2, True)


def test_resume_passes_over_a_newer_run_that_is_done(desk: Desk) -> None:
    dialer = desk.dialer()
    stopped = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json", LEADSYNC_API_KEY="wrong").json
    assert stopped["finished"] is False
    assert desk.leadsync("run", desk.sheet("more.csv", *SHEET[:2]), "--json").json["finished"]
    whole = desk.leadsync("resume", "--json").json
    assert (whole["run"], whole["statuses"]) == (stopped["run"], {"succeeded": 3})
    assert len({entry.lead for entry in dialer.ledger.received if entry.lead}) == 3
