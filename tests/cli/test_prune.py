"""`leadsync prune` as a person or a timer calls it."""

import sqlite3

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk


def test_what_was_done_is_said(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", "1,0399900001,Sale", "2,0399900002,Sale")
    run_id = desk.leadsync("run", sheet, "--json").json["run"]
    assert "Forgot 0 runs" in desk.leadsync("prune", "--older-than", "90d", "--yes").out
    with sqlite3.connect(desk.state / "journal.sqlite3") as connection:
        connection.execute("UPDATE runs SET created = created - 91 * 86400")
    refused = desk.leadsync("prune", "--older-than", "90d")
    assert (refused.code, "say so with --yes" in refused.err) == (2, True)
    assert [run["run"] for run in desk.leadsync("runs", "--json").json["runs"]] == [run_id]
    pruned = desk.leadsync("prune", "--older-than", "90d", "--yes", "--json")
    assert pruned.code == 0
    assert pruned.json["runs"] == [run_id]
    assert pruned.json["rows"] == 2
    assert desk.leadsync("runs", "--json").json == {"runs": []}


def test_rows_that_a_retry_has_sent_do_not_go_again_after_a_prune(desk: Desk) -> None:
    conflict = FaultRule(FaultKind.CODE, lead="2", code=110)
    dialer = desk.dialer(any_lead=False, leads={"2": {}}, faults=[conflict])
    sheet = desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", "1,0399900001,Sale", "2,0399900002,Sale")
    first = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.campaign.leads["1"] = {}
    later = desk.leadsync("retry", first, "--json").json["run"]
    sent = len(dialer.ledger.as_json()["received"])
    pruned = desk.leadsync("prune", "--older-than", "0d", "--yes")
    assert f"Kept 1 run without which rows of a kept run could be sent twice: {later}" in pruned.out
    assert "Nothing to do" in desk.leadsync("retry", first).err
    assert len(dialer.ledger.as_json()["received"]) == sent


def test_rows_that_waited_for_a_decided_row_do_not_go_after_a_prune(desk: Desk) -> None:
    conflict = FaultRule(FaultKind.CODE, lead="1", code=110)
    dialer = desk.dialer(faults=[conflict])
    headings, decided = "External Id,FirstPhone,Disposition", "1,0399900001,Sale"
    sheet = desk.sheet("leads.csv", headings, decided)
    other = desk.sheet("other.csv", headings, decided, "2,0399900002,Sale", "3,0399900003,Sale")
    first = desk.leadsync("run", sheet, "--json").json["run"]
    later = desk.leadsync("run", other, "--limit", "1", "--json").json["run"]
    desk.leadsync("resolve", first, "--row", "2", "--applied")
    pruned = desk.leadsync("prune", "--older-than", "0d", "--yes")
    assert f"Kept 1 run not finished: {later}" in pruned.out
    assert f"Kept 1 run without which rows of a kept run could be sent twice: {first}" in pruned.out
    desk.leadsync("resume", later)
    desk.leadsync("run", other)
    assert [call["lead"] for call in dialer.ledger.as_json()["received"]] == ["1", "2", "3"]


@pytest.mark.parametrize("age", ["90", "-1d", "3m", "soon", "d"])
def test_what_is_no_age_is_refused(desk: Desk, age: str) -> None:
    refused = desk.leadsync("prune", "--older-than", age)
    assert refused.code == 2
    assert "write days or weeks, like 90d or 12w" in refused.err
