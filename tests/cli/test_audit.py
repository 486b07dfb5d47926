"""The command line names the system user in the journal."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.simulator import FaultKind, FaultRule
from leadsync.system_user import system_user
from tests.conftest import Desk

HEADINGS = "njExternalLeadId,FirstPhone,njDisposition"


def test_commands_that_change_something_leave_their_user(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110)])
    rows = [f"L{n},038321819{n},Sale" for n in range(3)]
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--json").json
    desk.leadsync("resolve", run["run"], "--row", "2", "--row", "3", "--applied")
    desk.leadsync("resolve", run["run"], "--row", "3", "--take-back")
    head, *_, last = Path(run["files"]["review"]).read_text("utf-8-sig").splitlines()
    given_back = desk.leadsync("run", desk.sheet("review.csv", head, f"{last}not applied"), "--json").json["run"]
    with open_journal(desk.state) as journal:
        decisions = journal.decisions(run["run"], [2, 3, 4])
        actions = [(one.action, one.user, one.run_id, one.detail) for one in reversed(journal.audit())]
    assert {number: made[:2] for number, made in decisions.items()} == {
        2: ("applied", system_user()),
        4: ("not applied", system_user()),
    }
    assert actions == [
        ("send", system_user(), run["run"], {"rows": 3}),
        ("decide", system_user(), run["run"], {"decision": "applied", "rows": 2}),
        ("decide", system_user(), run["run"], {"decision": "taken back", "rows": 1}),
        ("send", system_user(), given_back, {"rows": 0}),
    ]


def test_a_deletion_is_kept(desk: Desk) -> None:
    desk.dialer()
    desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L1,0383218191,Sale"))
    desk.leadsync("prune", "--older-than", "0d", "--yes")
    with open_journal(desk.state) as journal:
        last = journal.audit()[0]
    assert (last.action, last.user, last.detail) == ("prune", system_user(), {"runs": 1, "rows": 1})
