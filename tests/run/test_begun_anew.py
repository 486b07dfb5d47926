"""With --fresh all rows of a lead wait that has a row left to decide or to send: the earlier ones would go twice."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"


@pytest.mark.parametrize("by_copy", [True, False])
@pytest.mark.parametrize("taken", [True, False])
def test_rows_of_a_lead_wait_though_its_open_row_was_corrected(desk: Desk, by_copy: bool, taken: bool) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="A", attempt=2)])
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    first = desk.leadsync("run", sheet, "--json").json
    where = first["run"]
    dialer.faults.clear()
    if taken:
        head, line = Path(first["files"]["review"]).read_text("utf-8").splitlines()
        dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
        where = desk.leadsync("run", desk.sheet("d.csv", head, f"{line}send"), "--json").json["run"]
        dialer.faults.clear()
    file = copy if by_copy else sheet
    file.write_text(file.read_text("utf-8").replace("A,Busy", "A,No Answer"), "utf-8")
    dialer.ledger.received.clear()
    said = desk.leadsync("run", file, "--fresh").err
    assert [call.lead for call in dialer.ledger.received] == ["B"]
    assert "! 2 rows are not sent: they wait for an earlier row of the lead" in said
    assert where in said
